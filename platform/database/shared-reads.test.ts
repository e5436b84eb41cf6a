import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { UnavailableError } from '#platform/errors/index.ts';
import { cloneDatabase, createTemplate, type Database, type DatabaseUrls } from './index.ts';
import { withClient } from './provision.ts';
import { LEDGER, type LedgerTx, openLedger, startTestServer } from './test-fixtures/server.ts';

const suite = new AsyncDisposableStack();
let template: DatabaseUrls;
let urls: DatabaseUrls & AsyncDisposable;
let ledger: Database<LedgerTx>;
const mine = { organizationId: randomUUID(), userId: 'me' };
const theirs = { organizationId: randomUUID(), userId: 'they' };

beforeAll(async () => {
  template = suite.use(await createTemplate({ server: suite.use(await startTestServer()), subgraphs: [LEDGER] }));
});
afterAll(() => suite.disposeAsync());
beforeEach(async () => {
  urls = await cloneDatabase(template);
  ledger = await openLedger(urls);
  for (const actor of [mine, theirs]) {
    const entry = { id: randomUUID(), organizationId: actor.organizationId, name: actor.userId, amount: '1' };
    await ledger.write(actor, ({ tx }) => tx.entry.create({ data: entry }));
  }
  return async () => {
    await ledger[Symbol.asyncDispose]();
    await urls[Symbol.asyncDispose]();
  };
});

/** The transaction that a lookup ran in, and what it saw. */
const SEEN = 'select name, pg_backend_pid() as pid, now() as began from entry';

interface Seen {
  readonly name: string;
  readonly pid: number;
  readonly began: Date;
}

function lookUp(tenant: typeof mine, text = SEEN): Promise<Seen[]> {
  return ledger.read(tenant, (_, query) => query<Seen>({ text, values: [] }, { together: true }));
}

test('lookups of one tenant in one turn share a transaction, those of another tenant have theirs', async () => {
  const [a, other, b] = await Promise.all([lookUp(mine), lookUp(theirs), lookUp(mine)]);
  expect([a, other, b].map((rows) => rows.map(({ name }) => name))).toEqual([['me'], ['they'], ['me']]);
  expect(b).toEqual(a);
  expect(other[0]).not.toEqual(expect.objectContaining({ pid: a[0]?.pid, began: a[0]?.began }));
});

test('more lookups than fit in a packet are all answered', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => lookUp(mine)));
  expect(new Set(answers.map((rows) => rows[0]?.name))).toEqual(new Set(['me']));
});

test('a lookup that fails takes no other with it', async () => {
  const answers = await Promise.allSettled([
    lookUp(mine),
    lookUp(mine, 'select 1 / 0 as name'),
    lookUp(mine),
    lookUp(mine, 'select missing from entry'),
    lookUp(mine),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
  expect(answers[1]).toMatchObject({ reason: { message: 'division by zero' } });
  expect(answers[3]).toMatchObject({ reason: { message: 'column "missing" does not exist' } });
});

test('what comes while packets are under way goes together, and does not wait for a slow one', async () => {
  await withClient(urls.superUrl, async (superuser) => {
    await superuser.query('select pg_advisory_lock(7)');
    const waits = `select 1 from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`;
    const slow = [];
    for (const packets of [1, 2]) {
      slow.push(lookUp(mine, `select pg_advisory_xact_lock_shared(7)::text as name`));
      await expect.poll(async () => (await superuser.query(waits)).rowCount).toBe(packets);
    }
    const later = [lookUp(mine)];
    await new Promise(setImmediate);
    later.push(lookUp(mine));
    const [first, second] = await Promise.all(later);
    expect(first).toMatchObject([{ name: 'me' }]);
    expect(second).toEqual(first);
    await superuser.query('select pg_advisory_unlock(7)');
    await Promise.all(slow);
  });
});

test('lookups cannot write', async () => {
  await expect(lookUp(mine, 'delete from entry returning name')).rejects.toThrow(/read-only transaction/);
  expect(await lookUp(mine)).toHaveLength(1);
});

test('a connection lost under them is told to each as UNAVAILABLE, and the next ones get another', async () => {
  const answers = await withClient(urls.superUrl, async (superuser) => {
    await superuser.query('select pg_advisory_lock(7)');
    const waiting = Promise.allSettled([lookUp(mine, 'select pg_advisory_xact_lock(7)::text as name'), lookUp(mine)]);
    const waits = `select pid from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`;
    await expect.poll(async () => (await superuser.query(waits)).rowCount).toBe(1);
    await superuser.query(`select pg_terminate_backend(pid) from (${waits}) w`);
    return waiting;
  });
  for (const answer of answers) {
    expect(answer.status).toBe('rejected');
    expect((answer as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
  }
  expect(await lookUp(mine)).toHaveLength(1);
});
