const FIRST_CAPACITY = 1_024;
const NONE = -1;

function mixed(hash: number, value: number): number {
  const sum = (hash ^ value) + 0x9e3779b9;
  return Math.imul(sum, 0x85ebca6b) ^ (sum >>> 13);
}

/** Rows found by the values of some columns: chains of rows with the same hash, the newest first. */
class RowIndex {
  readonly columns: readonly number[];
  heads = new Int32Array(FIRST_CAPACITY).fill(NONE);
  next = new Int32Array(FIRST_CAPACITY);

  constructor(columns: readonly number[]) {
    this.columns = columns;
  }
}

/** A set of rows of numbers, in the order in which they came. */
export class Relation {
  readonly arity: number;
  readonly #columns: Int32Array[];
  readonly #indexes: RowIndex[] = [];
  readonly #all: RowIndex;
  #size = 0;

  constructor(arity: number) {
    this.arity = arity;
    this.#columns = Array.from({ length: arity }, () => new Int32Array(FIRST_CAPACITY));
    this.#all = this.index(Array.from({ length: arity }, (_, i) => i));
  }

  get size(): number {
    return this.#size;
  }

  at(row: number, column: number): number {
    return this.#columns[column]![row]!;
  }

  /** An index by these columns, kept from now on. */
  index(columns: readonly number[]): RowIndex {
    const known = this.#indexes.find((index) => index.columns.join() === columns.join());
    if (known !== undefined) return known;
    const made = new RowIndex(columns);
    this.#indexes.push(made);
    this.#rebuild(made);
    return made;
  }

  /** The newest row that may have these values in the index' columns; -1 for none. */
  first(index: RowIndex, values: ArrayLike<number>): number {
    let hash = 0;
    for (let i = 0; i < index.columns.length; i++) hash = mixed(hash, values[i]!);
    return index.heads[hash & (index.heads.length - 1)]!;
  }

  /** The next older row of the same chain; -1 for none. */
  following(index: RowIndex, row: number): number {
    return index.next[row]!;
  }

  /** Adds a row; false when it is there already. */
  add(row: ArrayLike<number>): boolean {
    const all = this.#all;
    for (let at = this.first(all, row); at !== NONE; at = all.next[at]!) if (this.#same(at, row)) return false;
    if (this.#size === this.#columns[0]!.length) this.#grow();
    const at = this.#size;
    this.#size += 1;
    for (let i = 0; i < this.arity; i++) this.#columns[i]![at] = row[i]!;
    for (const index of this.#indexes) this.#link(index, at);
    return true;
  }

  #same(at: number, row: ArrayLike<number>): boolean {
    for (let i = 0; i < this.arity; i++) if (this.#columns[i]![at] !== row[i]) return false;
    return true;
  }

  #link(index: RowIndex, row: number): void {
    let hash = 0;
    for (const column of index.columns) hash = mixed(hash, this.#columns[column]![row]!);
    const slot = hash & (index.heads.length - 1);
    index.next[row] = index.heads[slot]!;
    index.heads[slot] = row;
  }

  #rebuild(index: RowIndex): void {
    const capacity = this.#columns[0]!.length;
    index.heads = new Int32Array(capacity * 2).fill(NONE);
    index.next = new Int32Array(capacity);
    for (let row = 0; row < this.#size; row++) this.#link(index, row);
  }

  #grow(): void {
    const capacity = this.#columns[0]!.length * 2;
    this.#columns.forEach((column, i) => {
      const larger = new Int32Array(capacity);
      larger.set(column);
      this.#columns[i] = larger;
    });
    for (const index of this.#indexes) this.#rebuild(index);
  }
}

export type { RowIndex };
