export { type Conversion, conversionOf, converted, type NotConvertible } from './conversion.ts';
export { parseRational, type Rational, rational, rationalText, toNumber } from './rational.ts';
export { compareUnits, mayBeNegative, parseUnit, type Unit, type UnitComparison } from './ucum.ts';
