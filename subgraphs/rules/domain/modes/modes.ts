import { isReserved } from '../builtins.ts';
import type { SourceClause } from '../program.ts';
import {
  type Atom,
  argsOf,
  conjuncts,
  deref,
  isCallable,
  keyOf,
  type Struct,
  type Term,
  type Variable,
  variablesOf,
} from '../term.ts';
import { VariableNames, writeTerm } from '../writer.ts';
import { calledGoal, given, givenBy, goalsInside, NEVER } from './builtin-modes.ts';
import { KnownValues } from './known-values.ts';
import type { Call, Need, Negated, Rest, Unsafe, Walk, Written } from './mode-calls.ts';

/** A text for which more goals and arguments have to be looked at is not analysed to the end: what is found by then is told. */
const MAX_WORK = 200_000;
const MAX_NEEDS = 20;

function sameFlags(a: readonly boolean[], b: readonly boolean[]): boolean {
  return a.every((flag, i) => flag === b[i]);
}

/**
 * Finds, from the predicates that are asked from outside, with values for which arguments each predicate is asked, and
 * where a negation is asked before a variable of it has a value. Assumed at first is that whatever holds gives values to
 * all its arguments; that is taken back until nothing changes. Facts that are no part of the text have values everywhere.
 */
export class ModeAnalysis {
  readonly #clauses = new Map<string, SourceClause[]>();
  readonly #calls = new Map<string, Call>();
  readonly #written = new Map<SourceClause, Written>();
  readonly #reached = new Set<string>();
  readonly #waiting = new Set<Call>();
  #workLeft = MAX_WORK;

  constructor(clauses: readonly SourceClause[]) {
    for (const clause of clauses) {
      const known = this.#clauses.get(clause.key);
      if (known) known.push(clause);
      else this.#clauses.set(clause.key, [clause]);
    }
  }

  /** Looks at a predicate that is asked with values for all of its arguments, or for none. */
  ask(key: string, withValues: boolean): void {
    const [clause] = this.#clauses.get(key) ?? [];
    if (clause === undefined) return;
    this.#callOf(
      key,
      argsOf(clause.head).map(() => withValues),
    );
    this.#settle();
  }

  isReached(key: string): boolean {
    return this.#reached.has(key);
  }

  /** What is unsafe in all that was reached. */
  unsafe(): readonly Unsafe[] {
    return [...this.#calls.values()].flatMap(({ unsafe }) => unsafe);
  }

  /** What is unsafe in each rule of a predicate whose arguments have no values: as `unsafe`, of the rule's own head. */
  needs(key: string): readonly Unsafe[] {
    return (this.#clauses.get(key) ?? []).flatMap((clause) => {
      const mode = argsOf(clause.head).map(() => false);
      const { needs } = this.#walk(this.#callOf(key, mode), clause);
      const { names } = this.#writtenIn(clause);
      return needs.map(({ position, late, negation, clause: negating, variable }) => ({
        clause,
        variable: [...variablesOf(argsOf(clause.head)[position]!)].map((one) => names.of(one)).join(', '),
        goal: clause.headText,
        negated: { negation, clause: negating, variable },
        late,
      }));
    });
  }

  #callOf(key: string, mode: readonly boolean[]): Call {
    const id = `${key} ${mode.map(Number).join('')}`;
    let call = this.#calls.get(id);
    if (call === undefined) {
      call = { key, mode, success: mode.map(() => true), needs: [], unsafe: [], callers: new Set() };
      this.#calls.set(id, call);
      this.#reached.add(key);
      this.#waiting.add(call);
    }
    return call;
  }

  #settle(): void {
    // A set is walked in the order of insertion, what is added meanwhile included.
    for (const call of this.#waiting) {
      this.#waiting.delete(call);
      if (this.#workLeft < 0) return;
      const walked = (this.#clauses.get(call.key) ?? []).map((clause) => this.#walk(call, clause));
      const success = call.mode.map((_, i) => walked.every((one) => one.success[i]));
      const needs = distinctNeeds(walked.flatMap((one) => one.needs)).slice(0, MAX_NEEDS);
      call.unsafe = walked.flatMap((one) => one.unsafe);
      if (sameFlags(success, call.success) && needs.length === call.needs.length) continue;
      call.success = success;
      call.needs = needs;
      for (const caller of call.callers) this.#waiting.add(caller);
    }
  }

  #walk(call: Call, clause: SourceClause): Pick<Call, 'success' | 'needs' | 'unsafe'> {
    const args = argsOf(clause.head);
    this.#workLeft -= 1 + args.length;
    const { variables, names } = this.#writtenIn(clause);
    const values = new KnownValues(args.flatMap((arg, i) => (call.mode[i] ? [...variablesOf(arg)] : [])));
    const fromHead = new Map<Variable, number[]>();
    args.forEach((arg, i) => {
      for (const one of values.open(arg)) fromHead.set(one, [...(fromHead.get(one) ?? []), i]);
    });
    const walk: Walk = { call, clause, variables, fromHead, names, needs: [], unsafe: [] };
    this.#goals(clause.body, values, walk, null);
    const success = args.map((arg, i) => call.mode[i] || values.open(arg).length === 0);
    return { success, needs: walk.needs, unsafe: walk.unsafe };
  }

  #writtenIn(clause: SourceClause): Written {
    let written = this.#written.get(clause);
    if (written === undefined) {
      const variables = variablesOf(clause.head);
      for (const goal of clause.body) variablesOf(goal, variables);
      written = { variables, names: namesIn(clause, variables) };
      this.#written.set(clause, written);
    }
    return written;
  }

  #goals(goals: readonly Term[], values: KnownValues, walk: Walk, behind: Rest | null): void {
    goals.forEach((goal, i) => {
      this.#goal(deref(goal), values, walk, { goals, from: i + 1, behind });
    });
  }

  #goal(goal: Term, values: KnownValues, walk: Walk, rest: Rest): void {
    this.#workLeft -= 1 + argsOf(goal).length;
    if (this.#workLeft < 0) return;
    if (!isCallable(goal)) {
      values.bind(goal);
      return;
    }
    const key = keyOf(goal);
    if (!isReserved(key)) this.#predicate(goal, key, values, walk, rest);
    else if (NEVER.has(key)) values.die();
    else if (goal.kind === 'struct') this.#own(goal, values, walk, rest);
  }

  /** A goal of the language's own. */
  #own(goal: Struct, values: KnownValues, walk: Walk, rest: Rest): void {
    const [first, second] = goal.args as [Term, Term];
    switch (goal.key) {
      case ',/2':
        this.#goals(conjuncts(goal), values, walk, rest);
        break;
      case '->/2':
      case '*->/2':
        this.#goals([first, second], values, walk, rest);
        break;
      case ';/2':
      case '|/2':
        this.#alternatives(goal.args, values, walk, rest);
        break;
      case 'call/1':
      case 'once/1':
        this.#goals([first], values, walk, rest);
        break;
      case '=/2':
        values.unify(first, second);
        break;
      case '\\+/1':
      case 'not/1':
        this.#negation(goal, first, values, walk, rest);
        break;
      default:
        this.#inside(goal, values, walk);
        for (const term of given(goal)) values.bind(term);
    }
  }

  #copy(values: KnownValues, { variables }: Walk): KnownValues {
    this.#workLeft -= variables.size;
    return values.copy();
  }

  #givenLater(rest: Rest): ReadonlySet<Variable> {
    const found = new Set<Variable>();
    for (let at: Rest | null = rest; at !== null && this.#workLeft >= 0; at = at.behind) {
      this.#workLeft -= at.goals.length - at.from;
      for (let i = at.from; i < at.goals.length; i++) givenBy(at.goals[i]!, found);
    }
    return found;
  }

  #alternatives(branches: readonly Term[], values: KnownValues, walk: Walk, rest: Rest): void {
    const met = branches.map((branch) => {
      const inside = this.#copy(values, walk);
      this.#goals([branch], inside, walk, rest);
      return inside;
    });
    values.meet(met, walk.variables);
  }

  /** Goals inside a goal that keeps to itself what they give values to, or of which that is not known. */
  #inside(goal: Struct, values: KnownValues, walk: Walk): void {
    const inside = this.#copy(values, walk);
    for (const called of goalsInside(goal)) this.#goals([called], inside, walk, null);
    const put = calledGoal(goal, inside);
    if (put !== null) this.#goals([put], inside, walk, null);
  }

  #negation(goal: Struct, negated: Term, values: KnownValues, walk: Walk, rest: Rest): void {
    const inside = this.#copy(values, walk);
    const later = this.#givenLater(rest);
    const written = writeTerm(goal, walk.names);
    for (const one of values.open(negated)) {
      const positions = walk.fromHead.get(one);
      if (positions === undefined && !later.has(one) && !values.asked.has(one)) continue;
      const negated = { negation: written, clause: walk.clause, variable: walk.names.of(one) };
      this.#tell(one, { goal: written, negated: null, late: later.has(one) }, negated, walk);
      inside.bind(one); // told once
    }
    this.#goals([negated], inside, walk, null);
  }

  /** A predicate of the text, or one of which there are at most facts. */
  #predicate(goal: Atom | Struct, key: string, values: KnownValues, walk: Walk, rest: Rest): void {
    const args = argsOf(goal);
    if (!this.#clauses.has(key)) {
      for (const arg of args) values.bind(arg);
      return;
    }
    const call = this.#callOf(
      key,
      args.map((arg) => values.open(arg).length === 0),
    );
    call.callers.add(walk.call);
    const later = call.needs.length > 0 ? this.#givenLater(rest) : null;
    for (const { position, negation, clause, variable } of call.needs) {
      const negated = { negation, clause, variable };
      for (const one of values.open(args[position]!)) {
        const place = { goal: writeTerm(goal, walk.names), negated, late: later?.has(one) ?? false };
        this.#tell(one, place, negated, walk);
      }
    }
    args.forEach((arg, i) => {
      if (call.success[i]) values.bind(arg);
      for (const one of values.open(arg)) values.asked.add(one);
    });
  }

  /** A variable of the head is its caller's affair; any other has no value whoever asks. */
  #tell(
    one: Variable,
    place: Pick<Unsafe, 'goal' | 'negated' | 'late'>,
    negated: Negated,
    { fromHead, needs, unsafe, clause, names }: Walk,
  ): void {
    const positions = fromHead.get(one);
    if (positions === undefined) unsafe.push({ clause, variable: names.of(one), ...place });
    else for (const position of positions) needs.push({ position, late: place.late, ...negated });
  }
}

/** As they are written, void ones as `_`. */
function namesIn({ variables: written }: SourceClause, variables: ReadonlySet<Variable>): VariableNames {
  const names = new Map([...written].map(([name, { variable }]) => [variable, name]));
  return new VariableNames([...variables].map((one) => [one, names.get(one) ?? '_']));
}

function distinctNeeds(needs: readonly Need[]): Need[] {
  const found = new Map(
    needs.map((need) => [`${need.position} ${need.negation} ${need.clause.line} ${need.late}`, need]),
  );
  return [...found.values()];
}
