import { Bindings, copyTerm, type Frame, instantiate } from './bindings.ts';
import { Budget, type Limits } from './budget.ts';
import { BUILTINS, type Builtin, guardResults, type Options } from './builtins.ts';
import { type Clause, mayMatch } from './clause.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import type { Knowledge } from './knowledge.ts';
import { type Atom, argsOf, deref, isCallable, keyOf, list, type Struct, type Term } from './term.ts';
import { writeTerm } from './writer.ts';

/** What is still to be proved: a goal of one clause's body, then the rest. */
interface Goals {
  readonly pattern: Term;
  readonly frame: Frame;
  readonly depth: number;
  /** The step whose clause put this goal here. */
  readonly parent: Step | null;
  readonly next: Goals | null;
}

/** One thing proved on the way to an answer. Steps form a list from the newest to the oldest, cut back on failure. */
export interface Step {
  readonly goal: Term;
  readonly by: Clause | 'absent' | 'builtin';
  readonly parent: Step | null;
  readonly previous: Step | null;
  readonly count: number;
}

interface Choice {
  readonly trail: number;
  readonly log: Step | null;
  /** Goes on with the next possibility; null when there is none left. */
  readonly resume: () => Goals | null | typeof FAILED;
}

const FAILED = Symbol('failed');
const MAX_NESTED_RUNS = 200;
const MAX_STEPS = 300_000;
const NO_FRAME: Frame = [];

export interface EngineOptions {
  readonly limits: Limits;
  /** Milliseconds, never running backwards. */
  readonly clock: () => number;
  /** Keep the steps of each answer, from which a proof is made. */
  readonly steps?: boolean;
}

/** Depth-first resolution with negation as failure, in the order of clauses and goals, under a budget. */
export class Engine {
  readonly bindings: Bindings;
  readonly budget: Budget;
  readonly #knowledge: Knowledge;
  readonly #keepSteps: boolean;
  #log: Step | null = null;
  #nested = 0;

  constructor(knowledge: Knowledge, options: EngineOptions) {
    this.#knowledge = knowledge;
    this.budget = new Budget(options.limits, options.clock);
    this.bindings = new Bindings(this.budget);
    this.#keepSteps = options.steps ?? false;
  }

  /** The newest step of the answer at hand; null when steps are not kept. */
  get steps(): Step | null {
    return this.#log;
  }

  /**
   * Calls `found` for each answer while the goal's variables are bound to it; true from `found` ends the search and
   * keeps the bindings. Answers whether the search was ended so.
   * @throws BudgetStop when the budget is spent @throws RuleFault when a goal has no meaning
   */
  solve(goal: Term, found: () => boolean, depth = 0): boolean {
    this.#nested += 1;
    if (this.#nested > MAX_NESTED_RUNS) throw new BudgetStop('DEPTH');
    if (this.#nested === 1) this.#log = null;
    try {
      return this.#run({ pattern: goal, frame: NO_FRAME, depth, parent: null, next: null }, found);
    } finally {
      this.#nested -= 1;
    }
  }

  /** Whether a goal has an answer. Bindings are taken back. */
  holds(goal: Term, depth = 0): boolean {
    const mark = this.bindings.mark();
    const log = this.#log;
    const result = this.solve(goal, () => true, depth);
    this.bindings.undo(mark);
    this.#log = log;
    return result;
  }

  #run(start: Goals, found: () => boolean): boolean {
    const choices: Choice[] = [];
    let goals: Goals | null | typeof FAILED = start;
    for (;;) {
      if (goals === null) {
        if (found()) return true;
        goals = FAILED;
      } else if (goals === FAILED) {
        const choice: Choice | undefined = choices.pop();
        if (choice === undefined) return false;
        this.bindings.undo(choice.trail);
        this.#log = choice.log;
        goals = choice.resume();
      } else {
        goals = this.#step(goals, choices);
      }
    }
  }

  #step(goals: Goals, choices: Choice[]): Goals | null | typeof FAILED {
    const goal = deref(instantiate(goals.pattern, goals.frame));
    if (!isCallable(goal)) throw notCallable(goal);
    this.budget.call(goals.depth);
    const key = keyOf(goal);
    const builtin = BUILTINS.get(key);
    if (builtin === undefined) return this.#resolve(goal, this.#knowledge.candidates(goal, key), 0, goals, choices);
    return this.#builtin(goal, builtin, goals, choices);
  }

  #builtin(
    goal: Atom | Struct,
    { test, choices: several, advice }: Builtin,
    goals: Goals,
    choices: Choice[],
  ): Goals | null | typeof FAILED {
    const args = argsOf(goal);
    if (test !== undefined) return test(args, this) ? this.#proved(goal, 'builtin', goals) : FAILED;
    if (several !== undefined) return this.#several(goal, several(args, this), goals, choices);
    if (advice !== undefined) throw new RuleFault('UNSUPPORTED', advice);
    return this.#control(goal, args, goals, choices);
  }

  #proved(goal: Term, by: Step['by'], goals: Goals): Goals | null {
    this.#record(goal, by, goals.parent);
    return goals.next;
  }

  #record(goal: Term, by: Step['by'], parent: Step | null): Step | null {
    if (!this.#keepSteps) return null;
    const count = (this.#log?.count ?? 0) + 1;
    if (count > MAX_STEPS) throw new BudgetStop('MEMORY');
    this.#log = { goal, by, parent, previous: this.#log, count };
    return this.#log;
  }

  #choice(choices: Choice[], resume: Choice['resume']): void {
    choices.push({ trail: this.bindings.mark(), log: this.#log, resume });
  }

  #resolve(
    goal: Atom | Struct,
    clauses: readonly Clause[],
    from: number,
    goals: Goals,
    choices: Choice[],
  ): Goals | null | typeof FAILED {
    const mark = this.bindings.mark();
    const log = this.#log;
    const args = argsOf(goal);
    for (let i = nextMatch(clauses, from, args); i < clauses.length; ) {
      const clause = clauses[i]!;
      i = nextMatch(clauses, i + 1, args);
      const frame: Frame = clause.size === 0 ? NO_FRAME : new Array(clause.size);
      if (!this.bindings.match(clause.head, goal, frame)) {
        this.bindings.undo(mark);
        continue;
      }
      if (i < clauses.length) {
        const rest = i;
        choices.push({ trail: mark, log, resume: () => this.#resolve(goal, clauses, rest, goals, choices) });
      }
      return this.#enter(goal, clause, frame, goals);
    }
    return FAILED;
  }

  #enter(goal: Term, clause: Clause, frame: Frame, goals: Goals): Goals | null {
    const parent = this.#record(goal, clause, goals.parent);
    let next = goals.next;
    for (let i = clause.body.length - 1; i >= 0; i--) {
      next = { pattern: clause.body[i]!, frame, depth: goals.depth + 1, parent, next };
    }
    return next;
  }

  #several(goal: Term, found: Options | null, goals: Goals, choices: Choice[]): Goals | null | typeof FAILED {
    if (found === null) return FAILED;
    const { pattern, options } = found;
    const mark = this.bindings.mark();
    for (let option = options.next(); !option.done; option = options.next()) {
      this.budget.call(goals.depth);
      if (this.bindings.unify(pattern, option.value)) {
        choices.push({ trail: mark, log: this.#log, resume: () => this.#several(goal, found, goals, choices) });
        return this.#proved(goal, 'builtin', goals);
      }
      this.bindings.undo(mark);
    }
    return FAILED;
  }

  #control(goal: Term, args: readonly Term[], goals: Goals, choices: Choice[]): Goals | null | typeof FAILED {
    const [first, second, third] = args;
    switch (isCallable(goal) ? keyOf(goal) : '') {
      case ',/2':
        return this.#then(first!, goals, this.#then(second!, goals, goals.next));
      case ';/2':
        return this.#either(first!, second!, goals, choices);
      case '->/2':
        return this.#once(first!, goals) ? this.#then(second!, goals, goals.next) : FAILED;
      case '\\+/1':
      case 'not/1':
        return this.holds(first!, goals.depth + 1) ? FAILED : this.#proved(goal, 'absent', goals);
      case 'call/1':
        return this.#then(first!, goals, goals.next);
      case 'once/1':
        return this.#once(first!, goals) ? goals.next : FAILED;
      case 'forall/2':
        return this.#forall(first!, second!, goals.depth + 1) ? this.#proved(goal, 'builtin', goals) : FAILED;
      case 'findall/3':
        return this.#findall(first!, second!, third!, goals) ? this.#proved(goal, 'builtin', goals) : FAILED;
      default:
        throw notCallable(goal);
    }
  }

  #then(term: Term, at: Goals, next: Goals | null): Goals {
    return { pattern: term, frame: NO_FRAME, depth: at.depth + 1, parent: at.parent, next };
  }

  #either(first: Term, right: Term, goals: Goals, choices: Choice[]): Goals | null | typeof FAILED {
    const left = deref(first);
    if (left.kind === 'struct' && left.key === '->/2') {
      if (this.#once(left.args[0]!, goals)) return this.#then(left.args[1]!, goals, goals.next);
      return this.#then(right, goals, goals.next);
    }
    this.#choice(choices, () => this.#then(right, goals, goals.next));
    return this.#then(left, goals, goals.next);
  }

  /** The first answer, whose bindings are kept. */
  #once(goal: Term, goals: Goals): boolean {
    const mark = this.bindings.mark();
    const log = this.#log;
    if (this.solve(goal, () => true, goals.depth + 1)) {
      this.#log = log;
      this.#record(goal, 'builtin', goals.parent);
      return true;
    }
    this.bindings.undo(mark);
    this.#log = log;
    return false;
  }

  #forall(condition: Term, action: Term, depth: number): boolean {
    const mark = this.bindings.mark();
    const log = this.#log;
    const broken = this.solve(condition, () => !this.holds(action, depth), depth);
    this.bindings.undo(mark);
    this.#log = log;
    return !broken;
  }

  #findall(template: Term, goal: Term, result: Term, goals: Goals): boolean {
    const mark = this.bindings.mark();
    const log = this.#log;
    const found: Term[] = [];
    this.solve(
      goal,
      () => {
        found.push(copyTerm(template, this.budget));
        guardResults(found.length);
        return false;
      },
      goals.depth + 1,
    );
    this.bindings.undo(mark);
    this.#log = log;
    return this.bindings.unify(result, list(found));
  }
}

function nextMatch(clauses: readonly Clause[], from: number, args: readonly Term[]): number {
  let i = from;
  while (i < clauses.length && !mayMatch(clauses[i]!, args)) i += 1;
  return i;
}

function notCallable(goal: Term): RuleFault {
  if (goal.kind === 'var') return new RuleFault('INSTANTIATION', 'A goal is a variable that has no value yet.');
  return new RuleFault('TYPE', `Expected a goal, but found ${writeTerm(goal)}.`);
}
