import { RuleFault } from './faults.ts';
import { deref, type Float, float, type Int, int, type Term } from './term.ts';
import { writeTerm } from './writer.ts';

type Numeric = Int | Float;

const LARGEST = 2n ** 4096n;
const MAX_DEPTH = 200;

function fault(message: string): RuleFault {
  return new RuleFault('EVALUATION', message);
}

function makeFloat(value: number): Float {
  if (Number.isNaN(value)) throw fault('The result of the calculation is undefined.');
  if (!Number.isFinite(value)) throw fault('The result of the calculation is too large for a number.');
  return float(value);
}

function makeInt(value: bigint): Int {
  if (value > LARGEST || value < -LARGEST) throw fault('The result of the calculation has more than 4,096 bits.');
  return int(value);
}

function toFloat(value: Numeric): number {
  return Number(value.value);
}

function integersOnly(name: string, a: Numeric, b: Numeric): [bigint, bigint] {
  if (a.kind === 'int' && b.kind === 'int') return [a.value, b.value];
  throw new RuleFault('TYPE', `${name} works on integers only.`);
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw fault('Division by zero.');
  return value;
}

function divide(a: Numeric, b: Numeric): Numeric {
  if (b.value === 0n || b.value === 0) throw fault('Division by zero.');
  if (a.kind === 'int' && b.kind === 'int' && a.value % b.value === 0n) return makeInt(a.value / b.value);
  return makeFloat(toFloat(a) / toFloat(b));
}

function modulo(a: bigint, b: bigint): bigint {
  const rest = a % divisor(b);
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function floorDivide(a: bigint, b: bigint): bigint {
  return (a - modulo(a, b)) / b;
}

function power(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'float' || b.kind === 'float') return makeFloat(toFloat(a) ** toFloat(b));
  if (b.value < 0n) throw fault('A negative exponent needs a float as its base.');
  if (b.value > 4096n && a.value !== 0n && a.value !== 1n && a.value !== -1n) {
    throw fault('The result of the calculation has more than 4,096 bits.');
  }
  return makeInt(a.value ** b.value);
}

/** Exact for integers, and exact between an integer and a float. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (a.value < b.value) return -1;
  return a.value > b.value ? 1 : 0;
}

function both(onInts: (a: bigint, b: bigint) => bigint, onFloats: (a: number, b: number) => number) {
  return (a: Numeric, b: Numeric): Numeric =>
    a.kind === 'int' && b.kind === 'int'
      ? makeInt(onInts(a.value, b.value))
      : makeFloat(onFloats(toFloat(a), toFloat(b)));
}

const BINARY = new Map<string, (a: Numeric, b: Numeric) => Numeric>([
  [
    '+',
    both(
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  ],
  [
    '-',
    both(
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  ],
  [
    '*',
    both(
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  ],
  ['/', divide],
  [
    '//',
    (a, b) => {
      const [x, y] = integersOnly('//', a, b);
      return makeInt(x / divisor(y));
    },
  ],
  [
    'div',
    (a, b) => {
      const [x, y] = integersOnly('div', a, b);
      return makeInt(floorDivide(x, divisor(y)));
    },
  ],
  [
    'mod',
    (a, b) => {
      const [x, y] = integersOnly('mod', a, b);
      return makeInt(modulo(x, y));
    },
  ],
  [
    'rem',
    (a, b) => {
      const [x, y] = integersOnly('rem', a, b);
      return makeInt(x % divisor(y));
    },
  ],
  ['max', (a, b) => (compareNumbers(a, b) >= 0 ? a : b)],
  ['min', (a, b) => (compareNumbers(a, b) <= 0 ? a : b)],
  ['**', power],
  ['^', power],
]);

function rounded(how: (value: number) => number) {
  return (a: Numeric): Numeric => (a.kind === 'int' ? a : makeInt(BigInt(how(a.value))));
}

function signOf(a: Numeric): Numeric {
  if (a.kind === 'float') return float(Math.sign(a.value));
  if (a.value === 0n) return a;
  return int(a.value < 0n ? -1n : 1n);
}

function squareRoot(a: Numeric): Numeric {
  return makeFloat(Math.sqrt(toFloat(a)));
}

const UNARY = new Map<string, (a: Numeric) => Numeric>([
  ['-', (a) => (a.kind === 'int' ? int(-a.value) : float(-a.value))],
  ['+', (a) => a],
  ['abs', (a) => (a.value < 0 ? (a.kind === 'int' ? int(-a.value) : float(-a.value)) : a)],
  ['sign', signOf],
  ['sqrt', squareRoot],
  ['float', (a) => makeFloat(toFloat(a))],
  ['round', rounded((value) => Math.sign(value) * Math.round(Math.abs(value)))],
  ['integer', rounded((value) => Math.sign(value) * Math.round(Math.abs(value)))],
  ['truncate', rounded(Math.trunc)],
  ['floor', rounded(Math.floor)],
  ['ceiling', rounded(Math.ceil)],
]);

/** The value of an arithmetic expression. @throws RuleFault when a variable is unbound, a term is no expression, or the result is no number. */
export function evaluate(term: Term, depth = 0): Numeric {
  if (depth > MAX_DEPTH) throw fault(`The expression is nested more than ${MAX_DEPTH} levels deep.`);
  const value = deref(term);
  if (value.kind === 'int' || value.kind === 'float') return value;
  if (value.kind === 'var') {
    throw new RuleFault('INSTANTIATION', 'A calculation or comparison met a variable that has no value yet.');
  }
  if (value.kind === 'struct' && value.args.length === 2) {
    const operation = BINARY.get(value.name);
    if (operation) return operation(evaluate(value.args[0]!, depth + 1), evaluate(value.args[1]!, depth + 1));
  }
  if (value.kind === 'struct' && value.args.length === 1) {
    const operation = UNARY.get(value.name);
    if (operation) return operation(evaluate(value.args[0]!, depth + 1));
  }
  throw new RuleFault('TYPE', `Expected a number or a calculation, but found ${writeTerm(value)}.`);
}
