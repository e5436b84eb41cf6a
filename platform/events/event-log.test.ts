import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { BadInputError } from '#platform/errors/index.ts';
import { encodeCursor } from './cursor.ts';
import { openEventLog } from './event-log.ts';
import { createMemoryHistory } from './history.memory.ts';
import { createMemoryBus } from './memory-bus.ts';
import { ORGANIZATION, OTHER_ORGANIZATION } from './testing.ts';
import type { EventBus, StoredEvent, StreamGap, TailRequest } from './types.ts';

function open(options: Partial<Parameters<typeof openEventLog>[0]> = {}) {
  const store = createMemoryHistory();
  const bus = createMemoryBus();
  const listeners = { now: 0 };
  const counting: EventBus = {
    ...bus,
    async listen(topics, onEvents) {
      const listener = await bus.listen(topics, onEvents);
      listeners.now += 1;
      return {
        async [Symbol.asyncDispose]() {
          listeners.now -= 1;
          await listener[Symbol.asyncDispose]();
        },
      };
    },
  };
  const log = openEventLog({
    history: store.history,
    bus: counting,
    logger: pino({ level: 'silent' }),
    pollMs: 60_000,
    ...options,
  });
  onTestFinished(() => log[Symbol.asyncDispose]());
  const stop = new AbortController();
  const tail = (request: Partial<TailRequest> = {}) =>
    log
      .tail({ organizationId: ORGANIZATION, topic: 'workflow', signal: stop.signal, ...request })
      [Symbol.asyncIterator]();
  const announce = async (count: number, fields: Partial<StoredEvent> = {}) => {
    const events = store.commit(count, fields);
    await bus.publish(events);
    return events;
  };
  return { store, bus, log, tail, announce, stop, listeners };
}

type Reader = AsyncIterator<StoredEvent | StreamGap>;

async function take(reader: Reader, count: number): Promise<(number | StreamGap)[]> {
  const items: (number | StreamGap)[] = [];
  while (items.length < count) {
    const { value, done } = await reader.next();
    if (done === true) break;
    items.push('kind' in value ? value : value.sequence);
  }
  return items;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('without a cursor only new events come', async () => {
  const { tail, announce } = open();
  await announce(3);
  const reading = take(tail(), 2);
  await settle();
  await announce(2);
  expect(await reading).toEqual([4, 5]);
});

test('with a cursor the history after it comes first, then what is new, without gap or duplicate', async () => {
  const { store, tail, announce } = open({ pageSize: 2 });
  await announce(5);
  const reader = tail({ after: encodeCursor(store.at(2)) });
  expect(await take(reader, 3)).toEqual([3, 4, 5]);
  await announce(2);
  expect(await take(reader, 2)).toEqual([6, 7]);
});

test('events that are announced while history is read come once', async () => {
  const { store, tail, announce } = open({ pageSize: 1 });
  await announce(5);
  const reader = tail({ after: encodeCursor(store.at(0)) });
  const reading = take(reader, 8);
  await announce(1);
  await announce(2);
  expect(await reading).toEqual(numbers(1, 8));
});

test('the first event of an empty log reaches those who waited for it', async () => {
  const { tail, announce } = open();
  const reader = tail();
  const first = take(reader, 2);
  await settle();
  await announce(1);
  await announce(1);
  expect(await first).toEqual([1, 2]);
});

test('a message the bus lost is read from the database when the next one shows the hole', async () => {
  const { store, tail, announce } = open();
  await announce(1);
  const reader = tail({ after: encodeCursor(store.at(1)) });
  const reading = take(reader, 4);
  await settle();
  store.commit(3);
  await announce(1);
  expect(await reading).toEqual([2, 3, 4, 5]);
});

test('a last message that the bus lost is found by looking', async () => {
  const { store, tail, announce } = open({ pollMs: 5 });
  await announce(1);
  const reader = tail({ after: encodeCursor(store.at(1)) });
  const reading = take(reader, 1);
  await settle();
  store.commit(1);
  expect(await reading).toEqual([2]);
});

test('a burst costs a few reads of the database whatever the number of readers', async () => {
  const { store, tail, announce } = open();
  await announce(10);
  const readers = Array.from({ length: 300 }, () => tail({ after: encodeCursor(store.at(0)) }));
  expect(await Promise.all(readers.map((reader) => take(reader, 10)))).toEqual(readers.map(() => numbers(1, 10)));
  expect(store.reads.after).toBeLessThanOrEqual(2);
  const before = store.reads.after;
  await announce(20);
  await Promise.all(readers.map((reader) => take(reader, 20)));
  expect(store.reads.after).toBe(before);
  store.commit(5);
  await announce(1);
  await Promise.all(readers.map((reader) => take(reader, 6)));
  expect(store.reads.after).toBe(before + 1);
});

test('a reader that falls far behind reads the database again and misses nothing; the others never do', async () => {
  const { store, tail, announce } = open({ keptInMemory: 5, pageSize: 10 });
  await announce(1);
  const slow = tail({ after: encodeCursor(store.at(1)) });
  const quick = tail({ after: encodeCursor(store.at(1)) });
  const taken = take(quick, 100);
  await settle();
  for (let sequence = 2; sequence <= 101; sequence += 1) {
    await announce(1);
    await settle();
  }
  expect(await taken).toEqual(numbers(2, 101));
  expect(store.reads.after).toBe(0);
  expect(await take(slow, 100)).toEqual(numbers(2, 101));
  expect(store.reads.after).toBeGreaterThan(0);
});

test('a cursor older than what is kept: a gap says what is missing, then the oldest kept event follows', async () => {
  const { store, tail, announce } = open();
  await announce(10);
  store.purge(6);
  const from = encodeCursor(store.at(2));
  expect(await take(tail({ after: from }), 3)).toEqual([
    { kind: 'gap', fromCursor: from, toCursor: encodeCursor(store.at(6)), reason: expect.stringContaining('7 days') },
    7,
    8,
  ]);
});

test('a cursor right before the oldest kept event is no gap', async () => {
  const { store, tail, announce } = open();
  await announce(10);
  store.purge(6);
  expect(await take(tail({ after: encodeCursor(store.at(6)) }), 1)).toEqual([7]);
});

test('a cursor of another epoch, and one beyond the newest event, begin with a gap and the oldest kept event', async () => {
  const { store, tail, announce } = open();
  await announce(3);
  const foreign = encodeCursor({ epoch: 'another', sequence: 1 });
  const future = encodeCursor(store.at(99));
  const toCursor = encodeCursor(store.at(0));
  const anything = expect.any(String);
  expect(await take(tail({ after: foreign }), 2)).toEqual([
    { kind: 'gap', fromCursor: foreign, toCursor, reason: anything },
    1,
  ]);
  expect(await take(tail({ after: future }), 2)).toEqual([
    { kind: 'gap', fromCursor: future, toCursor, reason: anything },
    1,
  ]);
});

test('a log that is started anew tells its live readers so and goes on', async () => {
  const { store, tail, announce } = open();
  await announce(3);
  const reader = tail({ after: encodeCursor(store.at(3)) });
  const reading = take(reader, 3);
  await settle();
  const fromCursor = encodeCursor(store.at(3));
  store.restart();
  await announce(2);
  const toCursor = encodeCursor(store.at(0));
  expect(await reading).toEqual([{ kind: 'gap', fromCursor, toCursor, reason: expect.any(String) }, 1, 2]);
});

test('a text that is no cursor is refused before anything opens', () => {
  const { tail, listeners } = open();
  expect(() => tail({ after: 'nonsense' })).toThrow(BadInputError);
  expect(listeners.now).toBe(0);
});

test('a reader sees its own organization and topic, and of these what it accepts', async () => {
  const { store, tail, announce } = open();
  await announce(1);
  const reader = tail({ after: encodeCursor(store.at(0)), accept: (event) => event.sequence % 2 === 0 });
  const reading = take(reader, 2);
  await announce(3, { organizationId: OTHER_ORGANIZATION });
  await announce(3, { topic: 'sample' });
  await announce(3);
  expect(await reading).toEqual([2, 4]);
  const other = tail({ organizationId: OTHER_ORGANIZATION, after: encodeCursor(store.at(0)) });
  const first = await other.next();
  expect(first.value).toMatchObject({ kind: 'gap' });
});

test('aborting ends a waiting reader at once; the last one takes the tail and the listener with it after a while', async () => {
  const { tail, announce, stop, listeners } = open({ lingerMs: 1 });
  await announce(1);
  const one = tail();
  const two = tail();
  const waiting = [one.next(), two.next()];
  await settle();
  expect(listeners.now).toBe(1);
  stop.abort();
  expect(await Promise.all(waiting)).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  await expect.poll(() => listeners.now, { timeout: 10_000 }).toBe(0);
});

test('return() ends a reader that waits, and one that never began', async () => {
  const { tail, listeners } = open({ lingerMs: 1 });
  const waiting = tail();
  const next = waiting.next();
  await settle();
  await waiting.return?.();
  expect(await next).toEqual({ done: true, value: undefined });
  await tail().return?.();
  await expect.poll(() => listeners.now, { timeout: 10_000 }).toBe(0);
});

test('a reader that comes back soon finds the tail still there', async () => {
  const { store, tail, announce } = open({ lingerMs: 60_000 });
  await announce(2);
  const reader = tail({ after: encodeCursor(store.at(1)) });
  await take(reader, 1);
  await reader.return?.();
  await announce(1);
  const reads = { ...store.reads };
  expect(await take(tail({ after: encodeCursor(store.at(2)) }), 1)).toEqual([3]);
  expect(store.reads).toEqual(reads);
});

test('a database that is away at the beginning is told to the reader; the next reader is served', async () => {
  const { store, tail, announce } = open();
  await announce(1);
  store.failNext(1);
  await expect(tail({ after: encodeCursor(store.at(0)) }).next()).rejects.toThrow('away');
  expect(await take(tail({ after: encodeCursor(store.at(0)) }), 1)).toEqual([1]);
});

test('closing the log ends its readers', async () => {
  const { log, tail } = open();
  const next = tail().next();
  await settle();
  await log[Symbol.asyncDispose]();
  expect((await next).done).toBe(true);
  expect((await tail().next()).done).toBe(true);
});

/** Lets everything run that needs no timer: the memory history answers in the next turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
