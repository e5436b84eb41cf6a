import type { Budget } from '../budget.ts';
import type { Options } from '../builtin.ts';
import { builtinOf } from '../builtins.ts';
import type { Clause } from '../clause.ts';
import { Constants, isConstant } from '../constants.ts';
import type { Knowledge, Predicate } from '../knowledge.ts';
import type { Slices } from '../slices.ts';
import { argsOf, deref, isCallable, keyOf, struct, type Term } from '../term.ts';
import { type ClosureJoin, ClosureRun, type ClosureStep, type Columns } from './closure-run.ts';
import { Relation } from './relation.ts';

/**
 * A tabled predicate that makes no values: constants and variables only, over itself and over facts. Its answers are
 * rows of numbers, and each new row is joined once with those before it.
 */

/** What a literal's argument is: a register, or a constant in a register of its own. */
interface Literal {
  /** Null: the predicate itself. */
  readonly facts: Relation | null;
  readonly registers: readonly number[];
}
interface ClosureRule {
  readonly head: readonly number[];
  readonly body: readonly Literal[];
}
export class Closure {
  readonly #key: string;
  readonly #rules: readonly Clause[];
  readonly #constants = new Constants();
  readonly #facts = new Map<string, Relation>();
  /** What was derived, by the constants that were handed down. */
  readonly #derived = new Map<string, Relation>();

  private constructor(key: string, rules: readonly Clause[]) {
    this.#key = key;
    this.#rules = rules;
  }

  /** Null when some clause is not of the shape. */
  static of(key: string, layers: readonly Predicate[], knowledge: Knowledge): Closure | null {
    const rules = layers.flatMap(({ clauses }) => clauses);
    const made = new Closure(key, rules);
    return rules.every((clause) => made.#accepts(clause, knowledge)) ? made : null;
  }

  #accepts({ head, body, size }: Clause, knowledge: Knowledge): boolean {
    const args = argsOf(head);
    if (args.length === 0 || !args.every((arg) => arg.kind === 'local' || isConstant(arg))) return false;
    const given = new Set<number>();
    for (const goal of body) {
      if (goal.kind !== 'struct' || builtinOf(goal.key) !== undefined) return false;
      for (const arg of goal.args) {
        if (arg.kind === 'local') given.add(arg.index);
        else if (!isConstant(arg)) return false;
      }
      if (goal.key !== this.#key && !this.#loadFacts(goal.key, goal.args.length, knowledge)) return false;
    }
    return given.size === size;
  }

  /** False when the predicate is more than facts about constants. */
  #loadFacts(key: string, arity: number, knowledge: Knowledge): boolean {
    if (this.#facts.has(key)) return true;
    const clauses = knowledge.clausesOf(key);
    if (clauses.some(({ head, body }) => body.length > 0 || !argsOf(head).every(isConstant))) return false;
    const relation = new Relation(arity);
    for (const { head } of clauses) relation.add(argsOf(head).map((arg) => this.#constants.numberOf(arg)));
    this.#facts.set(key, relation);
    return true;
  }

  /**
   * The answers of a goal, and perhaps others; null when none of its constants can be handed down: then all answers
   * would have to be found for a few. @throws BudgetStop
   */
  answers(goal: Term, budget: Budget): Slices<Options> | null {
    const args = argsOf(goal).map(deref);
    const bound = args.flatMap((arg, i) => (arg.kind === 'var' ? [] : [i]));
    if (!bound.every((i) => isConstant(args[i]!))) return null;
    const handed = bound.filter((i) => this.#keeps(i));
    if (bound.length > 0 && handed.length === 0) return null;
    return this.#answers(goal, handed, bound.length > handed.length ? bound : [], budget);
  }

  *#answers(goal: Term, handed: readonly number[], columns: readonly number[], budget: Budget): Slices<Options> {
    const args = argsOf(goal).map(deref);
    const key = handed.map((i) => `${i}=${this.#constants.numberOf(args[i]!)}`).join();
    let relation = this.#derived.get(key);
    if (relation === undefined) {
      relation = yield* this.#derive(args, handed, budget);
      this.#derived.set(key, relation);
    }
    return { pattern: goal, options: this.#terms(goal, relation, columns) };
  }

  /** Whether every rule hands an argument down to itself unchanged. */
  #keeps(position: number): boolean {
    return this.#rules.every(({ head, body }) => {
      const own = body.filter((goal) => isCallable(goal) && keyOf(goal) === this.#key);
      const arg = argsOf(head)[position]!;
      return own.every((goal) => {
        const handed = argsOf(goal)[position]!;
        return arg.kind === 'local' && handed.kind === 'local' && handed.index === arg.index;
      });
    });
  }

  *#derive(args: readonly Term[], bound: readonly number[], budget: Budget): Slices<Relation> {
    const found = new Relation(args.length);
    const registers: number[] = [];
    const constant = (term: Term) => {
      registers.push(this.#constants.numberOf(term));
      return registers.length - 1;
    };
    const joins = this.#rules.flatMap((clause) => this.#joinsOf(clause, args, bound, found, registers, constant));
    const run = new ClosureRun(found, Int32Array.from(registers), budget);
    for (const join of joins.filter(({ start }) => start === null)) yield* run.begin(join);
    const growing = joins.filter(({ start }) => start !== null);
    for (let row = 0; row < found.size; row++) {
      for (const join of growing) run.extend(join, row);
      if (budget.sliceSpent) yield;
    }
    run.settle();
    return found;
  }

  /** A join for each literal of the predicate itself, which takes a new row; one where there is none. */
  #joinsOf(
    clause: Clause,
    args: readonly Term[],
    bound: readonly number[],
    found: Relation,
    registers: number[],
    constant: (term: Term) => number,
  ): ClosureJoin[] {
    const { head, body, size } = clause;
    const base = registers.length;
    for (let i = 0; i < size; i++) registers.push(0);
    const given = new Set<number>();
    const registerOf = (term: Term) => {
      if (term.kind === 'local') return base + term.index;
      const register = constant(term);
      given.add(register);
      return register;
    };
    const headRegisters = argsOf(head).map(registerOf);
    for (const i of bound) {
      const value = this.#constants.numberOf(args[i]!);
      const register = headRegisters[i]!;
      if (given.has(register) && registers[register] !== value) return [];
      registers[register] = value;
      given.add(register);
    }
    const literals: Literal[] = body.map((goal) => ({
      facts: isCallable(goal) && keyOf(goal) !== this.#key ? (this.#facts.get(keyOf(goal)) ?? null) : null,
      registers: argsOf(goal).map(registerOf),
    }));
    const rule = { head: headRegisters, body: literals };
    const own = literals.flatMap(({ facts }, i) => (facts === null ? [i] : []));
    if (own.length === 0) return [joinFrom(rule, null, given, found)];
    return own.map((start) => joinFrom(rule, start, given, found));
  }

  /** The rows as terms: those that may have the goal's constants in these columns, or all where there are none. */
  *#terms(goal: Term, relation: Relation, columns: readonly number[]): Generator<Term, undefined> {
    const name = isCallable(goal) ? goal.name : '';
    if (columns.length === 0) {
      for (let row = 0; row < relation.size; row++) yield this.#term(name, relation, row);
      return;
    }
    const index = relation.index(columns);
    const values = columns.map((column) => this.#constants.numberOf(deref(argsOf(goal)[column]!)));
    for (let row = relation.first(index, values); row >= 0; row = relation.following(index, row)) {
      yield this.#term(name, relation, row);
    }
  }

  #term(name: string, relation: Relation, row: number): Term {
    const { terms } = this.#constants;
    const args = new Array<Term>(relation.arity);
    for (let i = 0; i < args.length; i++) args[i] = terms[relation.at(row, i)]!;
    return struct(name, args, this.#key);
  }
}

/** The literals of a rule in the order in which they are joined: the new row's first, then as they stand. */
function joinFrom(
  { head, body }: ClosureRule,
  start: number | null,
  constants: ReadonlySet<number>,
  found: Relation,
): ClosureJoin {
  const given = new Set(constants);
  const columnsOf = (registers: readonly number[]): Columns => {
    const known = registers.map((register) => {
      const before = given.has(register);
      given.add(register);
      return before;
    });
    return { registers, known };
  };
  const first = start === null ? null : columnsOf(body[start]!.registers);
  const steps = body.flatMap(({ facts, registers }, i): ClosureStep[] => {
    if (i === start) return [];
    const columns = registers.flatMap((register, column) => (given.has(register) ? [column] : []));
    const relation = facts ?? found;
    const index = columns.length === 0 ? null : relation.index(columns);
    const own = facts !== null ? null : start !== null && i < start ? 'before' : 'including';
    return [{ relation, index, keys: columns.map((column) => registers[column]!), own, ...columnsOf(registers) }];
  });
  return { start: first, steps, head };
}
