import type { Clause } from '../clause.ts';
import { type Constants, isConstant } from '../constants.ts';
import { argsOf } from '../term.ts';

const NONE = -1;

/** The rows that have a constant in one column, in the order of the facts. */
export interface ColumnIndex {
  /** The first row of each constant, by its number; -1 for none. */
  readonly heads: Int32Array;
  /** The row after each row that has the same constant; -1 for none. */
  readonly next: Int32Array;
  /** How many constants there are. */
  readonly distinct: number;
}

/** Facts about constants as rows of numbers, in their order, with their repetitions. */
export class FactTable {
  readonly clauses: readonly Clause[];
  readonly columns: readonly Int32Array[];
  readonly #constants: Constants;
  readonly #indexes: (ColumnIndex | undefined)[] = [];

  private constructor(clauses: readonly Clause[], arity: number, constants: Constants) {
    this.clauses = clauses;
    this.#constants = constants;
    this.columns = Array.from({ length: arity }, (_, column) =>
      Int32Array.from(clauses, ({ head }) => constants.numberOf(argsOf(head)[column]!)),
    );
  }

  /** Null when some clause is a rule, or says something of more than constants. */
  static of(clauses: readonly Clause[], arity: number, constants: Constants): FactTable | null {
    const flat = clauses.every(({ head, body }) => body.length === 0 && argsOf(head).every(isConstant));
    return flat ? new FactTable(clauses, arity, constants) : null;
  }

  /** The index of the column, of those given, that tells most rows apart. */
  sharpest(columns: readonly number[]): { column: number; index: ColumnIndex } | null {
    let best: { column: number; index: ColumnIndex } | null = null;
    for (const column of columns) {
      const index = this.#index(column);
      if (best === null || index.distinct > best.index.distinct) best = { column, index };
    }
    return best;
  }

  #index(column: number): ColumnIndex {
    const known = this.#indexes[column];
    if (known !== undefined) return known;
    const values = this.columns[column]!;
    const heads = new Int32Array(this.#constants.terms.length).fill(NONE);
    const next = new Int32Array(values.length);
    let distinct = 0;
    for (let row = values.length - 1; row >= 0; row--) {
      const value = values[row]!;
      if (heads[value] === NONE) distinct += 1;
      next[row] = heads[value]!;
      heads[value] = row;
    }
    const made = { heads, next, distinct };
    this.#indexes[column] = made;
    return made;
  }
}
