import { BudgetStop } from './faults.ts';

/** How much one evaluation may cost. Every evaluation ends: with all answers, or by the first limit it meets. */
export interface Limits {
  /** Calls of predicates, 1 to 5,000,000. */
  readonly inferences: number;
  /** Answers kept, 1 to 10,000. */
  readonly answers: number;
  /** Calls nested in each other, 1 to 100,000; the last call of a rule stands in its rule's place. */
  readonly depth: number;
  /** Milliseconds of wall clock, 1 to 1,000. */
  readonly millis: number;
}

export const DEFAULT_LIMITS: Limits = { inferences: 1_000_000, answers: 1_000, depth: 10_000, millis: 100 };
export const MAX_LIMITS: Limits = { inferences: 5_000_000, answers: 10_000, depth: 100_000, millis: 1_000 };

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
  spend<T>(limits: Limits, evaluate: (limits: Limits) => T): T {
    const start = this.#clock();
    try {
      return evaluate({ ...limits, millis: Math.max(0, Math.min(limits.millis, this.#left)) });
    } finally {
      this.#left -= this.#clock() - start;
    }
  }
}

const CLOCK_EVERY = 1_024;
/** Steps inside unification, copying and comparison allowed per inference: large terms cost too. */
const WORK_PER_INFERENCE = 64;
const MIN_WORK = 1_000_000;
/** Some 50 bytes each. */
const MAX_KEPT = 4_000_000;

/** Counts what an evaluation has spent. */
export class Budget {
  readonly limits: Limits;
  inferences = 0;
  readonly #clock: () => number;
  readonly #deadline: number;
  readonly #maxWork: number;
  #work = 0;
  #nextCheck = CLOCK_EVERY;
  #kept = 0;

  /** `clock` gives milliseconds and never runs backwards. */
  constructor(limits: Limits, clock: () => number) {
    this.limits = limits;
    this.#clock = clock;
    this.#deadline = clock() + limits.millis;
    this.#maxWork = Math.max(MIN_WORK, limits.inferences * WORK_PER_INFERENCE);
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
    if (this.#work > this.#maxWork) throw new BudgetStop('MEMORY');
    this.#nextCheck = this.#work + CLOCK_EVERY * 16;
    this.#checkClock();
  }

  /** Cells of terms that are kept until the evaluation ends: results of findall, texts, tables. @throws BudgetStop */
  keep(cells: number): void {
    this.#kept += cells;
    if (this.#kept > MAX_KEPT) throw new BudgetStop('MEMORY');
    this.work(cells);
  }

  #checkClock(): void {
    if (this.#clock() > this.#deadline) throw new BudgetStop('TIME');
  }
}
