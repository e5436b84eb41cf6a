import { KIND } from './choice-point.ts';
import type { ClauseCalls } from './clause-calls.ts';
import type { Environment, Step } from './environment.ts';
import { OP, systemCode } from './instructions.ts';
import type { Machine } from './machine.ts';
import type { OptionCalls } from './option-calls.ts';
import type { Procedure } from './procedure.ts';
import { candidates, type Procedures } from './procedures.ts';
import { TABLE_CODE, type TableAnswer, Tables } from './tables.ts';
import { argsOf, goalOf, isCallable, type Term } from './term.ts';

/** A step that has begun, until it is done. */
const WORK_CODE = systemCode([OP.system], [OP.proceed]);

/** Calls of tabled predicates: all answers are found, once, and then offered. */
export class TableCalls {
  readonly #machine: Machine;
  readonly #procedures: Procedures;
  readonly #clauses: ClauseCalls;
  readonly #options: OptionCalls;
  readonly #tables: Tables;

  constructor(machine: Machine, procedures: Procedures, clauses: ClauseCalls, options: OptionCalls) {
    this.#machine = machine;
    this.#procedures = procedures;
    this.#clauses = clauses;
    this.#options = options;
    this.#tables = new Tables(machine.budget);
  }

  /** Begins a round of a table: its end is the choice that is gone back to. */
  beginRound(environment: Environment, end: number): void {
    this.#tables.beginRound(environment);
    const choice = this.#machine.choices.push(KIND.table);
    choice.environment = environment;
    choice.at = end;
  }

  /** Keeps the answer that a round has found. @throws BudgetStop */
  add(environment: Environment): void {
    this.#tables.add(environment, this.#machine.log.tableProof(environment));
  }

  /** Forgets a table that an error has left. */
  abandon(environment: Environment): void {
    this.#tables.abandon(environment);
  }

  /** Offers the answers of a table, which is opened first where it is new. */
  call(
    procedure: Procedure,
    name: string,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    caller: Environment,
  ): boolean {
    const goal = goalOf(name, args, procedure.key);
    const closure = this.#machine.log.keeps
      ? null
      : this.#procedures.closureAnswers(procedure, goal, this.#machine.budget);
    if (closure !== null) {
      const step = closure.next();
      if (step.done) return this.#options.offer(step.value, next, nextAt);
      const environment = this.#machine.goInto(WORK_CODE, [], next, nextAt, caller);
      environment.collection = { bag: [], work: closure, members: [], since: this.#machine.log.newest };
      return true;
    }
    const found = this.#tables.call(goal);
    if (found.answers !== null) {
      return this.#options.offer({ pattern: goal, options: this.#answers(found.answers, caller.step) }, next, nextAt);
    }
    const environment = this.#machine.goInto(TABLE_CODE, [goal], next, nextAt, caller);
    this.#tables.open(found.key, environment, procedure, this.#machine.log.newest);
    return true;
  }

  *#answers(answers: readonly TableAnswer[], step: Step | null): Generator<Term, undefined> {
    for (let i = 0; i < answers.length; i++) {
      const { term, proof } = answers[i]!;
      if (proof !== null) this.#machine.log.record(term, proof, step);
      yield term;
    }
  }

  /** Tries the clauses of the table's predicate. */
  tryClauses(environment: Environment): boolean {
    const goal = environment.vars[0]!;
    const { procedure } = environment.table!;
    const args = argsOf(goal);
    const name = isCallable(goal) ? goal.name : '';
    const clauses = candidates(procedure, args);
    return this.#clauses.call(clauses, name, args, environment, this.#machine.at + 1, null, false);
  }

  /** All clauses have been tried: another round where that found something new that could lead to more. */
  endRound(environment: Environment): boolean {
    const answers = this.#tables.endRound(environment);
    if (answers === null) {
      this.#machine.at = 0;
      return true;
    }
    const options = { pattern: environment.vars[0]!, options: this.#answers(answers, environment.step) };
    return this.#options.offer(options, environment.next!, environment.nextAt);
  }
}
