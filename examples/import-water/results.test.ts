import { expect, test } from 'vitest';
import { entryFor, type PlannedResult } from './results.ts';

const PLANNED: PlannedResult = {
  ...{ row: 2, service: 'NITRATE', unit: 'mg/L', limitUnit: undefined, qualifiers: ['J'], measuredAt: null },
  finding: { kind: 'value', value: '1.20', limit: null },
};

test("a value keeps its unit, so that the system can see that it is not the service's", () => {
  expect(entryFor({ ...PLANNED, unit: 'ug/L' }, 'mg/L')).toMatchObject({ value: '1.20', unit: 'ug/L' });
});

test('the limit of a finding is converted into the unit of the service', () => {
  const finding = { kind: 'text', text: 'Not Detected', limit: '40' } as const;
  const entry = entryFor({ ...PLANNED, finding, unit: undefined, limitUnit: 'ug/L' }, 'mg/L');
  expect(entry).toEqual({
    ...{ value: null, text: 'Not Detected', unit: 'mg/L', detectionLimit: '0.04', qualifiers: ['J'], measuredAt: null },
  });
});

test('a limit without a unit has the unit of its row', () => {
  const finding = { kind: 'value', value: '1.20', limit: '0.2' } as const;
  expect(entryFor({ ...PLANNED, finding }, 'mg/L')).toMatchObject({ unit: 'mg/L', detectionLimit: '0.2' });
});

test('a number without a unit is entered only where the service has none', () => {
  expect(entryFor({ ...PLANNED, unit: undefined }, 'mg/L')).toEqual({ reason: 'UNIT_MISSING' });
  expect(entryFor({ ...PLANNED, unit: null }, null)).toMatchObject({ value: '1.20', unit: null });
});

test('a limit that measures something else keeps the row back', () => {
  const finding = { kind: 'value', value: '1.20', limit: '0.2' } as const;
  expect(entryFor({ ...PLANNED, finding, limitUnit: 'mg/kg' }, 'mg/L')).toEqual({ reason: 'LIMIT_UNIT_DIFFERS' });
});
