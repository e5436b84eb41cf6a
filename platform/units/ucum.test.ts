import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PREFIXES } from './atoms.ts';
import { compareUnits, mayBeNegative, parseUnit } from './ucum.ts';

function compare(left: string, right: string): string {
  const [a, b] = [parseUnit(left), parseUnit(right)];
  if (!a || !b) throw new Error(`${a ? right : left} did not parse`);
  return compareUnits(a, b);
}

describe('a unit that a laboratory reports in parses', () => {
  test.each([
    'mg/L',
    'ug/L',
    'mg/l',
    'ng/mL',
    'mmol/L',
    'umol/L',
    'g/dL',
    '%',
    '[pH]',
    'Cel',
    '[degF]',
    'K',
    'uS/cm',
    'mS/cm',
    '10*3/uL',
    '10*9/L',
    '10^6/mL',
    '/uL',
    '/100{WBC}',
    '[CFU]/mL',
    '[CFU]/(100.mL)',
    'k[iU]/L',
    '[iU]/mL',
    'mm[Hg]',
    'kPa',
    'mV',
    'm3/s',
    '[ft_i]3/s',
    'mg/kg',
    'kg/m2',
    'g.m/s2',
    'mg{N}/L',
    '{NTU}',
    '[NTU]',
    '{MPN}/(100.mL)',
    '[ppm]',
    'meq/L',
    'mosm/kg',
    'Bq/L',
    'pCi/L',
    'U/L',
    'ukat/L',
    'mg/(24.h)',
    'mL/min/{1.73_m2}',
    's-1',
    'm',
    '1',
  ])('%s', (text) => {
    expect(parseUnit(text)).not.toBeNull();
  });
});

describe('what is not a UCUM unit is refused', () => {
  test.each([
    '',
    ' ',
    'mg /L',
    'MG/L',
    'mg//L',
    'mg/',
    'mg/L/',
    'ppm',
    'mg/l as N',
    'furlong',
    'mg/(L',
    'mg/L)',
    'mgL',
    'kmin',
    '[nope]',
    '{open',
    'mg}',
    'mg0',
    'Cel2',
    'Cel/m',
    'm.Cel',
    '0',
    'm99',
    '__proto__',
    'constructor',
    'µg/L',
    '°C',
    'µS/cm',
    'x'.repeat(200),
    Array(12).fill('Ymol30').join('.'),
  ])('%j', (text) => {
    expect(parseUnit(text)).toBeNull();
  });
});

describe('units compare by what they measure', () => {
  test.each([
    ['mg/L', 'mg/l', 'SAME'],
    ['mg/L', 'g/m3', 'SAME'],
    ['mg/L', 'ug/mL', 'SAME'],
    ['mg/L', 'ug/L', 'COMMENSURABLE'],
    ['mg/L', 'mg/kg', 'DIFFERENT'],
    ['mg/L', 'mmol/L', 'DIFFERENT'],
    ['uS/cm', 'mS/m', 'COMMENSURABLE'],
    ['uS/cm', '100.uS/m', 'SAME'],
    ['Cel', 'K', 'COMMENSURABLE'],
    ['Cel', 'Cel', 'SAME'],
    ['[CFU]/mL', '[CFU]/(100.mL)', 'COMMENSURABLE'],
    ['[CFU]/mL', '/mL', 'DIFFERENT'],
    ['mg{N}/L', 'mg/L', 'COMMENSURABLE'],
    ['mg{N}/L', 'mg{NO3}/L', 'COMMENSURABLE'],
    ['mg{N}/L', 'mg{N}/l', 'SAME'],
    ['10*3/uL', '10*9/L', 'SAME'],
    ['%', '[ppm]', 'COMMENSURABLE'],
    ['J', 'N.m', 'SAME'],
    ['W', 'V.A', 'SAME'],
    ['S', 'Ohm-1', 'SAME'],
    ['U', 'umol/min', 'DIFFERENT'],
    ['U/L', 'umol/(min.L)', 'DIFFERENT'],
    ['U', '60.ukat', 'COMMENSURABLE'],
    ['meq/L', 'eq/m3', 'SAME'],
    ['Bq', 'Bq', 'SAME'],
  ])('%s against %s: %s', (left, right, expected) => {
    expect(compare(left, right)).toBe(expected);
    expect(compare(right, left)).toBe(expected);
  });
});

test('only scales that reach below zero may hold a negative number', () => {
  expect(['Cel', 'mV', 'm', 'm3/s'].every((text) => mayBeNegative(parseUnit(text)))).toBe(true);
  expect(['mg/L', '%', '[CFU]/mL', '[pH]', 'uS/cm'].some((text) => mayBeNegative(parseUnit(text)))).toBe(false);
  expect(mayBeNegative(null)).toBe(false);
});

test('a quotient of the same unit has no dimension, whatever the prefixes', () => {
  const unit = fc.constantFrom('g', 'L', 'm', 's', 'Pa', 'S', 'V');
  const prefix = fc.constantFrom('', ...Object.keys(PREFIXES).filter((text) => text.length === 1));
  fc.assert(
    fc.property(unit, prefix, prefix, (symbol, above, below) => {
      // Some prefixed symbols are also units of their own (cd, Pa, ft …): those are not meant.
      const [top, bottom] = [parseUnit(`${above}${symbol}`), parseUnit(`${below}${symbol}`)];
      fc.pre(top !== null && bottom !== null && JSON.stringify(top.dimensions) === JSON.stringify(bottom.dimensions));
      expect(parseUnit(`${above}${symbol}/${below}${symbol}`)?.dimensions).toEqual({});
    }),
  );
});

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'mgLuk./(){}[]10*^-+%CelpH '), maxLength: 20 }), (text) => {
      parseUnit(text);
    }),
  );
});
