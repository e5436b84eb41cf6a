import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import { openEventLog } from './event-log.ts';
import { createMemoryHistory } from './history.memory.ts';
import { createMemoryBus } from './memory-bus.ts';
import { ORGANIZATION } from './testing.ts';
import type { EventLog, StoredEvent, StreamGap } from './types.ts';

const READERS = 3;

type Command =
  | { readonly do: 'announce'; readonly count: number; readonly fate: 'told' | 'lost' | 'late' | 'twice' }
  | { readonly do: 'connect' | 'disconnect'; readonly reader: number; readonly from: number }
  | { readonly do: 'purge' | 'restart' | 'turn' };

const reader = fc.nat(READERS - 1);
const steady = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('announce' as const),
      count: fc.integer({ min: 1, max: 8 }),
      fate: fc.constantFrom('told', 'told', 'lost', 'late', 'twice'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('connect', 'disconnect'), reader, from: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
) satisfies fc.Arbitrary<Command>;
const stormy = fc.oneof(
  { weight: 12, arbitrary: steady },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('purge', 'restart') }) },
) satisfies fc.Arbitrary<Command>;

/** A client as the SDK is one: it remembers the cursor of the last thing it got and comes back with it. */
function createClient(log: EventLog) {
  const items: (StoredEvent | StreamGap)[] = [];
  let origin: Position | null = null;
  let position: Position | null = null;
  let stop = new AbortController();
  let reading: Promise<void> = Promise.resolve();

  async function read(after: Position): Promise<void> {
    const request = {
      organizationId: ORGANIZATION,
      topic: 'workflow',
      after: encodeCursor(after),
      signal: stop.signal,
    };
    for await (const item of log.tail(request)) {
      items.push(item);
      position = 'kind' in item ? decodeCursor(item.toCursor) : { epoch: item.epoch, sequence: item.sequence };
    }
  }

  return {
    items,
    get origin() {
      return origin;
    },
    get position() {
      return position;
    },
    connect(from: Position) {
      if (!stop.signal.aborted && origin !== null) return;
      origin ??= from;
      position ??= from;
      stop = new AbortController();
      const place = position;
      reading = reading.then(() => read(place));
    },
    async disconnect() {
      stop.abort();
      await reading;
    },
  };
}

async function run(commands: readonly Command[]): Promise<void> {
  const store = createMemoryHistory();
  const bus = createMemoryBus();
  const log = openEventLog({
    history: store.history,
    bus,
    logger: pino({ level: 'silent' }),
    lingerMs: 1,
    pollMs: 2,
    keptInMemory: 3,
    pageSize: 4,
  });
  const clients = Array.from({ length: READERS }, () => createClient(log));
  const late: StoredEvent[] = [];
  let purged = 0;
  try {
    store.commit(3);
    for (const command of commands) {
      switch (command.do) {
        case 'announce': {
          const events = store.commit(command.count);
          if (command.fate === 'late') late.push(...events);
          if (command.fate === 'told' || command.fate === 'twice') void bus.publish(events);
          if (command.fate === 'twice') void bus.publish([...events.toReversed(), ...late.splice(0)]);
          break;
        }
        case 'connect':
          clients[command.reader]?.connect(store.at(Math.min(command.from, store.end().sequence)));
          break;
        case 'disconnect':
          await clients[command.reader]?.disconnect();
          break;
        case 'purge':
          purged = Math.max(0, store.end().sequence - 2);
          store.purge(purged);
          break;
        case 'restart':
          store.restart();
          store.commit(1);
          purged = 0;
          break;
        case 'turn':
          await new Promise((resolve) => setImmediate(resolve));
      }
    }
    for (const client of clients) client.connect(store.at(0));
    const end = store.end();
    await expect
      .poll(() => clients.map((client) => client.position), { interval: 1, timeout: 10_000 })
      .toEqual(clients.map(() => end));
    for (const client of clients)
      expectWhole(
        client.items,
        client.origin,
        commands.some((each) => each.do === 'purge' || each.do === 'restart'),
      );
  } finally {
    await log[Symbol.asyncDispose]();
    await bus[Symbol.asyncDispose]();
  }
}

/** Each event is the one right after the place before it, and each gap begins exactly there. */
function expectWhole(items: readonly (StoredEvent | StreamGap)[], origin: Position | null, gapsAllowed: boolean): void {
  let place = origin ?? { epoch: '', sequence: 0 };
  for (const item of items) {
    if ('kind' in item) {
      expect(gapsAllowed).toBe(true);
      expect(item.fromCursor).toBe(encodeCursor(place));
      place = decodeCursor(item.toCursor);
    } else {
      expect({ epoch: item.epoch, sequence: item.sequence }).toEqual({
        epoch: place.epoch,
        sequence: place.sequence + 1,
      });
      place = { epoch: item.epoch, sequence: item.sequence };
    }
  }
}

test('whatever is announced, lost, repeated or reordered by the bus, and however readers come and go: each gets every event once, in order', async () => {
  await fc.assert(fc.asyncProperty(fc.array(steady, { maxLength: 40 }), run), { numRuns: 150, timeout: 30_000 });
}, 60_000);

test('with retention and restarts in between, what a reader misses is exactly what its gaps say', async () => {
  await fc.assert(fc.asyncProperty(fc.array(stormy, { maxLength: 40 }), run), { numRuns: 150, timeout: 30_000 });
}, 60_000);
