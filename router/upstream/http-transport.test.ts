import { createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createSubgraphClient, type SubgraphClientOptions } from './subgraph-client.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './testing/certificate.ts';
import { callerIn } from './testing/held-subgraph.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function connect(server: Server, options: Partial<SubgraphClientOptions> = {}) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const client = createSubgraphClient({ name: 'people', url, certificateAuthorities: TEST_CERTIFICATE, ...options });
  disposables.push({ [Symbol.asyncDispose]: async () => void server.close() }, client);
  const call = { body: '{"query":"{ ok }"}', operationName: null, caller: callerIn('ada') };
  return {
    ask: (kind: 'query' | 'mutation' = 'query') => client.ask({ ...call, kind }),
    subscribe: () => client.subscribe({ ...call, kind: 'subscription' }),
  };
}

const CREDENTIALS = { cert: TEST_CERTIFICATE, key: TEST_KEY };
const OK = { data: { ok: true }, errors: null };

test('over HTTP/2 questions at the same time share the connection that stands', async () => {
  const sessions = new Set<ServerHttp2Session>();
  const held: ServerHttp2Stream[] = [];
  let atOnce = 1;
  const server = createSecureServer(CREDENTIALS).on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => {
    held.push(stream);
    if (held.length < atOnce) return;
    for (const each of held.splice(0)) {
      each.respond({ ':status': 200, 'content-type': 'application/json' });
      each.end('{"data":{"ok":true}}');
    }
  });
  const { ask } = await connect(server, { allowH2: true });
  expect(await ask()).toEqual(OK);
  atOnce = 20;
  await expect(Promise.all(Array.from({ length: 20 }, () => ask()))).resolves.toEqual(
    Array.from({ length: 20 }, () => OK),
  );
  expect(sessions.size).toBe(1);
});

test('over HTTP/2 mutations and streams share no connection: they wait for nothing, and are sent once when a server goes away', async () => {
  const held: ServerHttp2Stream[] = [];
  const bySession = new Map<unknown, number>();
  const arrived = Promise.withResolvers<void>();
  const server = createSecureServer(CREDENTIALS);
  server.on('stream', (stream, { accept }) => {
    bySession.set(stream.session, (bySession.get(stream.session) ?? 0) + 1);
    if (accept === 'text/event-stream') stream.respond({ ':status': 200, 'content-type': accept });
    else held.push(stream);
    if (held.length === 3) arrived.resolve();
  });
  const { ask, subscribe } = await connect(server, { allowH2: true, subscriptions: 'sse' });
  const streams = [await subscribe(), await subscribe()];
  const mutations = [ask('mutation'), ask('mutation'), ask('mutation')];
  await arrived.promise;
  // Each of them alone on its connection: what undici would repeat is never there.
  expect([...bySession.values()]).toEqual([1, 1, 1, 1, 1]);
  for (const stream of held) {
    stream.respond({ ':status': 200 });
    stream.end('{"data":{"ok":true}}');
  }
  expect(await Promise.all(mutations)).toEqual([OK, OK, OK]);
  for (const stream of streams) await stream[Symbol.asyncIterator]().return?.();
});

test('a subgraph that speaks only HTTP/1.1 is reached all the same', async () => {
  const server = createHttpsServer(CREDENTIALS, (_, response) => response.end('{"data":{"ok":true}}'));
  const { ask } = await connect(server, { allowH2: true });
  expect(await ask()).toEqual(OK);
});

test('a certificate that nobody vouches for is refused', async () => {
  const server = createHttpsServer(CREDENTIALS, (_, response) => response.end('{"data":{"ok":true}}'));
  const { ask } = await connect(server, { certificateAuthorities: undefined, retries: 0 });
  await expect(ask()).rejects.toMatchObject({ reason: 'unreachable', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
});
