import { builtinOf } from '../builtins.ts';
import type { Clause } from '../clause.ts';
import { type Constants, isConstant } from '../constants.ts';
import { isQuantity } from '../quantities.ts';
import { argsOf, atom, deref, isCallable, keyOf, struct, type Term } from '../term.ts';
import type { FactTable } from './fact-table.ts';
import { JoinRegisters, NoJoin, type OwnRegisters, registerTerm } from './join-registers.ts';
import {
  JOIN,
  type JoinPlan,
  type JoinStep,
  joinStep,
  type Pairs,
  type ProofShape,
  type ProvenClause,
} from './join-step.ts';

/** Larger plans would take longer to make than they save. */
const MAX_STEPS = 400;
const MAX_CLAUSES = 32;
const MAX_DEPTH = 100;

/** Where the clauses of predicates are, and what has been made of them. */
export interface JoinSource {
  readonly constants: Constants;
  clausesOf(key: string): readonly Clause[];
  /** The facts of a predicate; null where it is more than facts about constants. */
  tableOf(key: string, arity: number): FactTable | null;
}

export interface CompiledJoin {
  /** Null where the predicate is no join. */
  readonly plan: JoinPlan | null;
  /** Every predicate that was looked at. */
  readonly keys: ReadonlySet<string>;
}

/** The plan of a call of a predicate; `bound`: which arguments are constants, the others being distinct variables. */
export function compileJoin(source: JoinSource, key: string, bound: readonly boolean[]): CompiledJoin {
  const compiler = new JoinCompiler(source);
  try {
    return { plan: compiler.compile(key, bound), keys: compiler.keys };
  } catch (error) {
    if (error instanceof NoJoin) return { plan: null, keys: compiler.keys };
    throw error;
  }
}

/**
 * Writes the rules beneath a call into each other, down to facts. Which variables have a value at each place is known
 * beforehand, so that going back to a choice has nothing to take back. What that does not fit is refused: recursion,
 * structures, variables that stay unbound, other predicates of the language.
 */
class JoinCompiler {
  readonly keys = new Set<string>();
  readonly #source: JoinSource;
  readonly #steps: JoinStep[] = [];
  readonly #registers: JoinRegisters;
  #slots = 0;
  #depth = 0;
  readonly #open: string[] = [];

  constructor(source: JoinSource) {
    this.#source = source;
    this.#registers = new JoinRegisters(source.constants);
  }

  compile(key: string, bound: readonly boolean[]): JoinPlan {
    const args = bound.map((known) => {
      const register = this.#registers.add();
      if (known) this.#registers.learn(register);
      return register;
    });
    const proof = this.#call(key, args);
    this.#emit(JOIN.solution);
    return {
      steps: this.#steps,
      registers: this.#registers.values,
      slots: this.#slots,
      proof,
      open: this.#registers.open,
      depth: this.#depth,
    };
  }

  #slot(places: number): number {
    this.#slots += places;
    return this.#slots - places;
  }

  #emit(op: JoinStep['op'], parts: Partial<JoinStep> = {}): JoinStep {
    if (this.#steps.length >= MAX_STEPS) throw new NoJoin();
    const made = joinStep(op, parts);
    this.#steps.push(made);
    return made;
  }

  #call(key: string, args: readonly number[]): ProofShape {
    this.keys.add(key);
    if (builtinOf(key) !== undefined || this.#open.includes(key) || this.#open.length >= MAX_DEPTH) throw new NoJoin();
    const clauses = this.#source.clausesOf(key);
    if (clauses.some(({ tabled }) => tabled)) throw new NoJoin();
    const table = clauses.length === 0 ? null : this.#source.tableOf(key, args.length);
    if (table !== null && args.length > 0) return this.#lookup(table, args);
    if (clauses.length > MAX_CLAUSES) throw new NoJoin();
    this.#open.push(key);
    this.#depth = Math.max(this.#depth, this.#open.length);
    const shape = this.#clauses(key, clauses, args);
    this.#open.pop();
    if (!args.every((register) => this.#registers.isKnown(register))) throw new NoJoin();
    return shape;
  }

  #lookup(table: FactTable, args: readonly number[]): ProofShape {
    const columns = args.flatMap((register, column) => (this.#registers.isKnown(register) ? [column] : []));
    const key = table.sharpest(columns);
    const tests = columns.flatMap((column) => (column === key?.column ? [] : [column, args[column]!]));
    const equal: number[] = [];
    const loads: number[] = [];
    args.forEach((register, column) => {
      if (columns.includes(column)) return;
      const before = args.indexOf(register);
      if (before < column) equal.push(before, column);
      else loads.push(column, register);
      this.#registers.learn(register);
    });
    const slot = this.#slot(3);
    const left = key === null ? -1 : args[key.column]!;
    this.#emit(JOIN.lookup, { table, index: key?.index ?? null, left, tests, equal, loads, slot });
    return { kind: 'row', table, slot };
  }

  #clauses(key: string, clauses: readonly Clause[], args: readonly number[]): ProofShape {
    const goal = this.#goal(key, args);
    if (clauses.length === 0) return this.#nothing(goal, args);
    const mark = clauses.some(({ body }) => body.some(mentionsCut)) ? this.#mark() : null;
    const heads = clauses.map((clause) => this.#head(clause, args));
    const bodies: ProvenClause[] = [];
    const prove = (i: number) => bodies.push(this.#body(clauses[i]!, heads[i]!, mark));
    if (clauses.length === 1) {
      const { agree } = heads[0]!;
      for (let i = 0; i < agree.length; i += 2) this.#emit(JOIN.same, { left: agree[i]!, right: agree[i + 1]! });
      prove(0);
      return { kind: 'call', goal, slot: -1, clauses: bodies };
    }
    const slot = this.#slot(3);
    const targets = heads.map(({ agree }) => ({ agree, target: -1 }));
    this.#emit(JOIN.alternatives, { clauses: targets, slot });
    this.#each(clauses.length, (i) => {
      targets[i]!.target = this.#steps.length;
      prove(i);
    });
    return { kind: 'call', goal, slot, clauses: bodies };
  }

  /** A predicate without clauses: what would follow is never reached. */
  #nothing(goal: Term, args: readonly number[]): ProofShape {
    this.#emit(JOIN.fail);
    for (const register of args) this.#registers.learn(register);
    return { kind: 'call', goal, slot: -1, clauses: [] };
  }

  /** A head's variables stand for the call's arguments; whatever else it says must agree with them. */
  #head({ head }: Clause, args: readonly number[]): Head {
    const own: OwnRegisters = [];
    const agree: number[] = [];
    const unite: number[] = [];
    argsOf(head).forEach((pattern, i) => {
      const given = args[i]!;
      if (pattern.kind === 'local' && own[pattern.index] === undefined) {
        own[pattern.index] = given;
        return;
      }
      const wanted = this.#registers.operand(pattern, own);
      if (wanted !== given)
        (this.#registers.isKnown(given) && this.#registers.isKnown(wanted) ? agree : unite).push(wanted, given);
    });
    return { own, agree, unite };
  }

  #body(clause: Clause, { own, unite }: Head, mark: number | null): ProvenClause {
    for (let i = 0; i < unite.length; i += 2) this.#unite(unite[i]!, unite[i + 1]!);
    const goals = clause.body.flatMap((goal) => this.#proveOne(goal, own, mark));
    const registers = clause.names.map((name, i) => {
      const register = own[i];
      return register === undefined || name.startsWith('_') || !this.#registers.isKnown(register) ? -1 : register;
    });
    return { clause, registers, goals };
  }

  /** One of two registers gets the other's constant, or they must have the same. */
  #unite(a: number, b: number): void {
    const [from, to] = this.#registers.isKnown(a) ? [a, b] : [b, a];
    if (!this.#registers.isKnown(from)) throw new NoJoin();
    this.#emit(this.#registers.isKnown(to) ? JOIN.same : JOIN.copy, { left: to, right: from });
    this.#registers.learn(to);
  }

  #mark(): number {
    const slot = this.#slot(1);
    this.#emit(JOIN.mark, { slot });
    return slot;
  }

  /** Ways of which one is taken: all go on at the same place. */
  #each(ways: number, write: (way: number) => void): void {
    const ends: JoinStep[] = [];
    this.#registers.ways(ways, (way) => {
      write(way);
      ends.push(this.#emit(JOIN.jump));
    });
    for (const end of ends) end.target = this.#steps.length;
  }

  #proveOne(goal: Term, own: OwnRegisters, mark: number | null): ProofShape[] {
    if (!isCallable(goal)) throw new NoJoin();
    const args = argsOf(goal);
    switch (keyOf(goal)) {
      case 'true/0':
        return [];
      case 'fail/0':
      case 'false/0':
        this.#emit(JOIN.fail);
        return [];
      case ',/2':
        return args.flatMap((part) => this.#proveOne(part, own, mark));
      case '!/0':
        if (mark === null) throw new NoJoin();
        this.#emit(JOIN.cut, { slot: mark });
        return [];
      case '\\+/1':
      case 'not/1':
        return this.#not(goal, args[0]!, own);
      case ';/2':
        return [this.#either(args[0]!, args[1]!, own, mark)];
      case '->/2':
        return [this.#ifThen(args[0]!, args[1]!, null, own, mark)];
      case '=/2':
        return this.#equal(goal, own);
      case '==/2':
      case '\\==/2':
      case '\\=/2':
        return this.#same(goal, own);
      case 'is/2':
        return this.#is(goal, own);
    }
    const order = builtinOf(keyOf(goal))?.order;
    if (order !== undefined) return this.#compare(goal, order, own);
    return [
      this.#call(
        keyOf(goal),
        args.map((arg) => this.#registers.operand(arg, own)),
      ),
    ];
  }

  #not(whole: Term, goal: Term, own: OwnRegisters): ProofShape[] {
    const slot = this.#slot(2);
    const other = this.#emit(JOIN.condition, { slot });
    this.#registers.inside(() => this.#proveOne(goal, own, null));
    this.#emit(JOIN.cut, { slot });
    this.#emit(JOIN.fail);
    other.target = this.#steps.length;
    return [{ kind: 'ABSENT', goal: this.#registers.pattern(whole, own) }];
  }

  #either(left: Term, right: Term, own: OwnRegisters, mark: number | null): ProofShape {
    if (left.kind === 'struct' && left.key === '->/2') {
      return this.#ifThen(left.args[0]!, left.args[1]!, right, own, mark);
    }
    if (left.kind === 'struct' && left.key === '*->/2') throw new NoJoin();
    const slot = this.#slot(3);
    const targets = [left, right].map(() => ({ agree: [], target: -1 }));
    this.#emit(JOIN.alternatives, { clauses: targets, slot });
    const ways: ProofShape[][] = [];
    this.#each(2, (way) => {
      targets[way]!.target = this.#steps.length;
      ways.push(this.#proveOne(way === 0 ? left : right, own, mark));
    });
    return { kind: 'ways', slot, ways };
  }

  #ifThen(condition: Term, then: Term, otherwise: Term | null, own: OwnRegisters, mark: number | null): ProofShape {
    const slot = this.#slot(2);
    const other = this.#emit(JOIN.condition, { slot });
    const hold = () => {
      const goals = this.#proveOne(condition, own, null);
      this.#emit(JOIN.cut, { slot });
      return [...goals, ...this.#proveOne(then, own, mark)];
    };
    const ways: ProofShape[][] = [];
    if (otherwise === null) {
      ways.push(hold());
      const end = this.#emit(JOIN.jump);
      other.target = this.#steps.length;
      this.#emit(JOIN.fail);
      end.target = this.#steps.length;
    } else {
      this.#each(2, (way) => {
        if (way === 1) other.target = this.#steps.length;
        ways.push(way === 0 ? hold() : this.#proveOne(otherwise, own, mark));
      });
    }
    return { kind: 'ways', slot: slot + 1, ways };
  }

  #equal(goal: Term, own: OwnRegisters): ProofShape[] {
    const [left, right] = argsOf(goal).map((arg) => this.#registers.operand(arg, own)) as [number, number];
    this.#unite(left, right);
    return [{ kind: 'BUILTIN', goal: this.#registers.pattern(goal, own) }];
  }

  #same(goal: Term, own: OwnRegisters): ProofShape[] {
    const [left, right] = argsOf(goal).map((arg) => this.#registers.operand(arg, own)) as [number, number];
    if (!this.#registers.isKnown(left) || !this.#registers.isKnown(right)) throw new NoJoin();
    const op = isCallable(goal) && keyOf(goal) === '==/2' ? JOIN.same : JOIN.different;
    this.#emit(op, { left, right });
    return [{ kind: 'BUILTIN', goal: this.#registers.pattern(goal, own) }];
  }

  #compare(goal: Term, order: (order: number) => boolean, own: OwnRegisters): ProofShape[] {
    if (argsOf(goal).some(isQuantity)) throw new NoJoin();
    const sides = argsOf(goal).map((arg) => this.#expression(arg, own)) as [Side, Side];
    this.#emit(JOIN.compare, {
      left: sides[0].register,
      right: sides[1].register,
      expressions: [sides[0].expression, sides[1].expression],
      uses: [...sides[0].uses, ...sides[1].uses],
      order,
    });
    return [{ kind: 'BUILTIN', goal: this.#registers.pattern(goal, own) }];
  }

  #is(goal: Term, own: OwnRegisters): ProofShape[] {
    const [result, term] = argsOf(goal) as [Term, Term];
    const { register, expression, uses } = this.#expression(term, own);
    const target = this.#registers.operand(result, own);
    const fresh = !this.#registers.isKnown(target);
    const left = fresh ? target : this.#registers.add();
    this.#emit(JOIN.is, { left, right: register, expressions: [null, expression], uses });
    this.#registers.learn(left);
    if (!fresh) this.#emit(JOIN.same, { left, right: target });
    return [{ kind: 'BUILTIN', goal: this.#registers.pattern(goal, own) }];
  }

  /** A calculation: a register where it is a variable or a constant. */
  #expression(term: Term, own: OwnRegisters): Side {
    if (term.kind === 'local' || isConstant(term)) {
      const register = this.#registers.operand(term, own);
      if (!this.#registers.isKnown(register)) throw new NoJoin();
      return { register, expression: null, uses: [register] };
    }
    const uses: number[] = [];
    const expression = this.#registers.pattern(term, own, uses);
    if (!uses.every((register) => this.#registers.isKnown(register))) throw new NoJoin();
    return { register: -1, expression, uses };
  }

  #goal(key: string, args: readonly number[]): Term {
    const name = key.slice(0, key.lastIndexOf('/'));
    return args.length === 0 ? atom(name) : struct(name, args.map(registerTerm), key);
  }
}

/** A head beside a call: the registers of its variables, and pairs of which both, or one at most, have a value before. */
interface Head {
  readonly own: OwnRegisters;
  readonly agree: Pairs;
  readonly unite: Pairs;
}

/** One side of a comparison. */
interface Side {
  readonly register: number;
  readonly expression: Term | null;
  readonly uses: readonly number[];
}

function mentionsCut(goal: Term): boolean {
  const value = deref(goal);
  if (!isCallable(value)) return false;
  return keyOf(value) === '!/0' || (CUT_REACHES_OUT.has(keyOf(value)) && argsOf(value).some(mentionsCut));
}
/** Constructs in whose parts a cut cuts the clause. */
const CUT_REACHES_OUT = new Set([',/2', ';/2', '->/2', '*->/2']);
