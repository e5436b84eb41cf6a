import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { type Actions, actionsOf, codes } from './actions.ts';
import { DETAIL, REGISTER } from './documents.ts';
import { createSamplesLab, newLaboratory, person, type SamplesLab } from './harness.ts';

let lab: SamplesLab;
let act: Actions;
let manager: Viewer;

beforeAll(async () => {
  lab = await createSamplesLab();
  act = actionsOf(lab);
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(async () => {
  manager = await newLaboratory(lab);
  lab.workflows.ensured.length = 0;
  lab.workflows.down = false;
});

test('a sample is registered with everything that was said about it', async () => {
  const sample = await act.sample(manager, {
    typeCode: 'WATER',
    clientCode: 'UTAHDWQ',
    samplePointCode: 'P1',
    barcode: 'W-2021-000123',
    priority: 'STAT',
    category: 'FIELD_BLANK',
    collectedAt: '2021-05-04T10:20:00-06:00',
    receivedAt: '2021-05-05T09:00:00-06:00',
    condition: 'DAMAGED',
    analyses: ['NITRATE', 'PHOSPHORUS'],
    remarks: 'green bottle',
  });
  expect(sample).toMatchObject({
    accessionNumber: expect.stringMatching(/^\d{4}-000001$/),
    barcode: 'W-2021-000123',
    status: 'RECEIVED',
    priority: 'STAT',
    category: 'FIELD_BLANK',
    collectedAt: '2021-05-04T16:20:00.000Z',
    receivedAt: '2021-05-05T15:00:00.000Z',
    dueAt: '2021-05-05T19:00:00.000Z',
    condition: 'DAMAGED',
    remarks: 'green bottle',
    version: 1,
    type: { code: 'WATER' },
    client: { code: 'UTAHDWQ' },
    samplePoint: { code: 'P1' },
  });
  expect(sample.analyses.map(({ service, status, version }) => [service.code, status, version])).toEqual([
    ['NITRATE', 'REGISTERED', 1],
    ['PHOSPHORUS', 'REGISTERED', 1],
  ]);
});

test('what is registered is announced once, with what neighbours keep copies of, and noted in custody', async () => {
  const sample = await act.sample(manager, {
    typeCode: 'WATER',
    analyses: ['NITRATE'],
    receivedAt: '2021-05-05T09:00:00Z',
  });
  expect(await lab.events(manager)).toMatchObject([
    {
      type: 'sample.registered',
      subject_id: sample.id,
      actor_id: manager.userId,
      payload: {
        sampleId: sample.id,
        sampleVersion: 1,
        priority: 'ROUTINE',
        dueAt: '2021-05-10T09:00:00.000Z',
        clientId: null,
        startWorkflow: false,
        typeCode: 'WATER',
        accessionNumber: sample.accessionNumber,
        analyses: [{ analysisId: sample.analyses[0]?.id, serviceCode: 'NITRATE' }],
      },
    },
  ]);
  const detail = await lab.ask<{ sample: { custody: { totalCount: number; edges: { node: object }[] } } }>(
    manager,
    DETAIL,
    {
      id: sample.id,
    },
  );
  expect(detail.sample.custody.totalCount).toBe(2);
  expect(detail.sample.custody.edges.map(({ node }) => node)).toMatchObject([
    { action: 'received', at: '2021-05-05T09:00:00.000Z', by: { id: manager.userId } },
    { action: 'registered' },
  ]);
});

test('each sample of a request stands for itself: 500 with every cause of refusal among them', async () => {
  const parent = await act.sample(manager, { receivedAt: null, analyses: [], typeCode: 'WATER', barcode: 'TAKEN' });
  const stranger = await newLaboratory(lab);
  const foreign = await act.sample(stranger, { receivedAt: null, analyses: [], typeCode: 'WATER' });
  const future = new Date(Date.now() + 86_400_000).toISOString();
  const bad: [string, object][] = [
    ['UNKNOWN_SAMPLE_TYPE', { typeCode: 'NOPE' }],
    ['UNKNOWN_CLIENT', { typeCode: 'WATER', clientCode: 'NOPE' }],
    ['UNKNOWN_SAMPLE_POINT', { typeCode: 'WATER', samplePointCode: 'NOPE' }],
    ['UNKNOWN_ANALYSIS_SERVICE', { typeCode: 'WATER', analyses: ['NOPE'] }],
    ['DUPLICATE_ANALYSIS', { typeCode: 'WATER', analyses: ['NITRATE', 'NITRATE'] }],
    ['TOO_MANY_ANALYSES', { typeCode: 'WATER', analyses: Array.from({ length: 201 }, (_, i) => `X${i}`) }],
    ['DUPLICATE_BARCODE', { typeCode: 'WATER', barcode: 'TAKEN' }],
    ['DUPLICATE_BARCODE', { typeCode: 'WATER', barcode: 'B-10' }],
    ['BARCODE_INVALID', { typeCode: 'WATER', barcode: '' }],
    ['COLLECTED_IN_FUTURE', { typeCode: 'WATER', collectedAt: future }],
    ['RECEIVED_IN_FUTURE', { typeCode: 'WATER', receivedAt: future }],
    [
      'RECEIVED_BEFORE_COLLECTED',
      { typeCode: 'WATER', collectedAt: '2021-02-02T00:00:00Z', receivedAt: '2021-02-01T00:00:00Z' },
    ],
    ['CONDITION_WITHOUT_RECEPTION', { typeCode: 'WATER', condition: 'INTACT' }],
    ['UNKNOWN_PARENT', { typeCode: 'WATER', parentId: foreign.id }],
    ['UNKNOWN_PARENT', { typeCode: 'WATER', parentId: 'no id at all' }],
    ['REMARKS_TOO_LONG', { typeCode: 'WATER', remarks: 'x'.repeat(2_001) }],
  ];
  const good = Array.from({ length: 500 - bad.length }, (_, i) => ({
    typeCode: 'WATER',
    barcode: `B-${i}`,
    analyses: ['NITRATE', 'TEMP'],
    parentId: i === 0 ? parent.id : null,
  }));
  const results = await act.register(manager, [
    ...good.slice(0, 100),
    ...bad.map(([, input]) => input),
    ...good.slice(100),
  ]);
  expect(results).toHaveLength(500);
  expect(codes(results.slice(100, 100 + bad.length))).toEqual(bad.map(([expected]) => expected));
  expect(results.slice(100, 100 + bad.length).map((item) => item.index)).toEqual(bad.map((_, i) => 100 + i));
  const registered = results.filter((item) => item.__typename === 'SampleRegistered');
  expect(registered).toHaveLength(good.length);
  const numbers = registered.map(({ sample }) => sample?.accessionNumber ?? '');
  expect(numbers).toEqual([...numbers].sort());
  expect(new Set(numbers).size).toBe(good.length);
  expect(registered[0]?.sample?.parent?.id).toBe(parent.id);
  expect(await lab.events(manager)).toHaveLength(1 + good.length);
});

test('501 samples at once are refused with the bound, none is a request like any other', async () => {
  const inputs = Array.from({ length: 501 }, () => ({ typeCode: 'WATER' }));
  const { errors } = await lab.send(manager, REGISTER, { inputs });
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' }, message: expect.stringContaining('500') });
  expect(await act.register(manager, [])).toEqual([]);
  expect(await lab.events(manager)).toEqual([]);
});

test('text that no store can keep is bad input that names its place', async () => {
  const { errors } = await lab.send(manager, REGISTER, { inputs: [{ typeCode: 'WATER', remarks: 'a\0b' }] });
  expect(errors?.[0]).toMatchObject({
    extensions: { code: 'BAD_INPUT' },
    message: expect.stringContaining('inputs[0].remarks'),
  });
});

test('a retry with the same key gives the first answer and registers nothing; another request with it is a conflict', async () => {
  const inputs = [{ typeCode: 'WATER', barcode: 'K-1' }, { typeCode: 'NOPE' }];
  const first = await act.register(manager, inputs, 'key');
  expect(await act.register(manager, inputs, 'key')).toEqual(first);
  expect(await lab.events(manager)).toHaveLength(1);
  const { errors } = await lab.send(manager, REGISTER, { inputs: [{ typeCode: 'SOIL' }], key: 'key' });
  expect(errors?.[0]?.extensions.code).toBe('CONFLICT');
});

test('accession numbers and barcodes are unique however many register at once', async () => {
  const attempts = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      act.register(manager, [
        { typeCode: 'WATER', barcode: 'RACE' },
        { typeCode: 'WATER', barcode: `R-${i}` },
      ]),
    ),
  );
  const all = attempts.flat();
  expect(codes(all).filter((text) => text === 'DUPLICATE_BARCODE')).toHaveLength(7);
  const numbers = all.flatMap(({ sample }) => sample?.accessionNumber ?? []);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).toHaveLength(9);
});

test('numbers begin anew with each year', async () => {
  lab.now = new Date('2025-12-31T23:59:59.900Z');
  const last = await act.sample(manager, { receivedAt: null, analyses: [], typeCode: 'WATER' });
  lab.now = new Date('2026-01-01T00:00:00.100Z');
  const next = await act.sample(manager, { receivedAt: null, analyses: [], typeCode: 'WATER' });
  lab.now = null;
  expect([last.accessionNumber, next.accessionNumber]).toEqual(['2025-000001', '2026-000001']);
});

describe('workflows are started before the answer', () => {
  const inputs = [
    { typeCode: 'WATER', startWorkflow: true },
    { typeCode: 'NOPE', startWorkflow: true },
    { typeCode: 'WATER' },
    { typeCode: 'SOIL', startWorkflow: true, priority: 'URGENT' },
  ];

  test('one question for all samples that want one; a retry asks again', async () => {
    const results = await act.register(manager, inputs, 'start');
    const wanted = [results[0], results[3]].map((item) => item?.sample?.id);
    expect(lab.workflows.ensured).toMatchObject([wanted.map((sampleId) => ({ sampleId, sampleVersion: 1 }))]);
    await act.register(manager, inputs, 'start');
    expect(lab.workflows.ensured).toHaveLength(2);
  });

  test('when workflows does not answer the samples stand, and the event says that a start is owed', async () => {
    lab.workflows.down = true;
    const results = await act.register(manager, inputs);
    expect(codes(results)).toEqual(['SampleRegistered', 'UNKNOWN_SAMPLE_TYPE', 'SampleRegistered', 'SampleRegistered']);
    expect((await lab.events(manager)).map(({ payload }) => payload.startWorkflow)).toEqual([true, false, true]);
  });
});

describe('who may register', () => {
  test.each(['auditor', 'client', 'analyst', 'verifier'] as const)('%s may not', async (role) => {
    const { errors } = await lab.send(person(role, manager), REGISTER, { inputs: [{ typeCode: 'WATER' }] });
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
  test('nobody may not', async () => {
    const { errors } = await lab.send(null, REGISTER, { inputs: [{ typeCode: 'WATER' }] });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
  test.each(['sampler', 'lab_clerk', 'integration'] as const)('%s may', async (role) => {
    expect(codes(await act.register(person(role, manager), [{ typeCode: 'WATER' }]))).toEqual(['SampleRegistered']);
  });
});

test('an unknown word of an enumeration is bad input', async () => {
  const { errors } = await lab.send(manager, REGISTER, { inputs: [{ typeCode: 'WATER', priority: 'SOON' }] });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});
