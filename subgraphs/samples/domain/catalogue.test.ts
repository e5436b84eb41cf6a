import { describe, expect, test } from 'vitest';
import { type CatalogueEntry, checkCodes, planSave } from './catalogue.ts';
import { aService } from './testing.ts';

describe('a row that is not fit refuses the whole save and is named', () => {
  const { id: _, version: __, ...service } = aService();
  const plan = (rows: readonly (typeof service)[]) => {
    checkCodes('AnalysisService', rows);
    return planSave('AnalysisService', rows, new Map(), () => 'new');
  };
  test.each([
    [{ code: '' }],
    [{ code: 'a b' }],
    [{ code: 'x'.repeat(81) }],
    [{ name: ' ' }],
    [{ unit: 'ppm' }],
    [{ unit: '' }],
    [{ requiredVerifications: 6 }],
    [{ requiredVerifications: -1 }],
    [{ holdingTimeHours: 0 }],
  ])('service %j', (row) => {
    expect(() => plan([service, { ...service, code: 'OTHER', ...row }])).toThrow(/^inputs\[1\]/);
  });
  test('the same code twice', () => {
    expect(() => plan([service, service])).toThrow('came before in inputs[0]');
  });
  test('a place outside the globe, half a place', () => {
    const point = { code: 'UTAHDWQ_WQX-4900440', name: 'Lake', latitude: 41.2, longitude: -112.7 };
    const save = (row: CatalogueEntry<'SamplePoint'>) => planSave('SamplePoint', [row], new Map(), () => 'new');
    expect(() => save(point)).not.toThrow();
    expect(() => save({ ...point, latitude: 90.1 })).toThrow('latitude');
    expect(() => save({ ...point, longitude: Number.NaN })).toThrow('longitude');
    expect(() => save({ ...point, longitude: null })).toThrow('together');
  });
});

test('a save writes what is new and what differs, and leaves the rest alone', () => {
  const alpha = { id: '1', code: 'A', name: 'Alpha', version: 4 };
  const beta = { id: '2', code: 'B', name: 'Beta', version: 7 };
  const stored = new Map([alpha, beta].map((row) => [row.code, row]));
  const rows = [
    { code: 'A', name: 'Alpha' },
    { code: 'B', name: 'Better', expectedVersion: 7 },
    { code: 'C', name: 'Gamma' },
  ];
  expect(planSave('SampleType', rows, stored, () => '3')).toEqual({
    created: [{ id: '3', code: 'C', name: 'Gamma', version: 1 }],
    changed: [{ before: beta, after: { ...beta, name: 'Better', version: 8 } }],
  });
});

test('what is absent stays as it is stored and takes its default in a new row; null clears', () => {
  const before = aService({ method: 'EPA 353.2', requiredVerifications: 2, holdingTimeHours: 48 });
  const stored = new Map([[before.code, before]]);
  const after = (row: CatalogueEntry<'AnalysisService'>) => {
    const { created, changed } = planSave('AnalysisService', [row], stored, () => 'new');
    return created[0] ?? changed[0]?.after;
  };
  const { code, name } = before;
  expect(after({ code, name, unit: 'ug/L' })).toEqual({ ...before, unit: 'ug/L', version: 2 });
  expect(after({ code, name, method: null })).toEqual({ ...before, method: null, version: 2 });
  expect(after({ code: 'NEW', name: 'New', unit: undefined })).toEqual({
    ...{ id: 'new', code: 'NEW', name: 'New', version: 1 },
    ...{ unit: null, method: null, requiredVerifications: 1, holdingTimeHours: null },
  });
});

test('a change that was based on another version is told the present one, before anything else about the row', () => {
  const stored = new Map([['A', { id: '1', code: 'A', name: 'Alpha', version: 4 }]]);
  const save = (code: string, expectedVersion: number) =>
    planSave('SampleType', [{ code, name: 'Alpha', expectedVersion }], stored, () => '3');
  expect(() => save('A', 3)).toThrow(
    expect.objectContaining({ code: 'CONFLICT', extensions: { index: 0, currentVersion: 4 } }),
  );
  expect(() => save('B', 1)).toThrow(expect.objectContaining({ extensions: { index: 0, currentVersion: null } }));
  expect(save('A', 4)).toEqual({ created: [], changed: [] });
});
