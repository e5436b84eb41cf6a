import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BadInputError, UnavailableError } from '#platform/errors/index.ts';
import { cloneDatabase, createTemplate, type Database, type DatabaseUrls, UnsafeDatabaseError } from './index.ts';
import { withClient } from './provision.ts';
import { LEDGER, type LedgerTx, openLedger, startTestServer } from './test-fixtures/server.ts';

const suite = new AsyncDisposableStack();
let template: DatabaseUrls;
let urls: DatabaseUrls & AsyncDisposable;
let ledger: Database<LedgerTx>;
let mine: { organizationId: string; userId: string };
let theirs: { organizationId: string; userId: string };

beforeAll(async () => {
  const server = suite.use(await startTestServer());
  template = suite.use(await createTemplate({ server, subgraphs: [LEDGER] }));
});
afterAll(() => suite.disposeAsync());

beforeEach(async () => {
  urls = await cloneDatabase(template);
  ledger = await openLedger(urls);
  mine = { organizationId: randomUUID(), userId: 'me' };
  theirs = { organizationId: randomUUID(), userId: 'they' };
  return async () => {
    await ledger[Symbol.asyncDispose]();
    await urls[Symbol.asyncDispose]();
  };
});

function entry(organizationId: string, name: string) {
  return { id: randomUUID(), organizationId, name, amount: '1.25' };
}

function add(actor: typeof mine, name: string) {
  return ledger.write(actor, ({ tx }) => tx.entry.create({ data: entry(actor.organizationId, name) }));
}

test("a read without any filter of its own sees only the tenant's rows", async () => {
  await add(mine, 'a');
  await add(theirs, 'b');
  const names = (rows: { name: string }[]) => rows.map((row) => row.name);
  expect(names(await ledger.read(mine, (tx) => tx.entry.findMany()))).toEqual(['a']);
  expect(names(await ledger.read(theirs, (tx) => tx.entry.findMany()))).toEqual(['b']);
  expect(await ledger.read(mine, (tx) => tx.$queryRaw`select name from entry`)).toEqual([{ name: 'a' }]);
});

test("another tenant's row can be neither found, changed, deleted nor made, also by its id", async () => {
  const row = await add(mine, 'a');
  expect(await ledger.read(theirs, (tx) => tx.entry.findFirst({ where: { id: row.id } }))).toBeNull();
  const changed = await ledger.write(theirs, ({ tx }) => tx.entry.updateMany({ data: { name: 'stolen' } }));
  const deleted = await ledger.write(theirs, ({ tx }) => tx.entry.deleteMany());
  expect([changed.count, deleted.count]).toEqual([0, 0]);
  await expect(
    ledger.write(theirs, ({ tx }) => tx.entry.create({ data: entry(mine.organizationId, 'planted') })),
  ).rejects.toThrow(/row-level security/);
  await expect(
    ledger.write(mine, ({ tx }) => tx.entry.update({ where: { id: row.id }, data: theirs })),
  ).rejects.toThrow();
  expect(await ledger.read(mine, (tx) => tx.entry.findMany())).toEqual([row]);
});

test('questions of two tenants in the same tick are never answered together', async () => {
  const [a, b] = await Promise.all([add(mine, 'a'), add(theirs, 'b')]);
  const find = (tenant: typeof mine, id: string) => ledger.read(tenant, (tx) => tx.entry.findFirst({ where: { id } }));
  const answers = await Promise.all([find(mine, a.id), find(theirs, a.id), find(mine, b.id), find(theirs, b.id)]);
  expect(answers.map((row) => row?.name ?? null)).toEqual(['a', null, null, 'b']);
  // Prisma would put these of one tick into one statement.
  const methods = await ledger.read(mine, async (tx) => Object.keys(tx.entry));
  expect(methods.filter((name) => name.startsWith('findUnique'))).toEqual([]);
});

test("a statement past Prisma sees only the tenant's rows, also next to other tenants' on one connection", async () => {
  const [a, b] = await Promise.all([add(mine, 'a'), add(theirs, 'b')]);
  const one = await openLedger(urls, { maxConnections: 1 });
  const names = (tenant: typeof mine) =>
    one.read(tenant, (_, query) => query<{ name: string }>({ text: 'select name from entry', values: [] }));
  const answers = await Promise.all([names(mine), names(theirs), names(mine)]);
  expect(answers).toEqual([[{ name: 'a' }], [{ name: 'b' }], [{ name: 'a' }]]);
  const byId = (id: string) => ({ text: 'select id from entry where id = any($1::uuid[])', values: [[id]] });
  expect(await one.read(mine, (_, query) => query(byId(b.id)))).toEqual([]);
  expect(await one.read(mine, (_, query) => query(byId(a.id), { planEach: true }))).toEqual([{ id: a.id }]);
  await one[Symbol.asyncDispose]();
});

test('a failed statement of a reader leaves its connection clean for the next tenant', async () => {
  await Promise.all([add(mine, 'a'), add(theirs, 'b')]);
  const one = await openLedger(urls, { maxConnections: 1 });
  const all = { text: 'select name from entry', values: [] };
  const broken = { text: 'select 1 / (select 0 from entry limit 1)', values: [] };
  const [failed, next] = await Promise.allSettled([
    one.read(mine, (_, query) => query(broken)),
    one.read(theirs, (_, query) => query(all)),
  ]);
  expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'division by zero' } });
  expect(next).toMatchObject({ value: [{ name: 'b' }] });
  await expect(one.system((tx) => tx.entry.findMany())).rejects.toThrow();
  await one[Symbol.asyncDispose]();
});

test('a reader gets times as dates, whole numbers of 64 bits as bigint, decimals as text', async () => {
  const text =
    "select now() as at, 9007199254740993::int8 as big, 1.10::numeric as decimal, 3 as small, '{a}'::text[] as list";
  const [row] = await ledger.read(mine, (_, query) => query({ text, values: [] }));
  expect(row).toEqual({ at: expect.any(Date), big: 9007199254740993n, decimal: '1.10', small: 3, list: ['a'] });
});

test('hundreds of reads and writes of many tenants over few connections never mix', async () => {
  const tenants = Array.from({ length: 20 }, () => ({ organizationId: randomUUID(), userId: 'u' }));
  await Promise.all(
    Array.from({ length: 400 }, async (_, index) => {
      const tenant = tenants[index % tenants.length] as typeof mine;
      if (index % 3 === 0) await add(tenant, `n${index}`);
      const rows = await ledger.read(tenant, (tx) => tx.entry.findMany());
      expect(rows.filter((row) => row.organizationId !== tenant.organizationId)).toEqual([]);
    }),
  );
});

test('without a tenant every tenant-owned table refuses, also on a connection that had one before', async () => {
  await add(mine, 'a');
  const one = await openLedger(urls, { maxConnections: 1 });
  await expect(one.system((tx) => tx.entry.findMany())).rejects.toThrow(/app.organization_id/);
  await one.read(mine, (tx) => tx.entry.findMany());
  await expect(one.system((tx) => tx.entry.findMany())).rejects.toThrow();
  await expect(one.system((tx) => tx.entry.create({ data: entry(mine.organizationId, 'x') }))).rejects.toThrow();
  await expect(one.pool.query('select * from outbox_event')).rejects.toThrow();
  await one[Symbol.asyncDispose]();
});

test('a tenant that is no UUID never reaches the database', async () => {
  const evil = "x'; set app.organization_id to '00000000-0000-0000-0000-000000000000";
  await expect(ledger.read({ organizationId: evil }, async () => 1)).rejects.toThrow(BadInputError);
  await expect(ledger.write({ organizationId: '', userId: 'u' }, async () => 1)).rejects.toThrow(BadInputError);
});

test('a read changes nothing', async () => {
  const text = 'delete from entry';
  await expect(ledger.read(mine, (_, query) => query({ text, values: [] }))).rejects.toThrow(/read-only transaction/);
  await expect(ledger.read(mine, (tx) => tx.$queryRaw`delete from entry`)).rejects.toThrow(/read-only transaction/);
  expect(await ledger.read(mine, async (tx) => 'create' in tx.entry)).toBe(false);
});

test('what a failed write did is undone', async () => {
  const failing = ledger.write(mine, async ({ tx }) => {
    await tx.entry.create({ data: entry(mine.organizationId, 'a') });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await ledger.read(mine, (tx) => tx.entry.count())).toBe(0);
});

test('a write whose statement failed is refused even when the failure was swallowed', async () => {
  await add(mine, 'a');
  const swallowing = ledger.write(mine, async ({ tx }) => {
    await tx.entry.create({ data: entry(mine.organizationId, 'b') });
    await tx.entry.create({ data: entry(mine.organizationId, 'a') }).catch(() => null);
    return 'done';
  });
  await expect(swallowing).rejects.toThrow(/rolled back/);
  expect(await ledger.read(mine, (tx) => tx.entry.count())).toBe(1);
});

test("a broken unique rule stays Prisma's own error", async () => {
  await add(mine, 'a');
  await expect(add(mine, 'a')).rejects.toMatchObject({ code: 'P2002' });
  await add(theirs, 'a');
});

test('a deadlock is resolved by doing one of the two again', async () => {
  const [a, b] = await Promise.all([add(mine, 'a'), add(mine, 'b')]);
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let runs = 0;
  const touch = (first: string, second: string, turn: 0 | 1) =>
    ledger.write(mine, async ({ tx }) => {
      runs += 1;
      await tx.entry.update({ where: { id: first }, data: { amount: '2' } });
      both[turn].resolve();
      await both[1 - turn]?.promise;
      await tx.entry.update({ where: { id: second }, data: { amount: '3' } });
    });
  await Promise.all([touch(a.id, b.id, 0), touch(b.id, a.id, 1)]);
  expect(runs).toBe(3);
});

test('a lost connection is told as UNAVAILABLE, and the next call gets a new one', async () => {
  const losing = ledger.write(mine, async ({ tx }) => {
    await withClient(urls.superUrl, (client) =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'alims-ledger' and datname = current_database()`,
      ),
    );
    return tx.entry.findMany();
  });
  await expect(losing).rejects.toThrow(UnavailableError);
  expect(await ledger.read(mine, (tx) => tx.entry.findMany())).toEqual([]);
});

test('a database that is not there is told as UNAVAILABLE', async () => {
  await expect(openLedger({ appUrl: 'postgresql://alims:x@127.0.0.1:1/alims' })).rejects.toThrow(UnavailableError);
});

test.each([
  ['a superuser', () => ({ appUrl: urls.superUrl }), '', /superuser/],
  [
    "the tables' owner",
    () => ({ appUrl: urls.ownerUrl }),
    'grant alims_ledger to alims_owner with set true',
    /owns the table entry/,
  ],
  [
    'a table that does not force its policies',
    () => urls,
    'alter table ledger.entry no force row level security',
    /entry does not FORCE/,
  ],
  [
    'a table without row-level security',
    () => urls,
    'alter table ledger.entry disable row level security',
    /entry does not FORCE/,
  ],
  ['a table without a policy', () => urls, 'drop policy tenant on ledger.entry', /entry has no policy/],
  ['an unmigrated schema', () => urls, 'drop schema ledger cascade; create schema ledger', /has no tables/],
])('no service starts on %s', async (_, appUrl, sabotage, message) => {
  if (sabotage) await withClient(urls.superUrl, (client) => client.query(sabotage));
  const opening = openLedger(appUrl());
  await expect(opening).rejects.toThrow(UnsafeDatabaseError);
  await expect(opening).rejects.toThrow(message);
});

test('no service starts under a role that may bypass row-level security', async () => {
  const alter = (how: string) => withClient(urls.superUrl, (client) => client.query(`alter role alims_ledger ${how}`));
  await alter('bypassrls');
  try {
    await expect(openLedger(urls)).rejects.toThrow(/BYPASSRLS/);
  } finally {
    await alter('nobypassrls');
  }
});

test('a login that is no member of the role, or a role that was never made, is named', async () => {
  const url = new URL(urls.appUrl);
  await withClient(urls.superUrl, (client) =>
    client.query(`drop role if exists stranger; create role stranger login password 'x'`),
  );
  url.username = 'stranger';
  url.password = 'x';
  await expect(openLedger({ appUrl: url.href })).rejects.toThrow(/its login may not become alims_ledger/);
});

test('the login itself may do nothing: only the role of a subgraph can', async () => {
  const client = new pg.Client(urls.appUrl);
  await client.connect();
  await expect(client.query('select * from ledger.entry')).rejects.toThrow(/permission denied/);
  await client.end();
});

test('a copy of the template is made in well under a second and stands alone', async () => {
  await add(mine, 'a');
  const before = performance.now();
  await using other = await cloneDatabase(template);
  expect(performance.now() - before).toBeLessThan(1_000);
  await using second = await openLedger(other);
  expect(await second.read(mine, (tx) => tx.entry.count())).toBe(0);
});
