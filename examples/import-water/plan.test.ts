import { expect, test } from 'vitest';
import { createAccount } from './account.ts';
import { type Cells, FIELDS } from './columns.ts';
import { createPlanner } from './plan.ts';
import { entryFor } from './results.ts';

const BLANK = Object.fromEntries(FIELDS.map((field) => [field, ''])) as Cells;
const ROW: Cells = {
  ...BLANK,
  ...{
    activity: 'A-1',
    activityType: 'Sample-Routine',
    media: 'Water',
    organization: 'ORG',
    organizationName: 'The Org',
  },
  ...{
    date: '2021-05-04',
    time: '10:00:00',
    zone: 'MST',
    location: 'ORG-Bear 1',
    latitude: '41.5',
    longitude: '-111.9',
  },
  ...{ characteristic: 'Nitrate', fraction: 'Total', speciation: 'as N', methodContext: 'USEPA', method: '353.2' },
  ...{ value: '1.20', unit: 'mg/l', status: 'Accepted' },
};

function planOf(...rows: Partial<Cells>[]) {
  const account = createAccount();
  const planner = createPlanner(account);
  for (const [index, cells] of rows.entries()) planner.add({ number: index + 2, cells: { ...ROW, ...cells } });
  const plan = planner.finish();
  const reasons = account.groups().map(({ verdict, reason, rows: kept }) => `${verdict} ${reason} ${kept}`);
  return { plan, reasons };
}

test('a row becomes a sample with one analysis, and the catalogue entries it names', () => {
  const { plan, reasons } = planOf({});
  expect(reasons).toEqual([]);
  expect(plan.samples[0]?.input).toEqual({
    ...{ typeCode: 'WATER', clientCode: 'ORG', samplePointCode: 'ORG-Bear-1', barcode: 'A-1', category: 'ROUTINE' },
    ...{ collectedAt: '2021-05-04T17:00:00.000Z', receivedAt: '2021-05-04T17:00:00.000Z', startWorkflow: true },
    analyses: ['NITRATE:TOTAL:AS-N:USEPA-353.2'],
    remarks: 'Reception is not in the file: the time of collection stands for it.',
  });
  expect(plan.services).toEqual([
    {
      code: 'NITRATE:TOTAL:AS-N:USEPA-353.2',
      name: 'Nitrate, Total, as N (USEPA 353.2)',
      ...{ method: 'USEPA 353.2', unit: 'mg/L' },
    },
  ]);
  expect([...plan.places.points.values()]).toEqual([
    { code: 'ORG-Bear-1', name: 'ORG-Bear 1', latitude: 41.5, longitude: -111.9 },
  ]);
});

test('rows of one activity are one sample, also when others stand between them', () => {
  const { plan } = planOf({}, { activity: 'A-2' }, { fraction: 'Dissolved' });
  expect(plan.samples.map(({ input }) => [input.barcode, input.analyses.length])).toEqual([
    ['A-1', 2],
    ['A-2', 1],
  ]);
});

test('a species in the unit is the species of the service', () => {
  const { plan, reasons } = planOf(
    { speciation: '', unit: 'mg/l as N' },
    { speciation: '', unit: 'mg/l asNO3' },
    { activity: 'A-2', speciation: 'as N', unit: 'mg/l asNO3' },
  );
  expect(plan.services.map(({ name }) => name)).toEqual([
    'Nitrate, Total, as N (USEPA 353.2)',
    'Nitrate, Total, as NO3 (USEPA 353.2)',
  ]);
  expect(reasons).toEqual(['held SPECIATION_CONTRADICTS 4']);
});

test("a service's unit is the most frequent one", () => {
  const { plan } = planOf({ unit: 'ug/l' }, { activity: 'A-2' }, { activity: 'A-3' });
  expect(plan.services[0]?.unit).toBe('mg/L');
});

test('an equal second row is refused, a different one held, a row of another place held', () => {
  const { reasons } = planOf({}, {}, { value: '9' }, { fraction: 'Dissolved', location: 'ORG-2' });
  expect(reasons.sort()).toEqual(['held ACTIVITY_CONTRADICTS 5', 'held SECOND_RESULT 4', 'refused DUPLICATE_ROW 3']);
});

test('rows that cannot become an analysis are accounted for one by one', () => {
  const { plan, reasons } = planOf(
    { activity: '' },
    { activity: 'B', date: '' },
    { activity: 'C', activityType: 'Quality Control Sample-Other' },
    { activity: 'D', value: '0.5-0.7' },
  );
  expect(plan.rows).toBe(4);
  expect(plan.samples).toEqual([]);
  expect(reasons.sort()).toEqual([
    'held CATEGORY_UNKNOWN 4',
    'held DATE_MISSING 3',
    'refused ROW_INCOMPLETE 2',
    'refused VALUE_UNREADABLE 5',
  ]);
});

test('an analysis whose result is kept back is asked for all the same', () => {
  const { plan } = planOf({ unit: 'furlongs' }, { fraction: 'Dissolved', value: '', condition: 'Not Reported' });
  const [sample] = plan.samples;
  expect(sample?.input.analyses).toHaveLength(2);
  expect(sample?.results.map((result) => entryFor(result, 'mg/L'))).toEqual([
    { reason: 'UNIT_UNKNOWN' },
    { reason: 'RESULT_MISSING' },
  ]);
});

test('more than 200 analyses go on several labels', () => {
  const { plan } = planOf(...Array.from({ length: 201 }, (_, index) => ({ characteristic: `Pesticide ${index}` })));
  expect(plan.samples.map(({ input }) => [input.barcode, input.analyses.length])).toEqual([
    ['A-1', 200],
    ['A-1#2', 1],
  ]);
  expect(plan.samples[1]?.input.remarks).toContain('Part 2 of 2 of A-1.');
});
