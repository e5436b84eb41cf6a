import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BadInputError, ConflictError } from '#platform/errors/index.ts';
import type { DomainEvent } from '../events/types.ts';
import { cloneDatabase, createTemplate, type Database, type DatabaseUrls } from './index.ts';
import { LEDGER, type LedgerTx, openLedger, startTestServer } from './test-fixtures/server.ts';

const suite = new AsyncDisposableStack();
let template: DatabaseUrls;
let urls: DatabaseUrls & AsyncDisposable;
let ledger: Database<LedgerTx>;
let committed = 0;
let mine: { organizationId: string; userId: string; requestId: string };

beforeAll(async () => {
  const server = suite.use(await startTestServer());
  template = suite.use(await createTemplate({ server, subgraphs: [LEDGER] }));
});
afterAll(() => suite.disposeAsync());

beforeEach(async () => {
  committed = 0;
  urls = await cloneDatabase(template);
  ledger = await openLedger(urls, {
    afterCommit: () => {
      committed += 1;
    },
  });
  mine = { organizationId: randomUUID(), userId: 'me', requestId: 'r1' };
  return async () => {
    await ledger[Symbol.asyncDispose]();
    await urls[Symbol.asyncDispose]();
  };
});

function event(topic = 'entry', payload = {}): DomainEvent {
  return { topic, type: `${topic}.made`, subjectType: 'Entry', subjectId: 's', payload };
}

function entry(name: string) {
  return { id: randomUUID(), organizationId: mine.organizationId, name, amount: 1 };
}

function storedSequences(actor = mine): Promise<number[]> {
  return ledger.read(actor, async (tx) => {
    const rows = await tx.$queryRaw<{ sequence: bigint }[]>`select sequence from outbox_event order by position`;
    return rows.map((row) => Number(row.sequence));
  });
}

test('announced events carry who, why, where and when, in the order given, each topic counted by itself', async () => {
  const before = Date.now();
  const events = await ledger.write(mine, (unit) =>
    unit.announce([{ ...event('entry', { n: 1 }), reason: 'because' }, event('other'), event('entry', { n: 2 })]),
  );
  expect(events.map(({ topic, sequence }) => [topic, sequence])).toEqual([
    ['entry', 1],
    ['other', 1],
    ['entry', 2],
  ]);
  expect(events[0]).toMatchObject({
    organizationId: mine.organizationId,
    actorId: 'me',
    requestId: 'r1',
    reason: 'because',
    payload: { n: 1 },
    source: 'ledger',
  });
  expect(events[0]?.epoch).toBe(events[2]?.epoch);
  expect(events[0]?.at.getTime()).toBeGreaterThanOrEqual(before - 1_000);
  expect(committed).toBe(1);
});

test('twenty concurrent writers leave no hole and no duplicate, and order of commit is order of sequence', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, writer) =>
      ledger.write(mine, async (unit) => {
        await unit.tx.entry.create({ data: entry(`e${writer}`) });
        await unit.announce([event(), event()]);
      }),
    ),
  );
  expect(await storedSequences()).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

test('a rolled back write leaves neither event nor hole', async () => {
  const failing = ledger.write(mine, async (unit) => {
    await unit.announce([event()]);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(committed).toBe(0);
  const [next] = await ledger.write(mine, (unit) => unit.announce([event()]));
  expect(next?.sequence).toBe(1);
  expect(await storedSequences()).toEqual([1]);
});

test("another organization's events have their own sequence and are not seen", async () => {
  const theirs = { ...mine, organizationId: randomUUID() };
  await ledger.write(mine, (unit) => unit.announce([event(), event()]));
  const [first] = await ledger.write(theirs, (unit) => unit.announce([event()]));
  expect(first?.sequence).toBe(1);
  expect(await storedSequences(theirs)).toEqual([1]);
});

test('announcing nothing costs nothing and wakes nobody', async () => {
  expect(await ledger.write(mine, (unit) => unit.announce([]))).toEqual([]);
  expect(committed).toBe(0);
});

test('other processes hear of a commit by NOTIFY', async () => {
  const listener = new pg.Client(urls.appUrl);
  await listener.connect();
  await listener.query('listen alims_outbox_ledger');
  const heard = once(listener, 'notification');
  await ledger.write(mine, (unit) => unit.announce([event()]));
  await heard;
  await listener.end();
});

test('a retry with the same key gets the first answer, dates and all, and does nothing', async () => {
  const call = { operation: 'make', key: 'k', request: { name: 'a', at: new Date(5) } };
  let runs = 0;
  const make = (request: unknown = call.request) =>
    ledger.write(mine, (unit) =>
      unit.once({ ...call, request }, async () => {
        runs += 1;
        await unit.tx.entry.create({ data: entry('a') });
        return { at: new Date(7), none: undefined, sequence: 9n };
      }),
    );
  const first = await make();
  expect(await make({ at: new Date(5), name: 'a' })).toEqual(first);
  expect(first).toEqual({ at: new Date(7), none: undefined, sequence: 9n });
  expect(runs).toBe(1);
});

test('the same key with another request is a conflict; another operation, person or organization is another key', async () => {
  const make = (actor: typeof mine, operation: string, request: unknown) =>
    ledger.write(actor, (unit) => unit.once({ operation, key: 'k', request }, async () => randomUUID()));
  const first = await make(mine, 'make', 1);
  await expect(make(mine, 'make', 2)).rejects.toThrow(ConflictError);
  const others = [
    await make(mine, 'break', 1),
    await make({ ...mine, userId: 'other' }, 'make', 1),
    await make({ ...mine, organizationId: randomUUID() }, 'make', 1),
  ];
  expect(new Set([first, ...others]).size).toBe(4);
});

test('ten requests with one key at the same time do the work once', async () => {
  let runs = 0;
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      ledger.write(mine, (unit) =>
        unit.once({ operation: 'make', key: 'k', request: 1 }, async () => {
          runs += 1;
          return (await unit.tx.entry.create({ data: entry('a') })).id;
        }),
      ),
    ),
  );
  expect(runs).toBe(1);
  expect(new Set(answers).size).toBe(1);
});

test('work that failed was not done: the same key runs it again', async () => {
  const call = { operation: 'make', key: 'k', request: 1 };
  const failing = ledger.write(mine, (unit) => unit.once(call, () => Promise.reject(new Error('no'))));
  await expect(failing).rejects.toThrow('no');
  expect(await ledger.write(mine, (unit) => unit.once(call, async () => 'yes'))).toBe('yes');
});

test('without a key the work just runs; an empty key is refused', async () => {
  const run = (key: string | null) =>
    ledger.write(mine, (unit) => unit.once({ operation: 'make', key, request: 1 }, async () => randomUUID()));
  expect(await run(null)).not.toBe(await run(null));
  await expect(run('')).rejects.toThrow(BadInputError);
});

test('a consumer sees an event for the first time once, unless its work failed', async () => {
  const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
  const handle = (consumer: string, ids: readonly string[], fail = false) =>
    ledger.write(mine, async (unit) => {
      const first = await unit.firstTime(consumer, ids);
      if (fail) throw new Error('no');
      return [...first].sort();
    });
  await expect(handle('a', [one, two], true)).rejects.toThrow('no');
  expect(await handle('a', [one, two])).toEqual([one, two].sort());
  expect(await handle('a', [two, three, one])).toEqual([three]);
  expect(await handle('b', [two])).toEqual([two]);
  expect(await handle('b', [])).toEqual([]);
});

test('what follows from an event of somebody else is announced in their name, beside the actor’s own', async () => {
  const theirs = { actorId: 'somebody', requestId: 'their request' };
  const background = { ...theirs, requestId: null };
  const told = await ledger.write(mine, (unit) =>
    unit.announce([{ ...event(), cause: background }, { ...event(), cause: theirs }, event()]),
  );
  const causes = [background, theirs, { actorId: mine.userId, requestId: 'r1' }];
  expect(told.map(({ actorId, requestId }) => ({ actorId, requestId }))).toEqual(causes);
  const stored = await ledger.read(
    mine,
    (tx) => tx.$queryRaw`select actor_id as "actorId", request_id as "requestId" from outbox_event order by sequence`,
  );
  expect(stored).toEqual(causes);
});

test.each(['after-state', 'after-event', 'after-commit'])(
  'a process killed %s leaves state and event together or neither',
  async (moment) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'test-fixtures/killed-writer.ts'), urls.appUrl, mine.organizationId, moment],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const [entries, sequences] = [await ledger.read(mine, (tx) => tx.entry.count()), await storedSequences()];
    const expected = moment === 'after-commit' ? 1 : 0;
    expect([entries, sequences.length]).toEqual([expected, expected]);
    const [next] = await ledger.write(mine, (unit) => unit.announce([event()]));
    expect(next?.sequence).toBe(expected + 1);
  },
);
