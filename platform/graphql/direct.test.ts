import fc from 'fast-check';
import { createYoga } from 'graphql-yoga';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { BadInputError, ConflictError } from '../errors/index.ts';
import { IDENTITY_HEADER, signIdentity } from '../identity/index.ts';
import { isPlain } from './direct.ts';
import { createAskAs, createGraphQLHandler, type RequestContext } from './index.ts';

const TYPE_DEFS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@authenticated"])
  type Query { word(of: String!, n: Int = 1): String refused: String broken: String certain: String! mine: String @authenticated
    many: [Item!] slow: String }
  type Mutation { write(text: String): String }
  type Subscription { ticks: Int }
  type Item @key(fields: "id") { id: ID! name: String }`;

const { promise: never } = Promise.withResolvers<string>();
const RESOLVERS = {
  Query: {
    word: (_: unknown, { of, n }: { of: string; n: number }) => of.repeat(n),
    refused: () => {
      throw new BadInputError('Not so.', { field: 'of', max: 3 });
    },
    broken: async () => {
      throw new Error('secret detail');
    },
    certain: () => null,
    mine: (_: unknown, __: unknown, context: RequestContext) => context.viewer.userId,
    many: () => [{ id: 1, name: 'Ünï "x"' }, { id: 2 }],
    slow: () => never,
  },
  Mutation: { write: (_: unknown, { text }: { text: string }) => text ?? null },
  Subscription: { ticks: { subscribe: async function* () {}, resolve: (tick: number) => tick } },
  Item: {
    __resolveReference({ id }: { id: string }) {
      if (id === '3') throw new ConflictError('Changed meanwhile.', { version: 4 });
      return id === '2' ? null : { id, name: 'one' };
    },
  },
};

const logged: { level: string; msg: string }[] = [];
const logger = pino(
  { level: 'debug', formatters: { level: (level) => ({ level }) } },
  { write: (line: string) => logged.push(JSON.parse(line) as { level: string; msg: string }) },
);
const handler = createGraphQLHandler({
  typeDefs: TYPE_DEFS,
  resolvers: RESOLVERS,
  identityKey: 'k',
  logger,
  askAs: createAskAs(new Map(), 'k'),
  createContext: (request) => request,
});

/** Says the same in words that the direct road does not know. */
const YOGAS = 'application/json, application/graphql-response+json;q=0.8';
const ROUTERS = 'application/json, application/graphql-response+json;q=0.9';
const SOMEBODY = signIdentity(
  { userId: 'u', organizationId: 'o', sessionId: 's', roles: [], permissions: new Set(), clientId: null },
  'k',
  Date.now(),
);

interface Sent {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Requests come in this class, from the router as from a socket. */
const { Request } = createYoga({ logging: false }).fetchAPI;

function requestOf({ body, headers, signal }: Sent, accept: string): Request {
  return new Request('http://x/graphql', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', accept, ...headers },
    ...(signal && { signal }),
  });
}

/** All that a caller and an operator see of one request. */
async function seen(sent: Sent, accept: string) {
  logged.length = 0;
  const response = await handler(requestOf(sent, accept));
  return {
    status: response.status,
    headers: [...response.headers].map(([name, value]) => `${name.toLowerCase()}: ${value}`).toSorted(),
    text: await response.text(),
    logged: logged.map(({ level, msg }) => ({ level, msg })),
  };
}

async function expectSame(sent: Sent) {
  const direct = await seen(sent, ROUTERS);
  expect(direct).toEqual(await seen(sent, YOGAS));
  return direct;
}

const TWO = 'query A { word(of: "a") } query B { word(of: "b") }';
const ENTITIES = 'query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Item { id name } } }';
const representations = (...ids: string[]) => ({ r: ids.map((id) => ({ __typename: 'Item', id })) });

describe('the direct road and yoga answer the same to', () => {
  test.each<[string, unknown]>([
    ['a query', { query: '{ word(of: "a", n: 3) many { id name } }' }],
    ['variables', { query: 'query($of: String!) { word(of: $of) }', variables: { of: 'é' } }],
    ['a mutation', { query: 'mutation { write(text: "x") }', variables: null, operationName: null, extensions: null }],
    ['one of two operations', { query: TWO, operationName: 'B' }],
    ['entities, of which one is absent and one fails', { query: ENTITIES, variables: representations('1', '2', '3') }],
    ['extensions', { query: '{ word(of: "a") }', extensions: { trace: true } }],
    ['an error of ours', { query: '{ refused word(of: "a") }' }],
    ['an error that nobody foresaw', { query: '{ word(of: "a") broken }' }],
    ['an error that empties the answer', { query: '{ certain }' }],
    ['a field that needs somebody, asked by nobody', { query: '{ mine }' }],
    ['text that PostgreSQL cannot hold', { query: 'query($t: String) { word(of: $t) }', variables: { t: '\u0000' } }],
    ['a missing variable', { query: 'query($of: String!) { word(of: $of) }' }],
    ['a variable of another type', { query: 'query($of: String!) { word(of: $of) }', variables: { of: 5 } }],
    ['variables that are a list', { query: '{ word(of: "a") }', variables: [] }],
    ['extensions that are a text', { query: '{ word(of: "a") }', extensions: 'x' }],
    ['an unknown operation', { query: TWO, operationName: 'C' }],
    ['an operation without a name', { query: TWO, operationName: '' }],
    ['an operation named by a number', { query: TWO, operationName: 5 }],
    ['two operations of which none is named', { query: TWO }],
    ['a document that does not parse', { query: '{ word(' }],
    ['a document that is not valid', { query: '{ nothing word }' }],
    ['a document without an operation', { query: 'fragment F on Query { broken }' }],
    ['an empty document', { query: '' }],
    ['a subscription', { query: 'subscription { ticks }' }],
    ['no query', { variables: {} }],
    ['a query that is a number', { query: 5 }],
    ['a parameter that nobody knows', { query: '{ word(of: "a") }', id: 'x' }],
    ['a list of requests', [{ query: '{ word(of: "a") }' }]],
    ['null', null],
    ['a text', 'x'],
  ])('%s', async (_, body) => {
    await expectSame({ body: JSON.stringify(body) });
    // Once more, from whatever the first time has left in a cache.
    await expectSame({ body: JSON.stringify(body) });
  });

  test.each(['{"query":', '', '{"query":"{ word(of: \\"a\\") }"} x'])('the body %j, which is no JSON', async (body) => {
    expect((await expectSame({ body })).status).toBe(400);
  });

  test('a signed-in caller, and one whose signature is wrong', async () => {
    const body = '{"query":"{ mine }"}';
    expect((await expectSame({ body, headers: { [IDENTITY_HEADER]: SOMEBODY } })).text).toBe('{"data":{"mine":"u"}}');
    expect((await expectSame({ body, headers: { [IDENTITY_HEADER]: `${SOMEBODY}x` } })).text).toContain('errors');
  });

  test('a caller who left before, or leaves meanwhile', async () => {
    const body = '{"query":"{ slow }"}';
    await expectSame({ body, signal: AbortSignal.abort() });
    const leaving = (accept: string) => {
      const controller = new AbortController();
      const answer = seen({ body, signal: controller.signal }, accept);
      setImmediate(() => controller.abort());
      return answer;
    };
    const direct = await leaving(ROUTERS);
    expect(direct).toEqual(await leaving(YOGAS));
    expect(direct.logged).toEqual([{ level: 'debug', msg: 'a request failed after its caller had left' }]);
  });

  test('whatever else a body may hold', async () => {
    const query = fc.constantFrom<unknown>('{ word(of: "a") }', TWO, '{ refused }', ENTITIES, 'nonsense', 7, null);
    const variables = fc.oneof(fc.constant<unknown>(representations('1')), fc.jsonValue());
    const operationName = fc.constantFrom<unknown>('A', 'C', '', null, 1);
    const body = fc.record(
      { query, variables, operationName, extensions: fc.jsonValue(), other: fc.jsonValue() },
      {
        requiredKeys: [],
      },
    );
    await fc.assert(
      fc.asyncProperty(body, async (one) => void (await expectSame({ body: JSON.stringify(one) }))),
      { numRuns: 300 },
    );
  });
});

test('a document of more tokens than a batch of entities needs is refused, whichever road it takes', async () => {
  const body = JSON.stringify({ query: `{ ${'broken '.repeat(50_001)} }` });
  for (const accept of [ROUTERS, 'text/event-stream']) {
    expect((await seen({ body }, accept)).text).toContain('more that 50000 tokens');
  }
});

test('only what the router sends goes directly', () => {
  const request = { body: '{}' };
  expect(isPlain(requestOf(request, ROUTERS))).toBe(true);
  expect(
    isPlain(requestOf({ ...request, headers: { 'content-type': 'application/json; charset=utf-8' } }, '*/*')),
  ).toBe(true);
  expect(isPlain(requestOf(request, 'text/event-stream'))).toBe(false);
  expect(isPlain(requestOf(request, YOGAS))).toBe(false);
  expect(isPlain(requestOf({ ...request, headers: { 'content-type': 'text/plain' } }, ROUTERS))).toBe(false);
  expect(isPlain(new Request('http://x/graphql?query={a}'))).toBe(false);
  expect(isPlain(new Request('http://x/other', { method: 'POST' }))).toBe(false);
});
