import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { createLab, type Lab } from '../lab.ts';

let lab: Lab;
let manager: GraphQLClient;
let sampleId: string;
beforeAll(async () => {
  lab = await createLab({ catalogue: true });
  manager = await lab.as('manager');
  const { registerSamples } = await manager.request<{ registerSamples: { results: { sample: { id: string } }[] } }>(
    `mutation { registerSamples(inputs: [{ typeCode: "WATER" }]) { results { ... on SampleRegistered { sample { id } } } } }`,
  );
  sampleId = registerSamples.results[0]!.sample.id;
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Every list, each in an operation of its own: one that fails must not hide another. */
const LISTS = [
  'samples(first: 1, after: $after) { edges { cursor } }',
  'samples(first: 1, after: $after, orderBy: { field: DUE_AT, direction: ASC }) { edges { cursor } }',
  'samples(first: 1, after: $after, orderBy: { field: ACCESSION_NUMBER, direction: ASC }) { edges { cursor } }',
  'sample(id: $id) { custody(first: 1, after: $after) { edges { cursor } } }',
  'sample(id: $id) { files(first: 1, after: $after) { edges { cursor } } }',
  'clients(first: 1, after: $after) { edges { cursor } }',
  'samplePoints(first: 1, after: $after) { edges { cursor } }',
  'analysisServices(first: 1, after: $after) { edges { cursor } }',
  'workflows(first: 1, after: $after) { edges { cursor } }',
  'workflowEvents(first: 1, after: $after) { edges { cursor } }',
  'facts(first: 1, after: $after) { edges { cursor } }',
  'rules(first: 1, after: $after) { edges { cursor } }',
  'ruleSets { versions(first: 1, after: $after) { edges { cursor } } }',
  'users(first: 1, after: $after) { edges { cursor } }',
  'conversations(first: 1, after: $after) { edges { cursor } }',
  'userInteractions(first: 1, after: $after) { edges { cursor } }',
  'erasureReceipts(first: 1, after: $after) { edges { cursor } }',
];

const ID = '01920000-0000-7000-8000-000000000001';
const ODD = [null, 'x', 'a\u0000b', '\ud800', ID, 1, 1e300, 2 ** 40, '+275760-09-13T00:00:00.000Z', '0000-01-01'];
const TIMES = ODD.map((value) => ['RECEIVED_AT DESC', value, ID]);
const NUMBERS = ODD.map((value) => ['ACCESSION_NUMBER ASC', value, ID]);
const CURSORS = [
  'nonsense',
  ...[...ODD.map((one) => [one]), ...ODD.flatMap((one) => ODD.map((two) => [one, two])), ...TIMES, ...NUMBERS].map(
    (key) => Buffer.from(JSON.stringify(key)).toString('base64url'),
  ),
];

test.each(LISTS)('no cursor that nobody gave makes %s fail otherwise than as bad input', async (list) => {
  const variables = list.includes('$id') ? '$after: String, $id: ID!' : '$after: String';
  const codes = new Set<unknown>();
  for (const after of CURSORS) {
    const { errors = [] } = await manager.send(`query (${variables}) { ${list} }`, { after, id: sampleId });
    for (const { extensions, message } of errors) {
      codes.add(extensions?.code);
      expect(extensions?.code, `${Buffer.from(after, 'base64url')}: ${message}`).toBe('BAD_INPUT');
    }
  }
  expect([...codes]).toEqual(['BAD_INPUT']);
});
