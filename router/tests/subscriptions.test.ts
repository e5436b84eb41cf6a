import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';

const REVIEWS =
  'subscription ($count: Int) { reviewAdded(count: $count) { __typename ... on Review { id author { name email } subject { name } } ... on Gap { reason } } }';
const FIRST = {
  __typename: 'Review',
  id: 'r1',
  author: { name: 'Ada', email: 'ada@x.test' },
  subject: { name: 'Ants' },
};

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(...options: Parameters<typeof startFixtureRouter>): Promise<RunningFixture> {
  const running = await startFixtureRouter({ stopTimeoutMs: 2_000, ...options[0] });
  disposables.push(running);
  return running;
}

function openSse(running: RunningFixture, query: string, init: RequestInit & { token?: string } = {}) {
  return fetch(running.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(init.token ? { authorization: `Bearer ${init.token}` } : {}),
    },
    body: JSON.stringify({ query, variables: { count: 3 } }),
    ...init,
  });
}

function openWs(running: RunningFixture, connectionParams: Record<string, unknown>) {
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const client = createClient({
    url: running.endpoint.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    // So that the server's close is seen, not the client's own.
    lazyCloseTimeout: 10_000,
    connectionParams,
    on: { closed: (event) => closed.resolve(event as { code: number; reason: string }) },
  });
  return { client, closed: closed.promise };
}

describe('over server-sent events', () => {
  test('events come in order, each completed by the other subgraphs', async () => {
    const running = await start();
    const results = readResults(await openSse(running, REVIEWS, { token: 'good' }));
    expect((await results.next()).value).toEqual({ data: { reviewAdded: FIRST } });
    expect((await results.next()).value).toEqual({ data: { reviewAdded: { __typename: 'Gap', reason: null } } });
    expect((await results.next()).value.data.reviewAdded.id).toBe('r3');
    running.fixture.open.slow.resolve();
    expect((await results.next()).done).toBe(true);
    const identities = running.fixture.seen.map(({ headers }) => headers.get('x-alims-identity'));
    expect(new Set(identities)).toEqual(new Set(['signed-good']));
  });

  test('when the client leaves, the upstream closes', async () => {
    const running = await start();
    const leaving = new AbortController();
    const results = readResults(await openSse(running, REVIEWS, { signal: leaving.signal }));
    await results.next();
    expect(running.fixture.open.count).toBe(1);
    leaving.abort();
    await running.fixture.open.closed;
    expect(running.fixture.open.count).toBe(0);
  });

  test('a refusal by the subgraph is the only result, with its code', async () => {
    const running = await start();
    const results = readResults(await openSse(running, 'subscription { reviewsFail { __typename } }'));
    const { errors } = (await results.next()).value ?? {};
    expect(errors?.[0]).toMatchObject({
      message: 'no stream for you',
      path: ['reviewsFail'],
      extensions: { code: 'FORBIDDEN' },
    });
    expect((await results.next()).done).toBe(true);
  });

  test('a lost upstream ends the stream with a word to resume by cursor', async () => {
    const lost = new TextEncoder().encode(
      'event: next\ndata: {"data":{"slowReviews":{"__typename":"Review","id":"r1"}}}\n\n',
    );
    const running = await start();
    running.fixture.subgraphs.set('reviews', async () => new Response(null));
    const broken = await start({
      subgraphs: new Map([
        ...running.fixture.subgraphs,
        ['reviews', async () => new Response(new Blob([lost]), { headers: { 'content-type': 'text/event-stream' } })],
      ]),
    });
    const results = readResults(await openSse(broken, 'subscription { slowReviews { id } }'));
    expect((await results.next()).value).toEqual({ data: { slowReviews: { id: 'r1' } } });
    const last = (await results.next()).value;
    expect(last?.errors?.[0]?.message).toContain('"after"');
    expect(last?.errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', service: 'reviews', reconnect: true });
    expect((await results.next()).done).toBe(true);
  });

  test('an expiring token ends the stream with UNAUTHENTICATED', async () => {
    const running = await start();
    running.tokens.set('brief', new Date(Date.now() + 3_000));
    const results = readResults(await openSse(running, REVIEWS, { token: 'brief' }));
    const codes: unknown[] = [];
    for await (const result of results) codes.push(result.errors?.[0]?.extensions.code ?? 'data');
    expect(codes).toEqual(['data', 'data', 'data', 'UNAUTHENTICATED']);
  });

  test('a stop ends the stream with a word to come back', async () => {
    const running = await start();
    const results = readResults(await openSse(running, REVIEWS));
    for (let count = 0; count < 3; count++) await results.next();
    const stopped = running.router[Symbol.asyncDispose]();
    const last = (await results.next()).value;
    expect(last?.errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', reconnect: true });
    await stopped;
  });
});

describe('over WebSocket', () => {
  test.each([
    ['authorization', 'Bearer good'],
    ['Authorization', 'good'],
    ['AUTHORIZATION', 'bearer good'],
  ])('the token comes as %s: %s', async (key, value) => {
    const running = await start();
    const { client } = openWs(running, { [key]: value });
    const results = client.iterate({ query: REVIEWS, variables: { count: 1 } });
    expect((await results.next()).value).toEqual({ data: { reviewAdded: FIRST } });
    expect(running.fixture.seen[0]?.headers.get('x-alims-identity')).toBe('signed-good');
    await client.dispose();
  });

  test('queries and mutations are answered too; a bad document is an error message', async () => {
    const running = await start();
    const { client } = openWs(running, {});
    const query = client.iterate({
      query: 'query Me { me { name } } mutation Other { failing { id } }',
      operationName: 'Me',
    });
    expect((await query.next()).value).toEqual({ data: { me: { name: 'Ada' } } });
    const failing = (await client.iterate({ query: 'mutation { failing { id } }' }).next()).value;
    expect(failing?.errors?.[0]).toMatchObject({ path: ['failing'], extensions: { code: 'CONFLICT' } });
    expect(failing?.errors?.[0]?.extensions?.requestId).toMatch(/^[\w-]{36}$/);
    await expect(client.iterate({ query: '{ nope }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'BAD_INPUT', requestId: expect.any(String) } },
    ]);
    await client.dispose();
  });

  test('a bad token closes the connection with 4403 and a sentence', async () => {
    const running = await start();
    const { client, closed } = openWs(running, { authorization: 'Bearer wrong' });
    client
      .iterate({ query: REVIEWS })
      .next()
      .catch(() => {});
    expect(await closed).toMatchObject({ code: 4403, reason: expect.stringContaining('sign in') });
  });

  test('an expiring token ends the subscription and closes with 4401', async () => {
    const running = await start();
    running.tokens.set('brief', new Date(Date.now() + 3_000));
    const { client, closed } = openWs(running, { authorization: 'brief' });
    const codes: unknown[] = [];
    for await (const result of client.iterate({ query: REVIEWS, variables: { count: 1 } })) {
      codes.push(result.errors?.[0]?.extensions?.code ?? 'data');
    }
    expect(codes).toEqual(['data', 'UNAUTHENTICATED']);
    expect((await closed).code).toBe(4401);
  });

  test('when the client leaves, the upstream closes', async () => {
    const running = await start();
    const { client } = openWs(running, {});
    const results = client.iterate({ query: REVIEWS, variables: { count: 1 } });
    await results.next();
    await client.dispose();
    await running.fixture.open.closed;
    expect(running.fixture.open.count).toBe(0);
  });

  test('a stop closes the connection with 1001', async () => {
    const running = await start();
    const { client, closed } = openWs(running, {});
    const results = client.iterate({ query: REVIEWS, variables: { count: 1 } });
    await results.next();
    results.next().catch(() => {});
    await running.router[Symbol.asyncDispose]();
    expect((await closed).code).toBe(1001);
  });
});
