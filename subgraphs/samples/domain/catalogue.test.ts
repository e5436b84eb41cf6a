import { describe, expect, test } from 'vitest';
import { checkCatalogue, planSave } from './catalogue.ts';
import { aService } from './testing.ts';

describe('a row that is not fit refuses the whole save and is named', () => {
  const { id: _, ...service } = aService();
  test.each([
    [{ ...service, code: '' }],
    [{ ...service, code: 'a b' }],
    [{ ...service, code: 'x'.repeat(81) }],
    [{ ...service, name: ' ' }],
    [{ ...service, unit: 'ppm' }],
    [{ ...service, unit: '' }],
    [{ ...service, requiredVerifications: 6 }],
    [{ ...service, requiredVerifications: -1 }],
    [{ ...service, holdingTimeHours: 0 }],
  ])('service %j', (row) => {
    expect(() => checkCatalogue('AnalysisService', [service, { ...service, ...row }])).toThrow(/^inputs\[1\]/);
  });
  test('the same code twice', () => {
    expect(() => checkCatalogue('AnalysisService', [service, service])).toThrow('came before in inputs[0]');
  });
  test('a place outside the globe, half a place', () => {
    const point = { code: 'UTAHDWQ_WQX-4900440', name: 'Lake', latitude: 41.2, longitude: -112.7 };
    expect(() => checkCatalogue('SamplePoint', [point])).not.toThrow();
    expect(() => checkCatalogue('SamplePoint', [{ ...point, latitude: 90.1 }])).toThrow('latitude');
    expect(() => checkCatalogue('SamplePoint', [{ ...point, longitude: Number.NaN }])).toThrow('longitude');
    expect(() => checkCatalogue('SamplePoint', [{ ...point, longitude: null }])).toThrow('together');
  });
});

test('a save writes what is new and what differs, and leaves the rest alone', () => {
  const stored = new Map([
    ['A', { id: '1', code: 'A', name: 'Alpha' }],
    ['B', { id: '2', code: 'B', name: 'Beta' }],
  ]);
  const rows = [
    { code: 'A', name: 'Alpha' },
    { code: 'B', name: 'Better' },
    { code: 'C', name: 'Gamma' },
  ];
  expect(planSave<'SampleType'>(stored, rows, () => '3')).toEqual({
    created: [{ id: '3', code: 'C', name: 'Gamma' }],
    changed: [{ before: { id: '2', code: 'B', name: 'Beta' }, after: { id: '2', code: 'B', name: 'Better' } }],
  });
});
