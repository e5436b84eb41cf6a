import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, graphql, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { UnauthenticatedError } from '#platform/errors/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { composeSupergraph } from '../compose.ts';
import { NOBODY, type RouterOptions } from '../index.ts';
import type { UsageReport } from '../usage/report.ts';
import { readMetric } from './fixture/metric.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  enum Order { NAME AGE @deprecated(reason: "ages are gone") }
  input Filter { name: String nick: String @deprecated(reason: "use name") either: [Filter!] }
  type Person { id: ID! name: String nick(long: Boolean @deprecated(reason: "always long")): String @deprecated(reason: "use name") }
  type Query {
    person(id: ID!): Person
    people(filter: Filter, order: Order = AGE): [Person!]!
    legacy: String @deprecated(reason: "use person")
    silent: String
  }
`);
const people = [{ id: 'p1', name: 'Ada', nick: 'A' }];
const schema = buildSubgraphSchema([
  { typeDefs, resolvers: { Query: { person: () => people[0], people: () => people } } },
]) as GraphQLSchema;
const { supergraphSdl } = composeSupergraph([{ name: 'shop', url: 'http://shop.test', typeDefs }]);
const subgraphs = new Map([
  [
    'shop',
    async (request: Request) => {
      const { query, variables } = (await request.json()) as { query: string; variables: Record<string, unknown> };
      return Response.json(await graphql({ schema, source: query, variableValues: variables }));
    },
  ],
]);

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

interface Used extends RunningFixture {
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<void>;
  report(): Promise<UsageReport>;
}

async function start(options: Partial<RouterOptions> = {}): Promise<Used> {
  const running = await startFixtureRouter({ supergraphSdl, subgraphs, stopTimeoutMs: 2_000, ...options });
  disposables.push(running);
  return {
    ...running,
    async ask(query, variables = {}, headers = {}) {
      await (await running.post({ query, variables }, headers)).text();
    },
    report: async () => (await (await fetch(`${running.router.url}/usage`)).json()) as UsageReport,
  };
}

describe('what a request uses', () => {
  test('is each field once for each request, by the client that asked; what nobody asked for is unused', async () => {
    const { ask, report } = await start();
    const query = '{ person(id: "p1") { id name again: name ...More } } fragment More on Person { id }';
    await ask(query, {}, { 'apollographql-client-name': 'dashboard' });
    await ask(query, {}, { 'x-client-name': 'dashboard' });
    await ask(query);
    const { fields, unused, since } = await report();
    expect(fields['Query.person']).toEqual({ total: 3, clients: { dashboard: 2, unnamed: 1 } });
    expect(fields['Person.name']?.total).toBe(3);
    expect(Object.keys(fields).sort()).toEqual(['Person.id', 'Person.name', 'Query.person']);
    expect([...unused].sort()).toEqual(['Person.nick', 'Query.legacy', 'Query.people', 'Query.silent']);
    expect(Date.parse(since)).toBeLessThanOrEqual(Date.now());
  });

  test('is counted over WebSocket too, by the name in the headers of its connection', async () => {
    const { endpoint, report } = await start();
    class Named extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers: { 'x-client-name': 'socket' } });
      }
    }
    const client = createClient({ url: endpoint.replace('http', 'ws'), webSocketImpl: Named });
    await client.iterate({ query: '{ legacy }' }).next();
    await client.dispose();
    expect((await report()).deprecated['Query.legacy']?.clients).toEqual({ socket: 1 });
  });

  test('is nothing where the request is refused', async () => {
    const { ask, report } = await start();
    await ask('{ legacy nope }');
    await ask('query ($id: ID!) { person(id: $id) { id } }');
    expect((await report()).fields).toEqual({});
  });
});

describe('what is deprecated', () => {
  const used = async (running: Used) =>
    Object.entries((await running.report()).deprecated).flatMap(([name, { total }]) => (total > 0 ? [name] : []));

  test('is told with its reason, also what nobody uses: it can go', async () => {
    const { report } = await start();
    expect((await report()).deprecated).toEqual({
      'Order.AGE': { reason: 'ages are gone', total: 0, clients: {} },
      'Filter.nick': { reason: 'use name', total: 0, clients: {} },
      'Person.nick': { reason: 'use name', total: 0, clients: {} },
      'Person.nick(long:)': { reason: 'always long', total: 0, clients: {} },
      'Query.legacy': { reason: 'use person', total: 0, clients: {} },
    });
  });

  test.each([
    ['a field', '{ legacy }', {}, ['Query.legacy']],
    ['an argument', '{ person(id: 1) { nick(long: true) } }', {}, ['Person.nick', 'Person.nick(long:)']],
    ['an enum value', '{ people(order: AGE) { id } }', {}, ['Order.AGE']],
    ['an input field', '{ people(filter: { either: [{ nick: "A" }] }) { id } }', {}, ['Filter.nick']],
    ['an enum value in a variable', 'query ($o: Order) { people(order: $o) { id } }', { o: 'AGE' }, ['Order.AGE']],
    [
      'an input field in a variable',
      'query ($f: Filter) { people(filter: $f) { id } }',
      { f: { either: [{ name: 'x' }, { nick: 'A' }] } },
      ['Filter.nick'],
    ],
    ['nothing, where only a default would use it', '{ people { id } }', {}, []],
    ['nothing, where the variable holds another', 'query ($o: Order) { people(order: $o) { id } }', { o: 'NAME' }, []],
  ])('%s is counted', async (_, query, variables, expected) => {
    const running = await start();
    await running.ask(query, variables);
    expect((await used(running)).sort()).toEqual([...expected].sort());
  });

  test('is in the figures by coordinate and client', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const { ask } = await start({ metrics });
    await ask('{ legacy }', {}, { 'x-client-name': 'old app' });
    await ask('{ person(id: 1) { name } }');
    const name = 'alims_router_deprecated_uses_total';
    expect(await readMetric(metrics, `${name}{coordinate="Query.legacy",client="old app"}`)).toBe(1);
    expect(await readMetric(metrics, name)).toBe(1);
  });
});

describe('counts stay', () => {
  test('when their operation is forgotten', async () => {
    const running = await start({ maxOperations: 2 });
    for (let number = 0; number < 6; number++) await running.ask(`query Q${number} { legacy }`);
    await running.ask('query Q0 { legacy }');
    expect((await running.report()).deprecated['Query.legacy']?.total).toBe(7);
  });

  test('when the supergraph is replaced, and the report follows the new one', async () => {
    let change = (_: string) => {};
    const source = {
      name: 'switch',
      read: async () => supergraphSdl,
      watch(listener: { changed(sdl: string): void }) {
        change = (sdl) => listener.changed(sdl);
        return { [Symbol.dispose]() {} };
      },
    };
    const running = await start({ supergraph: source });
    await running.ask('{ legacy }');
    change(supergraphSdl.replace('silent:', 'spoken:'));
    await expect.poll(async () => (await running.report()).unused).toContain('Query.spoken');
    await running.ask('{ legacy }');
    expect((await running.report()).fields['Query.legacy']?.total).toBe(2);
  });

  test('bounded: clients that make up names are counted together', async () => {
    const { ask, report } = await start();
    for (let number = 0; number < 40; number++) await ask('{ legacy }', {}, { 'x-client-name': `made up ${number}` });
    await ask('{ legacy }', {}, { 'x-client-name': 'ünreadable' });
    const { total, clients } = (await report()).deprecated['Query.legacy'] ?? { total: 0, clients: {} };
    expect(total).toBe(41);
    expect(clients).toMatchObject({ other: 10, unnamed: 1 });
    expect(Object.keys(clients)).toHaveLength(32);
  });
});

describe('the report', () => {
  const status = async (running: Used, headers: Record<string, string> = {}) =>
    (await fetch(`${running.router.url}/usage`, { headers })).status;

  test('is for programs on the same machine, and not for what a proxy there passes on', async () => {
    const running = await start();
    expect(await status(running)).toBe(200);
    expect(await status(running, { 'x-forwarded-for': '203.0.113.9' })).toBe(403);
    expect(await status(running, { forwarded: 'for=203.0.113.9' })).toBe(403);
  });

  test('is for callers with the scope router:usage from anywhere, and for nobody with a token that is not good', async () => {
    const scopes = new Set(['router:usage']);
    const running = await start({
      async authenticate(token) {
        if (token === 'wrong') throw new UnauthenticatedError();
        return token === 'operator' ? { ...NOBODY, access: { ...NOBODY.access, scopes } } : NOBODY;
      },
    });
    const from = (token: string) => ({ 'x-forwarded-for': '203.0.113.9', authorization: `Bearer ${token}` });
    expect(await status(running, from('operator'))).toBe(200);
    expect(await status(running, from('analyst'))).toBe(403);
    expect(await status(running, from('wrong'))).toBe(401);
  });

  test('is for whom the option says', async () => {
    expect(await status(await start({ edge: { usage: () => false } }))).toBe(403);
  });
});
