import { BudgetStop } from './faults.ts';
import type { Slices } from './slices.ts';

/** How much one evaluation may cost. Every evaluation ends: with all answers, or by the first limit it meets. */
export interface Limits {
  /** Calls of predicates, 1 to 5,000,000. */
  readonly inferences: number;
  /** Answers kept, 1 to 10,000. */
  readonly answers: number;
  /** Results collected on the way, of tables, `findall/3` and their like, 1 to 2,000,000. */
  readonly rows: number;
  /** Calls nested in each other, 1 to 100,000; the last call of a rule stands in its rule's place. */
  readonly depth: number;
  /** Megabytes of terms, texts and tables kept until the end, roughly, 1 to 200. */
  readonly memory: number;
  /** Milliseconds, 1 to 1,000, without those in which others have their turn. */
  readonly millis: number;
}

export const DEFAULT_LIMITS: Limits = {
  inferences: 1_000_000,
  answers: 1_000,
  rows: 1_000_000,
  depth: 10_000,
  memory: 200,
  millis: 100,
};
export const MAX_LIMITS: Limits = {
  inferences: 5_000_000,
  answers: 10_000,
  rows: 2_000_000,
  depth: 100_000,
  memory: 200,
  millis: 1_000,
};

/** Milliseconds that several evaluations share; whoever comes when they are spent has next to none. */
export class SharedMillis {
  readonly #clock: () => number;
  #left: number;

  constructor(millis: number, clock: () => number) {
    this.#left = millis;
    this.#clock = clock;
  }

  get spent(): boolean {
    return this.#left <= 0;
  }

  /** Runs an evaluation within its own limits and what is left. */
  spend<T>(limits: Limits, evaluate: (limits: Limits) => Slices<T>): Slices<T> {
    return this.take(evaluate({ ...limits, millis: Math.max(0, Math.min(limits.millis, this.#left)) }));
  }

  /** Does work to its end, and takes the time of its slices from what is left. */
  *take<T>(work: Slices<T>): Slices<T> {
    for (;;) {
      const start = this.#clock();
      let step: IteratorResult<undefined, T>;
      try {
        step = work.next();
      } finally {
        this.#left -= this.#clock() - start;
      }
      if (step.done) return step.value;
      yield;
    }
  }
}

const CLOCK_EVERY = 1_024;
/** Steps inside unification, copying and comparison allowed per inference: large terms cost too. */
const WORK_PER_INFERENCE = 64;
const MIN_WORK = 1_000_000;
/** A cell takes some 50 bytes. */
const CELLS_PER_MEGABYTE = 20_000;

/** Steps of one goal that cannot stop in between: some milliseconds. */
const MAX_AT_A_STRETCH = 250_000;
/** Milliseconds after which an evaluation lets others have their turn. */
export const SLICE_MILLIS = 0.5;

/** Counts what an evaluation has spent. The time in which others have their turn is not its own. */
export class Budget {
  readonly limits: Limits;
  inferences = 0;
  /** Whether others shall have their turn. */
  sliceSpent = false;
  readonly #clock: () => number;
  readonly #maxWork: number;
  #deadline: number;
  #sliceEnd: number;
  #pausedAt = 0;
  #work = 0;
  #nextCheck = CLOCK_EVERY;
  /** Where the goal at hand began, as far as it was looked at. */
  #stretch = { inferences: 0, work: 0 };
  readonly #maxKept: number;
  #kept = 0;
  #rows = 0;

  /** `clock` gives milliseconds and never runs backwards. */
  constructor(limits: Limits, clock: () => number) {
    this.limits = limits;
    this.#clock = clock;
    const now = clock();
    this.#deadline = now + limits.millis;
    this.#sliceEnd = now + SLICE_MILLIS;
    this.#maxKept = limits.memory * CELLS_PER_MEGABYTE;
    this.#maxWork = Math.max(MIN_WORK, limits.inferences * WORK_PER_INFERENCE);
  }

  /** Milliseconds spent. */
  get elapsed(): number {
    return this.#clock() - this.#deadline + this.limits.millis;
  }

  /** Time stands still until `goOn`. */
  pause(): void {
    this.#pausedAt = this.#clock();
  }

  goOn(): void {
    const now = this.#clock();
    this.#deadline += now - this.#pausedAt;
    this.#sliceEnd = now + SLICE_MILLIS;
    this.sliceSpent = false;
    this.#stretch.work = this.#work;
  }

  /** @throws BudgetStop when inferences, depth or time are spent. */
  call(depth: number): void {
    this.inferences += 1;
    if (this.inferences > this.limits.inferences) throw new BudgetStop('INFERENCES');
    if (depth > this.limits.depth) throw new BudgetStop('DEPTH');
    if ((this.inferences & (CLOCK_EVERY - 1)) === 0) this.#checkClock();
  }

  /** So many calls at once; fewer than 0 gives back what was not used. @throws BudgetStop when inferences or time are spent. */
  calls(count: number): void {
    this.inferences += count;
    if (count < 0) return;
    if (this.inferences > this.limits.inferences) throw new BudgetStop('INFERENCES');
    this.#checkClock();
  }

  /** Steps inside a large term. @throws BudgetStop */
  work(steps = 1): void {
    this.#work += steps;
    if (this.#work < this.#nextCheck) return;
    if (steps > MAX_AT_A_STRETCH || this.#work > this.#maxWork) throw new BudgetStop('MEMORY');
    this.#nextCheck = this.#work + CLOCK_EVERY * 16;
    this.#checkStretch();
    this.#checkClock();
  }

  #checkStretch(): void {
    const stretch = this.#stretch;
    if (stretch.inferences !== this.inferences) {
      stretch.inferences = this.inferences;
      // Other goals may have had a part of the last steps.
      stretch.work = this.#work;
    } else if (this.#work - stretch.work > MAX_AT_A_STRETCH) throw new BudgetStop('MEMORY');
  }

  /** Cells of terms that are kept until the evaluation ends: results of findall, texts, tables. @throws BudgetStop */
  keep(cells: number): void {
    this.#kept += cells;
    if (this.#kept > this.#maxKept) throw new BudgetStop('MEMORY');
    this.work(cells);
  }

  /** One more result collected on the way. @throws BudgetStop */
  row(): void {
    this.#rows += 1;
    if (this.#rows > this.limits.rows) throw new BudgetStop('ROWS');
  }

  #checkClock(): void {
    const now = this.#clock();
    if (now > this.#deadline) throw new BudgetStop('TIME');
    if (now > this.#sliceEnd) this.sliceSpent = true;
  }
}
