import type { Clause } from '../domain/clause.ts';
import { editDistance } from '../domain/did-you-mean.ts';
import { type Override, overrideAt } from '../domain/override.ts';
import type { Diagnostic, Program } from '../domain/program.ts';
import { ownClauses } from '../domain/rule.ts';
import type { Term } from '../domain/term.ts';
import { clausesOf, SHIPPED_RULES, type ShippedRule, shippedRule } from './index.ts';

/** What the stage machine and every decision are made of: an objection is overridden, not the question that asks for objections. */
const MADE_OF: ReadonlySet<string> = new Set([
  'edge/2',
  'rework/2',
  'can_transition/3',
  'may_rework/3',
  'may_cancel/2',
  'may_hold/2',
]);
/** So many characters may be wrong in an id that is recognized. */
const MISTYPED = 4;
/** So many unknown ids of one text are guessed at: whoever mistyped a few is helped, and a text full of them stays cheap. */
const MAX_GUESSES = 10;

function likelyRule(id: string): string | null {
  const alike = SHIPPED_RULES.filter((rule) => Math.abs(rule.id.length - id.length) <= MISTYPED);
  const near = alike.map((rule) => ({ id: rule.id, distance: editDistance(rule.id, id) }));
  const [best] = near.toSorted((a, b) => a.distance - b.distance);
  if (best !== undefined && best.distance <= MISTYPED) return best.id;
  const name = id.slice(id.indexOf('.') + 1);
  return SHIPPED_RULES.find((rule) => rule.id.endsWith(`.${name}`))?.id ?? null;
}

function neverHolds(body: readonly Term[]): boolean {
  return body.some((goal) => goal.kind === 'atom' && (goal.name === 'fail' || goal.name === 'false'));
}

function unknownRule(id: string, guess: boolean): string {
  const meant = guess ? likelyRule(id) : null;
  return `This release ships no rule ${id}, so there is nothing to override.${meant === null ? '' : ` Did you mean ${meant}?`}`;
}

/** Why an override of a shipped rule cannot stand; null when it can. */
function faultOf({ ruleId, from, to }: Override, rule: ShippedRule, { clauses }: Program): string | null {
  const { predicate } = rule;
  if (MADE_OF.has(predicate)) {
    return `${ruleId} is what every decision is made of and cannot be overridden: override one of the rules that object to a move, or add an objection.`;
  }
  const own = clauses.slice(from, to);
  const [first] = own;
  if (first?.key !== predicate) {
    const found = first === undefined ? 'no clause' : `one of ${first.key}`;
    return `Expected a clause of ${predicate} directly behind, which takes the place of ${ruleId}, but found ${found}: a guard is replaced, never erased.`;
  }
  if (own.every(({ body }) => neverHolds(body))) {
    return `Every clause that is to take the place of ${ruleId} fails, which would erase the guard: say when it does apply.`;
  }
  return null;
}

export interface JudgedOverride {
  readonly override: Override;
  /** What is wrong with it; null: nothing. */
  readonly fault: string | null;
}

function judge(program: Program): readonly JudgedOverride[] {
  const seen = new Set<string>();
  let unknown = 0;
  return program.overrides.map((override) => {
    const { ruleId } = override;
    if (seen.has(ruleId)) return { override, fault: `${ruleId} is overridden twice: write its clauses together.` };
    seen.add(ruleId);
    const rule = shippedRule(ruleId);
    if (rule !== undefined) return { override, fault: faultOf(override, rule, program) };
    unknown += 1;
    return { override, fault: unknownRule(ruleId, unknown <= MAX_GUESSES) };
  });
}

/** A review, the layers and what is told of a version all ask for the same. */
const judged = new WeakMap<Program, readonly JudgedOverride[]>();

/** Every override of a text, in its order. */
export function judgedOverrides(program: Program): readonly JudgedOverride[] {
  const before = judged.get(program);
  if (before !== undefined) return before;
  const now = judge(program);
  judged.set(program, now);
  return now;
}

/** What is wrong with the overrides of a text of the set `default`. */
export function reviewOverrides(program: Program): Diagnostic[] {
  return judgedOverrides(program).flatMap(({ override: { line, column }, fault }) =>
    fault === null ? [] : [{ severity: 'ERROR', code: 'OVERRIDE', message: fault, line, column }],
  );
}

/** An override that stands, with the rule in whose place it stands. */
export interface StandingOverride extends Override {
  readonly shipped: ShippedRule;
}

/** The overrides that stand, in the order of the text. Where a later release ships another library, some may not. */
export function standingOverrides(program: Program): readonly StandingOverride[] {
  return judgedOverrides(program).flatMap(({ override, fault }) => {
    const shipped = shippedRule(override.ruleId);
    return fault === null && shipped !== undefined ? [{ ...override, shipped }] : [];
  });
}

/** Overrides of a version in force that stand no longer: what was written for them has no effect, and shipped rules apply. */
export function lostOverrides(program: Program): Diagnostic[] {
  return reviewOverrides(program).map((diagnostic) => ({
    ...diagnostic,
    severity: 'WARNING',
    message: `${diagnostic.message} What is written for it has no effect: the shipped rules apply. Mend the text and publish it.`,
  }));
}

/** The shipped rules without those that are overridden. */
export function rulesBeneath(program: Program): readonly ShippedRule[] {
  const overridden = new Set(standingOverrides(program).map(({ ruleId }) => ruleId));
  return SHIPPED_RULES.filter(({ id }) => !overridden.has(id));
}

/**
 * What the set `default` consists of: for each of these shipped rules, in their order, what is shipped or what is written in
 * its place, then what is the organization's own. `own`: something for each clause of the text.
 */
export function layered<T>(
  program: Program,
  own: readonly T[],
  rules: readonly ShippedRule[],
  shipped: (rule: ShippedRule) => readonly T[],
): T[] {
  const standing = new Map(standingOverrides(program).map((override) => [override.ruleId, override]));
  const beneath = rules.flatMap((rule) => {
    const override = standing.get(rule.id);
    return override === undefined ? shipped(rule) : own.slice(override.from, override.to);
  });
  return [...beneath, ...own.filter((_, i) => overrideAt(program.overrides, i) === null)];
}

/** The clauses of a text of the set `default` over the shipped ones of these capabilities. */
export function layeredClauses(versionId: string, program: Program, capabilities: ReadonlySet<string>): Clause[] {
  const inUse = SHIPPED_RULES.filter(({ capability }) => capabilities.has(capability));
  return layered(program, ownClauses(versionId, program), inUse, clausesOf);
}
