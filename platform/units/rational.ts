/** An exact number: `above / below`, reduced, with `below` positive. */
export interface Rational {
  readonly above: bigint;
  readonly below: bigint;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;
/** More digits than a double can tell apart. */
const DIGITS = 40;

function divisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger < 0n ? -larger : larger;
}

export function rational(above: bigint, below = 1n): Rational {
  if (below === 0n) throw new RangeError('A rational has no zero below its line.');
  const common = divisor(above, below) * (below < 0n ? -1n : 1n);
  return { above: above / common, below: below / common };
}

/** A decimal such as `6.02e23`, or a fraction of two such as `5/9`. @throws RangeError for another text */
export function parseRational(text: string): Rational {
  const [above = '', below] = text.split('/');
  return below === undefined ? decimal(above) : divide(decimal(above), decimal(below));
}

function decimal(text: string): Rational {
  const match = DECIMAL.exec(text);
  if (match === null) throw new RangeError(`Expected a decimal number, got ${JSON.stringify(text)}.`);
  const [, sign, whole, part = '', exponent = '0'] = match;
  const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
  const power = Number(exponent) - part.length;
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power));
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.above * b.above, a.below * b.below);
}

/** @throws RangeError for a divisor of zero */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.above * b.below, a.below * b.above);
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.above * b.below + b.above * a.below, a.below * b.below);
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, { above: -b.above, below: b.below });
}

/** @throws RangeError for zero to a negative power */
export function power(base: Rational, exponent: number): Rational {
  const size = BigInt(Math.abs(exponent));
  const [above, below] = [base.above ** size, base.below ** size];
  return exponent < 0 ? rational(below, above) : rational(above, below);
}

export function equals(a: Rational, b: Rational): boolean {
  return a.above === b.above && a.below === b.below;
}

/** Exact: `1000`, or `5/9`. */
export function rationalText({ above, below }: Rational): string {
  return below === 1n ? String(above) : `${above}/${below}`;
}

/** The nearest double; infinite beyond its range. */
export function toNumber({ above, below }: Rational): number {
  if (above === 0n) return 0;
  const size = (value: bigint) => value.toString().length - (value < 0n ? 1 : 0);
  const scale = DIGITS - (size(above) - size(below));
  const digits = scale >= 0 ? (above * 10n ** BigInt(scale)) / below : above / (below * 10n ** BigInt(-scale));
  return Number(`${digits}e${-scale}`);
}
