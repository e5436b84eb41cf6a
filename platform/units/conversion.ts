import { add, divide, equals, multiply, type Rational, rational, subtract } from './rational.ts';
import { sameDimensions, type Unit } from './ucum.ts';

/** Value in the other unit = value × factor + offset. Exact. */
export interface Conversion {
  readonly factor: Rational;
  readonly offset: Rational;
}

/** Why there is no conversion, as the end of a sentence about the two units. */
export interface NotConvertible {
  readonly why: string;
}

const ZERO = rational(0n);
const ONE = rational(1n);

/** How values of one unit become values of the other, without knowing more than the units. */
export function conversionOf(from: Unit, to: Unit): Conversion | NotConvertible {
  if (from.annotations.join('\n') !== to.annotations.join('\n')) {
    return { why: 'they are annotated differently, so they may count different things' };
  }
  if (!sameDimensions(from.dimensions, to.dimensions)) {
    return {
      why: 'they measure different things; what leads from one to the other, such as a density or a molar mass, is not in a unit',
    };
  }
  if (!sameDimensions(from.kinds, to.kinds)) {
    return { why: 'they count different things, although their dimensions are the same' };
  }
  if (from.special !== null && from.special === to.special && equals(from.magnitude, to.magnitude)) {
    return { factor: ONE, offset: ZERO };
  }
  const [zeroFrom, zeroTo] = [zeroOf(from), zeroOf(to)];
  if (zeroFrom === null || zeroTo === null) return { why: 'one of them is a scale that equals only itself' };
  const factor = divide(from.magnitude, to.magnitude);
  return { factor, offset: subtract(multiply(zeroFrom, factor), zeroTo) };
}

/** Null for a scale that no factor converts, such as pH. */
function zeroOf({ special, offset }: Unit): Rational | null {
  return special === null ? ZERO : offset;
}

export function converted(value: Rational, { factor, offset }: Conversion): Rational {
  return add(multiply(value, factor), offset);
}
