import type { Budget } from '../budget.ts';
import { float, int } from '../term.ts';
import {
  type Binary,
  fault,
  larger,
  makeFloat,
  type Numeric,
  requireWhole,
  smaller,
  toFloat,
  type Unary,
} from './numeric.ts';
import {
  addition,
  bitCount,
  bitwise,
  dividing,
  greatestDivisor,
  highestBit,
  modulo,
  moduloNumbers,
  multiplication,
  shift,
  subtraction,
  wholePower,
} from './whole-numbers.ts';

export function divide(a: Numeric, b: Numeric): Numeric {
  if (b.value === 0) {
    const undefinedOf = (a.kind === 'float' || b.kind === 'float') && a.value === 0;
    throw fault(undefinedOf ? 'undefined' : 'zero_divisor');
  }
  if (a.kind === 'int' && b.kind === 'int') {
    if (typeof a.value === 'number' && typeof b.value === 'number') {
      return a.value % b.value === 0 ? int(a.value / b.value) : float(a.value / b.value);
    }
    const [x, y] = [BigInt(a.value), BigInt(b.value)];
    if (x % y === 0n) return int(x / y);
  }
  const [x, y] = [toFloat(a), toFloat(b)];
  return makeFloat(x / y);
}

export function power(a: Numeric, b: Numeric, budget: Budget): Numeric {
  if (a.kind === 'int' && b.kind === 'int') return wholePower(a.value, b.value, budget);
  if (b.kind === 'int' && b.value === 0) return int(1);
  const [x, y] = [toFloat(a), toFloat(b)];
  if (x === 0 && y < 0) throw fault('zero_divisor');
  return makeFloat(x ** y);
}

export function real(operation: (a: number) => number): Unary {
  return (a) => {
    const value = toFloat(a);
    return makeFloat(operation(value));
  };
}

export function realPair(operation: (a: number, b: number) => number): Binary {
  return (a, b) => {
    const [x, y] = [toFloat(a), toFloat(b)];
    return makeFloat(operation(x, y));
  };
}

/** An integer of a float. */
export function rounded(how: (value: number) => number): Unary {
  return (a) => {
    if (a.kind === 'int') return a;
    const value = how(a.value);
    if (!Number.isFinite(value)) return a;
    return int(Number.isSafeInteger(value) ? value : BigInt(value));
  };
}

export function awayFromZero(value: number): number {
  const floor = Math.floor(Math.abs(value));
  return Math.sign(value) * (Math.abs(value) - floor >= 0.5 ? floor + 1 : floor);
}

export function negative(a: Numeric): Numeric {
  return a.kind === 'float' ? float(-a.value) : int(typeof a.value === 'number' ? -a.value : -a.value);
}

export function signOf(a: Numeric): Numeric {
  if (a.kind === 'float') return float(Math.sign(a.value) + 0); // never -0.0
  return int(a.value < 0 ? -1 : a.value > 0 ? 1 : 0);
}

export const sumOfFloats = realPair((a, b) => a + b);

export const differenceOfFloats = realPair((a, b) => a - b);

export const productOfFloats = realPair((a, b) => a * b);

export const BINARY = new Map<string, Binary>([
  [
    '+',
    (a, b, budget) =>
      a.kind === 'int' && b.kind === 'int' ? addition(a.value, b.value, budget) : sumOfFloats(a, b, budget),
  ],
  [
    '-',
    (a, b, budget) =>
      a.kind === 'int' && b.kind === 'int' ? subtraction(a.value, b.value, budget) : differenceOfFloats(a, b, budget),
  ],
  [
    '*',
    (a, b, budget) =>
      a.kind === 'int' && b.kind === 'int' ? multiplication(a.value, b.value, budget) : productOfFloats(a, b, budget),
  ],
  ['/', divide],
  [
    '//',
    dividing(
      (a, b) => Math.trunc(a / b),
      (a, b) => a / b,
    ),
  ],
  [
    'div',
    dividing(
      (a, b) => (a - moduloNumbers(a, b)) / b,
      (a, b) => (a - modulo(a, b)) / b,
    ),
  ],
  ['mod', dividing(moduloNumbers, modulo)],
  [
    'rem',
    dividing(
      (a, b) => a % b,
      (a, b) => a % b,
    ),
  ],
  ['max', larger],
  ['min', smaller],
  ['**', power],
  ['^', power],
  ['/\\', bitwise((a, b) => a & b)],
  ['\\/', bitwise((a, b) => a | b)],
  ['xor', bitwise((a, b) => a ^ b)],
  ['<<', (a, b, budget) => shift(a, b, 1, budget)],
  ['>>', (a, b, budget) => shift(a, b, -1, budget)],
  ['gcd', greatestDivisor],
  ['atan2', realPair(Math.atan2)],
  ['atan', realPair(Math.atan2)],
  ['copysign', (a, b) => (a.value < 0 === (b.value < 0 || Object.is(b.value, -0)) ? a : negative(a))],
]);

export const UNARY = new Map<string, Unary>([
  ['-', negative],
  ['+', (a) => a],
  ['abs', (a) => (a.value < 0 || Object.is(a.value, -0) ? negative(a) : a)],
  ['sign', signOf],
  ['sqrt', real(Math.sqrt)],
  ['exp', real(Math.exp)],
  ['log', real(Math.log)],
  ['log2', real(Math.log2)],
  ['sin', real(Math.sin)],
  ['cos', real(Math.cos)],
  ['tan', real(Math.tan)],
  ['asin', real(Math.asin)],
  ['acos', real(Math.acos)],
  ['atan', real(Math.atan)],
  ['sinh', real(Math.sinh)],
  ['cosh', real(Math.cosh)],
  ['tanh', real(Math.tanh)],
  ['asinh', real(Math.asinh)],
  ['acosh', real(Math.acosh)],
  ['atanh', real(Math.atanh)],
  ['float', real((a) => a)],
  ['float_integer_part', (a) => (a.kind === 'int' ? a : float(Math.trunc(a.value)))],
  ['float_fractional_part', (a) => (a.kind === 'int' ? int(0) : float(a.value - Math.trunc(a.value)))],
  ['round', rounded(awayFromZero)],
  ['integer', rounded(awayFromZero)],
  ['truncate', rounded(Math.trunc)],
  ['floor', rounded(Math.floor)],
  ['ceiling', rounded(Math.ceil)],
  ['\\', (a) => int(~BigInt(requireWhole(a)))],
  ['msb', highestBit],
  ['popcount', bitCount],
]);

export const CONSTANTS = new Map<string, Numeric>([
  ['pi', float(Math.PI)],
  ['e', float(Math.E)],
  ['inf', float(Number.POSITIVE_INFINITY)],
  ['infinite', float(Number.POSITIVE_INFINITY)],
  ['nan', float(Number.NaN)],
  ['epsilon', float(Number.EPSILON)],
  ['max_integer', int(9223372036854775807n)],
  ['min_integer', int(-9223372036854775808n)],
]);
