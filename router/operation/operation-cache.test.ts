import { beforeAll, describe, expect, test } from 'vitest';
import { buildSupergraph, type SupergraphState } from '../supergraph.ts';
import { createFixture } from '../tests/fixture/federation.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { createOperationCache } from './operation-cache.ts';

let state: SupergraphState;

beforeAll(() => {
  state = buildSupergraph(createFixture().supergraphSdl);
});

const cacheOf = (maxOperations = 10) =>
  createOperationCache({
    state,
    planner: state.planner,
    limits: DEFAULT_LIMITS,
    unauthorized: 'filter',
    introspection: true,
    suggestions: true,
    maxOperations,
  });

describe('what is used most', () => {
  test('comes first, each under the name that was asked for, and refusals are left out', () => {
    const cache = cacheOf();
    const two = 'query A { me { name } } query B { me { id } }';
    for (let count = 0; count < 3; count++) cache.get(two, 'B');
    cache.get(two, 'A');
    for (let count = 0; count < 5; count++) cache.get('{ nope }', null);
    for (let count = 0; count < 2; count++) cache.get('{ me { name } }', null);
    expect(cache.mostUsed(10).map(({ text, operationName, name, uses }) => [text, operationName, name, uses])).toEqual([
      [two, 'B', 'B', 3],
      ['{ me { name } }', null, null, 2],
      [two, 'A', 'A', 1],
    ]);
    expect(cache.mostUsed(1)).toHaveLength(1);
  });

  test('is told with its whole text however long that is', () => {
    const cache = cacheOf();
    const long = `{ me { name } } ${'#'.repeat(10_000)}`;
    cache.get(long, null);
    expect(cache.mostUsed(1)[0]?.text).toBe(long);
  });
});

describe('a cache that is warmed from another', () => {
  test('has the operation ready, as the same object for every later request, with half of its uses', async () => {
    const cache = cacheOf();
    expect(await cache.warm({ text: '{ me { name } }', operationName: null, uses: 8 })).toBe(true);
    expect(cache.size).toBe(1);
    expect(cache.mostUsed(1)[0]?.uses).toBe(4);
    expect(cache.get('{ me { name } }', null)).toBe(cache.get('{ me { name } }', null));
  });

  test('keeps nothing of what its supergraph does not know', async () => {
    const cache = cacheOf();
    expect(await cache.warm({ text: '{ gone { name } }', operationName: null, uses: 8 })).toBe(false);
    expect(cache.size).toBe(0);
  });
});
