import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { RateLimitedError } from '#platform/errors/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import type { RouterOptions } from '../index.ts';
import { readMetric } from './fixture/metric.ts';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

interface Measured extends RunningFixture {
  /** What a name, with labels, has counted. */
  count(wanted: string): Promise<number>;
  ask(query: string, body?: object): Promise<unknown>;
}

async function start(options: Partial<RouterOptions> = {}): Promise<Measured> {
  const metrics = createMetrics({ processMetrics: false });
  const running = await startFixtureRouter({ metrics, stopTimeoutMs: 2_000, ...options });
  disposables.push(running);
  return {
    ...running,
    count: (wanted) => readMetric(metrics, `alims_router_${wanted}`),
    ask: async (query, body) => (await running.post({ query, ...body })).json(),
  };
}

describe('operations', () => {
  test('are told by name, kind and outcome; without a name as anonymous, refused ones apart', async () => {
    const { ask, count } = await start();
    await ask('query Me { me { name } }');
    await ask('query Me { me { name } }');
    await ask('{ me { id } }');
    await ask('query Boss { boss { name } }');
    await ask('mutation Rename { renameItem(id: "b1", name: "x") { id } }');
    await ask('query Typo { nope }');
    const of = (labels: string) => count(`operation_seconds_count{${labels}}`);
    expect(await of('operation="Me",kind="query",outcome="ok"')).toBe(2);
    expect(await of('operation="anonymous",kind="query",outcome="ok"')).toBe(1);
    expect(await of('operation="Boss",outcome="failed"')).toBe(1);
    expect(await of('operation="Rename",kind="mutation"')).toBe(1);
    expect(await of('operation="refused document",kind="unknown",outcome="refused"')).toBe(1);
    expect(await of('operation="Typo"')).toBe(0);
  });

  test('have so many names at once: those beyond are other, and a name that is used more takes a place', async () => {
    const { ask, count } = await start();
    for (let number = 0; number < 110; number++) await ask(`query Made${number} { __typename }`);
    const of = (name: string) => count(`operation_seconds_count{operation="${name}"}`);
    expect(await of('other')).toBe(10);
    for (let times = 0; times < 3; times++) await ask('query Real { __typename }');
    expect(await of('Real')).toBe(2);
    const named = await Promise.all(Array.from({ length: 110 }, (_, number) => of(`Made${number}`)));
    expect(named.reduce((sum, each) => sum + each)).toBe(99);
  });

  test('are looked up in the cache: ready, prepared, refused; and each plan is timed once', async () => {
    const { ask, count } = await start();
    for (let times = 0; times < 3; times++) await ask('{ me { name } }');
    for (let times = 0; times < 2; times++) await ask('{ nope }');
    const of = (result: string) => count(`operation_cache_lookups_total{result="${result}"}`);
    expect([await of('hit'), await of('miss'), await of('refused')]).toEqual([2, 2, 1]);
    expect(await count('planning_seconds_count{outcome="ok"}')).toBe(1);
    expect(await count('subgraph_fetch_seconds_count{subgraph="people",outcome="ok"}')).toBe(3);
  });
});

describe('what is refused is counted by its reason', () => {
  test.each([
    ['a limit on documents', 'maxDepth', { query: `{ me { ${'manager { '.repeat(30)} name ${'}'.repeat(30)} } }` }],
    ['a document that is not valid', 'bad_input', { query: '{ nope }' }],
    ['variables of a wrong type', 'bad_input', { query: 'query ($id: ID!) { person(id: $id) { name } }' }],
    ['a request that is none', 'bad_input', { query: 5 }],
    ['a query plan for who may not see it', 'forbidden', { query: '{ me { name } }', extensions: { queryPlan: true } }],
    ['a document by a hash that is not known', 'persisted_query_not_found', unknownHash()],
  ])('%s', async (_, reason, body) => {
    const { post, count } = await start();
    await post(body);
    expect(await count(`refused_total{reason="${reason}"}`)).toBe(1);
    expect(await count('refused_total')).toBe(1);
  });

  test('a rate, a token, a body and a batch', async () => {
    const takeRequest = () => {
      throw new RateLimitedError('Enough for now.', 1);
    };
    const limited = await start({ edge: { rate: { takeRequest, takeOperation() {} } } });
    await limited.ask('{ me { name } }');
    expect(await limited.count('refused_total{reason="rate_limited"}')).toBe(1);
    const { post, count } = await start({ maxBodyBytes: 100 });
    await post({ query: '{ me { name } }' }, { authorization: 'Bearer wrong' });
    await post({ query: `{ me { name } } ${'#'.repeat(200)}` });
    await post([]);
    expect(await count('refused_total{reason="unauthenticated"}')).toBe(1);
    expect(await count('refused_total{reason="http_413"}')).toBe(1);
    expect(await count('refused_total{reason="http_400"}')).toBe(1);
  });

  test('the same over WebSocket, where it is told in the socket', async () => {
    const { endpoint, count } = await start();
    const client = createClient({ url: endpoint.replace('http', 'ws'), webSocketImpl: WebSocket });
    await expect(client.iterate({ query: '{ nope }' }).next()).rejects.toBeDefined();
    await client.dispose();
    expect(await count('refused_total{reason="bad_input"}')).toBe(1);
  });

  function unknownHash() {
    return { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } };
  }
});

describe('subscriptions', () => {
  const LIVE = 'subscription { reviewAdded(count: 2) { __typename } }';

  test('are told by transport: open now, and delivered; their upstreams are counted', async () => {
    const { post, endpoint, count, fixture } = await start();
    const client = createClient({ url: endpoint.replace('http', 'ws'), webSocketImpl: WebSocket });
    // Under another name it is another stream: who joins one later misses what it has given.
    const socket = client.iterate({ query: LIVE.replace('{', 'Other {') });
    const events = readResults(await post({ query: LIVE }, { accept: 'text/event-stream' }));
    for (let event = 0; event < 2; event++) await Promise.all([socket.next(), events.next()]);
    expect(await count('subscriptions{transport="websocket"}')).toBe(1);
    expect(await count('subscriptions{transport="event-stream"}')).toBe(1);
    expect(await count('subscription_deliveries_total{transport="websocket"}')).toBe(2);
    expect(await count('upstreams')).toBe(2);
    expect(await count('subscription_events_total')).toBe(4);
    fixture.open.slow.resolve();
    expect((await events.next()).done).toBe(true);
    await client.dispose();
    await expect.poll(() => count('subscriptions')).toBe(0);
    expect(await count('upstreams')).toBe(0);
  });

  test('that are refused are counted by reason and never open', async () => {
    const { post, count } = await start({ streamLimits: { perAddress: 0 } });
    await (await post({ query: LIVE }, { accept: 'text/event-stream' })).text();
    expect(await count('refused_total{reason="rate_limited"}')).toBe(1);
    expect(await count('subscriptions')).toBe(0);
  });
});
