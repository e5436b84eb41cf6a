import { Supergraph } from '@apollo/federation-internals';
import type { GraphQLFormattedError } from 'graphql';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../operation/limits.ts';
import { createPipeline } from '../pipeline.ts';
import { buildSupergraph } from '../supergraph.ts';
import { createUpstreams } from '../upstream/subgraph-clients.ts';
import { ask, planOf } from './fixture/ask.ts';
import { ARGUMENT_VALUES } from './fixture/data.ts';
import { createFixture } from './fixture/federation.ts';
import { silentLogger } from './fixture/logger.ts';
import { describeOperation, generateOperations } from './fixture/operations.ts';
import { askOracle } from './fixture/oracle.ts';

const OPERATIONS = 320;

test('our executor and the one of @apollo/gateway give the same data and the same errors', {
  timeout: 300_000,
}, async () => {
  const { supergraphSdl, subgraphs } = createFixture();
  const state = buildSupergraph(supergraphSdl);
  const full = Supergraph.build(supergraphSdl).schema.toGraphQLJSSchema();
  const clients = createUpstreams({ subgraphs }).open(state.urls);
  const pipeline = createPipeline({
    state,
    subgraph: clients.get,
    limits: DEFAULT_LIMITS,
    maxOperations: 10,
    logger: silentLogger,
    metrics: undefined,
  });
  let withErrors = 0;
  let withSamePaths = 0;
  let errors = 0;
  let errorsAtNull = 0;
  for (const operation of generateOperations(state.schema, {
    count: OPERATIONS,
    seed: 20_261_122,
    values: ARGUMENT_VALUES,
  })) {
    const { query, variables } = operation;
    const request = { query, variables, operationName: null };
    const plan = await planOf(pipeline, request);
    if (!plan) throw new Error(`refused: ${query}`);
    const expected = await askOracle(
      state,
      full,
      subgraphs,
      structuredClone(plan),
      structuredClone({ query, variables }),
    );
    const ours = await ask(pipeline, request);
    const about = describeOperation(operation);
    expect(plain(ours.data), about).toEqual(plain(expected.data));
    expect(errorKeys(ours.errors, false), about).toEqual(errorKeys(expected.errors, false));
    for (const error of ours.errors ?? []) {
      errors += 1;
      if (leadsToNull(ours.data, error.path ?? [])) errorsAtNull += 1;
    }
    if (expected.errors.length === 0) continue;
    withErrors += 1;
    if (String(errorKeys(ours.errors, true)) === String(errorKeys(expected.errors, true))) withSamePaths += 1;
  }
  // The corpus is worth nothing when nothing in it fails.
  expect(withErrors).toBeGreaterThan(OPERATIONS / 5);
  // An entity that fails while all that was wanted of it is skipped leaves no null.
  expect(errorsAtNull / errors).toBeGreaterThan(0.97);
  // The gateway miscounts list indexes where some elements are not fetched; elsewhere they are the same.
  expect(withSamePaths / withErrors).toBeGreaterThan(0.9);
});

function plain(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data ?? null));
}

/** Path and code, each once: the gateway repeats an error for every copy of the same entity, in another order. */
function errorKeys(
  errors: readonly Pick<GraphQLFormattedError, 'path' | 'extensions'>[] | undefined,
  withIndexes: boolean,
): string[] {
  const keys = (errors ?? [])
    // A null in a non-null place: the gateway tells it in extensions, we as an error (the specification asks for one).
    .filter((error) => error.extensions?.code !== 'INTERNAL')
    .map((error) => {
      const path = (error.path ?? []).map((key) => (typeof key === 'number' && !withIndexes ? '#' : key));
      return `${path.join('.')} ${error.extensions?.code}`;
    });
  return [...new Set(keys)].sort();
}

/** An entity that could not be fetched stays an object where another subgraph knows it: then a member is null. */
function leadsToNull(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const key of path) {
    if (value === null || value === undefined) return true;
    value = (value as Record<string | number, unknown>)[key];
  }
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.values(value).includes(null);
}
