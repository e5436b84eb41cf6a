import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { SAVE_ALL } from './documents.ts';
import {
  CLIENTS,
  createSamplesLab,
  newLaboratory,
  POINTS,
  person,
  type SamplesLab,
  SERVICES,
  TYPES,
} from './harness.ts';

let lab: SamplesLab;
let manager: Viewer;

beforeAll(async () => {
  lab = await createSamplesLab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(async () => {
  manager = await newLaboratory(lab);
});

const all = { types: TYPES, clients: CLIENTS, points: POINTS, services: SERVICES };

async function saveServices(
  viewer: Viewer,
  inputs: readonly object[],
  more: { readonly key?: string; readonly reason?: string } = {},
) {
  const query = `mutation Save($inputs: [AnalysisServiceInput!]!, $key: ID, $reason: String) {
    saveAnalysisServices(inputs: $inputs, idempotencyKey: $key, reason: $reason) { created changed } }`;
  return lab.send<{ saveAnalysisServices: { created: number; changed: number } }>(viewer, query, { inputs, ...more });
}

interface Service {
  readonly code: string;
  readonly name: string;
  readonly unit: string | null;
  readonly method: string | null;
  readonly requiredVerifications: number;
  readonly holdingTimeHours: number | null;
  readonly version: number;
}

async function service(code: string): Promise<Service | undefined> {
  const query = `{ analysisServices(first: 50) { edges { node {
    code name unit method requiredVerifications holdingTimeHours version } } } }`;
  const { analysisServices } = await lab.ask<{ analysisServices: { edges: { node: Service }[] } }>(manager, query);
  return analysisServices.edges.map(({ node }) => node).find((node) => node.code === code);
}

/** Events of what was done after the laboratory had its catalogue. */
async function changes() {
  const seeded = TYPES.length + CLIENTS.length + POINTS.length + SERVICES.length;
  return (await lab.events(manager, 'catalogue')).slice(seeded);
}

test('a save creates what is new and changes what differs, and announces both with before and after', async () => {
  const changed = { ...SERVICES[0], name: 'Nitrate as N', unit: 'mg{N}/L' };
  const { data } = await saveServices(manager, [
    changed,
    ...SERVICES.slice(1),
    { code: 'PH', name: 'pH', unit: '[pH]' },
  ]);
  expect(data?.saveAnalysisServices).toEqual({ created: 1, changed: 1 });
  expect(await changes()).toMatchObject([
    { type: 'catalogue.changed', payload: { before: null, after: { code: 'PH', requiredVerifications: 1 } } },
    {
      type: 'catalogue.changed',
      payload: { before: { unit: 'mg/L' }, after: { unit: 'mg{N}/L', name: 'Nitrate as N' } },
    },
  ]);
});

test('what is stored already is left alone: no change, no event', async () => {
  const before = await lab.events(manager, 'catalogue');
  const none = { created: 0, changed: 0 };
  expect(await lab.ask(manager, SAVE_ALL, all)).toEqual({
    saveSampleTypes: none,
    saveClients: none,
    saveSamplePoints: none,
    saveAnalysisServices: none,
  });
  expect(await lab.events(manager, 'catalogue')).toEqual(before);
});

describe('a change of a row that is there', () => {
  test('leaves what it does not name as it is; null clears', async () => {
    const full = { unit: 'mg/L', method: 'EPA 365.1', requiredVerifications: 2, holdingTimeHours: 672 };
    await saveServices(manager, [{ code: 'PHOSPHORUS', name: 'Phosphorus', ...full }]);
    await saveServices(manager, [{ code: 'PHOSPHORUS', name: 'Phosphorus, total' }]);
    expect(await service('PHOSPHORUS')).toEqual({
      ...{ code: 'PHOSPHORUS', name: 'Phosphorus, total', version: 3 },
      ...full,
    });
    const cleared = { unit: null, method: null, requiredVerifications: null, holdingTimeHours: null };
    await saveServices(manager, [{ code: 'PHOSPHORUS', name: 'Phosphorus, total', ...cleared }]);
    expect(await service('PHOSPHORUS')).toMatchObject({ ...cleared, requiredVerifications: 1, version: 4 });
  });

  test('of a point too: one coordinate may change, but not go alone', async () => {
    const query = `mutation Save($inputs: [SamplePointInput!]!) { saveSamplePoints(inputs: $inputs) { changed } }`;
    const save = (over: object) => lab.send(manager, query, { inputs: [{ code: 'P1', name: 'Lake', ...over }] });
    const stored = async () =>
      lab.ask(manager, '{ samplePoints(first: 9) { edges { node { name latitude longitude version } } } }');
    const node = { name: 'Lake', latitude: 41.5, longitude: -112.7, version: 2 };
    await save({ latitude: 41.5 });
    expect(await stored()).toEqual({ samplePoints: { edges: [{ node }] } });
    expect((await save({ latitude: null })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    await save({ name: 'Great Salt Lake' });
    expect(await stored()).toEqual({
      samplePoints: { edges: [{ node: { ...node, name: 'Great Salt Lake', version: 3 } }] },
    });
  });

  test('that was based on another version is a CONFLICT and changes nothing, what is not there included', async () => {
    const rename = (name: string, expectedVersion: number) => ({ code: 'NITRATE', name, expectedVersion });
    const first = await saveServices(manager, [rename('Nitrate as N', 1)]);
    expect(first.data?.saveAnalysisServices).toEqual({ created: 0, changed: 1 });
    const stale = await saveServices(manager, [{ code: 'NEW', name: 'New' }, rename('Nitrate as NO3', 1)]);
    expect(stale.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^inputs\[1\] \("NITRATE"\).*version 2/),
      extensions: { code: 'CONFLICT', index: 1, currentVersion: 2 },
    });
    expect(await service('NEW')).toBeUndefined();
    expect(await service('NITRATE')).toMatchObject({ name: 'Nitrate as N', version: 2 });
    const absent = await saveServices(manager, [{ code: 'NEW', name: 'New', expectedVersion: 1 }]);
    expect(absent.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: null });
  });

  test('that changes nothing is no new version', async () => {
    await saveServices(manager, SERVICES);
    expect(await service('NITRATE')).toMatchObject({ version: 1 });
  });
});

test('the event tells why, with the row before and after', async () => {
  await saveServices(manager, [{ code: 'NITRATE', name: 'Nitrate', requiredVerifications: 0 }], {
    reason: 'automated',
  });
  expect(await changes()).toMatchObject([
    {
      reason: 'automated',
      payload: {
        before: { code: 'NITRATE', requiredVerifications: 1, version: 1 },
        after: { code: 'NITRATE', requiredVerifications: 0, unit: 'mg/L', holdingTimeHours: 48, version: 2 },
      },
    },
  ]);
  const { errors } = await saveServices(manager, SERVICES, { reason: 'x'.repeat(501) });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});

test('a retry with the same key saves nothing twice; with other content it is a conflict', async () => {
  const inputs = [{ code: 'NITRATE', name: 'Nitrate as N', expectedVersion: 1 }];
  const first = await saveServices(manager, inputs, { key: 'k' });
  expect(first.data?.saveAnalysisServices).toEqual({ created: 0, changed: 1 });
  expect(await saveServices(manager, inputs, { key: 'k' })).toEqual(first);
  expect(await changes()).toHaveLength(1);
  const other = await saveServices(manager, [{ code: 'NITRATE', name: 'Nitrate' }], { key: 'k' });
  expect(other.errors?.[0]?.extensions.code).toBe('CONFLICT');
});

test('two who save the same at once create it once', async () => {
  const inputs = Array.from({ length: 50 }, (_, i) => ({ code: `S${i}`, name: `Service ${i}` }));
  const answers = await Promise.all([saveServices(manager, inputs), saveServices(manager, inputs)]);
  expect(answers.map(({ data }) => data?.saveAnalysisServices.created).sort()).toEqual([0, 50]);
});

describe('a row that is not fit refuses the whole save', () => {
  test.each([
    ['unit', { code: 'X', name: 'X', unit: 'ppm' }],
    ['code', { code: 'no spaces', name: 'X' }],
    ['name', { code: 'X', name: '' }],
    ['requiredVerifications', { code: 'X', name: 'X', requiredVerifications: 6 }],
    ['NUL', { code: 'X', name: 'a\0b' }],
  ])('%s', async (word, row) => {
    const { errors } = await saveServices(manager, [{ code: 'GOOD', name: 'Good' }, row]);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' }, message: expect.stringContaining(word) });
    const { data } = await saveServices(manager, [{ code: 'GOOD', name: 'Good' }]);
    expect(data?.saveAnalysisServices.created).toBe(1);
  });

  test('more than 500', async () => {
    const { errors } = await saveServices(
      manager,
      Array.from({ length: 501 }, (_, i) => ({ code: `S${i}`, name: 'S' })),
    );
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' }, message: expect.stringContaining('500') });
  });
});

test('a laboratory has at most 1000 sample types: the list of them has no pages', async () => {
  const save = (from: number, count: number) =>
    lab.send(manager, `mutation Save($inputs: [SampleTypeInput!]!) { saveSampleTypes(inputs: $inputs) { created } }`, {
      inputs: Array.from({ length: count }, (_, i) => ({ code: `T${from + i}`, name: 'T' })),
    });
  await save(0, 500);
  expect((await save(500, 498)).data).toEqual({ saveSampleTypes: { created: 498 } });
  expect((await save(997, 2)).errors?.[0]).toMatchObject({
    extensions: { code: 'BAD_INPUT' },
    message: expect.stringContaining('1000'),
  });
  expect((await save(997, 1)).data).toEqual({ saveSampleTypes: { created: 0 } });
});

test('lists are by code, page by page, and count all', async () => {
  const query = `query Services($first: Int!, $after: String) { analysisServices(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { code unit requiredVerifications holdingTimeHours } } } sampleTypes { code } }`;
  interface Services {
    analysisServices: {
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
      edges: { node: { code: string } }[];
    };
    sampleTypes: { code: string }[];
  }
  const first = await lab.ask<Services>(manager, query, { first: 2 });
  expect(first.sampleTypes.map(({ code }) => code)).toEqual(['SOIL', 'WATER']);
  expect(first.analysisServices).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  const rest = await lab.ask<Services>(manager, query, { first: 2, after: first.analysisServices.pageInfo.endCursor });
  const codes = [...first.analysisServices.edges, ...rest.analysisServices.edges].map(({ node }) => node.code);
  expect(codes).toEqual(['NITRATE', 'PHOSPHORUS', 'TEMP']);
});

test('another organization sees none of it and changes none of it', async () => {
  const stranger = person('lab_manager');
  const query = `{ sampleTypes { id } clients(first: 9) { totalCount } samplePoints(first: 9) { totalCount } analysisServices(first: 9) { totalCount } }`;
  expect(await lab.ask(stranger, query)).toEqual({
    sampleTypes: [],
    clients: { totalCount: 0 },
    samplePoints: { totalCount: 0 },
    analysisServices: { totalCount: 0 },
  });
  await saveServices(stranger, [{ ...SERVICES[0], name: 'Mine' }]);
  const { data } = await saveServices(manager, SERVICES);
  expect(data?.saveAnalysisServices).toEqual({ created: 0, changed: 0 });
});

test.each(['lab_clerk', 'analyst', 'auditor', 'client'] as const)('%s does not change the catalogue', async (role) => {
  const { errors } = await saveServices(person(role, manager), [{ code: 'X', name: 'X' }]);
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
