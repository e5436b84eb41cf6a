import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Authenticate, NOBODY } from '../identify.ts';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';

const REVIEWS =
  'subscription ($count: Int) { reviewAdded(count: $count) { __typename ... on Review { id author { name email } subject { name } } ... on Gap { reason } } }';

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

describe('what one client may hold open', () => {
  const SLOW = 'subscription { slowReviews { id } }';
  const authenticate: Authenticate = async (token) => ({ ...NOBODY, scope: token ?? '', person: token });
  const limited = { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number), requestId: expect.any(String) };

  test('a person has so many streams over all requests, and a place again when one ends', async () => {
    const running = await start({ authenticate, streamLimits: { perPerson: 2 } });
    const leaving = new AbortController();
    let name = 0;
    const open = async (token: string, signal?: AbortSignal) => {
      name += 1;
      const headers = {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      };
      const results = readResults(
        await openSse(running, REVIEWS.replace('(', `S${name}(`), { headers, ...(signal && { signal }) }),
      );
      return (await results.next()).value;
    };
    for (const signal of [leaving.signal, undefined]) expect((await open('ada', signal))?.errors).toBeUndefined();
    const [refusal] = (await open('ada'))?.errors ?? [];
    expect(refusal).toMatchObject({ message: expect.stringMatching(/2 streams.*end some/), extensions: limited });
    expect((await open('eve'))?.errors).toBeUndefined();
    leaving.abort();
    await expect.poll(async () => (await open('ada'))?.errors).toBeUndefined();
  });

  test('without a token an address has a few', async () => {
    const running = await start({ authenticate, streamLimits: { perAddress: 1 } });
    const open = async () => (await readResults(await openSse(running, REVIEWS)).next()).value;
    expect((await open())?.errors).toBeUndefined();
    expect((await open())?.errors).toMatchObject([{ extensions: limited }]);
  });

  test('what is refused or ended by the subgraph takes no place', async () => {
    const running = await start({ authenticate, streamLimits: { perAddress: 1 } });
    for (let i = 0; i < 3; i += 1) {
      const results = readResults(await openSse(running, 'subscription { reviewsFail { __typename } }'));
      expect((await results.next()).value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      await results.next();
    }
  });

  test('a connection has so many operations under way', async () => {
    const running = await start({ authenticate, streamLimits: { perSocket: 2 } });
    const { client } = openWs(running, { authorization: 'Bearer ada' });
    const errors: unknown[] = [];
    let name = 0;
    const own = () => SLOW.replace('{', `S${++name} {`);
    const subscribe = () =>
      client.subscribe({ query: own() }, { next: () => {}, error: (error) => errors.push(error), complete: () => {} });
    const [leave] = [subscribe(), subscribe()];
    subscribe();
    await expect.poll(() => errors).toMatchObject([[{ extensions: limited }]]);
    leave?.();
    await expect.poll(() => running.fixture.open.count).toBe(1);
    subscribe();
    await expect.poll(() => running.fixture.open.count).toBe(2);
    expect(errors).toHaveLength(1);
    await client.dispose();
  });

  test('a connection that never says who it is is closed', async () => {
    const running = await start({ authenticate, streamLimits: { initTimeoutMs: 100 } });
    const socket = new WebSocket(running.endpoint.replace('http', 'ws'), 'graphql-transport-ws');
    const closed = Promise.withResolvers<number>();
    socket.on('close', closed.resolve);
    expect(await closed.promise).toBe(4408);
  });
});

describe('a token that is refreshed over an open WebSocket', () => {
  const SLOW = 'subscription { slowReviews { id } }';
  // `<session>/<milliseconds since 1970>`
  const authenticate: Authenticate = async (token) => {
    const [session = '', until = ''] = (token ?? '').split('/');
    return { ...NOBODY, scope: session, person: session, expiresAt: new Date(Number(until)) };
  };

  async function open(running: RunningFixture, token: string) {
    const socket = new WebSocket(running.endpoint.replace('http', 'ws'), 'graphql-transport-ws');
    const messages: { type: string; payload?: unknown }[] = [];
    const closed = Promise.withResolvers<number>();
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    socket.on('close', closed.resolve);
    await new Promise((resolve) => socket.once('open', resolve));
    const send = (message: object) => socket.send(JSON.stringify(message));
    send({ type: 'connection_init', payload: { authorization: token } });
    await expect.poll(() => messages[0]?.type).toBe('connection_ack');
    send({ type: 'subscribe', id: '1', payload: { query: SLOW } });
    await expect.poll(() => running.fixture.open.count).toBe(1);
    return { socket, send, messages, closed: closed.promise };
  }

  test('lets its streams go on until the fresh one expires', async () => {
    const running = await start({ authenticate });
    const soon = Date.now() + 1_500;
    const { send, messages, socket } = await open(running, `ada/${soon}`);
    send({ type: 'ping', payload: { authorization: `ada/${soon + 3_600_000}` } });
    await expect.poll(() => messages.map(({ type }) => type)).toContain('pong');
    const other = await open(await start({ authenticate }), `eve/${soon}`);
    // The same moment ends the stream of the one that showed no fresh token.
    expect(await other.closed).toBe(4401);
    expect(messages.map(({ type }) => type)).toEqual(['connection_ack', 'pong']);
    expect(running.fixture.open.count).toBe(1);
    socket.terminate();
  });

  test('must be of the same session', async () => {
    const running = await start({ authenticate });
    const { send, closed } = await open(running, `ada/${Date.now() + 60_000}`);
    send({ type: 'ping', payload: { authorization: `eve/${Date.now() + 60_000}` } });
    expect(await closed).toBe(4403);
    await expect.poll(() => running.fixture.open.count).toBe(0);
  });
});
