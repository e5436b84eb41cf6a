import type { Budget } from '../budget.ts';
import { evaluationError, shown, typeError } from '../errors.ts';
import { BudgetStop } from '../faults.ts';
import { type Float, float, type Int, int } from '../term.ts';

export type Numeric = Int | Float;

export type Whole = number | bigint;

/** The largest integer that is calculated with has this many bits. */
export const MAX_BITS = 100_000;

export function fault(what: 'undefined' | 'float_overflow' | 'zero_divisor') {
  const sentences = {
    undefined: 'The result of the calculation is undefined.',
    float_overflow: 'The result of the calculation is too large for a number.',
    zero_divisor: 'Division by zero.',
  };
  return evaluationError(what, sentences[what]);
}

/** @throws RuleFault when the result is no number */
export function makeFloat(value: number): Float {
  if (Number.isFinite(value)) return float(value);
  throw fault(Number.isNaN(value) ? 'undefined' : 'float_overflow');
}

export function bitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** Takes the work of a large integer from the budget before it is made. @throws BudgetStop */
export function afford(bits: number, budget: Budget): void {
  if (bits > MAX_BITS) throw new BudgetStop('MEMORY');
  budget.work(stepsOf(bits));
}

/** What multiplying numbers of so many bits takes, a little more than linear. */
export function stepsOf(bits: number): number {
  const words = bits >> 6;
  return 1 + words + ((words * words) >> 8);
}

/** The result of what takes no longer than reading it. @throws BudgetStop when it is too large */
export function affordable(value: bigint, budget: Budget): Int {
  afford(bitsOf(value), budget);
  return int(value);
}

/** The double nearest to an integer. @throws RuleFault when it is beyond the range */
export function toFloat(value: Numeric): number {
  if (typeof value.value === 'number') return value.value;
  const result = Number(value.value);
  if (!Number.isFinite(result)) throw fault('float_overflow');
  return result;
}

export function requireWhole(value: Numeric): Whole {
  if (value.kind === 'int') return value.value;
  throw typeError('integer', value, `Expected an integer, but found ${shown(value)}.`);
}

export type Binary = (a: Numeric, b: Numeric, budget: Budget) => Numeric;

export type Unary = (a: Numeric, budget: Budget) => Numeric;

/** Exact for integers, and exact between an integer and a float. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (a.value < b.value) return -1;
  return a.value > b.value ? 1 : 0;
}

/** Of equal numbers the float, and a number rather than none, as SWI-Prolog has it. */
export function larger(a: Numeric, b: Numeric): Numeric {
  if (Number.isNaN(a.value) || Number.isNaN(b.value)) return Number.isNaN(a.value) ? b : a;
  const order = compareNumbers(a, b);
  return order === 0 ? (a.kind === 'float' ? a : b) : order > 0 ? a : b;
}

export function smaller(a: Numeric, b: Numeric): Numeric {
  if (Number.isNaN(a.value) || Number.isNaN(b.value)) return Number.isNaN(a.value) ? b : a;
  const order = compareNumbers(a, b);
  return order === 0 ? (a.kind === 'float' ? a : b) : order < 0 ? a : b;
}

/** Negative, 0 or positive; NaN where one of them is no number. Exact between an integer and a float. */
export function orderOf(a: Numeric, b: Numeric): number {
  if (a.value < b.value) return -1;
  if (a.value > b.value) return 1;
  return Number.isNaN(a.value) || Number.isNaN(b.value) ? Number.NaN : 0;
}
