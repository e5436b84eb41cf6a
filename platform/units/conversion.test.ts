import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATOMS } from './atoms.ts';
import { conversionOf, converted } from './conversion.ts';
import { parseRational, rationalText, toNumber } from './rational.ts';
import { compareUnits, parseUnit, type Unit } from './ucum.ts';

function unit(text: string): Unit {
  const found = parseUnit(text);
  if (found === null) throw new Error(`${text} did not parse`);
  return found;
}

/** Exact, as a decimal or a fraction; or why not. */
function convert(value: string, from: string, to: string): string {
  const conversion = conversionOf(unit(from), unit(to));
  return 'why' in conversion ? conversion.why : rationalText(converted(parseRational(value), conversion));
}

describe('values are converted exactly', () => {
  test.each([
    ['5', 'mg/L', 'ug/L', '5000'],
    ['5', 'ug/L', 'g/L', '1/200000'],
    ['0.1', 'mg/L', 'ng/mL', '100'],
    ['3', 'mg/kg', 'ug/g', '3'],
    ['1500', 'uS/cm', 'mS/cm', '3/2'],
    ['12', 'mS/m', 'uS/cm', '120'],
    ['0', 'Cel', 'K', '5463/20'],
    ['37', 'Cel', '[degF]', '493/5'],
    ['-40', '[degF]', 'Cel', '-40'],
    ['212', '[degF]', 'K', '7463/20'],
    ['7', '[CFU]/mL', '[CFU]/(100.mL)', '700'],
    ['1', '[gal_us]', 'L', '473176473/125000000'],
    ['1', '[lb_av]', 'g', '45359237/100000'],
    ['1', '[ft_i]', 'cm', '762/25'],
    ['36', 'h', 'd', '3/2'],
    ['2', 'wk', 'h', '336'],
    ['7.2', '[pH]', '[pH]', '36/5'],
    ['4', '[NTU]', '[NTU]', '4'],
    ['3', '%', '[ppm]', '30000'],
    ['1', 'mmol/L', 'umol/mL', '1'],
    ['10', 'mg{N}/L', 'ug{N}/L', '10000'],
    ['1', 'U/L', 'nkat/L', '50/3'],
  ])('%s %s is as much in %s', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBe(expected);
  });
});

/** Pairs between which nothing leads, and a part of the reason. */
const REFUSED = [
  ['mg/L', 'Cel', 'measure different things'],
  ['mg/L', '[ppm]', 'density'],
  ['mg/L', 'mmol/L', 'molar mass'],
  ['mg/kg', '[ppm]', 'count different things'],
  ['mmol/L', 'meq/L', 'count different things'],
  ['mmol/L', 'mosm/L', 'count different things'],
  ['Bq', 'Hz', 'count different things'],
  ['Gy', 'Sv', 'count different things'],
  ['[CFU]/mL', '{MPN}/mL', 'annotated differently'],
  ['[CFU]/mL', '/mL', 'measure different things'],
  ['[NTU]', '[FNU]', 'measure different things'],
  ['mg{N}/L', 'mg{NO3}/L', 'annotated differently'],
  ['mg{N}/L', 'mg/L', 'annotated differently'],
  ['mCel', 'K', 'equals only itself'],
  ['B', '%', 'count different things'],
  ['B', 'Np', 'equals only itself'],
];

describe('what no factor converts is refused, with the reason', () => {
  test.each(REFUSED)('%s into %s', (from, to, why) => {
    expect(convert('1', from, to)).toContain(why);
    expect(convert('1', to, from)).toContain(why);
  });
  test.each(REFUSED)('and %s is not the same as %s either', (left, right) => {
    expect(compareUnits(unit(left), unit(right))).not.toBe('SAME');
    expect(compareUnits(unit(right), unit(left))).not.toBe('SAME');
  });
});

test('a conversion there and back is the same number, whatever the unit', () => {
  const atoms = Object.keys(ATOMS).filter((symbol) => !['B', 'Np'].includes(symbol));
  const digits = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 6 }));
  const alike = atoms.flatMap((from) =>
    atoms.filter((to) => !('why' in conversionOf(unit(from), unit(to)))).map((to) => [from, to] as const),
  );
  expect(alike.length).toBeGreaterThan(atoms.length);
  fc.assert(
    fc.property(fc.constantFrom(...alike), digits, ([from, to], [whole, places]) => {
      const value = parseRational(`${whole}e-${places}`);
      const [there, back] = [conversionOf(unit(from), unit(to)), conversionOf(unit(to), unit(from))];
      if ('why' in there || 'why' in back) throw new Error('a conversion goes both ways');
      expect(converted(converted(value, there), back)).toEqual(value);
    }),
  );
});

test('the double nearest to a fraction is found', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      fc.pre(!Object.is(value, -0));
      expect(toNumber(parseRational(String(value)))).toBe(value);
    }),
  );
  expect(toNumber(parseRational('1/3'))).toBe(1 / 3);
  expect(toNumber(parseRational('1e400'))).toBe(Number.POSITIVE_INFINITY);
});
