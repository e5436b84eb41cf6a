import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { RouterOptions } from '../index.ts';
import { createTracing, type TracingOptions } from '../telemetry/otlp.ts';
import { createFixture } from './fixture/federation.ts';
import { silentLogger } from './fixture/logger.ts';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

interface Exported {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
  readonly resource: Readonly<Record<string, unknown>>;
}

type KeyValue = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

/** What a collector is sent, as far as these tests look at it. */
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

type SentSpan = Omit<Exported, 'attributes' | 'links' | 'resource'> & {
  readonly attributes?: readonly KeyValue[];
  readonly links?: Exported['links'];
};

function valuesOf(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** A collector of OTLP/HTTP on this machine. */
async function startCollector() {
  const spans: Exported[] = [];
  const state = { status: 200, asked: [] as string[] };
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      state.asked.push(`${request.method} ${request.url}`);
      if (state.status === 200) spans.push(...spansIn(body as Sent));
      response.writeHead(state.status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  disposables.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { spans, state, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function spansIn({ resourceSpans }: Sent): Exported[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        links: span.links ?? [],
        attributes: valuesOf(span.attributes),
        resource: valuesOf(resource.attributes),
      })),
    ),
  );
}

async function start(given: Partial<TracingOptions> = {}, options: Partial<RouterOptions> = {}) {
  const collector = await startCollector();
  const { endpoint } = collector;
  const tracing = createTracing({
    endpoint,
    serviceName: 'router under test',
    ratio: 1,
    logger: silentLogger,
    exportEveryMs: 20,
    ...given,
  });
  const running = await startFixtureRouter({ tracing, stopTimeoutMs: 2_000, ...options });
  disposables.push(running);
  /** Everything that has been told until now. */
  const flush = async () => {
    await running.router[Symbol.asyncDispose]();
    await tracing[Symbol.asyncDispose]();
    return collector.spans;
  };
  return { running, collector, flush };
}

async function ask(running: RunningFixture, query: string, headers: Record<string, string> = {}): Promise<unknown> {
  return (await running.post({ query }, headers)).json();
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const traceparent = (flags: string) => `00-${TRACE}-${PARENT}-${flags}`;
const named = (spans: readonly Exported[], name: string) => spans.filter((span) => span.name === name);

describe('one operation', () => {
  const BOOKS = 'query Books { items(first: 3) { name ... on Book { inStock } } }';

  test('is a span below which its fetches are, each with its subgraph and how many entities it asks for', async () => {
    const { running, flush } = await start();
    await ask(running, BOOKS, { 'x-client-name': 'dashboard' });
    const spans = await flush();
    const [operation] = named(spans, 'query Books');
    expect(operation).toMatchObject({
      kind: 2,
      attributes: {
        'graphql.operation.name': 'Books',
        'graphql.operation.type': 'query',
        'alims.client.name': 'dashboard',
        'alims.outcome': 'partial',
      },
      resource: { 'service.name': 'router under test' },
    });
    expect(operation?.parentSpanId ?? '').toBe('');
    const below = { traceId: operation?.traceId, parentSpanId: operation?.spanId, kind: 3 };
    expect(named(spans, 'fetch catalog')).toMatchObject([{ ...below, attributes: { 'alims.subgraph': 'catalog' } }]);
    expect(named(spans, 'fetch catalog')[0]?.attributes).not.toHaveProperty('alims.entities');
    expect(named(spans, 'fetch stock')).toMatchObject([{ ...below, attributes: { 'alims.entities': 3 } }]);
  });

  test('belongs to the trace of its client, and each subgraph is sent the place of its own fetch', async () => {
    const { running, flush } = await start();
    await ask(running, BOOKS, { traceparent: traceparent('01'), tracestate: 'vendor=1' });
    const seen = running.fixture.seen.map(({ subgraph, headers }) => [subgraph, headers.get('traceparent')]);
    expect(running.fixture.seen[0]?.headers.get('tracestate')).toBe('vendor=1');
    const spans = await flush();
    expect(named(spans, 'query Books')).toMatchObject([{ traceId: TRACE, parentSpanId: PARENT }]);
    const place = (name: string) => `00-${TRACE}-${named(spans, `fetch ${name}`)[0]?.spanId}-01`;
    expect(seen).toEqual([
      ['catalog', place('catalog')],
      ['stock', place('stock')],
    ]);
  });

  test('that fails says so, with the reason at the fetch that failed', async () => {
    const { subgraphs } = createFixture();
    subgraphs.set('people', async () => new Response('<html>', { status: 502 }));
    const { running, flush } = await start({}, { subgraphs });
    await ask(running, 'query Boss { boss { name } }');
    await ask(running, 'query Typo { nope }');
    const spans = await flush();
    expect(named(spans, 'query Boss')).toMatchObject([
      { status: { code: 2 }, attributes: { 'alims.outcome': 'failed' } },
    ]);
    expect(named(spans, 'fetch people')).toMatchObject([
      { status: { code: 2, message: expect.stringContaining('people') } },
    ]);
    expect(named(spans, 'unknown')).toMatchObject([{ attributes: { 'alims.outcome': 'refused' } }]);
  });
});

describe('which traces are told', () => {
  const ME = 'query Me { me { name } }';

  test.each([
    ['a client that traces', '01', 0, 1],
    ['a client that does not', '00', 1, 0],
    ['no client, with a ratio of 1', null, 1, 1],
    ['no client, with a ratio of 0', null, 0, 0],
  ])('%s', async (_, flags, ratio, told) => {
    const { running, flush } = await start({ ratio });
    await ask(running, ME, flags === null ? {} : { traceparent: traceparent(flags) });
    // Whoever is below must not begin to trace what those above do not.
    const [, , , sent] = running.fixture.seen[0]?.headers.get('traceparent')?.split('-') ?? [];
    expect(sent).toBe(told === 1 ? '01' : '00');
    expect(named(await flush(), 'query Me')).toHaveLength(told);
  });
});

test('each event of a subscription is a trace of its own that names where the stream was opened', async () => {
  const { running, flush } = await start();
  const query = 'subscription Live { reviewAdded(count: 2) { ... on Review { author { email } } } }';
  const headers = { accept: 'text/event-stream', traceparent: traceparent('01') };
  const results = readResults(await running.post({ query }, headers));
  for (let event = 0; event < 2; event++) await results.next();
  const spans = await flush();
  const [opening] = named(spans, 'subscription Live');
  expect(opening).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, attributes: { 'alims.outcome': 'ok' } });
  expect(named(spans, 'fetch reviews')).toMatchObject([{ traceId: TRACE, parentSpanId: opening?.spanId }]);
  const events = named(spans, 'event Live');
  expect(events).toHaveLength(2);
  for (const { links, traceId } of events) {
    expect(links).toMatchObject([{ traceId: TRACE, spanId: opening?.spanId }]);
    expect(traceId).not.toBe(TRACE);
  }
  const [completing] = named(spans, 'fetch people');
  expect(events.map(({ spanId }) => spanId)).toContain(completing?.parentSpanId);
});

describe('without a collector', () => {
  test('nothing is made: traceparent and tracestate go to subgraphs as they came', async () => {
    const running = await startFixtureRouter();
    disposables.push(running);
    await ask(running, '{ me { name } }', { traceparent: traceparent('01'), tracestate: 'vendor=1' });
    const { headers } = running.fixture.seen[0] ?? {};
    expect(headers?.get('traceparent')).toBe(traceparent('01'));
    expect(headers?.get('tracestate')).toBe('vendor=1');
  });

  test('that answers, requests do, and the log says it once', async () => {
    const log: Record<string, unknown>[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) });
    const { running, collector, flush } = await start({ logger });
    collector.state.status = 400;
    for (let count = 1; count <= 3; count++) {
      expect(await ask(running, '{ me { name } }')).toEqual({ data: { me: { name: 'Ada' } } });
      await expect.poll(() => collector.state.asked.length).toBeGreaterThanOrEqual(count);
    }
    collector.state.status = 200;
    await ask(running, 'query Again { me { name } }');
    await expect.poll(() => log.length).toBe(2);
    expect(log).toMatchObject([{ level: 40 }, { level: 30 }]);
    expect(collector.state.asked[0]).toBe('POST /v1/traces');
    await flush();
  });
});
