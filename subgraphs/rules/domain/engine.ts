import { evaluateIn } from './arithmetic/evaluate.ts';
import { type Bindings, build, copyTerm, instantiate } from './bindings.ts';
import type { Budget, Limits } from './budget.ts';
import { type Collected, inSlices, type Outcome } from './builtin.ts';
import { KIND } from './choice-point.ts';
import type { ChoiceStack } from './choice-stack.ts';
import { ClauseCalls } from './clause-calls.ts';
import { ClauseUses } from './clause-uses.ts';
import { compileGoal } from './code.ts';
import { Environment, type Step } from './environment.ts';
import { notCallable } from './errors.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import { type Instruction, OP } from './instructions.ts';
import { JoinCalls } from './join/join-calls.ts';
import type { Knowledge } from './knowledge.ts';
import { Machine } from './machine.ts';
import { OptionCalls } from './option-calls.ts';
import type { Procedure } from './procedure.ts';
import { candidates, Procedures } from './procedures.ts';
import { orderIn } from './quantities.ts';
import { atOnce, type Slices } from './slices.ts';
import type { StepLog } from './step-log.ts';
import { TableCalls } from './table-calls.ts';
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
  /** How often a clause is used before it gets functions of its own; infinite for never. */
  readonly functionsFrom?: number;
}

/**
 * Resolution in the order of clauses and goals, under a budget. The state is a continuation (an environment and a place
 * in its code) and a stack of choices: nothing of the rules' depth is on JavaScript's stack.
 */
export class Engine {
  readonly bindings: Bindings;
  readonly budget: Budget;
  readonly #machine: Machine;
  readonly #log: StepLog;
  readonly #choices: ChoiceStack;
  readonly #procedures: Procedures;
  readonly #uses: ClauseUses;
  readonly #clauses: ClauseCalls;
  readonly #options: OptionCalls;
  readonly #joins: JoinCalls;
  readonly #tables: TableCalls;
  #nested = 0;

  constructor(knowledge: Knowledge, options: EngineOptions) {
    const machine = new Machine(options.limits, options.clock, options.steps ?? false);
    this.bindings = machine.bindings;
    this.budget = machine.budget;
    this.#machine = machine;
    this.#log = machine.log;
    this.#choices = machine.choices;
    this.#procedures = new Procedures(knowledge, options.joinFrom);
    this.#uses = new ClauseUses(machine.bindings, options.functionsFrom);
    this.#clauses = new ClauseCalls(machine, this.#procedures, this.#uses);
    this.#options = new OptionCalls(machine);
    this.#joins = new JoinCalls(machine);
    this.#tables = new TableCalls(machine, this.#procedures, this.#clauses, this.#options);
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
    const outer = { guard: this.bindings.guard, environment: this.#machine.environment, at: this.#machine.at };
    this.#nested += 1;
    const mark = this.bindings.mark();
    const waiting = this.#choices.enter();
    let ended = false;
    try {
      const value = deref(goal);
      if (!isCallable(value)) throw notCallable(value);
      this.#machine.goInto(compileGoal(value, OP.answer), [], null, 0, { step: null, hidden: false });
      ended = yield* this.#run(found);
      return ended;
    } finally {
      if (!ended) this.bindings.undo(mark);
      this.#choices.leave(waiting);
      this.#nested -= 1;
      if (this.#nested === 0) this.#procedures.release();
      this.#machine.goOn(outer.environment, outer.at);
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
      const environment = this.#machine.environment!;
      const instruction = environment.code[this.#machine.at]!;
      let goesOn = true;
      switch (instruction.op) {
        case OP.call:
          goesOn = this.#callInstruction(instruction, environment);
          break;
        case OP.proceed:
          this.#machine.goOn(environment.next, environment.nextAt);
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
    const args = this.#uses.arguments(instruction, environment.vars);
    const procedure = this.#procedures.calledBy(instruction);
    if (instruction.last) {
      return this.#call(procedure, instruction.name, args, environment.next!, environment.nextAt, environment);
    }
    return this.#call(procedure, instruction.name, args, environment, this.#machine.at + 1, environment);
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
        this.#machine.at = instruction.target;
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
      case OP.tableRound:
        this.#tables.beginRound(environment, instruction.target);
        break;
      case OP.tableAdd:
        this.#tables.add(environment);
        return false;
      case OP.tableClauses:
        return this.#tables.tryClauses(environment);
      case OP.tableDone:
        return this.#tables.endRound(environment);
      case OP.call:
      case OP.proceed:
      case OP.answer:
        break;
    }
    this.#machine.at += 1;
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
      if (procedure.tabled) return this.#tables.call(procedure, name, args, next, nextAt, caller);
      if (procedure.joins !== null) {
        const run = this.#procedures.joinRun(procedure, args, next.depth, this.budget);
        if (run !== null) return this.#joins.call(run, name, args, procedure.key, next, nextAt, caller);
      }
      return this.#clauses.call(candidates(procedure, args), name, args, next, nextAt, caller.step, false);
    }
    if (builtin.test !== undefined) {
      if (!builtin.test(args, this)) return false;
      this.#log.note(name, args, procedure.key, caller);
      this.#machine.goOn(next, nextAt);
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
      return this.#options.offer(options, next, nextAt, goal, caller.step);
    }
    if (builtin.kind === 'library') {
      const step = this.#log.note(name, args, procedure.key, caller) ?? caller.step;
      return this.#clauses.call(candidates(procedure, args), name, args, next, nextAt, step, true);
    }
    if (builtin.control !== undefined) {
      const { code, vars } = builtin.control;
      const step = this.#log.note(name, args, procedure.key, caller) ?? caller.step;
      const environment = this.#machine.goInto(code, [...vars(args, this)], next, nextAt, {
        step,
        hidden: caller.hidden,
      });
      environment.collection = { bag: [], work: null, members: [], since: this.#log.newest };
      return true;
    }
    if (builtin.advice !== undefined) throw new RuleFault('UNSUPPORTED', builtin.advice);
    return this.#callInline(goalOf(name, args, procedure.key), next, nextAt, caller);
  }

  /** A control construct that stands in a term: `call((a, b ; c))`. */
  #callInline(goal: Term, next: Environment, nextAt: number, caller: Environment): boolean {
    this.#machine.goInto(compileGoal(goal), [], next, nextAt, caller);
    return true;
  }

  #callTerm(instruction: Instruction, environment: Environment): boolean {
    const [closure, ...extra] = instruction.patterns.map((arg) => build(arg, environment.vars));
    const goal = extendGoal(closure!, extra);
    if (goal === null) throw notCallable(deref(closure!));
    const next = instruction.last ? environment.next! : environment;
    const nextAt = instruction.last ? environment.nextAt : this.#machine.at + 1;
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
    this.#machine.at += 1;
    return true;
  }

  #is(instruction: Instruction, environment: Environment): boolean {
    this.budget.call(environment.depth);
    const value = evaluateIn(instruction.args[1]!, environment.vars, this.budget);
    const result = instruction.args[0]!;
    if (result.kind === 'local' && result.first) environment.vars[result.index] = value;
    else if (!this.bindings.unify(instantiate(result, environment.vars), value)) return false;
    if (this.#log.keeps && !environment.hidden) this.#recordInstruction(instruction, environment);
    this.#machine.at += 1;
    return true;
  }

  #recordInstruction({ goal }: Instruction, environment: Environment): void {
    this.#log.record(instantiate(goal!, environment.vars), 'builtin', environment.step);
  }

  /** Goes on with the newest choice that has a way left; false when there is none. */
  #backtrack(): boolean {
    for (let choice = this.#choices.newest; choice !== null; choice = this.#choices.newest) {
      this.#choices.goBackTo(choice);
      switch (choice.kind) {
        case KIND.clauses:
          if (this.#clauses.next(choice)) return true;
          break;
        case KIND.place:
        case KIND.table:
          this.#machine.goOn(choice.environment, choice.at);
          this.#choices.cutTo(this.#choices.top - 1);
          return true;
        case KIND.options:
          if (this.#options.next(choice)) return true;
          break;
        case KIND.join:
          if (this.#joins.next(choice)) return true;
          break;
        default:
          this.#choices.cutTo(this.#choices.top - 1);
      }
    }
    return false;
  }

  #system(instruction: Instruction, environment: Environment): boolean {
    const collection = environment.collection!;
    if (collection.work === null) {
      if (this.#log.keeps && !environment.hidden) {
        if (environment.code[this.#machine.at + 1]!.op === OP.fail) this.#log.keepMember(environment);
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
    if (result !== true) return this.#options.offer(result, environment, this.#machine.at + 1);
    this.#machine.at += 1;
    return true;
  }

  /** Hands an error to the innermost `catch/3` that is still waiting for its goal and takes it. */
  #recover(fault: RuleFault): boolean {
    if (fault.term === null) return false;
    const waiting = new Set<Environment>();
    for (let at = this.#machine.environment; at !== null; at = at.next) waiting.add(at);
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
      this.#machine.goOn(environment, RECOVERY);
      return true;
    }
    return false;
  }
}

/** Where the recovery goal of `catch/3` stands in its code. */
const RECOVERY = 4;
