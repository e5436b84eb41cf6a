import { argsOf, deref, type Term } from './term.ts';
import { writeTerm } from './writer.ts';

/** What `:- overrides(Id, Reason)` says: the clauses that follow it, all of one predicate, stand in the place of a shipped rule. */
export interface Override {
  readonly ruleId: string;
  readonly reason: string;
  /** Its clauses are those of the program from here, up to and without `to`. */
  readonly from: number;
  readonly to: number;
  /** Where the directive stands, from 1. */
  readonly line: number;
  readonly column: number;
}

/** A directive whose clauses are still to come: `from` is the number of clauses in front of it. */
export type OpenOverride = Omit<Override, 'to'>;

const MAX_REASON = 500;
/** The ids of shipped rules are a third of it. */
const MAX_ID = 100;

function textOf(term: Term | undefined): string | null {
  const value = term === undefined ? undefined : deref(term);
  if (value?.kind === 'atom') return value.name;
  return value?.kind === 'string' ? value.text : null;
}

/** What the directive names, or the sentence that says what is wrong with it. */
export function readOverride(directive: Term): Pick<Override, 'ruleId' | 'reason'> | { readonly fault: string } {
  const [id, why] = argsOf(directive);
  const [ruleId, reason] = [textOf(id), textOf(why)?.trim()];
  if (ruleId === null) {
    return { fault: `Expected the id of a shipped rule in quotes, but found ${writeTerm(deref(id!))}.` };
  }
  if (ruleId.length > MAX_ID) {
    return {
      fault: `Expected the id of a shipped rule, at most ${MAX_ID} characters, but found one of ${ruleId.length}.`,
    };
  }
  if (!reason || reason.length > MAX_REASON) {
    return {
      fault: `Expected why ${ruleId} is overridden, in quotes, 1 to ${MAX_REASON} characters: it is shown with every decision of the rule.`,
    };
  }
  return { ruleId, reason };
}

/** The clauses of an override are those directly behind it, as long as they are of one predicate. */
export function closeOverrides(
  open: readonly OpenOverride[],
  clauses: readonly { readonly key: string }[],
): Override[] {
  return open.map((override, i) => {
    const end = open[i + 1]?.from ?? clauses.length;
    const own = clauses.slice(override.from, end);
    const other = own.findIndex(({ key }) => key !== own[0]!.key);
    return { ...override, to: other === -1 ? end : override.from + other };
  });
}

/** The override, of those in their order, to which the clause with this index belongs; null for a clause that overrides nothing. */
export function overrideAt(overrides: readonly Override[], index: number): Override | null {
  let low = 0;
  let high = overrides.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const override = overrides[middle]!;
    if (index < override.from) high = middle - 1;
    else if (index >= override.to) low = middle + 1;
    else return override;
  }
  return null;
}
