import { createClient } from 'graphql-sse';
import { afterEach, describe, expect, test } from 'vitest';
import { createMetrics } from '#platform/metrics/index.ts';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';

const REVIEWS = 'subscription { reviewAdded(count: 2) { __typename ... on Review { id author { name } } } }';
const SLOW = 'subscription { slowReviews { id } }';
const EVENT = { data: { reviewAdded: { __typename: 'Review', id: 'r1', author: { name: 'Ada' } } } };

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(overrides: Parameters<typeof startFixtureRouter>[0] = {}): Promise<RunningFixture> {
  const running = await startFixtureRouter({ stopTimeoutMs: 2_000, ...overrides });
  disposables.push(running);
  return running;
}

describe('multipart HTTP', () => {
  test('gives each event as a part of its own, and ends with the closing boundary', async () => {
    const { post, fixture } = await start();
    const accept = 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0",application/json';
    const response = await post({ query: REVIEWS }, { accept });
    expect(response.headers.get('content-type')).toMatch(/^multipart\/mixed; ?boundary="?graphql"?/);
    fixture.open.slow.resolve();
    const parts = (await response.text()).split('\r\n--graphql');
    expect(parts.at(-1)).toBe('--\r\n');
    const payloads = parts.slice(1, -1).map((part) => JSON.parse(part.split('\r\n\r\n')[1] ?? ''));
    expect(payloads[0]).toEqual({ payload: EVENT });
    expect(payloads).toHaveLength(2);
  });

  test('a query from a client that takes parts or JSON is answered with JSON', async () => {
    const { post } = await start();
    const response = await post({ query: '{ __typename }' }, { accept: 'multipart/mixed, application/json' });
    expect(await response.text()).toContain('--graphql');
    const json = await post({ query: '{ __typename }' }, { accept: 'application/json, multipart/mixed' });
    expect(await json.json()).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('one event stream for several operations', () => {
  function clientOf(running: RunningFixture, headers: Record<string, string> = {}) {
    return createClient({ url: running.endpoint, singleConnection: true, retryAttempts: 0, headers });
  }

  test('carries queries and subscriptions of the published client over one connection', async () => {
    const running = await start();
    const client = clientOf(running, { authorization: 'Bearer good' });
    const events = client.iterate({ query: REVIEWS });
    expect((await events.next()).value).toEqual(EVENT);
    const answer = await client.iterate({ query: '{ me { name } }' }).next();
    expect(answer.value).toEqual({ data: { me: { name: 'Ada' } } });
    const refused = await client.iterate({ query: '{ nope }' }).next();
    expect(JSON.stringify(refused.value)).toContain('BAD_INPUT');
    await events.return?.();
    await expect.poll(() => running.fixture.open.count).toBe(0);
    client.dispose();
  });

  test('that is closed ends everything in it', async () => {
    const running = await start();
    const client = clientOf(running);
    client.subscribe({ query: SLOW }, { next: () => {}, error: () => {}, complete: () => {} });
    await expect.poll(() => running.fixture.open.count).toBe(1);
    client.dispose();
    await expect.poll(() => running.fixture.open.count).toBe(0);
  });

  test('belongs to the session that reserved it, is opened once, and an unknown token opens nothing', async () => {
    const running = await start();
    const put = await fetch(running.endpoint, { method: 'PUT', headers: { authorization: 'Bearer good' } });
    expect(put.status).toBe(201);
    const token = await put.text();
    const headers = { 'x-graphql-event-stream-token': token };
    const opened = await fetch(running.endpoint, { headers: { ...headers, accept: 'text/event-stream' } });
    expect(opened.status).toBe(200);
    expect((await fetch(running.endpoint, { headers })).status).toBe(409);
    const other = await fetch(running.endpoint, { headers: { 'x-graphql-event-stream-token': 'guessed' } });
    expect(other.status).toBe(404);
    const body = { query: '{ __typename }', extensions: { operationId: 'a' } };
    expect((await running.post(body, headers)).status).toBe(403);
    expect((await running.post(body, { ...headers, authorization: 'Bearer good' })).status).toBe(202);
    const nameless = await running.post({ query: '{ __typename }' }, { ...headers, authorization: 'Bearer good' });
    expect(nameless.status).toBe(400);
    await opened.body?.cancel();
  });
});

describe('a client that does not read', () => {
  test('is cut when more waits for it than it may hold up, and others go on', async () => {
    const metrics = createMetrics();
    const running = await start({ metrics, streamLimits: { maxPendingBytes: 64 * 1024 } });
    const cutClients = async () => /slow_subscribers_total\{.*\} (\d+)/.exec((await metrics.render()).body)?.[1];
    const query = `subscription { reviewAdded(count: 1000000) { ... on Review { ${Array.from({ length: 190 }, (_, index) => `a${index}: id`).join(' ')} author { name } } } }`;
    const subscribe = () =>
      fetch(running.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query }),
      });
    const [stuck, reading] = await Promise.all([subscribe(), subscribe()]);
    expect(running.fixture.open.count).toBe(1);
    let events = 0;
    const results = readResults(reading as Response);
    // The one that never reads fills what the system holds for it, then its own share here, and is cut.
    const cut = (async () => {
      for await (const _ of results) {
        events += 1;
        if (events % 1_000 === 0 && (await cutClients()) === '1') return true;
      }
      return false;
    })();
    expect(await cut).toBe(true);
    await results.return(undefined);
    await expect(stuck?.text()).rejects.toThrow();
  });
});
