import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { parse } from 'graphql';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { createHealth } from '#platform/health/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { openStream, TRANSPORTS } from '#tests/streams.ts';
import { composeSupergraph } from '../compose.ts';
import { NOBODY, type RouterOptions } from '../index.ts';
import { fileSource, type SupergraphListener, type SupergraphSource, urlSource } from '../supergraph-source.ts';
import { createFixture } from './fixture/federation.ts';
import { readMetric } from './fixture/metric.ts';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';
import { SDL } from './fixture/sdl.ts';

/** `Book.pages` comes from stock, which counts one more, or from catalog. */
const STOCK = supergraphWith(SDL.stock);
const CATALOG = supergraphWith(SDL.stock.replace('pages: Int @override(from: "catalog")', ''));
const BROKEN = CATALOG.replace('type Query', 'type Qwery');

function supergraphWith(stock: string): string {
  const services = Object.entries({ ...SDL, stock }).map(([name, sdl]) => ({ name, url: '', typeDefs: parse(sdl) }));
  return composeSupergraph(services).supergraphSdl;
}

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

function later(dispose: () => unknown): void {
  disposables.push({
    async [Symbol.asyncDispose]() {
      await dispose();
    },
  });
}

interface Reloading extends RunningFixture {
  readonly log: readonly Record<string, unknown>[];
  about(): Promise<{ version: string; since: string; source: string; lastChange?: Record<string, unknown> }>;
  /** Resolves when this has come of a change. */
  outcome(wanted: string): Promise<void>;
  metric(name: string): Promise<number>;
}

async function start(supergraph: SupergraphSource, overrides: Partial<RouterOptions> = {}): Promise<Reloading> {
  const log: Record<string, unknown>[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const metrics = createMetrics({ processMetrics: false });
  const running = await startFixtureRouter({
    supergraph,
    logger,
    metrics,
    health: createHealth(),
    stopTimeoutMs: 2_000,
    ...overrides,
  });
  disposables.push(running);
  const about = async () => (await (await fetch(`${running.router.url}/health`)).json()).about.supergraph;
  return {
    ...running,
    log,
    about,
    outcome: (wanted) => expect.poll(async () => (await about()).lastChange?.outcome).toBe(wanted),
    metric: (name) => readMetric(metrics, name),
  };
}

/** A source that changes when the test says so. */
function createSwitch(first: string) {
  let listener: SupergraphListener | undefined;
  const source: SupergraphSource = {
    name: 'switch',
    read: async () => first,
    watch(given) {
      listener = given;
      return { [Symbol.dispose]() {} };
    },
  };
  return { source, change: (sdl: string) => listener?.changed(sdl) };
}

async function served(running: Reloading, version: string): Promise<void> {
  await expect.poll(async () => (await running.about()).version).not.toBe(version);
}

async function change(running: Reloading, { change }: ReturnType<typeof createSwitch>, sdl: string): Promise<void> {
  const { version } = await running.about();
  change(sdl);
  await served(running, version);
}

const PAGES = 'query Pages { items(first: 2) { ... on Book { id pages } } }';
const RENAME = 'mutation { renameItem(id: "b1", name: "Ants") { id } }';
const WITHIN = { timeout: 60_000 };
const FROM_STOCK = {
  data: {
    items: [
      { id: 'b1', pages: 101 },
      { id: 'b2', pages: 201 },
    ],
  },
};
const FROM_CATALOG = {
  data: {
    items: [
      { id: 'b1', pages: 100 },
      { id: 'b2', pages: 200 },
    ],
  },
};

/** What catalog and stock answer to PAGES and to a mutation. */
function answerOf({ query, variables }: { query: string; variables: { representations?: { id: string }[] } }): unknown {
  if (query.startsWith('mutation')) return { renameItem: { __typename: 'Book', id: 'b1' } };
  const number = (id: string) => Number(id.slice(1)) * 100;
  const { representations } = variables;
  if (representations) return { _entities: representations.map(({ id }) => ({ pages: number(id) + 1 })) };
  const items = ['b1', 'b2'].map((id) => ({
    __typename: 'Book',
    id,
    ...(query.includes('pages') && { pages: number(id) }),
  }));
  return { items };
}

/** One server for all subgraphs, whose answers wait until the gate opens. */
async function startSubgraphs() {
  const gate = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  let mutations = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await json(request);
    await gate.promise;
    const data = answerOf(body as Parameters<typeof answerOf>[0]);
    if ('renameItem' in (data as object)) mutations += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const urls = new Map(Object.keys(SDL).map((name) => [name, `http://127.0.0.1:${port}/${name}`]));
  return { urls, sockets, open: gate.resolve, mutations: () => mutations };
}

describe('requests across a change', () => {
  test('a thousand under way finish on the supergraph they began on, while later ones get the new one', async () => {
    const source = createSwitch(STOCK);
    const subgraphs = await startSubgraphs();
    let arrived = 0;
    const running = await start(source.source, {
      subgraphs: new Map(),
      urls: subgraphs.urls,
      subgraphOptions: { all: { queryTimeoutMs: 100_000 } },
      // Each of another scope, so that they share no fetch.
      authenticate: async () => ({ ...NOBODY, scope: String(++arrived) }),
    });
    const ask = async (query: string) => (await running.post({ query })).json();
    const isMutation = (index: number) => index % 10 === 0;
    const before = Array.from({ length: 1_000 }, (_, index) => ask(isMutation(index) ? RENAME : PAGES));
    await expect.poll(() => arrived, WITHIN).toBe(1_000);
    const oldSockets = [...subgraphs.sockets];
    await change(running, source, CATALOG);
    const after = Array.from({ length: 10 }, () => ask(PAGES));
    await expect.poll(() => arrived, WITHIN).toBe(1_010);
    subgraphs.open();
    for (const [index, answer] of (await Promise.all(before)).entries()) {
      expect(answer).toEqual(isMutation(index) ? { data: { renameItem: { id: 'b1' } } } : FROM_STOCK);
    }
    expect(await Promise.all(after)).toEqual(after.map(() => FROM_CATALOG));
    expect(subgraphs.mutations()).toBe(100);
    await expect.poll(() => oldSockets.every((socket) => socket.destroyed), WITHIN).toBe(true);
    expect(await ask(PAGES)).toEqual(FROM_CATALOG);
  }, 120_000);

  test('a thousand during change after change are all answered, each wholly by one supergraph or the other', async () => {
    const source = createSwitch(STOCK);
    const subgraphs = await startSubgraphs();
    subgraphs.open();
    let scope = 0;
    const authenticate = async () => ({ ...NOBODY, scope: String(++scope) });
    const running = await start(source.source, { subgraphs: new Map(), urls: subgraphs.urls, authenticate });
    const seen = new Map<string, number>();
    let left = 1_000;
    const client = async () => {
      while (left-- > 0) {
        const text = await (await running.post({ query: PAGES })).text();
        seen.set(text, (seen.get(text) ?? 0) + 1);
      }
    };
    const clients = Promise.all(Array.from({ length: 25 }, client));
    const answered = () => [...seen.values()].reduce((sum, count) => sum + count, 0);
    for (let turn = 0; turn < 5; turn++) {
      await expect.poll(answered, WITHIN).toBeGreaterThan(turn * 180);
      await change(running, source, turn % 2 === 0 ? CATALOG : STOCK);
    }
    await clients;
    expect([...seen.keys()].sort()).toEqual([FROM_STOCK, FROM_CATALOG].map((each) => JSON.stringify(each)).sort());
    expect(answered()).toBe(1_000);
  }, 120_000);

  test('what was used most is ready before the new supergraph serves, and what it refuses is named', async () => {
    const source = createSwitch(STOCK);
    const running = await start(source.source, { warmUp: { operations: 2 } });
    for (let count = 0; count < 3; count++)
      await running.post({ query: 'query Best { items { ... on Book { pages } } }' });
    for (let count = 0; count < 2; count++) await running.post({ query: PAGES });
    await running.post({ query: 'query Once { me { name } }' });
    await change(running, source, STOCK.replaceAll(/\bpages\b/g, 'leaves'));
    expect(await running.metric('alims_router_operation_cache_size')).toBe(0);
    expect(running.log.find(({ operations }) => operations)).toMatchObject({ operations: ['Best', 'Pages'] });
    for (let count = 0; count < 3; count++) await running.post({ query: 'query Twice { me { id } }' });
    await running.post({ query: 'query Once { me { name } }' });
    await running.post({ query: 'query Rare { latest { id } }' });
    await change(running, source, STOCK);
    expect(await running.metric('alims_router_operation_cache_size')).toBe(2);
  });
});

describe('a subscription across a change', () => {
  const RELOADED = {
    message: expect.stringContaining('"after"'),
    extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD', reconnect: true, requestId: expect.any(String) },
  };
  const LIVE = 'subscription { reviewAdded(count: 1) { ... on Review { id subject { ... on Book { pages } } } } }';

  test.each(TRANSPORTS)('over %s ends with SUBSCRIPTION_SCHEMA_RELOAD and may begin again', async (transport) => {
    const source = createSwitch(STOCK);
    const running = await start(source.source);
    const subscribe = () => {
      const stream = openStream<Record<string, unknown>>(transport, running.router.url, { query: LIVE, token: null });
      later(() => stream.leave());
      return stream;
    };
    const stream = subscribe();
    expect(await stream.next()).toEqual({ data: { reviewAdded: { id: 'r1', subject: { pages: 101 } } } });
    source.change(CATALOG);
    expect((await stream.next())?.errors).toEqual([RELOADED]);
    expect(await stream.next()).toBeNull();
    expect(await subscribe().next()).toEqual({ data: { reviewAdded: { id: 'r1', subject: { pages: 100 } } } });
    await expect.poll(() => running.metric('alims_router_upstreams')).toBe(1);
  });

  test.each(['text/event-stream', 'application/json, text/event-stream', 'multipart/mixed'])(
    'that is just being opened for %s is told the same, and nothing of it stays',
    async (accept) => {
      const source = createSwitch(STOCK);
      const fixture = createFixture();
      const gate = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const reviews = fixture.subgraphs.get('reviews');
      fixture.subgraphs.set('reviews', async (request) => {
        asked.resolve();
        await gate.promise;
        return (await reviews?.(request)) as Response;
      });
      const running = await start(source.source, { subgraphs: fixture.subgraphs });
      const answer = running.post({ query: LIVE }, { accept });
      await asked.promise;
      source.change(CATALOG);
      await running.outcome('applied');
      gate.resolve();
      const response = await answer;
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('"code":"SUBSCRIPTION_SCHEMA_RELOAD","reconnect":true');
      expect(running.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
      for (const open of ['subscriptions', 'upstreams']) expect(await running.metric(`alims_router_${open}`)).toBe(0);
    },
  );

  test('that asks while its supergraph is being replaced is refused with the same word', async () => {
    const source = createSwitch(STOCK);
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    const running = await start(source.source, {
      async authenticate() {
        asked += 1;
        await gate.promise;
        return NOBODY;
      },
    });
    const answer = running.post({ query: LIVE }, { accept: 'text/event-stream' });
    await expect.poll(() => asked).toBe(1);
    await change(running, source, CATALOG);
    gate.resolve();
    const results = readResults(await answer);
    expect((await results.next()).value?.errors).toEqual([RELOADED]);
    expect((await results.next()).done).toBe(true);
  });
});

describe('a file', () => {
  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'router-reload-'));
    later(() => rm(made, { recursive: true, force: true }));
    return made;
  }

  // Not polled, so that only the watching can find the change.
  const watched = (path: string) => fileSource(path, { settleMs: 20, pollMs: 1_000_000 });

  test('that is written in place is served', async () => {
    const path = join(await folder(), 'supergraph.graphql');
    await writeFile(path, STOCK);
    const running = await start(watched(path));
    expect(await (await running.post({ query: PAGES })).json()).toEqual(FROM_STOCK);
    await writeFile(path, CATALOG);
    await running.outcome('applied');
    expect(await (await running.post({ query: PAGES })).json()).toEqual(FROM_CATALOG);
  });

  test('that is emptied before it is written again is no broken supergraph', async () => {
    const path = join(await folder(), 'supergraph.graphql');
    await writeFile(path, STOCK);
    const running = await start(watched(path));
    await writeFile(path, '');
    await running.outcome('unreadable');
    expect(running.log.filter(({ problems }) => problems)).toEqual([]);
    await writeFile(path, CATALOG);
    await running.outcome('applied');
  });

  test('that an editor replaces by rename is served, the second time too', async () => {
    const path = join(await folder(), 'supergraph.graphql');
    await writeFile(path, STOCK);
    const running = await start(watched(path));
    for (const [sdl, answer] of [
      [CATALOG, FROM_CATALOG],
      [STOCK, FROM_STOCK],
    ] as const) {
      const { version } = await running.about();
      await writeFile(`${path}~`, sdl);
      await rename(`${path}~`, path);
      await served(running, version);
      expect(await (await running.post({ query: PAGES })).json()).toEqual(answer);
    }
  });

  test('behind a link that is turned to another folder, as Kubernetes does, is served', async () => {
    const root = await folder();
    for (const [name, sdl] of [
      ['first', STOCK],
      ['second', CATALOG],
    ] as const) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, 'supergraph.graphql'), sdl);
    }
    await symlink('first', join(root, '..data'));
    await symlink(join('..data', 'supergraph.graphql'), join(root, 'supergraph.graphql'));
    const running = await start(watched(join(root, 'supergraph.graphql')));
    await symlink('second', join(root, '..new'));
    await rename(join(root, '..new'), join(root, '..data'));
    await running.outcome('applied');
    expect(await (await running.post({ query: PAGES })).json()).toEqual(FROM_CATALOG);
  });

  test('that changes where nothing is reported is found by polling', async () => {
    const root = await folder();
    await mkdir(join(root, 'mounted'));
    await mkdir(join(root, 'served'));
    const path = join(root, 'mounted', 'supergraph.graphql');
    await writeFile(path, STOCK);
    await symlink(path, join(root, 'served', 'supergraph.graphql'));
    const running = await start(fileSource(join(root, 'served', 'supergraph.graphql'), { settleMs: 1, pollMs: 20 }));
    await writeFile(path, CATALOG);
    await running.outcome('applied');
  });

  test('that is broken changes nothing: line and rule are logged, it is counted, health says what is served since when', async () => {
    const path = join(await folder(), 'supergraph.graphql');
    const replace = async (sdl: string) => {
      await writeFile(`${path}~`, sdl);
      await rename(`${path}~`, path);
    };
    await replace(STOCK);
    const running = await start(watched(path));
    const before = await running.about();
    expect(before).toEqual({
      version: expect.stringMatching(/^[\da-f]{12}$/),
      since: expect.stringMatching(/^\d{4}-.*Z$/),
      source: 'file supergraph.graphql',
    });
    await replace(CATALOG.replace('items(filter', 'items(filter: Nothing, '));
    await running.outcome('invalid');
    expect(await running.about()).toMatchObject({ version: before.version, since: before.since });
    expect(running.log.find(({ problems }) => problems)).toMatchObject({
      level: 50,
      served: before.version,
      problems: [expect.stringMatching(/^line \d+, column \d+: /)],
    });
    expect(await (await running.post({ query: PAGES })).json()).toEqual(FROM_STOCK);
    await replace(CATALOG.replace('reviews: [Review]', 'reviews: [Revue]'));
    await expect.poll(() => running.log.filter(({ problems }) => problems).length).toBe(2);
    expect(running.log.findLast(({ problems }) => problems)?.problems).toEqual([expect.stringContaining('Revue')]);
    expect(await running.metric('alims_router_supergraph_reloads_total{outcome="invalid"}')).toBe(2);
    await rm(path);
    await running.outcome('unreadable');
    await replace(STOCK);
    await running.outcome('unchanged');
    expect(await running.about()).toMatchObject({ version: before.version, since: before.since });
    await replace(CATALOG);
    await running.outcome('applied');
    expect(await (await running.post({ query: PAGES })).json()).toEqual(FROM_CATALOG);
  });
});

describe('a URL', () => {
  /** Serves `current` with an ETag, and counts the questions by what they were answered. */
  async function startServer(sdl: string) {
    const state = { sdl, status: 200, answered: new Map<number, number>() };
    const server = createServer((request, response) => {
      const etag = `"${createHash('sha256').update(state.sdl).digest('hex')}"`;
      const status = state.status === 200 && request.headers['if-none-match'] === etag ? 304 : state.status;
      state.answered.set(status, (state.answered.get(status) ?? 0) + 1);
      response.writeHead(status, { etag }).end(status === 200 ? state.sdl : undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    };
    later(close);
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/supergraph`, state, close };
  }

  test('is asked again and again, sends the text once for each change, and is served', async () => {
    const { url, state } = await startServer(STOCK);
    const running = await start(urlSource(url, { intervalMs: 10 }));
    await expect.poll(() => state.answered.get(304) ?? 0).toBeGreaterThan(3);
    expect(state.answered.get(200)).toBe(1);
    expect((await running.about()).lastChange).toBeUndefined();
    state.sdl = CATALOG;
    await running.outcome('applied');
    expect(await (await running.post({ query: PAGES })).json()).toEqual(FROM_CATALOG);
    expect(state.answered.get(200)).toBe(2);
    expect((await running.about()).source).toMatch(/^URL at 127\.0\.0\.1:\d+$/);
  });

  test('that fails changes nothing: it is logged once, counted each time, and asked again', async () => {
    const { url, state } = await startServer(STOCK);
    const running = await start(urlSource(url, { intervalMs: 10 }));
    state.status = 503;
    const count = () => running.metric('alims_router_supergraph_reloads_total{outcome="unreadable"}');
    await expect.poll(count).toBeGreaterThan(2);
    expect(running.log.filter(({ msg }) => String(msg).includes('cannot be read'))).toHaveLength(1);
    expect(await (await running.post({ query: PAGES })).json()).toEqual(FROM_STOCK);
    state.sdl = BROKEN;
    state.status = 200;
    await running.outcome('invalid');
    expect(await running.metric('alims_router_supergraph_reloads_total{outcome="invalid"}')).toBe(1);
    state.sdl = CATALOG;
    await running.outcome('applied');
  });

  test('that cannot be reached when the router starts is an error with its reason', async () => {
    const { url, close } = await startServer(STOCK);
    await close();
    await expect(start(urlSource(url))).rejects.toThrow('ECONNREFUSED');
  });
});
