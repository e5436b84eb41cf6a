import type { Budget } from './budget.ts';
import type { Options } from './builtin.ts';
import { builtinOf } from './builtins.ts';
import type { Clause } from './clause.ts';
import { Closure } from './closure/closure.ts';
import type { Instruction } from './instructions.ts';
import { JOIN_FROM, joinFor, mayJoin } from './join/join-plans.ts';
import { JoinRun } from './join/join-run.ts';
import type { Knowledge } from './knowledge.ts';
import { preludePredicate } from './prelude.ts';
import type { Procedure } from './procedure.ts';
import type { Slices } from './slices.ts';
import { deref, type Term } from './term.ts';

const NOTHING: readonly Clause[] = [];

/** What indicators stand for in one evaluation, and the ways to their answers. */
export class Procedures {
  readonly #knowledge: Knowledge;
  readonly #joinFrom: number;
  /** Whether some layer is large enough for plans. */
  readonly #plans: boolean;
  readonly #procedures = new Map<string, Procedure>();
  readonly #closures = new Map<string, Closure | null>();
  /** Instructions that know what they call in this evaluation. They live longer than it: shipped rules are everybody's. */
  #resolved: Instruction[] = [];

  /** `joinFrom`: how many clauses a layer has at least for its joins to be planned. */
  constructor(knowledge: Knowledge, joinFrom = JOIN_FROM) {
    this.#knowledge = knowledge;
    this.#joinFrom = joinFrom;
    this.#plans = mayJoin(knowledge, joinFrom);
  }

  calledBy(instruction: Instruction): Procedure {
    const { procedure } = instruction;
    if (procedure !== null && instruction.owner === this) return procedure;
    const made = this.of(instruction.key);
    instruction.procedure = made;
    instruction.owner = this;
    this.#resolved.push(instruction);
    return made;
  }

  /** Instructions forget what they call: they would keep an organization's knowledge in memory. */
  release(): void {
    for (const instruction of this.#resolved) {
      if (instruction.owner !== this) continue;
      instruction.procedure = null;
      instruction.owner = null;
    }
    this.#resolved = [];
  }

  of(key: string): Procedure {
    const known = this.#procedures.get(key);
    if (known !== undefined) return known;
    const builtin = builtinOf(key) ?? null;
    const prelude = preludePredicate(key);
    const layers = prelude !== null ? [prelude] : builtin !== null ? [] : this.#knowledge.layersOf(key);
    const tabled = builtin === null && layers.some(({ clauses }) => clauses.some((clause) => clause.tabled));
    const planned = builtin === null && !tabled && this.#plans && layers.some((layer) => layer.hasRules);
    const made = { key, builtin, layers, tabled, joins: planned ? new Map() : null };
    this.#procedures.set(key, made);
    return made;
  }

  /** A call by its plan; null where there is none, or where it would nest too deep for the budget. */
  joinRun({ key, joins }: Procedure, args: readonly Term[], depth: number, budget: Budget): JoinRun | null {
    let mask = 0;
    for (let i = 0; i < args.length; i++) {
      const arg = deref(args[i]!);
      if (arg.kind === 'struct') return null;
      if (arg.kind !== 'var') mask |= 1 << i;
      else for (let j = 0; j < i; j++) if (deref(args[j]!) === arg) return null;
    }
    let ready = joins!.get(mask);
    if (ready === undefined) {
      const bound = args.map((_, i) => (mask & (1 << i)) !== 0);
      ready = joinFor(this.#knowledge, key, bound, this.#joinFrom);
      joins!.set(mask, ready);
    }
    if (ready === null || depth + ready.plan.depth > budget.limits.depth) return null;
    const run = new JoinRun(ready.plan, ready.constants, budget);
    for (let i = 0; i < args.length; i++) if ((mask & (1 << i)) !== 0) run.give(i, deref(args[i]!));
    return run;
  }

  /** The answers of a tabled predicate over facts alone; null where it is more. @throws BudgetStop */
  closureAnswers({ key, layers }: Procedure, goal: Term, budget: Budget): Slices<Options> | null {
    let closure = this.#closures.get(key);
    if (closure === undefined) {
      closure = Closure.of(key, layers, this.#knowledge);
      this.#closures.set(key, closure);
    }
    return closure?.answers(goal, budget) ?? null;
  }
}

/** The clauses that may match a call, in their order. */
export function candidates({ layers }: Procedure, args: readonly Term[]): readonly Clause[] {
  if (layers.length === 1) return layers[0]!.candidates(args);
  if (layers.length === 0) return NOTHING;
  const found = layers.map((layer) => layer.candidates(args)).filter(({ length }) => length > 0);
  return found.length === 1 ? found[0]! : found.flat();
}
