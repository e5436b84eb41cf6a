import { expect, test } from 'vitest';
import { convert, readUnit } from './units.ts';

test.each([
  ['mg/l', 'mg/L', null],
  ['MG/L', 'mg/L', null],
  ['mg/l as N', 'mg/L', 'as N'],
  ['mg/l asNO3', 'mg/L', 'as NO3'],
  ['mg/l CaCO3', 'mg/L', 'as CaCO3'],
  ['ug/l', 'ug/L', null],
  ['µg/L', 'ug/L', null],
  ['deg C', 'Cel', null],
  ['std units', '[pH]', null],
  ['%', '%', null],
  ['NTU', '[NTU]', null],
  ['uS/cm @25C', 'uS/cm', null],
  ['#/100ml', '{#}/(100.mL)', null],
  ['MPN/100mL', '{MPN}/(100.mL)', null],
  ['None', null, null],
])('%s is %s', (text, ucum, speciation) => {
  expect(readUnit(text)).toEqual({ ucum, speciation });
});

test('an unknown unit stays unknown', () => {
  for (const text of ['furlongs', 'mg/l/fortnight', 'ppt', 'mg/l of something']) expect(readUnit(text)).toBeNull();
});

test('amounts convert exactly within what measures the same, and not beyond', () => {
  expect(convert('40', 'ug/L', 'mg/L')).toBe('0.04');
  expect(convert('0.1', 'mg/L', 'ug/L')).toBe('100');
  expect(convert('0.0340', 'mg/L', 'mg/L')).toBe('0.0340');
  expect(convert('1', 'mg/kg', 'mg/L')).toBeNull();
  expect(convert('1', null, 'mg/L')).toBeNull();
});
