import type { Proof } from './proof.ts';
import { argsOf, deref, isCallable, keyOf, type Term } from './term.ts';
import { wantedFact, writeTerm } from './writer.ts';

/** How a reason is told to people and programs. */
export interface ReasonText {
  /** UPPER_CASE, for programs. */
  readonly code: string;
  /** What stands in the way and how to mend it. `{1}` is the reason's first argument, `{1:test}` the test of that analysis. */
  readonly message: string;
  /** Facts that would mend it, with the same placeholders and `{sample}`. Without it they are read off the proof. */
  readonly missing?: readonly string[];
}

/** What the shipped rules know about themselves that the logic does not need. */
export interface ReasonBook {
  /** By the indicator of the reason. */
  reason(indicator: string): ReasonText | undefined;
  /** For a rule that passes on another predicate's reason: that predicate's indicator. */
  delegate(ruleId: string): string | undefined;
}

/** A term as people read it: atoms and strings without quotes. */
export function plain(term: Term): string {
  const value = deref(term);
  if (value.kind === 'atom') return value.name;
  return value.kind === 'string' ? value.text : writeTerm(value);
}

export interface ReasonPlaces {
  readonly sample: Term;
  readonly args: readonly Term[];
  readonly show: (term: Term) => string;
  /** The code of the test that an analysis is for. */
  readonly testOf: (analysis: Term) => string;
}

/** A sentence or a fact with its placeholders filled. */
export function fillReason(template: string, { sample, args, show, testOf }: ReasonPlaces): string {
  return template.replace(/\{(sample|\d)(:test)?\}/g, (_, place: string, test?: string) => {
    const term = place === 'sample' ? sample : args[Number(place) - 1];
    if (term === undefined) return '?';
    return test === undefined ? show(term) : testOf(term);
  });
}

/** The facts that would lift the blocker that a proof proves; null when the book does not know its reason. */
export function remedyOf(book: ReasonBook, proof: Proof): readonly string[] | null {
  const args = argsOf(proof.goal);
  const [sample, reason] = [args[0], args.at(-1)];
  if (sample === undefined || reason === undefined || !isCallable(reason)) return null;
  const missing = book.reason(keyOf(reason))?.missing;
  if (missing === undefined) return null;
  const places = { sample, args: argsOf(reason), show: wantedFact, testOf: plain };
  return missing.map((template) => fillReason(template, places));
}
