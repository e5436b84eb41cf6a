import { evaluateIn } from './arithmetic.ts';
import { Bindings, build, copyTerm, type Frame, instantiate } from './bindings.ts';
import { Budget, type Limits } from './budget.ts';
import { type Collected, inSlices, type Options, type Outcome } from './builtin.ts';
import { type ChoicePoint, KIND } from './choice-point.ts';
import { ChoiceStack } from './choice-stack.ts';
import { type Clause, headOf, mayMatch } from './clause.ts';
import { compileBody, compileGoal } from './code.ts';
import { Environment, type Step } from './environment.ts';
import { notCallable } from './errors.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import { type Code, type Instruction, OP, systemCode } from './instructions.ts';
import type { JoinRun } from './join/join-run.ts';
import type { Knowledge } from './knowledge.ts';
import { PATTERN, type Pattern } from './pattern.ts';
import type { Procedure } from './procedure.ts';
import { candidates, Procedures } from './procedures.ts';
import { orderIn } from './quantities.ts';
import { atOnce, type Slices } from './slices.ts';
import { StepLog } from './step-log.ts';
import { TABLE_CODE, type TableAnswer, Tables } from './tables.ts';
import { argsOf, deref, extendGoal, goalOf, isCallable, keyOf, type Term, variable } from './term.ts';

const MAX_NESTED_RUNS = 200;

export interface EngineOptions {
  readonly limits: Limits;
  /** Milliseconds, never running backwards. */
  readonly clock: () => number;
  /** Keep the steps of each answer, from which a proof is made. */
  readonly steps?: boolean;
  /** How many clauses a layer of knowledge has at least for its joins to be planned. */
  readonly joinFrom?: number;
}

/**
 * Resolution in the order of clauses and goals, under a budget. The state is a continuation (an environment and a place
 * in its code) and a stack of choices: nothing of the rules' depth is on JavaScript's stack.
 */
export class Engine {
  readonly bindings: Bindings;
  readonly budget: Budget;
  readonly #log: StepLog;
  readonly #choices: ChoiceStack;
  readonly #procedures: Procedures;
  readonly #tables: Tables;
  #environment: Environment | null = null;
  #at = 0;
  #nested = 0;

  constructor(knowledge: Knowledge, options: EngineOptions) {
    this.budget = new Budget(options.limits, options.clock);
    this.bindings = new Bindings(this.budget);
    this.#log = new StepLog(options.steps ?? false, this.budget);
    this.#choices = new ChoiceStack(this.bindings, this.#log);
    this.#procedures = new Procedures(knowledge, options.joinFrom);
    this.#tables = new Tables(this.budget);
  }

  /** The newest step of the answer at hand; null when steps are not kept. */
  get steps(): Step | null {
    return this.#log.newest;
  }

  /**
   * Calls `found` for each answer while the goal's variables are bound to it; true from `found` ends the search and
   * keeps the bindings. Answers whether the search was ended so.
   * @throws BudgetStop when the budget is spent @throws RuleFault when a goal has no meaning
   */
  solve(goal: Term, found: () => boolean): boolean {
    return atOnce(this.solving(goal, found));
  }

  /** `solve` in slices of the budget. Nothing else may be asked of this engine until it is done. */
  *solving(goal: Term, found: () => boolean): Slices<boolean> {
    if (this.#nested >= MAX_NESTED_RUNS) throw new BudgetStop('DEPTH');
    if (this.#nested === 0) this.#log.newest = null;
    const outer = { guard: this.bindings.guard, environment: this.#environment, at: this.#at };
    this.#nested += 1;
    const mark = this.bindings.mark();
    const waiting = this.#choices.enter();
    let ended = false;
    try {
      const value = deref(goal);
      if (!isCallable(value)) throw notCallable(value);
      this.#environment = new Environment(compileGoal(value, OP.answer), [], null, 0, this.#choices.top, null, false);
      this.#at = 0;
      ended = yield* this.#run(found);
      return ended;
    } finally {
      if (!ended) this.bindings.undo(mark);
      this.#choices.leave(waiting);
      this.#nested -= 1;
      if (this.#nested === 0) this.#procedures.release();
      this.#environment = outer.environment;
      this.#at = outer.at;
      this.bindings.release(outer.guard);
    }
  }

  /** Whether a goal has an answer. Bindings are taken back. */
  *holds(goal: Term): Slices<boolean> {
    const log = this.#log.newest;
    const place = this.bindings.place();
    try {
      return yield* this.solving(goal, () => true);
    } finally {
      this.bindings.returnTo(place);
      this.#log.newest = log;
    }
  }

  *#run(found: () => boolean): Slices<boolean> {
    for (;;) {
      try {
        for (;;) {
          const outcome = this.#search();
          if (outcome === 'pause') {
            this.budget.pause();
            yield;
            this.budget.goOn();
          } else if (outcome === 'none') return false;
          else if (found()) return true;
          else if (!this.#backtrack()) return false;
        }
      } catch (error) {
        if (!(error instanceof RuleFault) || !this.#recover(error)) throw error;
      }
    }
  }

  /** Goes on to the next answer, or until others shall have their turn: called again, it goes on from there. */
  #search(): 'answer' | 'none' | 'pause' {
    const { budget } = this;
    for (;;) {
      if (budget.sliceSpent) return 'pause';
      const environment = this.#environment!;
      const instruction = environment.code[this.#at]!;
      let goesOn = true;
      switch (instruction.op) {
        case OP.call:
          goesOn = this.#callInstruction(instruction, environment);
          break;
        case OP.proceed:
          this.#environment = environment.next;
          this.#at = environment.nextAt;
          break;
        case OP.answer:
          return 'answer';
        default:
          goesOn = this.#other(instruction, environment);
      }
      if (!goesOn && !this.#backtrack()) return 'none';
    }
  }

  #callInstruction(instruction: Instruction, environment: Environment): boolean {
    const args = this.#handOn(instruction.patterns, environment.vars);
    const procedure = this.#procedures.calledBy(instruction);
    if (instruction.last) {
      return this.#call(procedure, instruction.name, args, environment.next!, environment.nextAt, environment);
    }
    return this.#call(procedure, instruction.name, args, environment, this.#at + 1, environment);
  }

  #other(instruction: Instruction, environment: Environment): boolean {
    switch (instruction.op) {
      case OP.callTerm:
        return this.#callTerm(instruction, environment);
      case OP.compare:
        return this.#compare(instruction, environment);
      case OP.is:
        return this.#is(instruction, environment);
      case OP.cut:
        this.#choices.cutTo(environment.cut);
        break;
      case OP.cutTo:
        this.#choices.cutTo(environment.marks![instruction.slot]! + instruction.target);
        break;
      case OP.mark:
        environment.marks![instruction.slot] = this.#choices.top;
        break;
      case OP.tryElse: {
        const choice = this.#choices.push(KIND.place);
        choice.environment = environment;
        choice.at = instruction.target;
        break;
      }
      case OP.jump:
        this.#at = instruction.target;
        return true;
      case OP.softCut:
        this.#choices.at(environment.marks![instruction.slot]!).kind = KIND.closed;
        break;
      case OP.fail:
        return false;
      case OP.init:
        for (const slot of instruction.slots) environment.vars[slot] = variable();
        break;
      case OP.record:
        if (this.#log.keeps && !environment.hidden) {
          // Copied: what gets a value later was searched for as a variable.
          const goal = copyTerm(instantiate(instruction.goal!, environment.vars), this.budget);
          this.#log.record(goal, instruction.by, environment.step);
        }
        break;
      case OP.system:
        return this.#system(instruction, environment);
      case OP.catchErrors: {
        const choice = this.#choices.push(KIND.catching);
        choice.environment = environment;
        break;
      }
      case OP.exitCatch: {
        const { newest } = this.#choices;
        if (newest?.kind === KIND.catching && newest.environment === environment)
          this.#choices.cutTo(this.#choices.top - 1);
        break;
      }
      case OP.tableRound: {
        this.#tables.beginRound(environment);
        const choice = this.#choices.push(KIND.table);
        choice.environment = environment;
        choice.at = instruction.target;
        break;
      }
      case OP.tableAdd:
        this.#tables.add(environment, this.#log.tableProof(environment));
        return false;
      case OP.tableClauses:
        return this.#tableClauses(environment);
      case OP.tableDone:
        return this.#tableDone(environment);
      case OP.call:
      case OP.proceed:
      case OP.answer:
        break;
    }
    this.#at += 1;
    return true;
  }

  /** Calls a predicate; when it is proved, `next` goes on at `nextAt`. False: it has no answer. */
  #call(
    procedure: Procedure,
    name: string,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    caller: Environment,
  ): boolean {
    this.budget.call(next.depth);
    const { builtin } = procedure;
    if (builtin === null) {
      if (procedure.tabled) return this.#callTable(procedure, name, args, next, nextAt, caller);
      if (procedure.joins !== null) {
        const run = this.#procedures.joinRun(procedure, args, next.depth, this.budget);
        if (run !== null) return this.#join(run, name, args, procedure.key, next, nextAt, caller);
      }
      return this.#callClauses(candidates(procedure, args), name, args, next, nextAt, caller.step, false);
    }
    if (builtin.test !== undefined) {
      if (!builtin.test(args, this)) return false;
      this.#log.note(name, args, procedure.key, caller);
      this.#environment = next;
      this.#at = nextAt;
      return true;
    }
    return this.#callOther(procedure, name, args, next, nextAt, caller);
  }

  #callOther(
    procedure: Procedure,
    name: string,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    caller: Environment,
  ): boolean {
    const builtin = procedure.builtin!;
    if (builtin.choices !== undefined) {
      const options = builtin.choices(args, this);
      if (options === null) return false;
      const goal = this.#log.keeps && !caller.hidden ? goalOf(name, args, procedure.key) : null;
      return this.#offer(options, next, nextAt, goal, caller.step);
    }
    if (builtin.kind === 'library') {
      const step = this.#log.note(name, args, procedure.key, caller) ?? caller.step;
      return this.#callClauses(candidates(procedure, args), name, args, next, nextAt, step, true);
    }
    if (builtin.control !== undefined) {
      const { code, vars } = builtin.control;
      const step = this.#log.note(name, args, procedure.key, caller) ?? caller.step;
      const environment = new Environment(
        code,
        [...vars(args, this)],
        next,
        nextAt,
        this.#choices.top,
        step,
        caller.hidden,
      );
      environment.collection = { bag: [], work: null, members: [], since: this.#log.newest };
      this.#environment = environment;
      this.#at = 0;
      return true;
    }
    if (builtin.advice !== undefined) throw new RuleFault('UNSUPPORTED', builtin.advice);
    return this.#callInline(goalOf(name, args, procedure.key), next, nextAt, caller);
  }

  /** A control construct that stands in a term: `call((a, b ; c))`. */
  #callInline(goal: Term, next: Environment, nextAt: number, caller: Environment): boolean {
    const code = compileGoal(goal);
    this.#environment = new Environment(code, [], next, nextAt, this.#choices.top, caller.step, caller.hidden);
    this.#at = 0;
    return true;
  }

  #callTerm(instruction: Instruction, environment: Environment): boolean {
    const [closure, ...extra] = instruction.patterns.map((arg) => build(arg, environment.vars));
    const goal = extendGoal(closure!, extra);
    if (goal === null) throw notCallable(deref(closure!));
    const next = instruction.last ? environment.next! : environment;
    const nextAt = instruction.last ? environment.nextAt : this.#at + 1;
    const key = keyOf(goal);
    const procedure = this.#procedures.of(key);
    if (procedure.builtin?.kind === 'inline' || procedure.builtin?.kind === 'call') {
      return this.#callInline(goal, next, nextAt, environment);
    }
    // What the library is asked to call is the caller's own and shows in the proof.
    const caller = environment.hidden ? this.#visible(environment) : environment;
    return this.#call(procedure, goal.name, argsOf(goal), next, nextAt, caller);
  }

  #visible(environment: Environment): Environment {
    if (!this.#log.keeps) return environment;
    return new Environment(
      { instructions: environment.code, marks: 0, chain: null },
      environment.vars,
      environment.next,
      environment.nextAt,
      environment.cut,
      environment.step,
      false,
    );
  }

  #compare(instruction: Instruction, environment: Environment): boolean {
    this.budget.call(environment.depth);
    const { args } = instruction;
    if (!instruction.builtin!.order!(orderIn(args[0]!, args[1]!, environment.vars, this.budget))) return false;
    if (this.#log.keeps && !environment.hidden) this.#recordInstruction(instruction, environment);
    this.#at += 1;
    return true;
  }

  #is(instruction: Instruction, environment: Environment): boolean {
    this.budget.call(environment.depth);
    const value = evaluateIn(instruction.args[1]!, environment.vars, this.budget);
    const result = instruction.args[0]!;
    if (result.kind === 'local' && result.first) environment.vars[result.index] = value;
    else if (!this.bindings.unify(instantiate(result, environment.vars), value)) return false;
    if (this.#log.keeps && !environment.hidden) this.#recordInstruction(instruction, environment);
    this.#at += 1;
    return true;
  }

  #recordInstruction({ goal }: Instruction, environment: Environment): void {
    this.#log.record(instantiate(goal!, environment.vars), 'builtin', environment.step);
  }

  #callClauses(
    clauses: readonly Clause[],
    name: string,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    step: Step | null,
    hidden: boolean,
  ): boolean {
    const cut = this.#choices.top;
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
    const first = nextMatch(clauses, 0, args);
    if (first >= clauses.length) return null;
    const second = nextMatch(clauses, first + 1, args);
    if (second < clauses.length) {
      const choice = this.#choices.push(KIND.clauses);
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
    const noted = this.#log.keeps && !hidden;
    for (;;) {
      const { body, size } = clause;
      if (body.length > 0) clause.code ??= compileBody(body, headSlots(clause));
      // An environment is a place to pause at.
      const alone = noted || clause.code === null || this.budget.sliceSpent;
      const chain = alone ? null : this.#chained(clause.code!, hidden);
      const vars: Frame = new Array(size);
      if (!this.bindings.matchAll(headOf(clause).args, args, vars)) return false;
      if (chain === null) {
        const proved = noted ? this.#log.record(goalOf(name, args, clause.key), clause, step, vars) : step;
        if (body.length === 0) {
          this.#environment = next;
          this.#at = nextAt;
        } else {
          this.#environment = new Environment(clause.code!, vars, next, nextAt, cut, proved, hidden);
          this.#at = 0;
        }
        return true;
      }
      this.budget.call(next.depth);
      args = this.#handOn(chain.patterns, vars);
      const procedure = chain.procedure!;
      hidden &&= procedure.builtin !== null;
      name = chain.name;
      cut = this.#choices.top;
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

  /** The arguments of a call. */
  #handOn(templates: readonly Pattern[], vars: Frame): readonly Term[] {
    const handed = new Array<Term>(templates.length);
    for (let i = 0; i < templates.length; i++) {
      const template = templates[i]!;
      handed[i] = template.op === PATTERN.local ? deref(vars[template.index]!) : build(template, vars);
    }
    return handed;
  }

  /** Goes on with the newest choice that has a way left; false when there is none. */
  #backtrack(): boolean {
    for (let choice = this.#choices.newest; choice !== null; choice = this.#choices.newest) {
      this.#choices.goBackTo(choice);
      switch (choice.kind) {
        case KIND.clauses:
          if (this.#nextClause(choice)) return true;
          break;
        case KIND.place:
        case KIND.table:
          this.#environment = choice.environment;
          this.#at = choice.at;
          this.#choices.cutTo(this.#choices.top - 1);
          return true;
        case KIND.options:
          if (this.#nextOption(choice)) return true;
          break;
        case KIND.join:
          if (this.#nextSolution(choice)) return true;
          break;
        default:
          this.#choices.cutTo(this.#choices.top - 1);
      }
    }
    return false;
  }

  #nextClause(choice: ChoicePoint): boolean {
    const { clauses, args, environment, at, step, hidden, name } = choice;
    const clause = clauses[choice.from]!;
    const following = nextMatch(clauses, choice.from + 1, args);
    const cut = this.#choices.top - 1;
    if (following < clauses.length) {
      choice.from = following;
      // What was made since the choice is forgotten: only what is older has to be remembered.
      this.bindings.release(choice.guard);
    } else this.#choices.cutTo(cut);
    return this.#enter(clause, name, args, environment!, at, cut, step, hidden);
  }

  /** Tries options in turn, going on in `next` with each; `goal` is what a proof says of the one that holds. */
  #offer(
    options: Options,
    next: Environment,
    nextAt: number,
    goal: Term | null = null,
    step: Step | null = null,
  ): boolean {
    const choice = this.#choices.push(KIND.options);
    choice.options = options;
    choice.environment = next;
    choice.at = nextAt;
    choice.goal = goal;
    choice.step = step;
    return this.#nextOption(choice);
  }

  #nextOption(choice: ChoicePoint): boolean {
    const { pattern, options } = choice.options!;
    const height = this.#choices.top;
    const { goal, step, environment, at, trail } = choice;
    this.#environment = environment;
    for (let option = options.next(); !option.done; option = options.next()) {
      this.budget.call(environment!.depth);
      if (this.bindings.unify(pattern, option.value)) {
        if (goal !== null) this.#log.record(goal, 'builtin', step);
        this.#at = at;
        return true;
      }
      this.bindings.undo(trail);
    }
    this.#choices.cutTo(height - 1);
    return false;
  }

  #join(
    run: JoinRun,
    name: string,
    args: readonly Term[],
    key: string,
    next: Environment,
    nextAt: number,
    caller: Environment,
  ): boolean {
    const found = run.first();
    if (!found && !run.paused) return false;
    const goal = this.#log.keeps && !caller.hidden ? goalOf(name, args, key) : null;
    if (run.open) {
      const choice = this.#choices.push(KIND.join);
      choice.join = run;
      choice.args = args;
      choice.environment = next;
      choice.at = nextAt;
      choice.goal = goal;
      choice.step = caller.step;
    }
    if (!found) return this.#pauseJoin(next);
    return this.#takeSolution(run, args, next, nextAt, goal, caller.step);
  }

  /** Others have their turn before the newest choice, a join, goes on. */
  #pauseJoin(next: Environment): boolean {
    this.#environment = new Environment(BACK_CODE, [], next, 0, this.#choices.top, null, true);
    this.#at = 0;
    return true;
  }

  #nextSolution(choice: ChoicePoint): boolean {
    const { join, args, environment, at, goal, step } = choice;
    const height = this.#choices.top;
    this.#environment = environment;
    if (!join!.next()) {
      if (join!.paused) return this.#pauseJoin(environment!);
      this.#choices.cutTo(height - 1);
      return false;
    }
    if (!join!.open) this.#choices.cutTo(height - 1);
    else this.bindings.release(choice.guard);
    return this.#takeSolution(join!, args, environment!, at, goal, step);
  }

  #takeSolution(
    run: JoinRun,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    goal: Term | null,
    step: Step | null,
  ): boolean {
    for (let i = 0; i < args.length; i++) {
      const arg = deref(args[i]!);
      if (arg.kind === 'var') this.bindings.bind(arg, run.argument(i));
    }
    if (goal !== null) this.#log.record(goal, run.proof(), step);
    this.#environment = next;
    this.#at = nextAt;
    return true;
  }

  #system(instruction: Instruction, environment: Environment): boolean {
    const collection = environment.collection!;
    if (collection.work === null) {
      if (this.#log.keeps && !environment.hidden) {
        if (environment.code[this.#at + 1]!.op === OP.fail) this.#log.keepMember(environment);
        else this.#log.showMembers(environment);
      }
      const collected: Collected = { vars: environment.vars as Term[], bag: collection.bag };
      const result = instruction.builtin!.step!(collected, this);
      if (!inSlices(result)) return this.#goOnWith(result, environment);
      collection.work = result;
    }
    // Until it is done, the instruction is carried out again.
    const step = collection.work.next();
    if (!step.done) return true;
    collection.work = null;
    return this.#goOnWith(step.value, environment);
  }

  #goOnWith(result: Outcome, environment: Environment): boolean {
    if (result === false) return false;
    if (result !== true) return this.#offer(result, environment, this.#at + 1);
    this.#at += 1;
    return true;
  }

  /** Hands an error to the innermost `catch/3` that is still waiting for its goal and takes it. */
  #recover(fault: RuleFault): boolean {
    if (fault.term === null) return false;
    const waiting = new Set<Environment>();
    for (let at = this.#environment; at !== null; at = at.next) waiting.add(at);
    const ball = copyTerm(fault.term, this.budget);
    for (let choice = this.#choices.newest; choice !== null; choice = this.#choices.newest) {
      this.#choices.goBackTo(choice);
      this.#choices.cutTo(this.#choices.top - 1);
      if (choice.kind === KIND.table) this.#tables.abandon(choice.environment!);
      const { environment } = choice;
      if (choice.kind !== KIND.catching || environment === null || !waiting.has(environment)) continue;
      if (!this.bindings.unify(environment.vars[1]!, ball)) {
        this.bindings.undo(choice.trail);
        continue;
      }
      this.#environment = environment;
      this.#at = RECOVERY;
      return true;
    }
    return false;
  }

  #callTable(
    procedure: Procedure,
    name: string,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    caller: Environment,
  ): boolean {
    const goal = goalOf(name, args, procedure.key);
    const flat = this.#log.keeps ? null : this.#procedures.flatAnswers(procedure, goal, this.budget);
    if (flat !== null) {
      const step = flat.next();
      if (step.done) return this.#offer(step.value, next, nextAt);
      const environment = new Environment(WORK_CODE, [], next, nextAt, this.#choices.top, caller.step, caller.hidden);
      environment.collection = { bag: [], work: flat, members: [], since: this.#log.newest };
      this.#environment = environment;
      this.#at = 0;
      return true;
    }
    const found = this.#tables.call(goal);
    if (found.answers !== null) {
      return this.#offer({ pattern: goal, options: this.#answers(found.answers, caller.step) }, next, nextAt);
    }
    const environment = new Environment(
      TABLE_CODE,
      [goal],
      next,
      nextAt,
      this.#choices.top,
      caller.step,
      caller.hidden,
    );
    this.#tables.open(found.key, environment, procedure, this.#log.newest);
    this.#environment = environment;
    this.#at = 0;
    return true;
  }

  *#answers(answers: readonly TableAnswer[], step: Step | null): Generator<Term, undefined> {
    for (let i = 0; i < answers.length; i++) {
      const { term, proof } = answers[i]!;
      if (proof !== null) this.#log.record(term, proof, step);
      yield term;
    }
  }

  #tableClauses(environment: Environment): boolean {
    const goal = environment.vars[0]!;
    const { procedure } = environment.table!;
    const args = argsOf(goal);
    const name = isCallable(goal) ? goal.name : '';
    const clauses = candidates(procedure, args);
    return this.#callClauses(clauses, name, args, environment, this.#at + 1, null, false);
  }

  /** All clauses have been tried: another round where that found something new that could lead to more. */
  #tableDone(environment: Environment): boolean {
    const answers = this.#tables.endRound(environment);
    if (answers === null) {
      this.#at = 0;
      return true;
    }
    const options = { pattern: environment.vars[0]!, options: this.#answers(answers, environment.step) };
    return this.#offer(options, environment.next!, environment.nextAt);
  }
}

/** Nothing but going back to the newest choice. */
const BACK_CODE = systemCode([OP.fail]);
/** A step that has begun, until it is done. */
const WORK_CODE = systemCode([OP.system], [OP.proceed]);
/** Where the recovery goal of `catch/3` stands in its code. */
const RECOVERY = 4;

function headSlots({ headSize }: Clause): Set<number> {
  return new Set(Array.from({ length: headSize }, (_, i) => i));
}

function nextMatch(clauses: readonly Clause[], from: number, args: readonly Term[]): number {
  let i = from;
  while (i < clauses.length && !mayMatch(clauses[i]!, args)) i += 1;
  return i;
}
