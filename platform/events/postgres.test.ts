import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  cloneDatabase,
  createDatabase,
  createTemplate,
  type Database,
  type DatabaseUrls,
} from '#platform/database/index.ts';
import { PrismaClient } from '#platform/database/test-fixtures/ledger/prisma.generated/client.ts';
import { UnavailableError } from '#platform/errors/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { startTestPostgres } from '#platform/testing/postgres.ts';
import { tellCommits } from './commits.ts';
import { encodeCursor } from './cursor.ts';
import { createEventLog } from './event-log.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createPgOutbox } from './outbox.ts';
import { MOST_ATTEMPTS, runRelay } from './relay.ts';
import { collector, signalOnce } from './testing.ts';
import type { EventBus, StoredEvent } from './types.ts';

const SUBGRAPH = 'ledger';
const logger = pino({ level: 'silent' });
const closing = new AsyncDisposableStack();
let template: DatabaseUrls;
let urls: DatabaseUrls;
let database: Database<unknown>;

beforeAll(async () => {
  const server = closing.use(await startTestPostgres());
  const directory = fileURLToPath(new URL('../database/test-fixtures/ledger/migrations', import.meta.url));
  template = closing.use(await createTemplate({ server, subgraphs: [{ subgraph: SUBGRAPH, directory }] }));
});
afterAll(() => closing.disposeAsync());

beforeEach(async () => {
  const clone = await cloneDatabase(template);
  urls = clone;
  database = await open();
  // Finishers run in the reverse order, after those of the test: the database is dropped last.
  onTestFinished(() => clone[Symbol.asyncDispose]());
  onTestFinished(() => database[Symbol.asyncDispose]());
});

function open(): Promise<Database<unknown>> {
  return createDatabase({
    subgraph: SUBGRAPH,
    url: urls.appUrl,
    client: (adapter) => new PrismaClient({ adapter }),
    maxConnections: 5,
    logger,
  });
}

function announce(organizationId: string, count: number, topic = 'entry', over = database) {
  const event = (index: number) => ({
    topic,
    type: 'entry.made',
    subjectType: 'Entry',
    subjectId: `${index}`,
    payload: { index },
  });
  const actor = { organizationId, userId: 'tester', requestId: 'r1' };
  return over.write(actor, (unit) => unit.announce(Array.from({ length: count }, (_, index) => event(index))));
}

function relay(bus: EventBus, over: Database<unknown> = database) {
  const running = runRelay({
    outbox: createPgOutbox({ pool: over.pool, subgraph: SUBGRAPH, logger }),
    subgraph: SUBGRAPH,
    bus,
    logger,
    metrics: createMetrics({ processMetrics: false }),
    // What passes with this was woken by NOTIFY.
    intervalMs: 60_000,
    pauseMs: { first: 1, longest: 4 },
  });
  onTestFinished(() => running[Symbol.asyncDispose]());
  return running;
}

async function asSuperuser<T>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: urls.superUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

const listening = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen%'`;

test('what was announced before the relay and what is announced later reaches the bus whole, woken by NOTIFY', async () => {
  const organizationId = randomUUID();
  const bus = createMemoryBus();
  const got = collector<StoredEvent>();
  await bus.consume({ group: 'g', topics: ['entry'], handle: async (event) => got.add(event) });
  const before = await announce(organizationId, 2);
  relay(bus);
  await got.reached(2);
  const after = await announce(organizationId, 1);
  await got.reached(3);
  expect(got.items).toEqual([...before, ...after]);
  expect(got.items.map((event) => event.sequence)).toEqual([1, 2, 3]);
  const unsent = 'SELECT count(*)::int AS unsent FROM ledger.outbox_event WHERE sent_at IS NULL';
  await expect.poll(() => asSuperuser(unsent), { timeout: 10_000 }).toEqual([{ unsent: 0 }]);
});

test('the relay hears again after its listening connection was cut', async () => {
  const bus = createMemoryBus();
  const got = collector<StoredEvent>();
  await bus.consume({ group: 'g', topics: ['entry'], handle: async (event) => got.add(event) });
  relay(bus);
  await expect.poll(() => asSuperuser(listening), { timeout: 10_000 }).toHaveLength(1);
  await asSuperuser(`SELECT pg_terminate_backend(pid) FROM (${listening}) AS listening`);
  await expect.poll(() => asSuperuser(listening), { timeout: 10_000 }).toHaveLength(1);
  await announce(randomUUID(), 1);
  await got.reached(1);
});

test('two relays of one subgraph carry each event once and keep the order of each organization and topic', async () => {
  const other = await open();
  onTestFinished(() => other[Symbol.asyncDispose]());
  const bus = createMemoryBus();
  const got = collector<StoredEvent>();
  await bus.listen(['entry', 'line'], (events) => got.add(...events));
  relay(bus);
  relay(bus, other);
  const organizations = Array.from({ length: 4 }, () => randomUUID());
  await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      announce(organizations[index % 4] ?? '', 5, index % 3 === 0 ? 'line' : 'entry'),
    ),
  );
  await got.reached(300);
  expect(new Set(got.items.map((event) => event.id)).size).toBe(300);
  expect(got.items).toHaveLength(300);
  for (const lane of Map.groupBy(got.items, (event) => event.organizationId + event.topic).values()) {
    expect(lane.map((event) => event.sequence)).toEqual(lane.map((_, index) => index + 1));
  }
});

test('an event that is given up stays in the table with its last error, and those behind it go out', async () => {
  const organizationId = randomUUID();
  const bus = createMemoryBus();
  const got = collector<number>();
  await bus.consume({
    group: 'g',
    topics: ['entry'],
    handle: async (event) => {
      if (event.sequence === 1) throw new Error('poison');
      got.add(event.sequence);
    },
  });
  await announce(organizationId, 3);
  relay(bus);
  await got.reached(2);
  const dead = `SELECT sequence::int, attempts, last_error FROM ledger.outbox_event WHERE sent_at IS NULL`;
  await expect
    .poll(() => asSuperuser(dead), { timeout: 10_000 })
    .toEqual([{ sequence: 1, attempts: MOST_ATTEMPTS, last_error: 'poison' }]);
});

test('what waited for a consumer’s dependency goes out as soon as that is back, however much it is: no lease is waited for', async () => {
  const organizationId = randomUUID();
  const bus = createMemoryBus();
  const got = collector<number>();
  const tries = collector<number>();
  let away = true;
  await bus.consume({
    group: 'g',
    topics: ['entry'],
    handle: async (event) => {
      tries.add(event.sequence);
      if (away) throw new UnavailableError('The samples subgraph did not answer.');
      got.add(event.sequence);
    },
  });
  for (let hundred = 0; hundred < 7; hundred += 1) await announce(organizationId, 100);
  relay(bus);
  await tries.reached(5);
  const back = Date.now();
  away = false;
  await got.reached(700);
  expect(got.items).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
  // A lease lasts 30 s.
  expect(Date.now() - back).toBeLessThan(15_000);
});

test('old events are archived when they were published, and a reader behind them is told', async () => {
  const organizationId = randomUUID();
  const bus = createMemoryBus();
  const got = collector<StoredEvent>();
  await bus.listen(['entry'], (events) => got.add(...events));
  const [first] = await announce(organizationId, 4);
  const running = relay(bus);
  await got.reached(4);
  await running[Symbol.asyncDispose]();
  await asSuperuser(`UPDATE ledger.outbox_event SET at = now() - interval '8 days' WHERE sequence <= 2`);
  relay(bus);
  await expect
    .poll(() => asSuperuser('SELECT sequence::int FROM ledger.outbox_event ORDER BY 1'), { timeout: 10_000 })
    .toEqual([{ sequence: 3 }, { sequence: 4 }]);
  expect(await asSuperuser('SELECT sequence::int FROM ledger.event_archive ORDER BY 1')).toEqual([
    { sequence: 1 },
    { sequence: 2 },
  ]);
  const epoch = first?.epoch ?? '';
  const items = await tail(bus, { organizationId, after: encodeCursor({ epoch, sequence: 0 }), count: 3 });
  expect(items).toMatchObject([
    { kind: 'gap', toCursor: encodeCursor({ epoch, sequence: 2 }) },
    { sequence: 3 },
    { sequence: 4 },
  ]);
});

test('a reader gets history and what concurrent writers announce, every event once and in order', async () => {
  const organizationId = randomUUID();
  const bus = createMemoryBus();
  const [first] = await announce(organizationId, 1);
  relay(bus);
  const reading = tail(bus, {
    organizationId,
    after: encodeCursor({ epoch: first?.epoch ?? '', sequence: 0 }),
    count: 201,
  });
  await Promise.all(Array.from({ length: 40 }, () => announce(organizationId, 5)));
  const items = await reading;
  expect(items.map((item) => ('kind' in item ? item : item.sequence))).toEqual(
    Array.from({ length: 201 }, (_, index) => index + 1),
  );
  expect(items[0]).toEqual(first);
});

test('a reader has what its process commits while a consumer is still at work on what came before', async () => {
  const organizationId = randomUUID();
  const bus = createMemoryBus();
  const busy = signalOnce();
  const release = signalOnce();
  await bus.consume({
    group: 'g',
    topics: ['entry'],
    handle: async () => {
      busy.resolve();
      await release.promise;
    },
  });
  const [first] = await announce(organizationId, 3);
  relay(bus);
  // Before the relay is disposed of, which waits for its consumers.
  onTestFinished(() => release.resolve());
  await busy.promise;
  await using log = createEventLog({ database, bus, source: SUBGRAPH, logger, pollMs: 600_000 });
  const telling = tellCommits(database, (events) => log.hear(events));
  const after = encodeCursor({ epoch: first?.epoch ?? '', sequence: 2 });
  const request = { organizationId, topic: 'entry', after, signal: new AbortController().signal };
  const reader = log.tail(request)[Symbol.asyncIterator]();
  await reader.next();
  for (const _ of [1, 2, 3]) {
    const waiting = reader.next();
    const [event] = await announce(organizationId, 1, 'entry', telling);
    expect((await waiting).value).toEqual(event);
  }
});

test('what a failed transaction announced is told to nobody, and what a repeated one announced is told once', async () => {
  const organizationId = randomUUID();
  const told: StoredEvent[] = [];
  const telling = tellCommits(database, (events) => told.push(...events));
  const actor = { organizationId, userId: 'tester' };
  const made = { topic: 'entry', type: 'entry.made', subjectType: 'Entry', subjectId: '1', payload: {} };
  await expect(
    telling.write(actor, async (unit) => {
      await unit.announce([made]);
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  expect(told).toEqual([]);
  let tries = 0;
  await telling.write(actor, async (unit) => {
    await unit.announce([made]);
    tries += 1;
    if (tries === 1) throw Object.assign(new Error('could not serialize access'), { code: '40001' });
  });
  expect(tries).toBe(2);
  expect(told.map(({ sequence }) => sequence)).toEqual([1]);
});

/** Makes an entry of each event, the first time it sees it, in one transaction; refuses what is poisoned. */
function entryMaker(poisoned: (event: StoredEvent) => boolean) {
  const rows = database as Database<PrismaClient>;
  const handleAll = (events: readonly StoredEvent[]) =>
    rows.write({ organizationId: events[0]?.organizationId ?? '', userId: 'maker' }, async (unit) => {
      const fresh = await unit.firstTime(
        'g',
        events.map(({ id }) => id),
      );
      for (const event of events.filter(({ id }) => fresh.has(id))) {
        const { id, organizationId, sequence: amount } = event;
        await unit.tx.entry.create({ data: { id, organizationId, name: id, amount } });
        if (poisoned(event)) throw new Error('poison');
      }
    });
  return { group: 'g', topics: ['entry'], handle: (event: StoredEvent) => handleAll([event]), handleAll };
}

const made = () =>
  asSuperuser<{ amount: number; marked: boolean }>(
    `SELECT e.amount::int AS amount, EXISTS (SELECT FROM ledger.handled_event h WHERE h.event_id = e.id) AS marked
     FROM ledger.entry e ORDER BY e.amount`,
  );

test('events handled together are made and marked together or not at all, and one that is poisoned takes nothing with it', async () => {
  const events = await announce(randomUUID(), 5);
  await using bus = createMemoryBus();
  let poison = 3;
  const maker = entryMaker(({ sequence }) => sequence === poison);
  await bus.consume(maker);
  await expect(maker.handleAll(events)).rejects.toThrow('poison');
  expect(await made()).toEqual([]);
  await expect(bus.publish(events)).rejects.toThrow('poison');
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => ({ amount: index + 1, marked: true }));
  expect(await made()).toEqual(upTo(2));
  poison = 0;
  await bus.publish(events);
  expect(await made()).toEqual(upTo(5));
});

test('a process that ends between handling a batch and confirming it leaves nothing to be handled twice', async () => {
  const events = await announce(randomUUID(), 3);
  const fine = entryMaker(() => false);
  await fine.handleAll(events.slice(0, 2));
  // The next process knows nothing of it and is given everything again, and more.
  await using bus = createMemoryBus();
  await bus.consume(fine);
  await bus.publish(events);
  await bus.publish(events);
  expect((await made()).map(({ amount }) => amount)).toEqual([1, 2, 3]);
});

test('another organization reads nothing of it, whatever cursor it brings', async () => {
  const bus = createMemoryBus();
  const [foreign] = await announce(randomUUID(), 3);
  relay(bus);
  const stranger = randomUUID();
  const reading = tail(bus, {
    organizationId: stranger,
    after: encodeCursor({ epoch: foreign?.epoch ?? '', sequence: 0 }),
    count: 2,
  });
  await expect
    .poll(() => asSuperuser('SELECT 1 FROM ledger.outbox_event WHERE sent_at IS NULL'), { timeout: 10_000 })
    .toEqual([]);
  const [own] = await announce(stranger, 1);
  expect(await reading).toEqual([expect.objectContaining({ kind: 'gap' }), own]);
});

async function tail(
  bus: EventBus,
  q: { readonly organizationId: string; readonly after: string; readonly count: number },
) {
  await using log = createEventLog({ database, bus, source: SUBGRAPH, logger });
  const { organizationId, after } = q;
  const items = [];
  for await (const item of log.tail({ organizationId, topic: 'entry', after, signal: new AbortController().signal })) {
    items.push(item);
    if (items.length === q.count) break;
  }
  return items;
}
