import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callerOf, NO_HEADERS, NOBODY } from '../identify.ts';
import { DEFAULT_LIMITS } from '../operation/limits.ts';
import { createPipeline, type GraphQLRequest } from '../pipeline.ts';
import { buildSupergraph } from '../supergraph.ts';
import { silentLogger } from '../tests/fixture/logger.ts';
import type { SubgraphCall, SubgraphClient } from '../upstream/subgraph-client.ts';
import { createResponseCache } from './cache.ts';
import { createLibrary } from './testing/library.ts';

const state = buildSupergraph(createLibrary().supergraphSdl);
const QUERIES = [
  '{ greeting }',
  '{ books { mine } }',
  '{ books { title } }',
  'query ($id: ID) { book(id: $id) { id title mine } }',
  'query ($id: ID) { book(id: $id) { title } }',
  'query ($id: ID) { book(id: $id) { id title } }',
];

interface World {
  readonly titles: Map<string, string>;
  /** Of the last query that reached the subgraph; null when none did. */
  seen: SubgraphCall | null;
}

/** Says in every private field who asks, and in every title how often it was changed. */
function libraryClient(world: World): SubgraphClient {
  return {
    name: 'books',
    async ask(call) {
      world.seen = call;
      const { query, variables = {} } = JSON.parse(call.body);
      const { scope } = call.caller;
      const book = (id: string) => ({ __typename: 'Book', id, title: world.titles.get(id), mine: `of ${scope}` });
      if (call.kind === 'mutation') {
        world.titles.set(variables.id, `${world.titles.get(variables.id)}+`);
        return { data: { retitle: book(variables.id) }, errors: null };
      }
      if (query.includes('greeting')) return { data: { greeting: 'hello' }, errors: null };
      const data = query.includes('books') ? { books: ['1', '2'].map(book) } : { book: book(variables.id) };
      return { data, errors: null };
    },
    subscribe: () => Promise.reject(new Error('There are no streams.')),
    async [Symbol.asyncDispose]() {},
  };
}

const RETITLE = 'mutation ($id: ID!) { retitle(id: $id, title: "x") { id } }';

const step = fc.record({
  scope: fc.constantFrom('', 'ada', 'bob'),
  header: fc.constantFrom(null, 'en'),
  query: fc.constantFrom(...QUERIES, RETITLE),
  id: fc.constantFrom('1', '2'),
});

test('whatever scopes ask and change, in any order: nobody gets what is of another scope, or older than a change', async () => {
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 30, maxLength: 60 }),
      fc.integer({ min: 500, max: 40_000 }),
      async (steps, maxBytes) => {
        const world: World = { titles: new Map(['1', '2'].map((id) => [id, `t${id}`])), seen: null };
        const responseCache = createResponseCache({ maxBytes });
        const client = libraryClient(world);
        const pipeline = createPipeline({
          state,
          subgraph: () => client,
          limits: DEFAULT_LIMITS,
          maxOperations: 100,
          responseCache,
          logger: silentLogger,
          metrics: undefined,
        });
        for (const { scope, header, query, id } of steps) {
          const forwarded = header === null ? NO_HEADERS : { 'accept-language': header };
          const origin = { token: null, requestId: 'r-1', traceparent: null, forwarded };
          const caller = callerOf(origin, { ...NOBODY, scope }, null);
          const request: GraphQLRequest = {
            query,
            operationName: null,
            variables: query.includes('$id') ? { id } : {},
          };
          world.seen = null;
          const result = await pipeline.execute(await pipeline.prepare(request), request, caller);
          expect(result.errors).toBeUndefined();
          const { greeting: _, book, books = [book], retitle } = JSON.parse(result.data ?? 'null');
          if (retitle) continue;
          if (!world.seen) kept += 1;
          expect((result.cacheControl?.age ?? null) === null).toBe(world.seen !== null);
          for (const [index, each] of books.entries()) {
            if (each?.mine) expect(each.mine).toBe(`of ${caller.scope}`);
            if (each?.title) expect(each.title).toBe(world.titles.get(book ? id : `${index + 1}`));
          }
          expect(responseCache.bytes).toBeLessThanOrEqual(maxBytes);
        }
      },
    ),
    { numRuns: 40 },
  );
  // The rule would hold for a cache that keeps nothing.
  expect(kept).toBeGreaterThan(100);
});
