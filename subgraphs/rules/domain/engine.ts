import { evaluateIn, orderOf } from './arithmetic.ts';
import { Bindings, build, copyTerm, type Frame, instantiate } from './bindings.ts';
import { Budget, type Limits } from './budget.ts';
import { type Collected, inSlices, type Options, type Outcome } from './builtin.ts';
import { builtinOf } from './builtins.ts';
import { ChoicePoint, KIND } from './choice-point.ts';
import { type Clause, headOf, mayMatch } from './clause.ts';
import { compileBody, compileGoal } from './code.ts';
import { Environment, type Step } from './environment.ts';
import { notCallable } from './errors.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import { FlatPredicate } from './flat-rules.ts';
import { type Code, type Instruction, OP, systemCode } from './instructions.ts';
import { JOIN_FROM, joinFor, mayJoin } from './join/join-plans.ts';
import { JoinRun } from './join/join-run.ts';
import type { Knowledge } from './knowledge.ts';
import { PATTERN, type Pattern } from './pattern.ts';
import { preludePredicate } from './prelude.ts';
import type { Procedure } from './procedure.ts';
import { buildProof, type Proof } from './proof.ts';
import { atOnce, type Slices } from './slices.ts';
import { TABLE_CODE, type TableAnswer, Tables } from './tables.ts';
import {
  type Atom,
  argsOf,
  atom,
  deref,
  extendGoal,
  isCallable,
  keyOf,
  type Struct,
  struct,
  type Term,
  variable,
} from './term.ts';

const MAX_NESTED_RUNS = 200;
const MAX_STEPS = 300_000;
const MAX_CHOICES = 1_000_000;
/** Proofs shown below a goal that collects answers. */
const MAX_MEMBERS = 100;
const NOTHING: readonly Clause[] = [];

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
  readonly #knowledge: Knowledge;
  readonly #keepSteps: boolean;
  readonly #procedures = new Map<string, Procedure>();
  readonly #choices: ChoicePoint[] = [];
  readonly #tables: Tables;
  /** Stands for this engine in instructions, which live longer than it and must not keep it. */
  readonly #token = {};
  readonly #flat = new Map<string, FlatPredicate | null>();
  readonly #joinFrom: number;
  /** Whether some layer is large enough for plans. */
  readonly #plans: boolean;
  #top = 0;
  /** The choices of the run at hand begin here; what is older stays. */
  #base = 0;
  #baseGuard = 0;
  #environment: Environment | null = null;
  #at = 0;
  #log: Step | null = null;
  #nested = 0;

  constructor(knowledge: Knowledge, options: EngineOptions) {
    this.#knowledge = knowledge;
    this.budget = new Budget(options.limits, options.clock);
    this.bindings = new Bindings(this.budget);
    this.#keepSteps = options.steps ?? false;
    this.#tables = new Tables(this.budget);
    this.#joinFrom = options.joinFrom ?? JOIN_FROM;
    this.#plans = mayJoin(knowledge, this.#joinFrom);
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
  solve(goal: Term, found: () => boolean): boolean {
    return atOnce(this.solving(goal, found));
  }

  /** `solve` in slices of the budget. Nothing else may be asked of this engine until it is done. */
  *solving(goal: Term, found: () => boolean): Slices<boolean> {
    if (this.#nested >= MAX_NESTED_RUNS) throw new BudgetStop('DEPTH');
    if (this.#nested === 0) this.#log = null;
    const outer = {
      base: this.#base,
      baseGuard: this.#baseGuard,
      guard: this.bindings.guard,
      environment: this.#environment,
      at: this.#at,
    };
    this.#nested += 1;
    this.#base = this.#top;
    const mark = this.bindings.mark();
    this.#baseGuard = this.bindings.guard;
    let ended = false;
    try {
      const value = deref(goal);
      if (!isCallable(value)) throw notCallable(value);
      this.#environment = new Environment(compileGoal(value, OP.answer), [], null, 0, this.#top, null, false);
      this.#at = 0;
      ended = yield* this.#run(found);
      return ended;
    } finally {
      if (!ended) this.bindings.undo(mark);
      this.#top = this.#base;
      this.#nested -= 1;
      this.#base = outer.base;
      this.#baseGuard = outer.baseGuard;
      this.#environment = outer.environment;
      this.#at = outer.at;
      this.bindings.release(outer.guard);
    }
  }

  /** Whether a goal has an answer. Bindings are taken back. */
  *holds(goal: Term): Slices<boolean> {
    const log = this.#log;
    const place = this.bindings.place();
    try {
      return yield* this.solving(goal, () => true);
    } finally {
      this.bindings.returnTo(place);
      this.#log = log;
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
    const procedure = this.#procedureOf(instruction);
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
        this.#cutTo(environment.cut);
        break;
      case OP.cutTo:
        this.#cutTo(environment.marks![instruction.slot]! + instruction.target);
        break;
      case OP.mark:
        environment.marks![instruction.slot] = this.#top;
        break;
      case OP.tryElse: {
        const choice = this.#push(KIND.place);
        choice.environment = environment;
        choice.at = instruction.target;
        break;
      }
      case OP.jump:
        this.#at = instruction.target;
        return true;
      case OP.softCut:
        this.#choices[environment.marks![instruction.slot]!]!.kind = KIND.closed;
        break;
      case OP.fail:
        return false;
      case OP.init:
        for (const slot of instruction.slots) environment.vars[slot] = variable();
        break;
      case OP.record:
        if (this.#keepSteps && !environment.hidden) {
          // Copied: what gets a value later was searched for as a variable.
          const goal = copyTerm(instantiate(instruction.goal!, environment.vars), this.budget);
          this.#record(goal, instruction.by, environment.step);
        }
        break;
      case OP.system:
        return this.#system(instruction, environment);
      case OP.catchErrors: {
        const choice = this.#push(KIND.catching);
        choice.environment = environment;
        break;
      }
      case OP.exitCatch: {
        const newest = this.#choices[this.#top - 1];
        if (this.#top > this.#base && newest?.kind === KIND.catching && newest.environment === environment)
          this.#cutTo(this.#top - 1);
        break;
      }
      case OP.tableRound: {
        this.#tables.beginRound(environment);
        const choice = this.#push(KIND.table);
        choice.environment = environment;
        choice.at = instruction.target;
        break;
      }
      case OP.tableAdd:
        this.#tables.add(environment, this.#tableProof(environment));
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

  #procedureOf(instruction: Instruction): Procedure {
    let { procedure } = instruction;
    if (procedure === null || instruction.owner !== this.#token) {
      procedure = this.#procedure(instruction.key);
      instruction.procedure = procedure;
      instruction.owner = this.#token;
    }
    return procedure;
  }

  #procedure(key: string): Procedure {
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
        const run = this.#joinRun(procedure, args, next);
        if (run !== null) return this.#join(run, name, args, procedure.key, next, nextAt, caller);
      }
      return this.#callClauses(this.#candidates(procedure, args), name, args, next, nextAt, caller.step, false);
    }
    if (builtin.test !== undefined) {
      if (!builtin.test(args, this)) return false;
      this.#note(name, args, procedure.key, caller);
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
      const goal = this.#keepSteps && !caller.hidden ? goalOf(name, args, procedure.key) : null;
      return this.#offer(options, next, nextAt, goal, caller.step);
    }
    if (builtin.kind === 'library') {
      const step = this.#note(name, args, procedure.key, caller) ?? caller.step;
      return this.#callClauses(this.#candidates(procedure, args), name, args, next, nextAt, step, true);
    }
    if (builtin.control !== undefined) {
      const { code, vars } = builtin.control;
      const step = this.#note(name, args, procedure.key, caller) ?? caller.step;
      const environment = new Environment(code, [...vars(args, this)], next, nextAt, this.#top, step, caller.hidden);
      environment.collection = { bag: [], work: null, members: [], since: this.#log };
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
    this.#environment = new Environment(code, [], next, nextAt, this.#top, caller.step, caller.hidden);
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
    const procedure = this.#procedure(key);
    if (procedure.builtin?.kind === 'inline' || procedure.builtin?.kind === 'call') {
      return this.#callInline(goal, next, nextAt, environment);
    }
    // What the library is asked to call is the caller's own and shows in the proof.
    const caller = environment.hidden ? this.#visible(environment) : environment;
    return this.#call(procedure, goal.name, argsOf(goal), next, nextAt, caller);
  }

  #visible(environment: Environment): Environment {
    if (!this.#keepSteps) return environment;
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
    const left = evaluateIn(instruction.args[0]!, environment.vars, this.budget);
    const right = evaluateIn(instruction.args[1]!, environment.vars, this.budget);
    if (!instruction.builtin!.order!(orderOf(left, right))) return false;
    if (this.#keepSteps && !environment.hidden) this.#recordInstruction(instruction, environment);
    this.#at += 1;
    return true;
  }

  #is(instruction: Instruction, environment: Environment): boolean {
    this.budget.call(environment.depth);
    const value = evaluateIn(instruction.args[1]!, environment.vars, this.budget);
    const result = instruction.args[0]!;
    if (result.kind === 'local' && result.first) environment.vars[result.index] = value;
    else if (!this.bindings.unify(instantiate(result, environment.vars), value)) return false;
    if (this.#keepSteps && !environment.hidden) this.#recordInstruction(instruction, environment);
    this.#at += 1;
    return true;
  }

  #recordInstruction({ goal }: Instruction, environment: Environment): void {
    this.#record(instantiate(goal!, environment.vars), 'builtin', environment.step);
  }

  /** Notes that a goal of the engine's own holds. Null: nothing is noted. */
  #note(name: string, args: readonly Term[], key: string, caller: Environment): Step | null {
    if (!this.#keepSteps || caller.hidden || key === 'true/0') return null;
    return this.#record(goalOf(name, args, key), 'builtin', caller.step);
  }

  #record(goal: Term, by: Step['by'], parent: Step | null): Step {
    const count = (this.#log?.count ?? 0) + 1;
    if (count > MAX_STEPS) throw new BudgetStop('MEMORY');
    this.#log = { goal, by, parent, previous: this.#log, count };
    return this.#log;
  }

  #candidates({ layers }: Procedure, args: readonly Term[]): readonly Clause[] {
    if (layers.length === 1) return layers[0]!.candidates(args);
    if (layers.length === 0) return NOTHING;
    const found = layers.map((layer) => layer.candidates(args)).filter(({ length }) => length > 0);
    return found.length === 1 ? found[0]! : found.flat();
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
    const cut = this.#top;
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
      const choice = this.#push(KIND.clauses);
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
    const noted = this.#keepSteps && !hidden;
    for (;;) {
      const { body, size } = clause;
      if (body.length > 0) clause.code ??= compileBody(body, headSlots(clause));
      // An environment is a place to pause at.
      const alone = noted || clause.code === null || this.budget.sliceSpent;
      const chain = alone ? null : this.#chained(clause.code!, hidden);
      const vars: Frame = new Array(size);
      if (!this.bindings.matchAll(headOf(clause).args, args, vars)) return false;
      if (chain === null) {
        const proved = noted ? this.#record(goalOf(name, args, clause.key), clause, step) : step;
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
      cut = this.#top;
      const following = this.#firstClause(this.#candidates(procedure, args), name, args, next, nextAt, step, hidden);
      if (following === null) return false;
      clause = following;
    }
  }

  /** The call that is all of a clause's body, where it is one of clauses proved one by one; null for any other body. */
  #chained({ chain }: Code, hidden: boolean): Instruction | null {
    if (chain === null) return null;
    const { builtin, tabled, joins } = this.#procedureOf(chain);
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

  #push(kind: ChoicePoint['kind']): ChoicePoint {
    if (this.#top >= MAX_CHOICES) throw new BudgetStop('MEMORY');
    let choice = this.#choices[this.#top];
    if (choice === undefined) {
      choice = new ChoicePoint();
      this.#choices.push(choice);
    }
    this.#top += 1;
    choice.kind = kind;
    choice.trail = this.bindings.mark();
    choice.guard = this.bindings.guard;
    choice.log = this.#log;
    return choice;
  }

  #cutTo(height: number): void {
    if (height >= this.#top) return;
    this.#top = height;
    this.bindings.release(height > this.#base ? this.#choices[height - 1]!.guard : this.#baseGuard);
  }

  /** Goes on with the newest choice that has a way left; false when there is none. */
  #backtrack(): boolean {
    while (this.#top > this.#base) {
      const choice = this.#choices[this.#top - 1]!;
      this.bindings.undo(choice.trail);
      this.#log = choice.log;
      switch (choice.kind) {
        case KIND.clauses:
          if (this.#nextClause(choice)) return true;
          break;
        case KIND.place:
        case KIND.table:
          this.#environment = choice.environment;
          this.#at = choice.at;
          this.#cutTo(this.#top - 1);
          return true;
        case KIND.options:
          if (this.#nextOption(choice)) return true;
          break;
        case KIND.join:
          if (this.#nextSolution(choice)) return true;
          break;
        default:
          this.#cutTo(this.#top - 1);
      }
    }
    return false;
  }

  #nextClause(choice: ChoicePoint): boolean {
    const { clauses, args, environment, at, step, hidden, name } = choice;
    const clause = clauses[choice.from]!;
    const following = nextMatch(clauses, choice.from + 1, args);
    const cut = this.#top - 1;
    if (following < clauses.length) {
      choice.from = following;
      // What was made since the choice is forgotten: only what is older has to be remembered.
      this.bindings.release(choice.guard);
    } else this.#cutTo(cut);
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
    const choice = this.#push(KIND.options);
    choice.options = options;
    choice.environment = next;
    choice.at = nextAt;
    choice.goal = goal;
    choice.step = step;
    return this.#nextOption(choice);
  }

  #nextOption(choice: ChoicePoint): boolean {
    const { pattern, options } = choice.options!;
    const height = this.#top;
    const { goal, step, environment, at, trail } = choice;
    this.#environment = environment;
    for (let option = options.next(); !option.done; option = options.next()) {
      this.budget.call(environment!.depth);
      if (this.bindings.unify(pattern, option.value)) {
        if (goal !== null) this.#record(goal, 'builtin', step);
        this.#at = at;
        return true;
      }
      this.bindings.undo(trail);
    }
    this.#cutTo(height - 1);
    return false;
  }

  /** The call by its plan; null where there is none. */
  #joinRun({ key, joins }: Procedure, args: readonly Term[], { depth }: Environment): JoinRun | null {
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
    if (ready === null || depth + ready.plan.depth > this.budget.limits.depth) return null;
    const run = new JoinRun(ready.plan, ready.constants, this.budget);
    for (let i = 0; i < args.length; i++) if ((mask & (1 << i)) !== 0) run.give(i, deref(args[i]!));
    return run;
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
    const goal = this.#keepSteps && !caller.hidden ? goalOf(name, args, key) : null;
    if (run.open) {
      const choice = this.#push(KIND.join);
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
    this.#environment = new Environment(BACK_CODE, [], next, 0, this.#top, null, true);
    this.#at = 0;
    return true;
  }

  #nextSolution(choice: ChoicePoint): boolean {
    const { join, args, environment, at, goal, step } = choice;
    const height = this.#top;
    this.#environment = environment;
    if (!join!.next()) {
      if (join!.paused) return this.#pauseJoin(environment!);
      this.#cutTo(height - 1);
      return false;
    }
    if (!join!.open) this.#cutTo(height - 1);
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
    if (goal !== null) this.#record(goal, run.proof(), step);
    this.#environment = next;
    this.#at = nextAt;
    return true;
  }

  /** Keeps how the answers that a goal collects were proved, and shows it below that goal when it has them all. */
  #keepMembers(environment: Environment): void {
    const { members, since } = environment.collection!;
    if (environment.code[this.#at + 1]!.op !== OP.fail) {
      for (const proof of members) this.#record(proof.goal, proof, environment.step);
    } else if (members.length < MAX_MEMBERS) {
      members.push(...buildProof(this.#log, this.budget, since));
    }
  }

  #system(instruction: Instruction, environment: Environment): boolean {
    const collection = environment.collection!;
    if (collection.work === null) {
      if (this.#keepSteps && !environment.hidden) this.#keepMembers(environment);
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
    while (this.#top > this.#base) {
      const choice = this.#choices[this.#top - 1]!;
      this.bindings.undo(choice.trail);
      this.#log = choice.log;
      this.#cutTo(this.#top - 1);
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
    const flat = this.#flatAnswers(procedure, goal);
    if (flat !== null) {
      return this.#offer({ pattern: goal, options: flat }, next, nextAt);
    }
    const found = this.#tables.call(goal);
    if (found.answers !== null) {
      return this.#offer({ pattern: goal, options: this.#answers(found.answers, caller.step) }, next, nextAt);
    }
    const environment = new Environment(TABLE_CODE, [goal], next, nextAt, this.#top, caller.step, caller.hidden);
    this.#tables.open(found.key, environment, procedure, this.#log);
    this.#environment = environment;
    this.#at = 0;
    return true;
  }

  /** The answers of a tabled predicate over facts alone; null where it is more, or where proofs are wanted. */
  #flatAnswers({ key, layers }: Procedure, goal: Term): Iterator<Term> | null {
    if (this.#keepSteps) return null;
    let flat = this.#flat.get(key);
    if (flat === undefined) {
      flat = FlatPredicate.of(key, layers, this.#knowledge);
      this.#flat.set(key, flat);
    }
    return flat?.answers(goal, this.budget) ?? null;
  }

  *#answers(answers: readonly TableAnswer[], step: Step | null): Generator<Term, undefined> {
    for (let i = 0; i < answers.length; i++) {
      const { term, proof } = answers[i]!;
      if (proof !== null) this.#record(term, proof, step);
      yield term;
    }
  }

  /** The proof of the answer that a round has just found. */
  #tableProof({ table }: Environment): Proof | null {
    if (!this.#keepSteps) return null;
    return buildProof(this.#log, this.budget, table!.log)[0] ?? null;
  }

  #tableClauses(environment: Environment): boolean {
    const goal = environment.vars[0]!;
    const { procedure } = environment.table!;
    const args = argsOf(goal);
    const name = isCallable(goal) ? goal.name : '';
    const clauses = this.#candidates(procedure, args);
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
/** Where the recovery goal of `catch/3` stands in its code. */
const RECOVERY = 4;

function goalOf(name: string, args: readonly Term[], key: string): Atom | Struct {
  return args.length === 0 ? atom(name) : struct(name, args, key);
}

function headSlots({ headSize }: Clause): Set<number> {
  return new Set(Array.from({ length: headSize }, (_, i) => i));
}

function nextMatch(clauses: readonly Clause[], from: number, args: readonly Term[]): number {
  let i = from;
  while (i < clauses.length && !mayMatch(clauses[i]!, args)) i += 1;
  return i;
}
