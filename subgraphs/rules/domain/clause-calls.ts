import { type ChoicePoint, KIND } from './choice-point.ts';
import { type Clause, mayMatch } from './clause.ts';
import type { ClauseUses } from './clause-uses.ts';
import { compileBody } from './code.ts';
import { Environment, type Step } from './environment.ts';
import type { Code, Instruction } from './instructions.ts';
import type { Machine } from './machine.ts';
import { candidates, type Procedures } from './procedures.ts';
import { goalOf, type Term } from './term.ts';

/** Calls of predicates clause by clause, in their order. */
export class ClauseCalls {
  readonly #machine: Machine;
  readonly #procedures: Procedures;
  readonly #uses: ClauseUses;

  constructor(machine: Machine, procedures: Procedures, uses: ClauseUses) {
    this.#machine = machine;
    this.#uses = uses;
    this.#procedures = procedures;
  }

  /** Goes on in the first clause that matches; false when none does. */
  call(
    clauses: readonly Clause[],
    name: string,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    step: Step | null,
    hidden: boolean,
  ): boolean {
    const cut = this.#machine.choices.top;
    const clause = this.#firstClause(clauses, name, args, next, nextAt, step, hidden);
    return clause !== null && this.#enter(clause, name, args, next, nextAt, cut, step, hidden);
  }

  /** The first clause that may match; a choice is left for those after it. */
  #firstClause(
    clauses: readonly Clause[],
    name: string,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    step: Step | null,
    hidden: boolean,
  ): Clause | null {
    if (clauses.length === 1) {
      const [clause] = clauses as readonly [Clause];
      return this.#uses.hasFunctions(clause) || mayMatch(clause, args) ? clause : null;
    }
    const first = nextMatch(clauses, 0, args);
    if (first >= clauses.length) return null;
    const second = nextMatch(clauses, first + 1, args);
    if (second < clauses.length) {
      const choice = this.#machine.choices.push(KIND.clauses);
      choice.clauses = clauses;
      choice.from = second;
      choice.name = name;
      choice.args = args;
      choice.environment = next;
      choice.at = nextAt;
      choice.step = step;
      choice.hidden = hidden;
    }
    return clauses[first]!;
  }

  /** Uses a clause, and after it those that it does nothing but call: they need no environment of their own. */
  #enter(
    first: Clause,
    firstName: string,
    firstArgs: readonly Term[],
    next: Environment,
    nextAt: number,
    firstCut: number,
    step: Step | null,
    firstHidden: boolean,
  ): boolean {
    let clause = first;
    let name = firstName;
    let args = firstArgs;
    let cut = firstCut;
    let hidden = firstHidden;
    const noted = this.#machine.log.keeps && !hidden;
    for (;;) {
      const { body } = clause;
      if (body.length > 0) clause.code ??= compileBody(body, headSlots(clause));
      // An environment is a place to pause at.
      const alone = noted || clause.code === null || this.#machine.budget.sliceSpent;
      const chain = alone ? null : this.#chained(clause.code!, hidden);
      if (chain === null) {
        const vars = this.#uses.frame(clause, args);
        if (vars === null) return false;
        const proved = noted ? this.#machine.log.record(goalOf(name, args, clause.key), clause, step, vars) : step;
        if (body.length === 0) {
          this.#machine.goOn(next, nextAt);
        } else {
          this.#machine.goOn(new Environment(clause.code!, vars, next, nextAt, cut, proved, hidden), 0);
        }
        return true;
      }
      const handed = this.#uses.chain(clause, chain, args);
      if (handed === null) return false;
      this.#machine.budget.call(next.depth);
      args = handed;
      const procedure = chain.procedure!;
      hidden &&= procedure.builtin !== null;
      name = chain.name;
      cut = this.#machine.choices.top;
      const following = this.#firstClause(candidates(procedure, args), name, args, next, nextAt, step, hidden);
      if (following === null) return false;
      clause = following;
    }
  }

  /** The call that is all of a clause's body, where it is one of clauses proved one by one; null for any other body. */
  #chained({ chain }: Code, hidden: boolean): Instruction | null {
    if (chain === null) return null;
    const { builtin, tabled, joins } = this.#procedures.calledBy(chain);
    if (builtin !== null) return hidden && builtin.kind === 'library' ? chain : null;
    return tabled || joins !== null ? null : chain;
  }

  /** The next clause of a choice. */
  next(choice: ChoicePoint): boolean {
    const { clauses, args, environment, at, step, hidden, name } = choice;
    const clause = clauses[choice.from]!;
    const following = nextMatch(clauses, choice.from + 1, args);
    const cut = this.#machine.choices.top - 1;
    if (following < clauses.length) {
      choice.from = following;
      // What was made since the choice is forgotten: only what is older has to be remembered.
      this.#machine.bindings.release(choice.guard);
    } else this.#machine.choices.cutTo(cut);
    return this.#enter(clause, name, args, environment!, at, cut, step, hidden);
  }
}

function headSlots({ headSize }: Clause): Set<number> {
  return new Set(Array.from({ length: headSize }, (_, i) => i));
}

function nextMatch(clauses: readonly Clause[], from: number, args: readonly Term[]): number {
  let i = from;
  while (i < clauses.length && !mayMatch(clauses[i]!, args)) i += 1;
  return i;
}
