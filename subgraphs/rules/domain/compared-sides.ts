import { evaluate } from './arithmetic/evaluate.ts';
import type { Numeric } from './arithmetic/numeric.ts';
import { Budget, DEFAULT_LIMITS } from './budget.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import { isQuantity } from './quantities.ts';
import { argsOf, isCallable, keyOf, type Term } from './term.ts';

const OF_VALUES: ReadonlySet<string> = new Set(['<', '>', '=<', '>=', '=:=', '=\\=', 'is'].map((name) => `${name}/2`));
const OF_TERMS: ReadonlySet<string> = new Set(
  ['=', '\\=', '==', '\\==', '@<', '@>', '@=<', '@>='].map((name) => `${name}/2`),
);
/** All comparisons of a proof together: enough for any that people read. */
const LIMITS = { ...DEFAULT_LIMITS, inferences: 1 };

/** Integers of more digits are read by nobody, and take long to write. */
const MAX_READ = 10n ** 300n;

function isReadable({ value }: Numeric): boolean {
  return typeof value === 'number' || (value < MAX_READ && value > -MAX_READ);
}

/** Both sides of comparisons with their values, which the goals of a proof show as they were written. */
export class ComparedSides {
  #budget: Budget | null = new Budget(LIMITS, () => 0);

  /** The values of a comparison that holds, of terms and quantities the terms; null for other goals, and where that costs too much. */
  of(goal: Term): readonly [Term, Term] | null {
    const [left, right] = argsOf(goal);
    if (!isCallable(goal) || left === undefined || right === undefined) return null;
    const key = keyOf(goal);
    if (OF_TERMS.has(key)) return [left, right];
    return OF_VALUES.has(key) ? this.#values(left, right) : null;
  }

  #values(left: Term, right: Term): readonly [Term, Term] | null {
    if (isQuantity(left) && isQuantity(right)) return [left, right];
    if (this.#budget === null) return null;
    try {
      const values = [evaluate(left, this.#budget), evaluate(right, this.#budget)] as const;
      return values.every(isReadable) ? values : null;
    } catch (error) {
      if (error instanceof RuleFault) return null;
      if (!(error instanceof BudgetStop)) throw error;
      this.#budget = null;
      return null;
    }
  }
}
