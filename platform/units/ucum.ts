import { ATOMS, type Atom, type Dimensions, PREFIXES } from './atoms.ts';
import type { Rational } from './rational.ts';
import * as exact from './rational.ts';

/** A parsed UCUM unit. */
export interface Unit {
  readonly text: string;
  /** Factor to the base units. */
  readonly magnitude: Rational;
  readonly dimensions: Dimensions;
  /** What the dimensions do not tell apart, with exponents. */
  readonly kinds: Dimensions;
  /** Set for scales such as `Cel` whose zero or step differs: the unit that must be the very same. */
  readonly special: string | null;
  /** Of such a scale: what is added before the factor counts; null where no factor leads to the base units. */
  readonly offset: Rational | null;
  /** Contents of `{…}`, sorted. */
  readonly annotations: readonly string[];
}

export type UnitComparison = 'SAME' | 'COMMENSURABLE' | 'DIFFERENT';

const ONE = exact.rational(1n);
const MAX_LENGTH = 100;
const MAX_EXPONENT = 30;
/** Of a factor above or below its line; no unit that means something comes near. */
const MAX_DIGITS = 2_000;
// One token: an annotation, a number, an operator, or a symbol (brackets included) with its exponent.
const TOKEN =
  /\{([\x21-\x7a\x7c\x7e]*)\}|(10[*^])([+-]?\d+)?|(\d+)(?![\w*^[{])|([./()])|((?:[A-Za-z%]|\[[^[\]\s{}]+\])+)([+-]?\d+)?|(\d+)(?=\{)/y;

type Token =
  | { readonly kind: 'annotation'; readonly text: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'operator'; readonly symbol: string }
  | { readonly kind: 'unit'; readonly symbol: string; readonly exponent: number };

interface Term {
  magnitude: Rational;
  dimensions: Record<string, number>;
  kinds: Record<string, number>;
  special: string | null;
  offset: Rational | null;
  annotations: string[];
}

function numberOf(magnitude: Rational): Term {
  return { magnitude, dimensions: {}, kinds: {}, special: null, offset: null, annotations: [] };
}

/** The unit, or null when `text` is not a UCUM unit of the supported part. Letter case counts: `mg`, not `MG`. */
export function parseUnit(text: string): Unit | null {
  if (text.length === 0 || text.length > MAX_LENGTH) return null;
  const tokens = tokenize(text);
  if (!tokens) return null;
  const cursor = { tokens, at: 0 };
  const term = parseTerm(cursor);
  if (!term || cursor.at !== tokens.length) return null;
  const [dimensions, kinds] = [withoutZeros(term.dimensions), withoutZeros(term.kinds)];
  return { ...term, text, dimensions, kinds, annotations: term.annotations.filter(Boolean).sort() };
}

function withoutZeros(exponents: Dimensions): Dimensions {
  return Object.fromEntries(Object.entries(exponents).filter(([, exponent]) => exponent !== 0));
}

/**
 * `mg/l` is the same as `mg/L`; `ug/L` is commensurable with it.
 * Units that count different things differ although UCUM gives them one dimension: a mole is no equivalent, a gray no sievert.
 * NOTE: UCUM gives annotations no meaning, but nitrate "as N" and "as NO3" differ by 4.43:
 * units with different annotations are never the same here.
 */
export function compareUnits(left: Unit, right: Unit): UnitComparison {
  if (!sameDimensions(left.dimensions, right.dimensions)) return 'DIFFERENT';
  if (!sameDimensions(left.kinds, right.kinds)) return 'DIFFERENT';
  const same =
    left.special === right.special &&
    left.annotations.join('\n') === right.annotations.join('\n') &&
    exact.equals(left.magnitude, right.magnitude);
  return same ? 'SAME' : 'COMMENSURABLE';
}

const SIGNED: readonly Dimensions[] = [
  { K: 1 },
  { g: 1, m: 2, s: -2, C: -1 },
  { m: 1 },
  { m: 1, s: -1 },
  { m: 3, s: -1 },
  { rad: 1 },
];

/** Below zero is possible for temperatures, potentials, levels, flows and angles, never for amounts and concentrations. */
export function mayBeNegative(unit: Unit | null): boolean {
  return unit !== null && SIGNED.some((dimensions) => sameDimensions(dimensions, unit.dimensions));
}

export function sameDimensions(left: Dimensions, right: Dimensions): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}

function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) return null;
    const [, annotation, ten, tenExponent, number, operator, symbol, exponent, annotatedNumber] = match;
    if (annotation !== undefined) tokens.push({ kind: 'annotation', text: annotation });
    else if (operator !== undefined) tokens.push({ kind: 'operator', symbol: operator });
    else if (ten !== undefined) tokens.push({ kind: 'unit', symbol: ten, exponent: Number(tenExponent ?? 1) });
    else if (symbol !== undefined) tokens.push({ kind: 'unit', symbol, exponent: Number(exponent ?? 1) });
    else tokens.push({ kind: 'number', value: number ?? annotatedNumber ?? '1' });
  }
  return tokens;
}

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

function operatorAt(cursor: Cursor): string | null {
  const token = cursor.tokens[cursor.at];
  return token?.kind === 'operator' ? token.symbol : null;
}

function parseTerm(cursor: Cursor): Term | null {
  let result = numberOf(ONE);
  let sign = 1;
  if (operatorAt(cursor) === '/') {
    sign = -1;
    cursor.at += 1;
  }
  for (;;) {
    const component = parseComponent(cursor);
    if (!component) return null;
    const next = multiply(result, component, sign);
    if (!next) return null;
    result = next;
    const operator = operatorAt(cursor);
    if (operator !== '.' && operator !== '/') return result;
    sign = operator === '/' ? -1 : 1;
    cursor.at += 1;
  }
}

function parseComponent(cursor: Cursor): Term | null {
  const token = cursor.tokens[cursor.at];
  if (!token) return null;
  cursor.at += 1;
  if (token.kind === 'operator') {
    if (token.symbol !== '(') return null;
    const inner = parseTerm(cursor);
    if (!inner || operatorAt(cursor) !== ')') return null;
    cursor.at += 1;
    return inner;
  }
  if (token.kind === 'annotation') {
    return { ...numberOf(ONE), annotations: [token.text] };
  }
  const term = token.kind === 'number' ? numberTerm(token.value) : unitTerm(token.symbol, token.exponent);
  const annotation = cursor.tokens[cursor.at];
  if (term && annotation?.kind === 'annotation') {
    term.annotations.push(annotation.text);
    cursor.at += 1;
  }
  return term;
}

function numberTerm(digits: string): Term | null {
  const value = exact.parseRational(digits);
  return value.above === 0n ? null : numberOf(value);
}

function unitTerm(symbol: string, exponent: number): Term | null {
  const found = lookUp(symbol);
  if (!found || exponent === 0 || Math.abs(exponent) > MAX_EXPONENT) return null;
  const { atom, prefix } = found;
  if (atom.special && exponent !== 1) return null;
  return {
    magnitude: exact.power(exact.multiply(exact.parseRational(atom.factor), exact.parseRational(prefix)), exponent),
    dimensions: Object.fromEntries(Object.entries(atom.dimensions).map(([key, power]) => [key, power * exponent])),
    kinds: atom.kind === undefined ? {} : { [atom.kind]: exponent },
    special: atom.special ? symbol : null,
    // The zero of `mCel` lies elsewhere than that of `Cel`: it is not converted.
    offset: atom.offset === undefined || prefix !== '1' ? null : exact.parseRational(atom.offset),
    annotations: [],
  };
}

function lookUp(symbol: string): { readonly atom: Atom; readonly prefix: string } | null {
  const whole = Object.hasOwn(ATOMS, symbol) ? ATOMS[symbol] : undefined;
  if (whole) return { atom: whole, prefix: '1' };
  for (const length of [1, 2]) {
    const prefix = symbol.slice(0, length);
    const rest = symbol.slice(length);
    const atom = Object.hasOwn(ATOMS, rest) ? ATOMS[rest] : undefined;
    if (atom?.metric && Object.hasOwn(PREFIXES, prefix)) return { atom, prefix: PREFIXES[prefix] ?? '1' };
  }
  return null;
}

/** A scale such as Celsius cannot be part of a product: its zero is not the zero of the quantity. */
function multiply(left: Term, right: Term, sign: number): Term | null {
  const alone = exact.equals(left.magnitude, ONE) && Object.keys(left.dimensions).length === 0 && !left.special;
  if (left.special || (right.special && !(alone && sign === 1))) {
    const dimensionless =
      Object.keys(right.dimensions).length === 0 && exact.equals(right.magnitude, ONE) && !right.special;
    if (!(left.special && dimensionless)) return null;
  }
  const combined = sign === 1 ? exact.multiply : exact.divide;
  const magnitude = combined(left.magnitude, right.magnitude);
  if (`${magnitude.above}`.length > MAX_DIGITS || `${magnitude.below}`.length > MAX_DIGITS) return null;
  return {
    magnitude,
    dimensions: summed(left.dimensions, right.dimensions, sign),
    kinds: summed(left.kinds, right.kinds, sign),
    special: left.special ?? right.special,
    offset: left.offset ?? right.offset,
    annotations: [...left.annotations, ...right.annotations],
  };
}

function summed(left: Dimensions, right: Dimensions, sign: number): Record<string, number> {
  const sum = { ...left };
  for (const [key, power] of Object.entries(right)) sum[key] = (sum[key] ?? 0) + sign * power;
  return sum;
}
