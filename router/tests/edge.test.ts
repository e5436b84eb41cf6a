import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createClient as createSseClient } from 'graphql-sse';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { parseHeaderConstants, parseHeaderRules } from '#platform/config/header-rules.ts';
import { parseNetworks } from '#platform/config/networks.ts';
import { parseRateRules } from '#platform/config/rate-rules.ts';
import { createDocumentStore } from '../documents/store.ts';
import { createHeaderPolicy } from '../headers/policy.ts';
import type { Authenticate } from '../identify.ts';
import { NOBODY } from '../index.ts';
import { createAddressOf } from '../rate/address.ts';
import { createRateLimiter } from '../rate/limiter.ts';
import { silentLogger as logger } from './fixture/logger.ts';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';

const disposables: AsyncDisposable[] = [];
afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(overrides: Parameters<typeof startFixtureRouter>[0]): Promise<RunningFixture> {
  const running = await startFixtureRouter({ stopTimeoutMs: 2_000, ...overrides });
  disposables.push(running);
  return running;
}

const headersBy = (rules: string, constants = '', claims: string[] = []) =>
  createHeaderPolicy({ rules: parseHeaderRules(rules), constants: parseHeaderConstants(constants), claims });
const limitedBy = (rules: string) => createRateLimiter({ rules: parseRateRules(rules), logger });

interface Answer {
  readonly data?: unknown;
  readonly errors?: { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

async function codeOf(response: Response): Promise<unknown> {
  const { data, errors } = (await response.json()) as Answer;
  return errors ? errors[0]?.extensions.code : data;
}

/** A client of graphql-transport-ws, message by message. */
async function openSocket({ router }: RunningFixture, params: unknown, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${router.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const messages: Record<string, unknown>[] = [];
  const heard = new EventTarget();
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    heard.dispatchEvent(new Event('message'));
  });
  const closed = once(socket, 'close').then(([code, reason]) => `${code} ${reason}`);
  await once(socket, 'open');
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const next = async (): Promise<Record<string, unknown>> => {
    while (messages.length === 0) await once(heard, 'message');
    return messages.shift() ?? {};
  };
  send({ type: 'connection_init', payload: params });
  return { send, next, closed, close: () => socket.terminate() };
}

async function askOver(socket: Awaited<ReturnType<typeof openSocket>>, payload: unknown) {
  socket.send({ id: '1', type: 'subscribe', payload });
  const message = await socket.next();
  if (message.type === 'next') expect(await socket.next()).toMatchObject({ type: 'complete' });
  return message;
}

const ME = '{ me { name } }';

describe('headers of a client that a rule passes on', () => {
  const rules = { edge: { headers: headersBy('x-tenant, x-user>x-customer, reviews/x-region', 'people/x-key=k') } };
  const client = { 'X-Tenant': 't', 'x-user': 'u', 'x-region': 'eu', 'x-other': 'o', 'x-alims-identity': 'forged' };
  const PEOPLE = { 'x-tenant': 't', 'x-customer': 'u', 'x-key': 'k' };

  function sentTo({ fixture }: RunningFixture, subgraph: string) {
    const headers = fixture.seen.findLast((request) => request.subgraph === subgraph)?.headers;
    const names = ['x-tenant', 'x-user', 'x-customer', 'x-region', 'x-other', 'x-key', 'x-alims-identity'];
    return Object.fromEntries(names.flatMap((name) => (headers?.has(name) ? [[name, headers.get(name)]] : [])));
  }

  test('reach subgraphs as its rules say: over HTTP, event streams and WebSockets', async () => {
    const running = await start(rules);
    await running.post({ query: '{ latest { author { email } } }' }, client);
    expect(sentTo(running, 'people')).toEqual(PEOPLE);
    expect(sentTo(running, 'reviews')).toEqual({ 'x-tenant': 't', 'x-customer': 'u', 'x-region': 'eu' });

    running.fixture.seen.length = 0;
    const sse = createSseClient({ url: running.endpoint, singleConnection: true, retryAttempts: 0, headers: client });
    await sse.iterate({ query: ME }).next();
    expect(sentTo(running, 'people')).toEqual(PEOPLE);
    sse.dispose();

    running.fixture.seen.length = 0;
    const socket = await openSocket(running, { headers: client }, { 'x-tenant': 'of the handshake' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    await askOver(socket, { query: ME });
    expect(sentTo(running, 'people')).toEqual(PEOPLE);
    socket.close();
  });

  test('part two callers: what differs in them is shared neither as a fetch nor as a stream', async () => {
    const running = await start(rules);
    const subscription = 'subscription { slowReviews { id } }';
    const open = (tenant: string) =>
      running.post({ query: subscription }, { accept: 'text/event-stream', 'x-tenant': tenant });
    const [same, again, other] = await Promise.all([open('a'), open('a'), open('b')]);
    await expect.poll(() => running.fixture.open.count).toBe(2);
    for (const response of [same, again, other]) await response?.body?.cancel();
    await expect.poll(() => running.fixture.open.count).toBe(0);
  });

  test('that are none close the WebSocket, with a word on which', async () => {
    const running = await start(rules);
    const socket = await openSocket(running, { headers: { 'x-tenant': 5 } });
    expect(await socket.closed).toMatch(/^4400 .*"x-tenant" must be a text/);
  });

  test('may carry claims, which no client can send in their place', async () => {
    const authenticate: Authenticate = async (token) =>
      token ? { ...NOBODY, scope: token, person: token, headers: { 'x-user-id': token } } : NOBODY;
    const running = await start({ authenticate, edge: { headers: headersBy('x-*', '', ['x-user-id']) } });
    const userOf = async (headers: Record<string, string>) => {
      await running.post({ query: ME }, headers);
      return running.fixture.seen.at(-1)?.headers.get('x-user-id');
    };
    expect(await userOf({ authorization: 'Bearer ada', 'x-user-id': 'forged' })).toBe('ada');
    expect(await userOf({ 'x-user-id': 'forged' })).toBeNull();
  });

  test('include a token that is forwarded itself: a fresh one does not keep streams of the old one going', async () => {
    const running = await start({ edge: { headers: headersBy('authorization') } });
    running.tokens.set('fresh', null);
    const socket = await openSocket(running, { authorization: 'Bearer good' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.send({ type: 'ping', payload: { authorization: 'Bearer fresh' } });
    expect(await socket.closed).toMatch(/^4403 .*open another connection/);
  });
});

describe('documents by hash', () => {
  const hash = createHash('sha256').update(ME).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  const DATA = { me: { name: 'Ada' } };

  test('are asked for once, and served from then on: by POST, by GET, and in a list', async () => {
    const { post, endpoint } = await start({});
    const first = await post({ extensions }, { accept: 'application/graphql-response+json' });
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(await codeOf(first)).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await codeOf(await post({ query: ME, extensions }))).toEqual(DATA);
    expect(await codeOf(await post({ extensions }))).toEqual(DATA);
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    expect(await codeOf(await fetch(`${endpoint}?${search}`))).toEqual(DATA);
    const batch = await post([{ extensions }, { documentId: `sha256:${hash}` }]);
    expect(await batch.json()).toEqual([{ data: DATA }, { data: DATA }]);
  });

  test('go over WebSockets too, and a mutation by hash is none for GET', async () => {
    const running = await start({});
    await running.post({ query: ME, extensions });
    const socket = await openSocket(running, {});
    await socket.next();
    expect(await askOver(socket, { extensions })).toMatchObject({ type: 'next', payload: { data: DATA } });
    socket.close();
    const query = 'mutation { renamePerson(id: "p1", name: "x") { id } }';
    const persisted = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
    await running.post({ query, extensions: persisted });
    const search = new URLSearchParams({ extensions: JSON.stringify(persisted) });
    expect((await fetch(`${running.endpoint}?${search}`)).status).toBe(405);
  });

  test('a request that names no document is told what one is', async () => {
    const { post } = await start({});
    for (const body of [{}, { query: 5 }, { documentId: 5 }, { extensions: { persistedQuery: 1 } }]) {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect(await codeOf(response)).toBe('BAD_INPUT');
    }
  });
});

test('where documents are trusted, nothing else runs, over whatever transport', async () => {
  const trusted = {
    texts: [ME],
    find: ({ query, id }: { query: string | null; id: string | null }) =>
      id === 'me' || query === ME ? ME : undefined,
  };
  const running = await start({ edge: { documents: createDocumentStore({ maxBytes: 1_000, trusted, logger }) } });
  expect(await codeOf(await running.post({ documentId: 'me' }))).toEqual({ me: { name: 'Ada' } });
  expect(await codeOf(await fetch(`${running.endpoint}?documentId=me`))).toEqual({ me: { name: 'Ada' } });
  running.fixture.seen.length = 0;
  const other = { query: '{ me { email } }' };
  expect(await codeOf(await running.post(other))).toBe('DOCUMENT_NOT_TRUSTED');
  expect(await codeOf(await running.post({ query: '{ __schema { types { name } } }' }))).toBe('DOCUMENT_NOT_TRUSTED');
  const socket = await openSocket(running, {});
  await socket.next();
  expect(await askOver(socket, other)).toMatchObject({ payload: [{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] });
  socket.close();
  const stream = await running.post({ query: 'subscription { slowReviews { id } }' }, { accept: 'text/event-stream' });
  for await (const { errors } of readResults(stream)) expect(errors?.[0]?.extensions.code).toBe('DOCUMENT_NOT_TRUSTED');
  expect(running.fixture.seen).toEqual([]);
});

describe('limits by rate', () => {
  const TWO = { edge: { rate: limitedBy('requests=2/1m') } };
  const trusting = createAddressOf(parseNetworks('loopback'));
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('answer RATE_LIMITED with how long to wait, also as a header, and ask no subgraph', async () => {
    const { post, fixture } = await start({ edge: { rate: limitedBy('requests=2/1m') } });
    for (let count = 0; count < 2; count++)
      expect(await codeOf(await post({ query: ME }))).toEqual({ me: { name: 'Ada' } });
    fixture.seen.length = 0;
    const response = await post({ query: ME });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const { errors } = (await response.json()) as Answer;
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    expect(fixture.seen).toEqual([]);
  });

  test('count a caller over every transport, and each operation of a list', async () => {
    const running = await start({ edge: { rate: limitedBy('requests=3/1m') } });
    const batch = (await (await running.post([{ query: ME }, { query: ME }])).json()) as Answer[];
    expect(batch.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    const socket = await openSocket(running, {});
    await socket.next();
    expect(await askOver(socket, { query: ME })).toMatchObject({ type: 'next' });
    expect(await askOver(socket, { query: ME })).toMatchObject({ payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    socket.close();
    expect(await codeOf(await running.post({ query: ME }))).toBe('RATE_LIMITED');
  });

  test('count what is no valid document too', async () => {
    const { post } = await start(TWO);
    for (let count = 0; count < 2; count++) expect(await codeOf(await post({ query: '{ nope' }))).toBe('BAD_INPUT');
    expect(await codeOf(await post({ query: '{ nope' }))).toBe('RATE_LIMITED');
  });

  test('know callers behind a trusted proxy by what it says, and by nothing else', async () => {
    const { post } = await start({ edge: { rate: limitedBy('requests=1/1m'), addressOf: trusting } });
    expect(await codeOf(await post({ query: ME }, from('203.0.113.1')))).toEqual({ me: { name: 'Ada' } });
    expect(await codeOf(await post({ query: ME }, from('203.0.113.2')))).toEqual({ me: { name: 'Ada' } });
    expect(await codeOf(await post({ query: ME }, from('9.9.9.9, 203.0.113.1')))).toBe('RATE_LIMITED');
    const plain = await start({ edge: { rate: limitedBy('requests=1/1m') } });
    expect(await codeOf(await plain.post({ query: ME }, from('203.0.113.1')))).toEqual({ me: { name: 'Ada' } });
    expect(await codeOf(await plain.post({ query: ME }, from('203.0.113.2')))).toBe('RATE_LIMITED');
  });

  test('spend what an operation is estimated to cost, with its variables', async () => {
    const { post } = await start({ edge: { rate: limitedBy('cost=120/1m') } });
    const query = 'query ($first: Int) { items(first: $first) { id } }';
    expect(await codeOf(await post({ query, variables: { first: 100 } }))).toHaveProperty('items');
    expect(await codeOf(await post({ query, variables: { first: 100 } }))).toBe('RATE_LIMITED');
    expect(await codeOf(await post({ query, variables: { first: 1 } }))).toHaveProperty('items');
  });
});
