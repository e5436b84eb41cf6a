import type { Budget } from '../budget.ts';
import type { Slices } from '../slices.ts';
import type { Relation, RowIndex } from './relation.ts';

const STEPS_AT_ONCE = 256;

/** The columns of a literal's rows, each with its register and whether that has a value by then. */
export interface Columns {
  readonly registers: readonly number[];
  readonly known: readonly boolean[];
}
export interface ClosureStep extends Columns {
  readonly relation: Relation;
  /** By the columns that have values before any row is looked at; null where none has. */
  readonly index: RowIndex | null;
  readonly keys: readonly number[];
  /** Of the predicate's own rows, those before the new one, and itself where `including`; null for facts. */
  readonly own: 'before' | 'including' | null;
}
export interface ClosureJoin {
  /** The literal that takes the new row; null where there is none. */
  readonly start: Columns | null;
  readonly steps: readonly ClosureStep[];
  readonly head: readonly number[];
}

/** One evaluation: the registers hold the values of the rule at hand. */
export class ClosureRun {
  readonly #found: Relation;
  readonly #registers: Int32Array;
  readonly #budget: Budget;
  readonly #row: Int32Array;
  #steps = 0;

  constructor(found: Relation, registers: Int32Array, budget: Budget) {
    this.#found = found;
    this.#registers = registers;
    this.#budget = budget;
    this.#row = new Int32Array(found.arity);
  }

  /** Takes what has been done from the budget. */
  settle(): void {
    this.#budget.work(this.#steps);
    this.#steps = 0;
  }

  #count(): void {
    this.#steps += 1;
    if (this.#steps === STEPS_AT_ONCE) this.settle();
  }

  /** Joins all rows of a rule that does not ask the predicate itself. */
  *begin(join: ClosureJoin): Slices<void> {
    const [step] = join.steps;
    if (step === undefined) {
      this.#conclude(join.head);
      return;
    }
    const { relation, index } = step;
    let row = index === null ? relation.size - 1 : relation.first(index, this.#keys(step));
    while (row >= 0) {
      this.#count();
      if (this.#matches(relation, row, step)) this.join(join, 1, 0);
      if (this.#budget.sliceSpent) yield;
      row = index === null ? row - 1 : relation.following(index, row);
    }
  }

  /** Joins a new row with those before it. */
  extend(join: ClosureJoin, row: number): void {
    if (this.#matches(this.#found, row, join.start!)) this.join(join, 0, row);
  }

  join(join: ClosureJoin, at: number, newest: number): void {
    const step = join.steps[at];
    if (step === undefined) {
      this.#conclude(join.head);
      return;
    }
    const { relation, index, own } = step;
    const end = own === null ? relation.size : own === 'before' ? newest : newest + 1;
    let row = index === null ? end - 1 : relation.first(index, this.#keys(step));
    while (row >= 0) {
      this.#count();
      if (row < end && this.#matches(relation, row, step)) this.join(join, at + 1, newest);
      row = index === null ? row - 1 : relation.following(index, row);
    }
  }

  #keys({ keys }: ClosureStep): number[] {
    const values = new Array<number>(keys.length);
    for (let i = 0; i < keys.length; i++) values[i] = this.#registers[keys[i]!]!;
    return values;
  }

  #matches(relation: Relation, row: number, { registers, known }: Columns): boolean {
    const values = this.#registers;
    for (let i = 0; i < registers.length; i++) {
      const value = relation.at(row, i);
      if (!known[i]) values[registers[i]!] = value;
      else if (values[registers[i]!] !== value) return false;
    }
    return true;
  }

  #conclude(head: readonly number[]): void {
    const row = this.#row;
    for (let i = 0; i < head.length; i++) row[i] = this.#registers[head[i]!]!;
    if (!this.#found.add(row)) return;
    this.#budget.row();
    this.#budget.keep(1);
  }
}
