import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cloneDatabase, createTemplate, type Database, type DatabaseUrls } from './index.ts';
import { withClient } from './provision.ts';
import { LEDGER, type LedgerTx, openLedger, startTestServer } from './test-fixtures/server.ts';

interface Claimed {
  readonly id: string;
  readonly topic: string;
  readonly sequence: string;
  readonly attempts: number;
}

const suite = new AsyncDisposableStack();
let template: DatabaseUrls;
let urls: DatabaseUrls & AsyncDisposable;
let ledger: Database<LedgerTx>;
let mine: { organizationId: string; userId: string };

beforeAll(async () => {
  const server = suite.use(await startTestServer());
  template = suite.use(await createTemplate({ server, subgraphs: [LEDGER] }));
});
afterAll(() => suite.disposeAsync());

beforeEach(async () => {
  urls = await cloneDatabase(template);
  ledger = await openLedger(urls);
  mine = { organizationId: randomUUID(), userId: 'me' };
  return async () => {
    await ledger[Symbol.asyncDispose]();
    await urls[Symbol.asyncDispose]();
  };
});

function announce(count: number, topic = 'entry', actor = mine) {
  const event = { topic, type: 'entry.made', subjectType: 'Entry', subjectId: 's', payload: { a: [1] } };
  return ledger.write(actor, (unit) => unit.announce(Array.from({ length: count }, () => event)));
}

async function claim(most = 100): Promise<Claimed[]> {
  return (await ledger.pool.query<Claimed>('select * from outbox_claim($1)', [most])).rows;
}

function done(events: readonly Claimed[]) {
  return ledger.pool.query('select outbox_done($1)', [events.map(({ id }) => id)]);
}

function sequences(events: readonly Claimed[]): number[] {
  return events.map((event) => Number(event.sequence));
}

function asSuperuser(sql: string) {
  return withClient(urls.superUrl, (client) => client.query(`set search_path = ledger; ${sql}`));
}

test('a claim gives the events of all tenants in the order in which they were announced', async () => {
  const theirs = { ...mine, organizationId: randomUUID() };
  await announce(2);
  await announce(1, 'entry', theirs);
  await announce(1);
  const events = await claim();
  expect(sequences(events)).toEqual([1, 2, 1, 3]);
  expect(events[0]).toMatchObject({
    organization_id: mine.organizationId,
    payload: { a: [1] },
    actor_id: 'me',
    attempts: 0,
  });
});

test('a topic of which events are under way waits; other topics do not', async () => {
  await announce(3);
  expect(sequences(await claim(2))).toEqual([1, 2]);
  await announce(1, 'other');
  expect((await claim()).map(({ topic }) => topic)).toEqual(['other']);
  expect(await claim()).toEqual([]);
});

test('what is done is never given out again, and what follows it is', async () => {
  await announce(3);
  await done(await claim(2));
  expect(sequences(await claim())).toEqual([3]);
});

test('ten relays that claim at once share the events without giving one twice, each topic to one of them', async () => {
  for (const topic of ['a', 'b', 'c', 'd']) await announce(5, topic);
  const claims = await Promise.all(Array.from({ length: 10 }, () => claim(7)));
  const ids = claims.flat().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const topic of ['a', 'b', 'c', 'd']) {
    expect(claims.filter((events) => events.some((event) => event.topic === topic)).length).toBeLessThanOrEqual(1);
  }
});

test("a dead relay's events come back when its lease has run out", async () => {
  await announce(2);
  await claim();
  await asSuperuser(`update outbox_event set claimed_until = claimed_until - interval '31 seconds'`);
  expect(sequences(await claim())).toEqual([1, 2]);
});

test('a failure is counted, keeps the lease, and after ten the event is out of the way but not gone', async () => {
  await announce(2);
  const [first] = await claim(1);
  const fail = () => ledger.pool.query('select outbox_failed($1, $2) as attempts', [first?.id, 'broken']);
  expect((await fail()).rows).toEqual([{ attempts: 1 }]);
  expect(await claim()).toEqual([]);
  for (let attempt = 2; attempt <= 10; attempt += 1) await fail();
  expect(sequences(await claim())).toEqual([2]);
  const { rows } = await asSuperuserRows('select attempts, last_error, sent_at from outbox_event where sequence = 1');
  expect(rows).toEqual([{ attempts: 10, last_error: 'broken', sent_at: null }]);
});

test('what was given up goes out again after a redrive, and only that', async () => {
  await announce(3);
  const [first] = await claim(1);
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    await ledger.pool.query('select outbox_failed($1, $2)', [first?.id, 'broken']);
  }
  const redrive = () => ledger.pool.query('select outbox_redrive() as events');
  expect((await redrive()).rows).toEqual([{ events: 1 }]);
  const claimed = await claim();
  expect(sequences(claimed)).toEqual([1, 2, 3]);
  expect(claimed[0]).toMatchObject({ attempts: 0 });
  expect((await redrive()).rows).toEqual([{ events: 0 }]);
});

function asSuperuserRows(sql: string) {
  return withClient(urls.superUrl, async (client) => {
    await client.query('set search_path = ledger');
    return client.query(sql);
  });
}

const purge = (before: Date) => ledger.pool.query('select outbox_purge($1) as events', [before]);
const LATER = () => new Date(Date.now() + 60_000);

test('a purge forgets answers and handled events, and keeps what was not published', async () => {
  await announce(2);
  await done((await claim()).slice(0, 1));
  await ledger.write(mine, async (unit) => {
    await unit.once({ operation: 'o', key: 'k', request: 1 }, async () => 1);
    await unit.firstTime('c', [randomUUID()]);
  });
  expect((await purge(new Date(Date.now() - 60_000))).rows).toEqual([{ events: 0 }]);
  expect((await purge(LATER())).rows).toEqual([{ events: 1 }]);
  const { rows } = await asSuperuserRows(
    'select (select count(*)::int from outbox_event) as events, (select count(*)::int from idempotency_record) as answers, (select count(*)::int from handled_event) as handled',
  );
  expect(rows).toEqual([{ events: 1, answers: 0, handled: 0 }]);
  expect((await announce(1))[0]?.sequence).toBe(3);
});

test('a purge moves published events into the archive as they were', async () => {
  await ledger.write(mine, (unit) =>
    unit.announce([
      {
        topic: 'entry',
        type: 'entry.retracted',
        subjectType: 'Entry',
        subjectId: 's',
        payload: { a: 1 },
        reason: 'typo',
      },
    ]),
  );
  await announce(3);
  const said =
    'id, position, organization_id, topic, sequence, epoch, type, subject_type, subject_id, reason, payload, actor_id, request_id, at, sent_at';
  await done(await claim());
  const before = await asSuperuserRows(`select ${said} from outbox_event order by sequence`);
  expect((await purge(LATER())).rows).toEqual([{ events: 4 }]);
  const archived = await asSuperuserRows(`select ${said} from event_archive order by sequence`);
  expect(archived.rows).toEqual(before.rows);
  expect(archived.rows[0]).toMatchObject({ type: 'entry.retracted', reason: 'typo', actor_id: 'me' });
  expect((await purge(LATER())).rows).toEqual([{ events: 0 }]);
});

test('purges at the same time lose nothing and archive nothing twice', async () => {
  for (const topic of ['a', 'b', 'c']) await announce(50, topic);
  await done(await claim(150));
  const moved = await Promise.all(Array.from({ length: 5 }, () => purge(LATER())));
  expect(moved.reduce((sum, { rows }) => sum + rows[0].events, 0)).toBe(150);
  const { rows } = await asSuperuserRows(
    'select (select count(*)::int from outbox_event) as left, (select count(*)::int from event_archive) as archived',
  );
  expect(rows).toEqual([{ left: 0, archived: 150 }]);
});

test('an archived event is seen by its organization alone', async () => {
  const theirs = { ...mine, organizationId: randomUUID() };
  await announce(2);
  await announce(1, 'entry', theirs);
  await done(await claim());
  await purge(LATER());
  const seenBy = (organizationId: string) =>
    ledger.write({ ...mine, organizationId }, ({ tx }) => tx.$queryRaw`select sequence::int from event_archive`);
  expect(await seenBy(mine.organizationId)).toHaveLength(2);
  expect(await seenBy(theirs.organizationId)).toHaveLength(1);
  expect(await seenBy(randomUUID())).toEqual([]);
  await expect(ledger.pool.query('select * from event_archive')).rejects.toThrow();
});

const CHANGES_OF_THE_ARCHIVE = [
  'delete from event_archive',
  'update event_archive set type = $$x$$',
  'truncate event_archive',
];

test("the service's role can neither write nor change nor delete what is archived", async () => {
  await announce(1);
  await done(await claim());
  await purge(LATER());
  for (const sql of [...CHANGES_OF_THE_ARCHIVE, 'insert into event_archive select * from event_archive']) {
    await expect(ledger.write(mine, ({ tx }) => tx.$executeRawUnsafe(sql))).rejects.toThrow(/permission denied/);
  }
});

test.each(['ownerUrl', 'superUrl'] as const)('not even the login of %s can change what is archived', async (login) => {
  await announce(1);
  await done(await claim());
  await purge(LATER());
  for (const sql of CHANGES_OF_THE_ARCHIVE) {
    const attempt = withClient(urls[login], (client) => client.query(`set search_path = ledger; ${sql}`));
    await expect(attempt).rejects.toThrow(/append-only/);
  }
});

test("the service's role can change no event and delete nothing", async () => {
  await announce(1);
  const attempts = [
    'delete from outbox_event',
    'update outbox_event set type = $$x$$',
    'delete from event_counter',
    'delete from handled_event',
  ];
  for (const sql of attempts) {
    await expect(ledger.write(mine, ({ tx }) => tx.$executeRawUnsafe(sql))).rejects.toThrow(/permission denied/);
  }
});
