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

async function saveServices(viewer: Viewer, inputs: readonly object[]) {
  const query = `mutation Save($inputs: [AnalysisServiceInput!]!) { saveAnalysisServices(inputs: $inputs) { created changed } }`;
  return lab.send<{ saveAnalysisServices: { created: number; changed: number } }>(viewer, query, { inputs });
}

test('a save creates what is new and changes what differs, and announces both with before and after', async () => {
  const changed = { ...SERVICES[0], name: 'Nitrate as N', unit: 'mg{N}/L' };
  const { data } = await saveServices(manager, [
    changed,
    ...SERVICES.slice(1),
    { code: 'PH', name: 'pH', unit: '[pH]' },
  ]);
  expect(data?.saveAnalysisServices).toEqual({ created: 1, changed: 1 });
  const events = (await lab.events(manager, 'catalogue')).slice(
    TYPES.length + CLIENTS.length + POINTS.length + SERVICES.length,
  );
  expect(events).toMatchObject([
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
