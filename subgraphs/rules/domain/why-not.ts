import { type Abducibles, ANY_FACT } from './abducibles.ts';
import { evaluate } from './arithmetic/evaluate.ts';
import { copyTerm, type Frame, instantiate } from './bindings.ts';
import type { Limits } from './budget.ts';
import type { Builtin } from './builtin.ts';
import { BUILTINS } from './builtins.ts';
import { type Clause, headOf } from './clause.ts';
import { Engine } from './engine.ts';
import { BudgetStop, type StopReason } from './faults.ts';
import type { Knowledge } from './knowledge.ts';
import { buildProof, type Proof } from './proof.ts';
import { isQuantity } from './quantities.ts';
import { atOnce, type Slices } from './slices.ts';
import {
  type Atom,
  argsOf,
  conjuncts,
  deref,
  isCallable,
  isNumber,
  keyOf,
  type Struct,
  struct,
  type Term,
  TRUE,
  variablesOf,
} from './term.ts';
import { VariableNames, wantedFact, writeTerm } from './writer.ts';

export type FailKind = 'NO_FACT' | 'NO_RULE_APPLIES' | 'NEGATION' | 'COMPARISON' | 'CONTROL';

/** How far one rule (or the question itself, when `ruleId` is null) came. */
export interface Attempt {
  readonly ruleId: string | null;
  /** The first goal that failed, with the values it had. */
  readonly failedAt: string;
  readonly kind: FailKind;
  readonly reason: string;
}

export interface WhyNot {
  /** True when the goal has an answer after all. */
  readonly holds: boolean;
  readonly attempts: readonly Attempt[];
  /** Alternatives: sets of facts that would make the failed goals true, the smallest first. */
  readonly missing: readonly (readonly string[])[];
  readonly stoppedBy: StopReason | null;
}

export interface WhyOptions {
  readonly limits: Limits;
  /** Milliseconds, never running backwards. */
  readonly clock: () => number;
  /** Facts that are known to break a proof; null: they are looked for. */
  readonly remedy?: ((proof: Proof) => readonly string[] | null) | undefined;
  /** Default: any fact may be missing. */
  readonly abducible?: Abducibles;
}

interface Failure {
  readonly kind: FailKind;
  readonly reason: string;
  readonly missing: readonly (readonly string[])[];
}

/** How one way of proving a goal fared. */
interface Tried {
  readonly attempt: Attempt;
  readonly missing: Failure['missing'];
}

const MAX_DEPTH = 5;
const MAX_ALTERNATIVES = 10;
const MAX_BLOCKERS = 5;
/** More facts than these at a time are no advice. */
const MAX_MISSING = 3;
/** Kinds of goals that fail because others do. */
const CALLING: ReadonlySet<string> = new Set(['control', 'inline', 'call', 'library']);

function conjunction(goals: readonly Term[]): Term {
  return (
    goals.reduceRight<Term | null>((rest, goal) => (rest === null ? goal : struct(',', [goal, rest])), null) ?? TRUE
  );
}

function smallest(sets: readonly (readonly string[])[]): (readonly string[])[] {
  const distinct = new Map(sets.map((set) => [set.toSorted().join('\n'), set]));
  return [...distinct.values()].toSorted((a, b) => a.length - b.length).slice(0, MAX_ALTERNATIVES);
}

/** Looks for the reasons of a failure. One use per question: the budget is shared by all its searches. */
class Search {
  readonly engine: Engine;
  readonly #knowledge: Knowledge;
  readonly #remedy: WhyOptions['remedy'];
  readonly #abducible: Abducibles;

  constructor(knowledge: Knowledge, { limits, clock, remedy, abducible }: WhyOptions) {
    this.#abducible = abducible ?? ANY_FACT;
    this.#knowledge = knowledge;
    this.#remedy = remedy;
    this.engine = new Engine(knowledge, { limits, clock, steps: true });
  }

  /** The attempts at one goal: one per rule that could have proved it. */
  *attempts(goal: Atom | Struct, depth: number): Slices<Tried[]> {
    const tried: Tried[] = [];
    for (const clause of this.#rulesFor(goal)) {
      const body = this.#bodyFor(clause, goal);
      if (body !== null) tried.push(yield* this.furthest(body, clause.origin.id, depth));
    }
    return tried;
  }

  /** The first goal of a body at which the furthest way through it ends. */
  *furthest(body: readonly Term[], ruleId: string | null, depth: number): Slices<Tried> {
    for (let reached = body.length - 1; reached >= 0; reached--) {
      const left = yield* this.#leftAfter(body.slice(0, reached), body.slice(reached));
      if (left === null) continue;
      const [failed, ...rest] = left;
      const names = new VariableNames();
      const failedAt = writeTerm(failed!, names);
      const { missing, ...failure } = yield* this.#failure(failed!, depth, names);
      return {
        attempt: { ruleId, failedAt, ...failure },
        missing: yield* this.#beyond(failed!, missing, rest, depth),
      };
    }
    const failed = body[0] ?? TRUE;
    return { attempt: { ruleId, failedAt: writeTerm(failed), kind: 'CONTROL', reason: 'It fails.' }, missing: [] };
  }

  /** Goals as they stand after the first answer of those in front of them; null when these have none. */
  *#leftAfter(front: readonly Term[], goals: readonly Term[]): Slices<readonly Term[] | null> {
    const { bindings, budget } = this.engine;
    const place = bindings.place();
    try {
      let result: readonly Term[] | null = null;
      yield* this.engine.solving(conjunction(front), () => {
        // Copied together, so that variables which they share stay shared.
        result = argsOf(copyTerm(struct('left', goals, 'left/n'), budget));
        return true;
      });
      return result;
    } finally {
      bindings.returnTo(place);
    }
  }

  /**
   * What else is missing where the facts for one goal are not enough: the goals behind it are looked at as if they were
   * there. Where that goal leaves variables open nothing can be said of the goals that use them.
   */
  *#beyond(
    failed: Term,
    missing: Failure['missing'],
    rest: readonly Term[],
    depth: number,
  ): Slices<Failure['missing']> {
    const { budget } = this.engine;
    const open = variablesOf(failed, new Set(), budget);
    const decided = rest.filter((goal) =>
      [...variablesOf(goal, new Set(), budget)].every((variable) => !open.has(variable)),
    );
    if (missing.length === 0 || decided.length === 0 || depth >= MAX_DEPTH) return missing;
    if (yield* this.engine.holds(conjunction(decided))) return missing;
    const { missing: more } = yield* this.furthest(decided, null, depth + 1);
    const both = missing.flatMap((set) => more.map((further) => [...new Set([...set, ...further])]));
    return smallest(both.filter((set) => set.length <= MAX_MISSING));
  }

  #rulesFor(goal: Atom | Struct): Clause[] {
    return this.#knowledge.candidates(goal).filter((clause) => clause.origin.kind === 'rule');
  }

  #bodyFor(clause: Clause, goal: Atom | Struct): Term[] | null {
    const { bindings, budget } = this.engine;
    const frame: Frame = new Array(clause.size);
    return bindings.tentatively(() => {
      if (!bindings.matchAll(headOf(clause).args, argsOf(goal), frame)) return null;
      // Copied together, so that variables shared by the body's goals stay shared when the bindings are taken back.
      const body = copyTerm(
        struct(
          'body',
          clause.body.map((part) => instantiate(part, frame)),
          'body/n',
        ),
        budget,
      );
      return [...argsOf(body)];
    });
  }

  *#failure(goal: Term, depth: number, names: VariableNames): Slices<Failure> {
    const value = deref(goal);
    if (!isCallable(value)) return { kind: 'CONTROL', reason: 'It is no goal.', missing: [] };
    const key = keyOf(value);
    if (value.kind === 'struct' && (key === '\\+/1' || key === 'not/1'))
      return yield* this.#negation(value.args[0]!, depth, names);
    const builtin = BUILTINS.get(key);
    if (builtin !== undefined && CALLING.has(builtin.kind))
      return { kind: 'CONTROL', reason: `${writeTerm(value, names)} has no answer.`, missing: [] };
    if (builtin !== undefined) {
      return {
        kind: 'COMPARISON',
        reason: `${writeTerm(value, names)} is not true${this.#values(value, builtin)}.`,
        missing: [],
      };
    }
    return yield* this.#predicate(value, key, depth);
  }

  /** Both values of a comparison of calculations, where they do not stand there already. */
  #values(goal: Atom | Struct, { order }: Builtin): string {
    const [left, right] = argsOf(goal);
    if (order === undefined || left === undefined || right === undefined) return '';
    if ([left, right].map(deref).every((side) => isNumber(side) || isQuantity(side))) return '';
    const { budget } = this.engine;
    return `: ${writeTerm(struct(goal.name, [evaluate(left, budget), evaluate(right, budget)]))} does not hold`;
  }

  *#predicate(goal: Atom | Struct, key: string, depth: number): Slices<Failure> {
    const rules = this.#knowledge.clausesOf(key).filter((clause) => clause.origin.kind === 'rule');
    const wanted = wantedFact(goal);
    if (rules.length === 0) {
      const missing = this.#abducible.allows(key) ? [[wanted]] : [];
      return { kind: 'NO_FACT', reason: `No fact matches ${wanted}.`, missing };
    }
    const tried = depth >= MAX_DEPTH ? [] : yield* this.attempts(goal, depth + 1);
    return {
      kind: 'NO_RULE_APPLIES',
      reason: `No rule for ${key} proves ${wanted}.`,
      missing: smallest([
        ...(this.#abducible.declares(key) ? [[wanted]] : []),
        ...tried.flatMap(({ missing }) => missing),
      ]),
    };
  }

  /** `\+ goal` failed because the goal holds: each of its proofs would have to be taken away. */
  *#negation(goal: Term, depth: number, names: VariableNames): Slices<Failure> {
    const proofs = yield* this.proofsOf(goal, MAX_BLOCKERS);
    const found = proofs.map((roots) => writeTerm(conjunction(roots.map((proof) => proof.goal)), names));
    const sets: (readonly string[] | undefined)[] = [];
    for (const roots of proofs) sets.push((yield* this.defeating(roots, depth))[0]);
    const whole = sets.every((set) => set !== undefined) && proofs.length < MAX_BLOCKERS;
    return {
      kind: 'NEGATION',
      reason: `It must not hold, but it does: ${found.join('; ')}.`,
      missing: whole ? smallest([[...new Set(sets.flat().filter((fact) => fact !== undefined))]]) : [],
    };
  }

  /** The proofs of the first answers of a goal. */
  *proofsOf(goal: Term, max: number): Slices<Proof[][]> {
    const proofs: Proof[][] = [];
    const { bindings, budget } = this.engine;
    const place = bindings.place();
    try {
      yield* this.engine.solving(goal, () => {
        proofs.push(buildProof(this.engine.steps, budget));
        return proofs.length >= max;
      });
    } finally {
      bindings.returnTo(place);
    }
    return proofs;
  }

  /** Sets of facts that would break a proof: each makes one of its own negations false. */
  *defeating(roots: readonly Proof[], depth: number): Slices<(readonly string[])[]> {
    const known = roots.map((root) => this.#remedy?.(root) ?? null).find((facts) => facts !== null);
    if (known) return known.length === 0 ? [] : [known];
    const negations = roots
      .flatMap((root) => (root.kind === 'ABSENT' ? [root] : root.children))
      .filter((proof) => proof.kind === 'ABSENT');
    const sets: (readonly string[])[] = [];
    for (const { goal } of depth >= MAX_DEPTH ? [] : negations) {
      const absent = goal.kind === 'struct' ? deref(goal.args[0]!) : goal;
      sets.push(...(yield* this.#failure(absent, depth + 1, new VariableNames())).missing);
    }
    return smallest(sets);
  }
}

/**
 * Why a goal has no answer: how far each rule came, and which facts (at most three at a time) would mend it. Where such a
 * fact is not known in full, nothing can be said of the goals that need the rest of it.
 * @throws RuleFault, TermTooLarge
 */
export function whyNot(knowledge: Knowledge, goal: Term, options: WhyOptions): WhyNot {
  return atOnce(askingWhyNot(knowledge, goal, options));
}

/** `whyNot` in slices. */
export function* askingWhyNot(knowledge: Knowledge, goal: Term, options: WhyOptions): Slices<WhyNot> {
  const search = new Search(knowledge, options);
  try {
    if (yield* search.engine.holds(goal)) return { holds: true, attempts: [], missing: [], stoppedBy: null };
    const parts = conjuncts(goal);
    const single = parts.length === 1 ? deref(goal) : null;
    const asked = single !== null && isCallable(single) ? yield* search.attempts(single, 0) : [];
    const all = asked.length > 0 ? asked : [yield* search.furthest(parts, null, 0)];
    return {
      holds: false,
      attempts: all.map(({ attempt }) => attempt),
      missing: smallest(all.flatMap(({ missing }) => missing)),
      stoppedBy: null,
    };
  } catch (error) {
    if (!(error instanceof BudgetStop)) throw error;
    return { holds: false, attempts: [], missing: [], stoppedBy: error.reason };
  }
}

/** Facts whose presence would break the given proof. @throws RuleFault, BudgetStop */
export function* factsAgainst(knowledge: Knowledge, proof: Proof, options: WhyOptions): Slices<readonly string[]> {
  return (yield* new Search(knowledge, options).defeating([proof], 0))[0] ?? [];
}
