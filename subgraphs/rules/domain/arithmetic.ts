import { type Frame, instantiate } from './bindings.ts';
import type { Budget } from './budget.ts';
import { evaluationError, instantiationError, notEvaluable, shown, typeError } from './errors.ts';
import { BudgetStop } from './faults.ts';
import { argsOf, deref, type Float, float, type Int, int, LIST_KEY, NIL, type Term } from './term.ts';

export type Numeric = Int | Float;
type Whole = number | bigint;

/** Expressions nested deeper than this end the evaluation: they are evaluated by recursion. */
const MAX_DEPTH = 2_000;
/** The largest integer that is calculated with has this many bits. */
const MAX_BITS = 100_000;

function fault(what: 'undefined' | 'float_overflow' | 'zero_divisor') {
  const sentences = {
    undefined: 'The result of the calculation is undefined.',
    float_overflow: 'The result of the calculation is too large for a number.',
    zero_divisor: 'Division by zero.',
  };
  return evaluationError(what, sentences[what]);
}

/** @throws RuleFault when the result is no number */
function makeFloat(value: number): Float {
  if (Number.isFinite(value)) return float(value);
  throw fault(Number.isNaN(value) ? 'undefined' : 'float_overflow');
}

function bitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** Takes the work of a large integer from the budget before it is made. @throws BudgetStop */
function afford(bits: number, budget: Budget): void {
  if (bits > MAX_BITS) throw new BudgetStop('MEMORY');
  budget.work(stepsOf(bits));
}

/** What multiplying numbers of so many bits takes, a little more than linear. */
function stepsOf(bits: number): number {
  const words = bits >> 6;
  return 1 + words + ((words * words) >> 8);
}

/** The result of what takes no longer than reading it. @throws BudgetStop when it is too large */
function affordable(value: bigint, budget: Budget): Int {
  afford(bitsOf(value), budget);
  return int(value);
}

/** Exact: double precision, or `bigint` where that could be off. */
function addition(a: Whole, b: Whole, budget: Budget): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return int(sum);
  }
  return affordable(BigInt(a) + BigInt(b), budget);
}

function subtraction(a: Whole, b: Whole, budget: Budget): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return int(difference);
  }
  return affordable(BigInt(a) - BigInt(b), budget);
}

function multiplication(a: Whole, b: Whole, budget: Budget): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return int(product);
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  afford(bitsOf(x) + bitsOf(y), budget);
  return int(x * y);
}

/** The double nearest to an integer. @throws RuleFault when it is beyond the range */
function toFloat(value: Numeric): number {
  if (typeof value.value === 'number') return value.value;
  const result = Number(value.value);
  if (!Number.isFinite(result)) throw fault('float_overflow');
  return result;
}

function requireWhole(value: Numeric): Whole {
  if (value.kind === 'int') return value.value;
  throw typeError('integer', value, `Expected an integer, but found ${shown(value)}.`);
}

type Binary = (a: Numeric, b: Numeric, budget: Budget) => Numeric;
type Unary = (a: Numeric, budget: Budget) => Numeric;

function divide(a: Numeric, b: Numeric): Numeric {
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

/** An operation on integers, given for numbers and for bigints; the divisor is not zero. */
function dividing(numbers: (a: number, b: number) => number, bigints: (a: bigint, b: bigint) => bigint): Binary {
  return (a, b) => {
    const [x, y] = [requireWhole(a), requireWhole(b)];
    if (y === 0) throw fault('zero_divisor');
    if (typeof x === 'number' && typeof y === 'number') return int(numbers(x, y));
    return int(bigints(BigInt(x), BigInt(y)));
  };
}

function modulo(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function moduloNumbers(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function bitwise(operation: (a: bigint, b: bigint) => bigint): Binary {
  return (a, b) => int(operation(BigInt(requireWhole(a)), BigInt(requireWhole(b))));
}

function shift(a: Numeric, b: Numeric, direction: 1 | -1, budget: Budget): Numeric {
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

function wholePower(a: Whole, b: Whole, budget: Budget): Numeric {
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

function power(a: Numeric, b: Numeric, budget: Budget): Numeric {
  if (a.kind === 'int' && b.kind === 'int') return wholePower(a.value, b.value, budget);
  if (b.kind === 'int' && b.value === 0) return int(1);
  const [x, y] = [toFloat(a), toFloat(b)];
  if (x === 0 && y < 0) throw fault('zero_divisor');
  return makeFloat(x ** y);
}

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

function greatestDivisor(a: Numeric, b: Numeric, budget: Budget): Numeric {
  let x = BigInt(requireWhole(a));
  let y = BigInt(requireWhole(b));
  const steps = 1 + (Math.max(bitsOf(x), bitsOf(y)) >> 6);
  while (y !== 0n) {
    budget.work(steps);
    [x, y] = [y, x % y];
  }
  return int(x < 0n ? -x : x);
}

function modularPower(base: Whole, exponent: Whole, modulus: Whole, budget: Budget): Numeric {
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

function real(operation: (a: number) => number): Unary {
  return (a) => {
    const value = toFloat(a);
    return makeFloat(operation(value));
  };
}

function realPair(operation: (a: number, b: number) => number): Binary {
  return (a, b) => {
    const [x, y] = [toFloat(a), toFloat(b)];
    return makeFloat(operation(x, y));
  };
}

/** An integer of a float. */
function rounded(how: (value: number) => number): Unary {
  return (a) => {
    if (a.kind === 'int') return a;
    const value = how(a.value);
    if (!Number.isFinite(value)) return a;
    return int(Number.isSafeInteger(value) ? value : BigInt(value));
  };
}

function awayFromZero(value: number): number {
  const floor = Math.floor(Math.abs(value));
  return Math.sign(value) * (Math.abs(value) - floor >= 0.5 ? floor + 1 : floor);
}

function negative(a: Numeric): Numeric {
  return a.kind === 'float' ? float(-a.value) : int(typeof a.value === 'number' ? -a.value : -a.value);
}

function signOf(a: Numeric): Numeric {
  if (a.kind === 'float') return float(Math.sign(a.value) + 0); // never -0.0
  return int(a.value < 0 ? -1 : a.value > 0 ? 1 : 0);
}

/** The number of the highest bit that is set. */
function highestBit(a: Numeric): Numeric {
  const value = BigInt(requireWhole(a));
  if (value <= 0n) throw typeError('not_less_than_one', a);
  return int(value.toString(2).length - 1);
}

function bitCount(a: Numeric): Numeric {
  return int(BigInt(requireWhole(a)).toString(2).replaceAll(/[^1]/g, '').length);
}

const sumOfFloats = realPair((a, b) => a + b);
const differenceOfFloats = realPair((a, b) => a - b);
const productOfFloats = realPair((a, b) => a * b);

const BINARY = new Map<string, Binary>([
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

const UNARY = new Map<string, Unary>([
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

const CONSTANTS = new Map<string, Numeric>([
  ['pi', float(Math.PI)],
  ['e', float(Math.E)],
  ['inf', float(Number.POSITIVE_INFINITY)],
  ['infinite', float(Number.POSITIVE_INFINITY)],
  ['nan', float(Number.NaN)],
  ['epsilon', float(Number.EPSILON)],
  ['max_integer', int(9223372036854775807n)],
  ['min_integer', int(-9223372036854775808n)],
]);

/** Negative, 0 or positive; NaN where one of them is no number. Exact between an integer and a float. */
export function orderOf(a: Numeric, b: Numeric): number {
  if (a.value < b.value) return -1;
  if (a.value > b.value) return 1;
  return Number.isNaN(a.value) || Number.isNaN(b.value) ? Number.NaN : 0;
}

/** The value of a clause's own expression, whose variables have their values in `vars`. @throws RuleFault, as `evaluate` */
export function evaluateIn(term: Term, vars: Frame, budget: Budget): Numeric {
  if (term.kind === 'int' || term.kind === 'float') return term;
  if (term.kind === 'local') return evaluate(instantiate(term, vars), budget);
  if (term.kind !== 'struct' || term.ground) return evaluate(term, budget);
  if (term.args.length === 2) {
    const operation = BINARY.get(term.name);
    if (operation !== undefined) {
      const right = evaluateIn(term.args[1]!, vars, budget);
      return operation(evaluateIn(term.args[0]!, vars, budget), right, budget);
    }
  }
  return evaluate(instantiate(term, vars), budget);
}

/** The value of an arithmetic expression. @throws RuleFault when a variable is unbound, a term is no expression, or the result is no number. */
export function evaluate(term: Term, budget: Budget, depth = 0): Numeric {
  const value = deref(term);
  if (value.kind === 'int' || value.kind === 'float') return value;
  if (depth > MAX_DEPTH) throw new BudgetStop('DEPTH');
  if (value.kind === 'struct' && value.args.length === 2) {
    const operation = BINARY.get(value.name);
    if (operation !== undefined) {
      budget.work();
      // The right side first, as SWI-Prolog does: it decides which of two errors is told.
      const right = evaluate(value.args[1]!, budget, depth + 1);
      return operation(evaluate(value.args[0]!, budget, depth + 1), right, budget);
    }
  }
  if (value.kind === 'struct' && value.args.length === 1) {
    const operation = UNARY.get(value.name);
    if (operation !== undefined) {
      budget.work();
      return operation(evaluate(value.args[0]!, budget, depth + 1), budget);
    }
  }
  return evaluateOther(value, budget, depth);
}

/** The one item of a list: a character stands for its code. */
function evaluateItem(item: Term, budget: Budget, depth: number): Numeric {
  if (item.kind !== 'atom' && item.kind !== 'string') return evaluate(item, budget, depth);
  const point = item.kind === 'atom' ? item.name.codePointAt(0) : undefined;
  if (item.kind !== 'atom' || point === undefined || String.fromCodePoint(point) !== item.name)
    throw typeError('character', item);
  return int(point);
}

function evaluateOther(value: Exclude<Term, Numeric>, budget: Budget, depth: number): Numeric {
  if (value.kind === 'var') {
    throw instantiationError('A calculation or comparison met a variable that has no value yet.');
  }
  if (value.kind === 'atom') {
    const constant = CONSTANTS.get(value.name);
    if (constant !== undefined) return constant;
    throw value === NIL ? typeError('evaluable', value) : notEvaluable(value.name, 0, value);
  }
  // A list of one number or character, and a string of one character, stand for that number and the character's code.
  if (value.kind === 'struct' && value.key === LIST_KEY) {
    const tail = deref(value.args[1]!);
    if (tail === NIL) return evaluateItem(deref(value.args[0]!), budget, depth + 1);
    throw typeError(NIL, value);
  }
  if (value.kind === 'string') {
    const code = value.text.codePointAt(0);
    if (code !== undefined && String.fromCodePoint(code).length === value.text.length) return int(code);
    throw typeError(NIL, value, `Expected a number or one character, but found ${shown(value)}.`);
  }
  if (value.kind === 'struct' && value.key === 'powm/3') {
    const [base, exponent, modulus] = argsOf(value).map((arg) => requireWhole(evaluate(arg, budget, depth + 1)));
    if (modulus === 0) throw fault('zero_divisor');
    return modularPower(base!, exponent!, modulus!, budget);
  }
  throw notEvaluable(value.kind === 'struct' ? value.name : '?', argsOf(value).length, value);
}

/** True for what can be calculated: functions by name and arity, constants with arity 0. */
export function hasFunction(name: string, arity: number): boolean {
  if (arity === 0) return CONSTANTS.has(name);
  return arity === 1 ? UNARY.has(name) : arity === 2 ? BINARY.has(name) : name === 'powm' && arity === 3;
}
