import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { composeSupergraph } from '../compose.ts';
import { NOBODY, type RouterOptions } from '../index.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const QUERY = 'query Best { requiredBook(id: "b1") { name inStock } }';
const MUTATION = 'mutation { renameItem(id: "b1", name: "Ants") { id } }';
const DATA = { requiredBook: { name: 'Ants', inStock: 10 } };
const GRAPHIQL = { tabs: [] };
const BOTH_FETCHES =
  /Sequence \{\s+Fetch\(service: "catalog"\)[\s\S]*Flatten\(path: "requiredBook"\) \{\s+Fetch\(service: "stock"\)/;

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(options: Partial<RouterOptions> = {}): Promise<RunningFixture> {
  const running = await startFixtureRouter({ graphiql: GRAPHIQL, stopTimeoutMs: 2_000, ...options });
  disposables.push(running);
  return running;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly extensions?: { readonly queryPlan: { readonly text: string; readonly plan: { readonly node: unknown } } };
}

async function ask(running: RunningFixture, query: string, wish?: string, body: object = {}): Promise<Answer> {
  const headers = wish === undefined ? undefined : { 'x-alims-query-plan': wish };
  return (await (await running.post({ query, ...body }, headers)).json()) as Answer;
}

describe('who may see the plan', () => {
  test('gets it with the answer, as text and as data, by header or by extension', async () => {
    const running = await start();
    for (const answer of [
      await ask(running, QUERY, 'include'),
      await ask(running, QUERY, undefined, { extensions: { queryPlan: true } }),
    ]) {
      expect(answer.data).toEqual(DATA);
      expect(answer.extensions?.queryPlan.text).toMatch(BOTH_FETCHES);
      expect(answer.extensions?.queryPlan.plan).toMatchObject({
        kind: 'QueryPlan',
        node: { kind: 'Sequence', nodes: [{ kind: 'Fetch', serviceName: 'catalog' }, { kind: 'Flatten' }] },
      });
      expect(JSON.stringify(answer.extensions)).not.toContain('"Document"');
    }
    expect((await ask(running, QUERY)).extensions).toBeUndefined();
  });

  test.each([QUERY, MUTATION, 'subscription { reviewAdded { ... on Review { id author { email } } } }'])(
    'runs dry, so that nothing is fetched: %s',
    async (query) => {
      const running = await start();
      const answer = await ask(running, query, 'dry-run');
      expect(answer).toMatchObject({
        data: null,
        extensions: { queryPlan: { text: expect.stringContaining('Fetch') } },
      });
      expect(answer.errors).toBeUndefined();
      expect(running.fixture.seen).toEqual([]);
    },
  );

  test('sees the same over WebSocket, and a subscription that is to run is not disturbed', async () => {
    const running = await start();
    const client = createClient({ url: running.endpoint.replace('http', 'ws'), webSocketImpl: WebSocket });
    const once = async (query: string, queryPlan: unknown) =>
      (await client.iterate({ query, extensions: { queryPlan } }).next()).value;
    expect(await once(QUERY, true)).toMatchObject({
      data: DATA,
      extensions: { queryPlan: { text: expect.stringMatching(BOTH_FETCHES) } },
    });
    expect(await once(MUTATION, 'dry-run')).toMatchObject({ data: null });
    expect(running.fixture.seen.some(({ body }) => body.query.startsWith('mutation'))).toBe(false);
    expect(await once('subscription { reviewAdded { __typename } }', true)).toEqual({
      data: { reviewAdded: { __typename: 'Review' } },
    });
    await client.dispose();
  });

  test('sees the plan that is made for them: what they may not have is not in it', async () => {
    const typeDefs = parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@requiresScopes"])
      type Query { price: Int cost: Int @requiresScopes(scopes: [["cost:read"]]) }
    `);
    const { supergraphSdl } = composeSupergraph([{ name: 'shop', url: 'http://shop.test', typeDefs }]);
    const scopes = new Set(['cost:read']);
    const running = await start({
      supergraphSdl,
      authenticate: async (token) => (token ? { ...NOBODY, access: { ...NOBODY.access, scopes } } : NOBODY),
    });
    const plan = async (headers: Record<string, string>) => {
      const response = await running.post({ query: '{ price cost }' }, { ...headers, 'x-alims-query-plan': 'dry-run' });
      return ((await response.json()) as Answer).extensions?.queryPlan.text;
    };
    expect(await plan({ authorization: 'Bearer buyer' })).toContain('cost');
    expect(await plan({})).not.toContain('cost');
    expect(await plan({})).toContain('price');
  });

  test('gets the refusal of a document that has no plan', async () => {
    const { errors, extensions } = await ask(await start(), '{ nowhere }', 'dry-run');
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    expect(extensions).toBeUndefined();
  });
});

describe('who may not', () => {
  test.each([
    ['elsewhere than on this machine', { host: '0.0.0.0' }],
    ['where there is no GraphiQL', { graphiql: null }],
    ['where the option says no', { edge: { queryPlan: () => false } }],
  ])('is refused and nothing runs, not even what was to run dry: %s', async (_, options) => {
    const running = await start(options);
    for (const wish of ['include', 'dry-run']) {
      const { data, errors } = await ask(running, MUTATION, wish);
      expect(data).toBeUndefined();
      expect(errors?.[0]).toMatchObject({
        message: expect.stringContaining('router:plan'),
        extensions: { code: 'FORBIDDEN' },
      });
    }
    expect(running.fixture.seen).toEqual([]);
    expect((await ask(running, QUERY)).data).toEqual(DATA);
  });

  test('holds for each caller: the permission router:plan opens it anywhere', async () => {
    const scopes = new Set(['router:plan']);
    const running = await start({
      graphiql: null,
      authenticate: async (token) =>
        token === null ? NOBODY : { ...NOBODY, access: { ...NOBODY.access, authenticated: true, scopes } },
    });
    const headers = { 'x-alims-query-plan': 'dry-run', authorization: 'Bearer operator' };
    const seen = (await (await running.post({ query: QUERY }, headers)).json()) as Answer;
    expect(seen.extensions?.queryPlan.text).toMatch(BOTH_FETCHES);
    expect((await ask(running, QUERY, 'dry-run')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

test.each([
  ['header', 'yes', {}],
  ['header', 'constructor', {}],
  ['extension', undefined, { extensions: { queryPlan: 'all' } }],
])('a wish that is none is refused with what was expected: by %s', async (_, wish, body) => {
  const { errors } = await ask(await start(), QUERY, wish, body);
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('"include" or "dry-run"'),
    extensions: { code: 'BAD_INPUT' },
  });
});
