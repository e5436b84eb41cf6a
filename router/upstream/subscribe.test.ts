import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { serveFetch } from '../http/bridge.ts';
import { type CallbackStreams, createCallbackStreams } from './callback-stream.ts';
import { createSubgraphClient, type SubgraphClient, type SubgraphClientOptions } from './subgraph-client.ts';
import { callerIn } from './testing/held-subgraph.ts';
import {
  createTicks,
  listenerOf,
  post,
  type Served,
  serve,
  serveCallbacks,
  serveWebSockets,
  type Ticks,
  yogaOf,
} from './testing/tick-subgraph.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

function kept<T extends AsyncDisposable>(disposable: T): T {
  disposables.push(disposable);
  return disposable;
}

function connect(options: Partial<SubgraphClientOptions> & { url: string }): SubgraphClient {
  return kept(createSubgraphClient({ name: 'ticks', ...options }));
}

async function callbacksOfARouter(): Promise<CallbackStreams> {
  let handler: CallbackStreams['handler'] = async () => new Response(null, { status: 404 });
  const router = createServer(
    (request, response) => void serveFetch(request, response, (each) => handler(each), 'r-1'),
  );
  const { url } = kept(await serve(router, '/callback'));
  const callbacks = createCallbackStreams(url);
  handler = callbacks.handler;
  return callbacks;
}

interface Running {
  readonly client: SubgraphClient;
  /** Null for a subgraph in this process. */
  readonly server: Served | null;
}

const ROADS: Record<string, (ticks: Ticks, options?: Partial<SubgraphClientOptions>) => Promise<Running>> = {
  async 'in process'(ticks, options) {
    const yoga = yogaOf(ticks);
    const fetch = async (request: Request) => yoga.fetch(request);
    return { client: connect({ url: 'http://ticks/graphql', fetch, ...options }), server: null };
  },
  async 'server-sent events'(ticks, options) {
    const server = kept(await serve(createServer(listenerOf(ticks))));
    return { client: connect({ url: server.url, subscriptions: 'sse', ...options }), server };
  },
  async WebSocket(ticks, options) {
    const server = kept(await serveWebSockets(ticks));
    return { client: connect({ url: server.url, subscriptions: 'ws', ...options }), server };
  },
  async callback(ticks, options) {
    const server = kept(await serveCallbacks(ticks));
    const callbacks = await callbacksOfARouter();
    const common = { callbacks, streamSilenceMs: 3_000, subscriptions: 'callback' as const };
    return { client: connect({ url: server.url, ...common, ...options }), server };
  },
};

function subscribe(client: SubgraphClient, field: string, signal: AbortSignal | null = null, who = 'ada') {
  const body = JSON.stringify({ query: `subscription { ${field} }` });
  const caller = { ...callerIn(who, signal), identityHeader: `signed-${who}`, forwarded: { 'x-tenant': 'north' } };
  return client.subscribe({ body, kind: 'subscription', operationName: null, caller });
}

async function collect(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const event of events) seen.push(event);
  return JSON.parse(JSON.stringify(seen));
}

describe.each(Object.entries(ROADS))('by %s', (name, road) => {
  test('events come in order, and the stream ends when the subgraph completes it', async () => {
    const { client } = await road(createTicks());
    const events = await collect(await subscribe(client, 'ticks(count: 200)'));
    expect(events).toEqual(Array.from({ length: 200 }, (_, ticks) => ({ data: { ticks } })));
  });

  test('a refusal is a stream of one result with its errors', async () => {
    const { client } = await road(createTicks());
    const events = await collect(await subscribe(client, 'refused'));
    expect(events).toMatchObject([{ errors: [{ message: 'no stream for you', extensions: { code: 'FORBIDDEN' } }] }]);
  });

  test('a reader whose signal aborts gets the end at once, and the subgraph is told', async () => {
    const ticks = createTicks();
    const { client } = await road(ticks);
    const leaving = new AbortController();
    const events = (await subscribe(client, 'silent', leaving.signal))[Symbol.asyncIterator]();
    const next = events.next();
    await expect.poll(() => ticks.open).toBe(1);
    leaving.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await ticks.closed();
    expect(ticks.open).toBe(0);
  });

  test('a reader that returns closes the stream in the subgraph', async () => {
    const ticks = createTicks();
    const { client } = await road(ticks);
    for await (const _ of await subscribe(client, 'flood(text: "x")')) break;
    await ticks.closed();
    expect(ticks.open).toBe(0);
  });

  test('who leaves before the stream stands leaves nothing open', async () => {
    const ticks = createTicks();
    const { client } = await road(ticks);
    await expect(subscribe(client, 'silent', AbortSignal.abort())).rejects.toMatchObject({ reason: 'aborted' });
    const leaving = new AbortController();
    const opening = subscribe(client, 'silent', leaving.signal);
    leaving.abort();
    await expect(opening).rejects.toMatchObject({ reason: 'aborted' });
    expect(await collect(await subscribe(client, 'ticks(count: 1)'))).toHaveLength(1);
    await expect.poll(() => ticks.open).toBe(0);
  });

  test('a subgraph with more events than the reader takes is held back', async () => {
    const ticks = createTicks();
    const { client } = await road(ticks);
    // So much that no buffer of a socket holds all of it.
    const events = (await subscribe(client, `flood(text: ${JSON.stringify('x'.repeat(1024 * 1024))})`))[
      Symbol.asyncIterator
    ]();
    await events.next();
    let asked: number;
    do {
      asked = ticks.asked;
      await new Promise((resolve) => setTimeout(resolve, 200));
    } while (ticks.asked > asked);
    expect(ticks.asked).toBeLessThan(200);
    for (let taken = 0; taken < asked; taken++) expect((await events.next()).done).toBe(false);
    await events.return?.();
  });

  test('the subgraph learns who asks, and what is passed on', async () => {
    const { client, server } = await road(createTicks());
    await collect(await subscribe(client, 'ticks(count: 1)'));
    if (server) expect(server.seen[0]).toMatchObject({ 'x-alims-identity': 'signed-ada', 'x-tenant': 'north' });
  });

  test('an event counts as a change before its reader has it', async () => {
    const changes = { count: 0 };
    const { client } = await road(createTicks(), { changes });
    const counts: number[] = [];
    for await (const _ of await subscribe(client, 'ticks(count: 2)')) counts.push(changes.count);
    expect(counts[0]).toBeGreaterThanOrEqual(1);
    expect(counts[1]).toBe(2);
  });

  if (name === 'in process') return;

  test('a stream whose subgraph goes away is lost, not completed', async () => {
    const { client, server } = await road(createTicks());
    const events = (await subscribe(client, 'silent'))[Symbol.asyncIterator]();
    server?.cut();
    await server?.[Symbol.asyncDispose]();
    await expect(events.next()).rejects.toMatchObject({ name: 'SubgraphFailure', reason: 'unreachable' });
  });

  test('a port where nobody listens is unreachable', async () => {
    const gone = await serve(createServer());
    await gone[Symbol.asyncDispose]();
    const { client } = await road(createTicks(), { url: gone.url });
    await expect(subscribe(client, 'silent')).rejects.toMatchObject({ reason: 'unreachable' });
  });

  test('a subgraph that says nothing is given up in time', async () => {
    const silent = kept(await serve(createServer(() => {}).on('upgrade', () => {})));
    const { client } = await road(createTicks(), { url: silent.url, queryTimeoutMs: 100 });
    await expect(subscribe(client, 'silent')).rejects.toMatchObject({ reason: 'timeout' });
  });
});

describe('WebSockets', () => {
  test('streams of one identity share a socket, those of another have their own, and the last to leave closes it', async () => {
    const ticks = createTicks();
    const server = kept(await serveWebSockets(ticks));
    const client = connect({ url: server.url, subscriptions: 'ws' });
    const leaving = new AbortController();
    await Promise.all([1, 2, 3].map(() => subscribe(client, 'silent', leaving.signal)));
    const other = (await subscribe(client, 'silent', null, 'bob'))[Symbol.asyncIterator]();
    await expect.poll(() => ticks.open).toBe(4);
    expect(server.parameters).toEqual([
      { 'x-alims-identity': 'signed-ada', 'x-tenant': 'north' },
      { 'x-alims-identity': 'signed-bob', 'x-tenant': 'north' },
    ]);
    leaving.abort();
    await expect.poll(() => server.sockets.size).toBe(1);
    await other.return?.();
    await expect.poll(() => server.sockets.size).toBe(0);
    // A new stream gets a new socket, not one that is closing.
    await expect(subscribe(client, 'ticks(count: 2)').then(collect)).resolves.toHaveLength(2);
  });

  test('one stream that ends or is refused leaves the others of its socket alone', async () => {
    const ticks = createTicks();
    const server = kept(await serveWebSockets(ticks));
    const client = connect({ url: server.url, subscriptions: 'ws' });
    const leaving = new AbortController();
    await subscribe(client, 'silent', leaving.signal);
    await expect.poll(() => ticks.open).toBe(1);
    await collect(await subscribe(client, 'refused'));
    expect(await collect(await subscribe(client, 'ticks(count: 3)'))).toHaveLength(3);
    expect(ticks.open).toBe(1);
    expect(server.parameters).toHaveLength(1);
  });

  test.each([
    [1000, 'Normal Closure'],
    [1001, 'Going away'],
    [1011, 'Oops'],
    [4499, 'Terminated'],
  ])(
    'a socket that the subgraph closes with %i is lost with all its streams, and not opened again behind them',
    async (code, reason) => {
      const ticks = createTicks();
      const server = kept(await serveWebSockets(ticks));
      const client = connect({ url: server.url, subscriptions: 'ws' });
      const streams = await Promise.all([subscribe(client, 'silent'), subscribe(client, 'silent')]);
      await expect.poll(() => ticks.open).toBe(2);
      for (const socket of server.sockets) socket.close(code, reason);
      for (const stream of streams) {
        await expect(collect(stream)).rejects.toMatchObject({
          reason: 'unreachable',
          message: expect.stringContaining(`closed with ${code} ${reason}`),
        });
      }
      expect(server.parameters).toHaveLength(1);
    },
  );

  test('a subgraph that does not let the router in says why', async () => {
    const server = kept(await serveWebSockets(createTicks(), { accept: () => false }));
    const client = connect({ url: server.url });
    await expect(subscribe(client, 'silent')).rejects.toThrow('closed with 4403 Forbidden');
  });

  test('a socket that answers no ping is lost', async () => {
    const http = createServer();
    const server = kept(await serve(http));
    const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' });
    disposables.push({ [Symbol.asyncDispose]: async () => webSockets.close() });
    const received: string[] = [];
    http.on('upgrade', (request, socket, head) => {
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', (data) => {
          const { type } = JSON.parse(String(data));
          received.push(type);
          if (type === 'connection_init') webSocket.send('{"type":"connection_ack"}');
        });
      });
    });
    const client = connect({ url: server.url, subscriptions: 'ws', streamSilenceMs: 600 });
    await expect(subscribe(client, 'silent').then(collect)).rejects.toThrow('no sign of life for 600 ms');
    expect(received).toEqual(['connection_init', 'subscribe', 'ping']);
  });

  test('a socket that answers pings may be silent for as long as it likes', async () => {
    const ticks = createTicks();
    const server = kept(await serveWebSockets(ticks));
    const client = connect({ url: server.url, subscriptions: 'ws', streamSilenceMs: 1_000 });
    let pings = 0;
    const leaving = new AbortController();
    const stream = collect(await subscribe(client, 'silent', leaving.signal));
    for (const socket of server.sockets) {
      socket.on('message', (data) => {
        if (String(data).includes('ping')) pings += 1;
      });
    }
    await expect.poll(() => pings).toBeGreaterThan(4);
    leaving.abort();
    expect(await stream).toEqual([]);
  });
});

describe('the road is found by itself', () => {
  test('a subgraph that speaks graphql-transport-ws is reached by it', async () => {
    const ticks = createTicks();
    const server = kept(await serveWebSockets(ticks, { request: listenerOf(ticks) }));
    const client = connect({ url: server.url });
    expect(await collect(await subscribe(client, 'ticks(count: 2)'))).toHaveLength(2);
    expect(server.parameters).toHaveLength(1);
  });

  test.each<[string, (server: Server, ticks: Ticks) => Server]>([
    ['answers an upgrade like any request', (_, ticks) => createServer(listenerOf(ticks))],
    [
      'refuses an upgrade',
      (server) => server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    ],
    ['leaves an upgrade without an answer', (server) => server.on('upgrade', () => {})],
    ['hangs up on an upgrade', (server) => server.on('upgrade', (_, socket) => socket.destroy())],
    [
      'speaks another protocol of WebSockets',
      (server) => {
        new WebSocketServer({ server, handleProtocols: () => false });
        return server;
      },
    ],
  ])('a subgraph that %s is reached by server-sent events, and the next stream does not try again', async (_, make) => {
    const ticks = createTicks();
    const server = kept(await serve(make(createServer(listenerOf(ticks)), ticks)));
    const client = connect({ url: server.url, queryTimeoutMs: 3_000 });
    for (const count of [2, 3]) {
      expect(await collect(await subscribe(client, `ticks(count: ${count})`))).toHaveLength(count);
    }
    expect(server.seen.map(({ upgrade, accept }) => upgrade ?? accept)).toEqual([
      'websocket',
      'text/event-stream',
      'text/event-stream',
    ]);
  });

  test('where neither road leads anywhere, both reasons are told, and both are tried again', async () => {
    const server = kept(await serve(createServer((_, response) => response.writeHead(404).end('nothing here'))));
    const client = connect({ url: server.url });
    for (const _ of [1, 2]) {
      await expect(subscribe(client, 'silent')).rejects.toThrow(
        /does not speak graphql-transport-ws here \(Unexpected server response: 404\).*not JSON \(HTTP 404, starts "nothing here"\)/,
      );
    }
    expect(server.seen).toHaveLength(4);
  });

  test('WebSockets may have an address of their own', async () => {
    const ticks = createTicks();
    const webSockets = kept(await serveWebSockets(ticks));
    const http = kept(await serve(createServer((_, response) => response.writeHead(500).end())));
    const webSocketUrl = webSockets.url.replace('http', 'ws');
    const client = connect({ url: http.url, webSocketUrl });
    expect(await collect(await subscribe(client, 'ticks(count: 2)'))).toHaveLength(2);
  });
});

describe('server-sent events', () => {
  const answer = (body: string | Buffer, status = 200, type = 'text/event-stream') =>
    createServer((_, response) => response.writeHead(status, { 'content-type': type }).end(body));

  test.each<[string, Server, string, RegExp]>([
    ['an event that is no JSON', answer('event: next\ndata: {"data":\n\n'), 'invalid-answer', /an event is not JSON/],
    ['an event without data', answer('event: next\n\n'), 'invalid-answer', /an event is not JSON/],
    ['an event that is a list', answer('event: next\ndata: []\n\n'), 'invalid-answer', /an event is not an object/],
    ['an event that is not UTF-8', answer(Buffer.from('data: \xff\n\n', 'latin1')), 'invalid-answer', /not UTF-8/],
    ['an event without end', answer(`data: ${'x'.repeat(2000)}`), 'invalid-answer', /longer than 1000 bytes/],
    ['an end without completion', answer('event: next\ndata: {}\n\n'), 'unreachable', /without being completed/],
    ['HTML', answer('<html>', 200, 'text/html'), 'invalid-answer', /not JSON \(HTTP 200, starts "<html>"\)/],
    ['a status that is none of success', answer('event: next\n', 503), 'invalid-answer', /not JSON \(HTTP 503/],
    ['a refusal without end', answer('x'.repeat(2000), 200, 'text/plain'), 'invalid-answer', /longer than 1000 bytes/],
    [
      'a packed stream',
      createServer((_, response) =>
        response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }).flushHeaders(),
      ),
      'invalid-answer',
      /encoded as "gzip", which cannot be read/,
    ],
  ])('%s ends the stream with the reason', async (_, server, reason, message) => {
    const { url } = kept(await serve(server));
    const client = connect({ url, subscriptions: 'sse', maxAnswerBytes: 1000 });
    await expect(subscribe(client, 'silent').then(collect)).rejects.toMatchObject({
      reason,
      message: expect.stringMatching(message),
    });
  });

  test('events before the bad one still arrive', async () => {
    const { url } = kept(await serve(answer('event: next\ndata: {"data":1}\n\nevent: next\ndata: oops\n\n')));
    const events = (await subscribe(connect({ url, subscriptions: 'sse' }), 'silent'))[Symbol.asyncIterator]();
    expect(await events.next()).toEqual({ done: false, value: { data: 1 } });
    await expect(events.next()).rejects.toMatchObject({ reason: 'invalid-answer' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('a stream that gives no sign of life for as long as it was given is lost; heartbeats keep it', async () => {
    let beats = 0;
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      const timer = setInterval(() => {
        beats += 1;
        if (beats <= 40) response.write(':\n\n');
      }, 50);
      request.on('close', () => clearInterval(timer));
    });
    const { url } = kept(await serve(server));
    const client = connect({ url, subscriptions: 'sse', streamSilenceMs: 1_500 });
    await expect(subscribe(client, 'silent').then(collect)).rejects.toThrow('no sign of life for 1500 ms');
    expect(beats).toBeGreaterThan(40);
  });

  test('open streams take no connection from questions', async () => {
    const ticks = createTicks();
    const server = kept(await serve(createServer(listenerOf(ticks))));
    const client = connect({ url: server.url, subscriptions: 'sse', maxConcurrent: 2 });
    const leaving = new AbortController();
    await Promise.all(Array.from({ length: 10 }, () => subscribe(client, 'silent', leaving.signal)));
    const question = {
      body: '{"query":"{ ok }"}',
      kind: 'query',
      operationName: null,
      caller: callerIn('ada'),
    } as const;
    expect(await client.ask(question)).toEqual({ data: { ok: null }, errors: null });
    leaving.abort();
  });
});

describe('callbacks', () => {
  async function start(options: Partial<SubgraphClientOptions> = {}) {
    const ticks = createTicks();
    const server = kept(await serveCallbacks(ticks));
    const callbacks = await callbacksOfARouter();
    const client = connect({ url: server.url, subscriptions: 'callback', callbacks, ...options });
    return { ticks, server, client };
  }

  test('the subgraph is told where, under what id and how often, and asked for the protocol by its media type', async () => {
    const { client, server } = await start({ streamSilenceMs: 3_000 });
    await collect(await subscribe(client, 'ticks(count: 1)'));
    const [extension] = server.extensions;
    expect(extension?.callbackUrl).toMatch(new RegExp(`^http://127.0.0.1:\\d+/callback/${extension?.subscriptionId}$`));
    expect(extension?.heartbeatIntervalMs).toBe(1_000);
    expect(server.seen[0]?.accept).toBe('application/json;callbackSpec=1.0');
  });

  test('only a message of the right subscription with its verifier is taken', async () => {
    const { client, server } = await start();
    const events = (await subscribe(client, 'silent'))[Symbol.asyncIterator]();
    const extension = server.extensions[0] as (typeof server.extensions)[number];
    const next = { action: 'next', payload: { data: { silent: 1 } } };
    expect(await post({ ...extension, verifier: 'x'.repeat(43) }, next)).toBe(401);
    expect(await post(extension, { ...next, id: 'another' })).toBe(404);
    expect(await post({ ...extension, callbackUrl: `${extension.callbackUrl}x` }, next)).toBe(404);
    expect(await post(extension, { ...next, kind: 'query' })).toBe(400);
    expect(await post(extension, { action: 'next', payload: [] })).toBe(400);
    expect(await post(extension, { action: 'again' })).toBe(400);
    const raw = (body: BodyInit) => fetch(extension.callbackUrl, { method: 'POST', body });
    expect((await raw('{"kind":')).status).toBe(400);
    expect((await raw(new Uint8Array([0xff]))).status).toBe(400);
    expect((await fetch(extension.callbackUrl)).status).toBe(405);
    expect(await post(extension, next)).toBe(204);
    expect(await events.next()).toEqual({ done: false, value: { data: { silent: 1 } } });
    await events.return?.();
    expect(await post(extension, next)).toBe(404);
  });

  test('a message is bounded', async () => {
    const { client, server } = await start({ maxAnswerBytes: 1000 });
    await subscribe(client, 'silent');
    const extension = server.extensions[0] as (typeof server.extensions)[number];
    expect(await post(extension, { action: 'next', payload: { data: 'x'.repeat(1000) } })).toBe(400);
  });

  test('errors of a completion are the last event', async () => {
    const { client, server } = await start();
    const stream = collect(await subscribe(client, 'silent'));
    const extension = server.extensions[0] as (typeof server.extensions)[number];
    expect(await post(extension, { action: 'complete', errors: [{ message: 'the source broke' }] })).toBe(204);
    expect(await stream).toEqual([{ data: null, errors: [{ message: 'the source broke' }] }]);
  });

  test('a subgraph without heartbeats is lost, and learns it with its next message', async () => {
    const { client, server } = await start({ streamSilenceMs: 150 });
    server.quiet = true;
    await expect(subscribe(client, 'silent').then(collect)).rejects.toThrow('no sign of life for 150 ms');
    const extension = server.extensions[0] as (typeof server.extensions)[number];
    expect(await post(extension, { action: 'check' })).toBe(404);
  });

  test.each([
    ['accepts without a check', '{"data":null}', 200, /without a check of its callback/],
    ['does not know the protocol', '{"data":{"silent":1}}', 500, null],
    ['answers HTML', '<html>', 200, /not JSON/],
  ])('a subgraph that %s is no source of events', async (_, body, status, message) => {
    const server = kept(await serve(createServer((_request, response) => response.writeHead(status).end(body))));
    const { client } = await start({ url: server.url });
    const events = subscribe(client, 'silent').then(collect);
    if (message)
      await expect(events).rejects.toMatchObject({ reason: 'invalid-answer', message: expect.stringMatching(message) });
    else expect(await events).toEqual([{ data: { silent: 1 }, errors: [] }]);
  });

  test('without a public URL a router does not start to subscribe by callback', () => {
    expect(() => createSubgraphClient({ name: 'ticks', url: 'http://x/', subscriptions: 'callback' })).toThrow(
      'Subgraph ticks is to post the events of subscriptions: set the public URL',
    );
  });
});
