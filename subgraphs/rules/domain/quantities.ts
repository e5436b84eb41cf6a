import {
  type Conversion,
  compareUnits,
  conversionOf,
  converted,
  parseRational,
  parseUnit,
  rationalText,
  toNumber,
  type Unit,
} from '#platform/units/index.ts';
import { evaluate, evaluateIn } from './arithmetic/evaluate.ts';
import { type Numeric, orderOf } from './arithmetic/numeric.ts';
import { type Frame, instantiate } from './bindings.ts';
import type { Budget } from './budget.ts';
import { domainError, evaluationError, instantiationError, shown, typeError } from './errors.ts';
import type { RuleFault } from './faults.ts';
import { atom, deref, float, int, type Struct, struct, type Term } from './term.ts';
import { writeTerm } from './writer.ts';

/** `quantity(Value, Unit)`: a number that means something only together with its unit (UCUM, as an atom). */
export const QUANTITY_KEY = 'quantity/2';

/** Integers beyond are no measured value, and would take long to convert. */
const LARGEST = 2n ** 1024n;
/** Units that were read lately; laboratories report in a few dozen. */
const MAX_KNOWN = 500;
/** No unit is longer. Such a text is not kept: it would hold memory that belongs to no budget. */
const MAX_UNIT = 100;
const known = new Map<string, Unit | null>();

export function isQuantity(term: Term): term is Struct {
  return term.kind === 'struct' && term.key === QUANTITY_KEY;
}

/** Null for a text that is no unit. */
function unitOf(text: string): Unit | null {
  if (text.length > MAX_UNIT) return null;
  const found = known.get(text);
  if (found !== undefined) return found;
  const unit = parseUnit(text);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, unit);
  return unit;
}

/** @throws RuleFault unless the term names a unit */
function unitName(term: Term): string {
  const value = deref(term);
  if (value.kind === 'var') throw instantiationError('A quantity met a variable where its unit should be.');
  if (value.kind === 'atom') return value.name;
  if (value.kind === 'string') return value.text;
  throw typeError('unit', value);
}

/** `mg/l` is the unit `mg/L`; what is no unit is the same only as itself. */
function isSameUnit(left: string, right: string): boolean {
  if (left === right) return true;
  const [a, b] = [unitOf(left), unitOf(right)];
  return a !== null && b !== null && compareUnits(a, b) === 'SAME';
}

function pairOf(left: string, right: string): Term {
  return struct('-', [atom(left), atom(right)]);
}

/** A comparison of quantities: only within one unit. @throws RuleFault */
function orderOfQuantities(a: Numeric | Struct, b: Numeric | Struct, budget: Budget): number {
  if (a.kind !== 'struct') throw withoutUnit(a, b);
  if (b.kind !== 'struct') throw withoutUnit(b, a);
  const [from, to] = [unitName(a.args[1]!), unitName(b.args[1]!)];
  if (!isSameUnit(from, to)) {
    throw typeError(
      'same_unit',
      pairOf(from, to),
      `${told(a)} and ${told(b)} have different units and do not compare: convert one of them first (in_unit/3).`,
    );
  }
  return orderOf(evaluate(a.args[0]!, budget), evaluate(b.args[0]!, budget));
}

function withoutUnit(side: Term, quantity: Term): RuleFault {
  const sentence = `${shown(quantity)} has a unit and ${shown(side)} has none: only quantities of the same unit compare.`;
  return typeError('quantity', side, sentence);
}

function told(quantity: Struct): string {
  const unit = unitName(quantity.args[1]!);
  return `${shown(deref(quantity.args[0]!))} ${unit === '' ? '(without a unit)' : unit}`;
}

/** The value of one side of a comparison: a number, or a quantity as it stands. */
function sideIn(term: Term, vars: Frame, budget: Budget): Numeric | Struct {
  if (term.kind === 'int' || term.kind === 'float') return term;
  const value = term.kind === 'local' || term.kind === 'var' ? deref(instantiate(term, vars)) : term;
  if (value.kind === 'int' || value.kind === 'float') return value;
  return isQuantity(value) ? (instantiate(value, vars) as Struct) : evaluateIn(value, vars, budget);
}

/**
 * Negative, 0 or positive: the order of two sides of a comparison, which are calculations or quantities. `vars` are the
 * values of the clause's variables. @throws RuleFault for quantities of different units, and where `evaluate` does
 */
export function orderIn(left: Term, right: Term, vars: Frame, budget: Budget): number {
  // The left side first, as SWI-Prolog does: it decides which of two errors is told.
  const first = sideIn(left, vars, budget);
  const second = sideIn(right, vars, budget);
  return first.kind === 'struct' || second.kind === 'struct'
    ? orderOfQuantities(first, second, budget)
    : orderOf(first, second);
}

/** How values of one unit become values of another. @throws RuleFault where none leads to the other */
function conversionBetween(from: string, to: string): Conversion {
  const [a, b] = [unitOf(from), unitOf(to)];
  if (a === null || b === null) {
    const unknown = atom(a === null ? from : to);
    throw domainError('unit', unknown, `Expected a unit of UCUM, such as 'mg/L', but found ${writeTerm(unknown)}.`);
  }
  const conversion = conversionOf(a, b);
  if (!('why' in conversion)) return conversion;
  const message = `${from} cannot be converted into ${to}: ${conversion.why}.`;
  throw typeError('convertible_unit', pairOf(from, to), message);
}

const SAME: Conversion = { factor: parseRational('1'), offset: parseRational('0') };

function measuredValue(term: Term): Numeric {
  const value = deref(term);
  if (value.kind === 'var') throw instantiationError('A quantity met a variable where its value should be.');
  if (value.kind === 'float' && Number.isFinite(value.value)) return value;
  if (value.kind !== 'int') throw typeError('number', value);
  const size = BigInt(value.value);
  if (size <= LARGEST && size >= -LARGEST) return value;
  throw tooLarge();
}

function tooLarge(): RuleFault {
  return evaluationError('float_overflow', 'The value is too large to be converted.');
}

/** An integer stays one where it comes out even; else the nearest float. */
function convertedValue(value: Numeric, conversion: Conversion): Numeric {
  const { above, below } = converted(parseRational(String(value.value)), conversion);
  if (value.kind === 'int' && below === 1n) return int(above);
  const nearest = toNumber({ above, below });
  if (Number.isFinite(nearest)) return float(nearest);
  throw tooLarge();
}

function namedConversion(from: string, to: string): Conversion {
  return from === to ? SAME : conversionBetween(from, to);
}

/**
 * A quantity in another unit, converted exactly and rounded once. @throws RuleFault for what is no quantity or unit, and
 * for units that no factor leads between
 */
export function inUnit(quantity: Term, unit: Term): Struct {
  const given = deref(quantity);
  if (given.kind === 'var') throw instantiationError('in_unit/3 met a variable where a quantity should be.');
  if (!isQuantity(given))
    throw typeError('quantity', given, `Expected quantity(Value, Unit), but found ${shown(given)}.`);
  const [from, to] = [unitName(given.args[1]!), unitName(unit)];
  const value = convertedValue(measuredValue(given.args[0]!), namedConversion(from, to));
  return struct('quantity', [value, atom(to)]);
}

/** A conversion as a proof records it: value in `to` = value in `from` × factor + offset, both exact (`1000`, `5/9`). */
export interface ToldConversion {
  readonly from: { readonly value: string; readonly unit: string };
  readonly factor: string;
  readonly offset: string;
  readonly to: { readonly value: string; readonly unit: string };
}

/** What a goal `in_unit/3` that holds did; null for other goals. */
export function conversionTold(goal: Term): ToldConversion | null {
  if (goal.kind !== 'struct' || goal.key !== 'in_unit/3') return null;
  const [given, , result] = goal.args.map(deref);
  if (given === undefined || result === undefined || !isQuantity(given) || !isQuantity(result)) return null;
  const [from, to] = [given, result].map(({ args }) => ({ value: shown(deref(args[0]!)), unit: unitName(args[1]!) }));
  const { factor, offset } = namedConversion(from!.unit, to!.unit);
  return { from: from!, factor: rationalText(factor), offset: rationalText(offset), to: to! };
}

/** The same in words. */
export function conversionText({ from, factor, offset, to }: ToldConversion): string {
  const shift = offset === '0' ? '' : offset.startsWith('-') ? ` - ${offset.slice(1)}` : ` + ${offset}`;
  return `converted: ${from.value} ${from.unit} × ${factor}${shift} = ${to.value} ${to.unit}`;
}
