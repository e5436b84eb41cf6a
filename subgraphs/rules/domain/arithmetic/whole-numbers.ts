import type { Budget } from '../budget.ts';
import { typeError } from '../errors.ts';
import { BudgetStop } from '../faults.ts';
import { type Int, int } from '../term.ts';
import {
  afford,
  affordable,
  type Binary,
  bitsOf,
  fault,
  MAX_BITS,
  makeFloat,
  type Numeric,
  requireWhole,
  stepsOf,
  type Whole,
} from './numeric.ts';

/** Exact: double precision, or `bigint` where that could be off. */
export function addition(a: Whole, b: Whole, budget: Budget): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return int(sum);
  }
  return affordable(BigInt(a) + BigInt(b), budget);
}

export function subtraction(a: Whole, b: Whole, budget: Budget): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return int(difference);
  }
  return affordable(BigInt(a) - BigInt(b), budget);
}

export function multiplication(a: Whole, b: Whole, budget: Budget): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return int(product);
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  afford(bitsOf(x) + bitsOf(y), budget);
  return int(x * y);
}

/** An operation on integers, given for numbers and for bigints; the divisor is not zero. */
export function dividing(numbers: (a: number, b: number) => number, bigints: (a: bigint, b: bigint) => bigint): Binary {
  return (a, b) => {
    const [x, y] = [requireWhole(a), requireWhole(b)];
    if (y === 0) throw fault('zero_divisor');
    if (typeof x === 'number' && typeof y === 'number') return int(numbers(x, y));
    return int(bigints(BigInt(x), BigInt(y)));
  };
}

export function modulo(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

export function moduloNumbers(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

export function bitwise(operation: (a: bigint, b: bigint) => bigint): Binary {
  return (a, b) => int(operation(BigInt(requireWhole(a)), BigInt(requireWhole(b))));
}

export function shift(a: Numeric, b: Numeric, direction: 1 | -1, budget: Budget): Numeric {
  const [value, by] = [BigInt(requireWhole(a)), requireWhole(b)];
  const left = BigInt(by) * BigInt(direction);
  if (value === 0n) return int(0);
  if (left > 0n) {
    if (left > BigInt(MAX_BITS)) throw new BudgetStop('MEMORY');
    afford(bitsOf(value) + Number(left), budget);
    return int(value << left);
  }
  return left < -BigInt(MAX_BITS) * 2n ? int(value < 0n ? -1 : 0) : int(value >> -left);
}

export function wholePower(a: Whole, b: Whole, budget: Budget): Numeric {
  if (a === 1) return int(1);
  if (a === -1) return int(BigInt(b) % 2n === 0n ? 1 : -1);
  if (b < 0) {
    if (a === 0) throw fault('zero_divisor');
    return makeFloat(Number(a) ** Number(b));
  }
  if (a === 0 || b === 0) return int(b === 0 ? 1 : 0);
  if (b > MAX_BITS) throw new BudgetStop('MEMORY');
  const base = BigInt(a);
  const exponent = BigInt(b);
  afford((bitsOf(base) - 3) * Number(b), budget);
  return int(base ** exponent);
}

export function greatestDivisor(a: Numeric, b: Numeric, budget: Budget): Numeric {
  let x = BigInt(requireWhole(a));
  let y = BigInt(requireWhole(b));
  const steps = 1 + (Math.max(bitsOf(x), bitsOf(y)) >> 6);
  while (y !== 0n) {
    budget.work(steps);
    [x, y] = [y, x % y];
  }
  return int(x < 0n ? -x : x);
}

export function modularPower(base: Whole, exponent: Whole, modulus: Whole, budget: Budget): Numeric {
  const m = BigInt(modulus);
  const bits = bitsOf(m);
  let result = 1n;
  let square = modulo(BigInt(base), m);
  for (let e = BigInt(exponent); e > 0n; e >>= 1n) {
    budget.work(4 * stepsOf(bits));
    if (e & 1n) result = (result * square) % m;
    square = (square * square) % m;
  }
  return int(modulo(result, m));
}

/** The number of the highest bit that is set. */
export function highestBit(a: Numeric): Numeric {
  const value = BigInt(requireWhole(a));
  if (value <= 0n) throw typeError('not_less_than_one', a);
  return int(value.toString(2).length - 1);
}

export function bitCount(a: Numeric): Numeric {
  return int(BigInt(requireWhole(a)).toString(2).replaceAll(/[^1]/g, '').length);
}
