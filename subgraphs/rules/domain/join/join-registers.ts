import { type Constants, isConstant } from '../constants.ts';
import { type Local, struct, type Term } from '../term.ts';

/** Some part of a goal is no join: the engine proves it step by step. */
export class NoJoin extends Error {}

/** The register of each variable of a clause. */
export type OwnRegisters = (number | undefined)[];

export function registerTerm(register: number): Local {
  return { kind: 'local', index: register, first: false };
}

/** The registers of a plan that is being written, and which of them have a value at the place that is written now. */
export class JoinRegisters {
  readonly #constants: Constants;
  readonly #values: number[] = [];
  readonly #ofConstants = new Map<number, number>();
  /** The registers of constants. */
  readonly #always = new Set<number>();
  /** The registers that have a value, and those that have one on some ways only. */
  #known = new Set<number>();
  #doubtful = new Set<number>();
  /** What stands in a negation for a register that has no value there. */
  readonly #openVariables = new Map<number, number>();
  /** Registers that stand for variables without a value. */
  readonly open: number[] = [];

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  /** What they hold at first. */
  get values(): Int32Array {
    return Int32Array.from(this.#values);
  }

  add(value = 0): number {
    return this.#values.push(value) - 1;
  }

  /** The register of a constant or a clause's variable. @throws NoJoin for a compound */
  operand(term: Term, own: OwnRegisters): number {
    if (term.kind === 'local') {
      own[term.index] ??= this.add();
      return own[term.index]!;
    }
    if (!isConstant(term)) throw new NoJoin();
    const number = this.#constants.numberOf(term);
    const known = this.#ofConstants.get(number);
    if (known !== undefined) return known;
    const register = this.add(number);
    this.#ofConstants.set(number, register);
    this.#always.add(register);
    return register;
  }

  /** @throws NoJoin where it has a value on some ways only */
  isKnown(register: number): boolean {
    if (this.#doubtful.has(register)) throw new NoJoin();
    return this.#always.has(register) || this.#known.has(register);
  }

  /** From here on it has a value. */
  learn(register: number): void {
    this.#known.add(register);
  }

  /** Writes a negation: what gets a value in it has none after it. */
  inside(write: () => void): void {
    const known = new Set(this.#known);
    const doubtful = new Set(this.#doubtful);
    write();
    this.#known = known;
    this.#doubtful = doubtful;
    // Each negation has variables of its own: what it left open may have a value after it.
    this.#openVariables.clear();
  }

  /** Writes ways of which one is taken: each begins with what is known now, and what all know is known after them. */
  ways(count: number, write: (way: number) => void): void {
    const before = { known: this.#known, doubtful: this.#doubtful };
    const after: Set<number>[] = [];
    const doubtful = new Set(before.doubtful);
    for (let way = 0; way < count; way++) {
      this.#known = new Set(before.known);
      this.#doubtful = new Set(before.doubtful);
      write(way);
      after.push(this.#known);
      for (const register of this.#doubtful) doubtful.add(register);
    }
    this.#known = new Set([...after[0]!].filter((register) => after.every((known) => known.has(register))));
    for (const known of after) for (const register of known) if (!this.#known.has(register)) doubtful.add(register);
    this.#doubtful = doubtful;
  }

  /** A term of a clause whose variables are registers; `uses`: those that it names. */
  pattern(term: Term, own: OwnRegisters, uses: number[] = []): Term {
    if (term.kind === 'local') {
      const register = this.operand(term, own);
      uses.push(register);
      // What has no value here never gets one: it stands in a negation.
      return this.isKnown(register) ? registerTerm(register) : this.#openVariable(register);
    }
    if (term.kind !== 'struct' || term.ground) return term;
    return struct(
      term.name,
      term.args.map((arg) => this.pattern(arg, own, uses)),
      term.key,
    );
  }

  /** Where the variable stands that a proof shows for a register without a value. */
  #openVariable(register: number): Local {
    let place = this.#openVariables.get(register);
    if (place === undefined) {
      place = this.add();
      this.#openVariables.set(register, place);
      this.open.push(place);
    }
    return registerTerm(place);
  }
}
