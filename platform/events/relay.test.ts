import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { UnavailableError } from '#platform/errors/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { createMemoryBus } from './memory-bus.ts';
import type { ClaimedEvent, Outbox } from './outbox.ts';
import { MOST_ATTEMPTS, runRelay } from './relay.ts';
import { collector, OTHER_ORGANIZATION, storedEvent } from './testing.ts';
import type { EventBus, StoredEvent } from './types.ts';

/** The outbox table with its functions, in memory: a claim is a lease on the topic that this fake never lets expire. */
function memoryOutbox() {
  const rows = new Map<string, { event: StoredEvent; attempts: number; leased: boolean; error?: string }>();
  const claims = collector<number>();
  const done = collector<string>();
  const failed = collector<string>();
  let news: () => void = () => {};
  const broken = { claim: 0, done: 0 };
  const fail = (what: 'claim' | 'done') => {
    if (broken[what] === 0) return;
    broken[what] -= 1;
    throw new Error('the database is away');
  };
  const outbox: Outbox = {
    async claim(limit) {
      claims.add(claims.items.length);
      fail('claim');
      const open = [...rows.values()].filter(({ attempts }) => attempts < MOST_ATTEMPTS);
      const laneOf = ({ event }: { event: StoredEvent }) => `${event.organizationId} ${event.topic}`;
      const leased = new Set(open.filter((row) => row.leased).map(laneOf));
      const free = open.filter((row) => !leased.has(laneOf(row))).slice(0, limit);
      for (const row of free) row.leased = true;
      return free.map(({ event, attempts }): ClaimedEvent => ({ event, attempts }));
    },
    async done(ids) {
      fail('done');
      for (const id of ids) rows.delete(id);
      done.add(...ids);
    },
    async failed(id, error) {
      const row = rows.get(id);
      if (row === undefined) throw new Error(`no row ${id}`);
      row.attempts += 1;
      row.error = error;
      failed.add(id);
    },
    async purge() {},
    watch(onNews) {
      news = onNews;
      return { async [Symbol.asyncDispose]() {} };
    },
  };
  return {
    outbox,
    rows,
    claims,
    done,
    failed,
    broken,
    notify: () => news(),
    put: (...events: readonly StoredEvent[]) => {
      for (const event of events) rows.set(event.id, { event, attempts: 0, leased: false });
    },
  };
}

function start(
  store: ReturnType<typeof memoryOutbox>,
  bus: EventBus,
  logger = pino({ level: 'silent' }),
  clock = () => new Date(),
) {
  const metrics = createMetrics({ processMetrics: false });
  const relay = runRelay({
    outbox: store.outbox,
    subgraph: 'workflows',
    bus,
    logger,
    metrics,
    clock,
    // Long, so that a test which passes was woken and did not poll.
    intervalMs: 60_000,
    pauseMs: { first: 1, longest: 4 },
  });
  onTestFinished(() => relay[Symbol.asyncDispose]());
  return { relay, metrics };
}

async function gathering(topics: readonly string[] = ['workflow']) {
  const bus = createMemoryBus();
  const got = collector<StoredEvent>();
  await bus.consume({ group: 'g', topics, handle: async (event) => got.add(event) });
  return { bus, got };
}

test('what the outbox holds at the start and what is announced later reaches the bus in order and is confirmed', async () => {
  const store = memoryOutbox();
  const { bus, got } = await gathering();
  store.put(storedEvent(1), storedEvent(2));
  const { relay, metrics } = start(store, bus);
  await store.done.reached(2);
  store.put(storedEvent(3));
  relay.wake();
  await store.done.reached(3);
  store.put(storedEvent(4));
  store.notify();
  await store.done.reached(4);
  expect(got.items.map((event) => event.sequence)).toEqual([1, 2, 3, 4]);
  expect(store.rows.size).toBe(0);
  expect((await metrics.render()).body).toContain('alims_outbox_published_total{subgraph="workflows"} 4');
});

test('nobody wakes the relay: it looks by itself', async () => {
  const store = memoryOutbox();
  const { bus } = await gathering();
  const relay = runRelay({
    outbox: store.outbox,
    subgraph: 'workflows',
    bus,
    logger: pino({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
    intervalMs: 5,
  });
  onTestFinished(() => relay[Symbol.asyncDispose]());
  await store.claims.reached(1);
  store.put(storedEvent(1));
  await store.done.reached(1);
});

test('more than one claim holds is carried without waiting', async () => {
  const store = memoryOutbox();
  const { bus, got } = await gathering();
  store.put(...Array.from({ length: 1_700 }, (_, index) => storedEvent(index + 1)));
  start(store, bus);
  await store.done.reached(1_700);
  expect(got.items.map((event) => event.sequence)).toEqual(Array.from({ length: 1_700 }, (_, index) => index + 1));
});

test('a bus that is away costs events nothing: they wait, uncounted, and go out in order when it is back', async () => {
  const store = memoryOutbox();
  const { bus, got } = await gathering();
  let away = MOST_ATTEMPTS + 5;
  const flaky: EventBus = {
    ...bus,
    publish: (events) => (away-- > 0 ? Promise.reject(new Error('Redis is away')) : bus.publish(events)),
  };
  store.put(storedEvent(1), storedEvent(2));
  start(store, flaky);
  await store.done.reached(2);
  expect(got.items.map((event) => event.sequence)).toEqual([1, 2]);
  expect(store.failed.items).toEqual([]);
});

test('a consumer that refuses twice gets the event a third time; its lane waits, other lanes do not', async () => {
  const store = memoryOutbox();
  const bus = createMemoryBus();
  const got = collector<string>();
  let refusals = 2;
  await bus.consume({
    group: 'g',
    topics: ['workflow'],
    handle: async (event) => {
      if (event.sequence === 1 && refusals-- > 0) throw new Error('not now');
      got.add(`${event.organizationId === OTHER_ORGANIZATION ? 'other' : 'own'} ${event.sequence}`);
    },
  });
  store.put(storedEvent(1), storedEvent(2), storedEvent(7, { organizationId: OTHER_ORGANIZATION }));
  start(store, bus);
  await store.done.reached(3);
  expect(got.items).toEqual(['other 7', 'own 1', 'own 2']);
  expect(store.failed.items).toHaveLength(2);
});

test('an event whose consumer misses a dependency waits, uncounted, for as long as that lasts', async () => {
  const store = memoryOutbox();
  const bus = createMemoryBus();
  const got = collector<number>();
  let away = MOST_ATTEMPTS * 3;
  await bus.consume({
    group: 'g',
    topics: ['workflow'],
    handle: async (event) => {
      if (away-- > 0) throw new UnavailableError('The samples subgraph did not answer.');
      got.add(event.sequence);
    },
  });
  store.put(storedEvent(1), storedEvent(2));
  start(store, bus);
  await store.done.reached(2);
  expect(got.items).toEqual([1, 2]);
  expect(store.failed.items).toEqual([]);
});

test('a consumer that refuses is not counted while another one misses a dependency, and is from then on', async () => {
  const store = memoryOutbox();
  const bus = createMemoryBus();
  let away = MOST_ATTEMPTS + 5;
  const got = collector<StoredEvent>();
  const topics = ['workflow'];
  await bus.consume({ group: 'bad', topics, handle: () => Promise.reject(new Error('poison')) });
  await bus.consume({
    group: 'late',
    topics,
    handle: async (event) => {
      if (away-- > 0) throw new UnavailableError('away');
      got.add(event);
    },
  });
  store.put(storedEvent(1));
  start(store, bus);
  await store.failed.reached(MOST_ATTEMPTS);
  expect(got.items).toHaveLength(1);
});

test('a lane that has stood for ten minutes is told as ERROR, once, and again each hour; what goes on is not', async () => {
  const store = memoryOutbox();
  const bus = createMemoryBus();
  const tries = collector<number>();
  const lines = collector<Record<string, unknown>>();
  const logger = pino({ level: 'error' }, { write: (line: string) => lines.add(JSON.parse(line)) });
  let minutes = 0;
  let stuck = 1;
  await bus.consume({
    group: 'g',
    topics: ['workflow'],
    handle: async (event) => {
      tries.add(event.sequence);
      if (event.sequence === stuck) throw new UnavailableError('The samples subgraph did not answer.');
    },
  });
  const events = [storedEvent(1), storedEvent(2)];
  store.put(...events);
  start(store, bus, logger, () => new Date(minutes * 60_000));
  const after = async (passed: number) => {
    minutes += passed;
    await tries.reached(tries.items.length + 3);
    return lines.items.map((line) => line.minutes);
  };
  expect(await after(0)).toEqual([]);
  expect(await after(9)).toEqual([]);
  expect(await after(1)).toEqual([10]);
  expect(await after(59)).toEqual([10]);
  expect(await after(1)).toEqual([10, 70]);
  expect(lines.items[0]).toMatchObject({ eventId: events[0]?.id, organizationId: events[0]?.organizationId });
  // The next one waits anew.
  stuck = 2;
  await store.done.reached(1);
  expect(await after(0)).toEqual([10, 70]);
  expect(await after(9)).toEqual([10, 70]);
  expect(await after(11)).toEqual([10, 70, 20]);
  expect(lines.items[2]).toMatchObject({ eventId: events[1]?.id });
});

test('lanes that wait for a dependency take no room from the others, however much they hold', async () => {
  const store = memoryOutbox();
  const bus = createMemoryBus();
  const got = collector<number>();
  let away = true;
  await bus.consume({
    group: 'g',
    topics: ['workflow'],
    handle: async (event) => {
      if (away && event.organizationId !== OTHER_ORGANIZATION) throw new UnavailableError('away');
      got.add(event.sequence);
    },
  });
  store.put(...Array.from({ length: 3_000 }, (_, index) => storedEvent(index + 1)));
  const { relay } = start(store, bus);
  await store.claims.reached(2);
  store.put(storedEvent(1, { organizationId: OTHER_ORGANIZATION }));
  await expect
    .poll(() => {
      relay.wake();
      return got.items;
    })
    .toEqual([1]);
  away = false;
  // No lease ends in this test: what was claimed and is not at work would hold the topic.
  await store.done.reached(3_001);
  expect(got.items.filter((sequence, index) => index > 0 && sequence !== index)).toEqual([]);
});

test('poison is given up after ten attempts: ERROR with its id, counted, left in the table; those behind it go on', async () => {
  const store = memoryOutbox();
  const bus = createMemoryBus();
  const got = collector<number>();
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  await bus.consume({
    group: 'g',
    topics: ['workflow'],
    handle: async (event) => {
      if (event.sequence === 1) throw new Error('poison');
      got.add(event.sequence);
    },
  });
  const poison = storedEvent(1);
  store.put(poison, storedEvent(2));
  const { metrics } = start(store, bus, logger);
  await store.done.reached(1);
  expect(got.items).toEqual([2]);
  expect(store.failed.items).toHaveLength(MOST_ATTEMPTS);
  expect(store.rows.get(poison.id)).toMatchObject({ attempts: MOST_ATTEMPTS, error: 'poison' });
  expect(lines).toMatchObject([{ eventId: poison.id, attempts: MOST_ATTEMPTS }]);
  expect((await metrics.render()).body).toContain('alims_events_dead_letters_total{where="workflows"} 1');
});

test('a database that is away for a moment neither loses nor repeats an event', async () => {
  const store = memoryOutbox();
  const { bus, got } = await gathering();
  store.broken.claim = 3;
  store.broken.done = 3;
  store.put(storedEvent(1));
  start(store, bus);
  await store.done.reached(1);
  expect(got.items).toHaveLength(1);
});

test('stopping waits for the events at work and ends in the middle of a pause', async () => {
  const store = memoryOutbox();
  const bus = createMemoryBus();
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await bus.consume({
    group: 'g',
    topics: ['workflow'],
    handle: async () => {
      entered.resolve();
      await release.promise;
    },
  });
  store.put(storedEvent(1));
  const { relay } = start(store, bus);
  await entered.promise;
  const stopped = relay[Symbol.asyncDispose]();
  release.resolve();
  await stopped;
  expect(store.done.items).toHaveLength(1);
});
