import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cloneDatabase, createTemplate, type DatabaseUrls, migrate, resolveMigration } from './index.ts';
import { ProvisioningError, provision, withClient } from './provision.ts';
import { startTestServer } from './test-fixtures/server.ts';

const suite = new AsyncDisposableStack();
let template: DatabaseUrls;
let urls: DatabaseUrls & AsyncDisposable;
let directory: string;

beforeAll(async () => {
  const server = suite.use(await startTestServer());
  template = suite.use(await createTemplate({ server, subgraphs: [] }));
});
afterAll(() => suite.disposeAsync());

beforeEach(async () => {
  urls = await cloneDatabase(template);
  await provision({ ownerUrl: urls.ownerUrl, subgraphs: ['ledger'] });
  directory = await mkdtemp(join(tmpdir(), 'alims-migrations-'));
  return async () => {
    await urls[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  };
});

async function file(name: string, sql: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql);
}

function run(): Promise<string[]> {
  return migrate({ ownerUrl: urls.ownerUrl, subgraphs: [{ subgraph: 'ledger', directory }] });
}

function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  return withClient(urls.superUrl, async (client) => {
    await client.query('set search_path = ledger');
    return (await client.query<Row>(sql)).rows;
  });
}

function records() {
  return query<{ name: string; finished: boolean; undone: boolean; steps: number; logs: string | null }>(
    `select migration_name as name, finished_at is not null as finished, rolled_back_at is not null as undone,
       applied_steps_count as steps, logs from _prisma_migrations order by started_at`,
  );
}

test('migrations are applied once, in the order of their names, into the schema of their subgraph', async () => {
  await file('2_second', 'insert into a values (2)');
  await file('1_first', 'create table a (n int); insert into a values (1);');
  expect(await run()).toEqual(['ledger/1_first', 'ledger/2_second']);
  expect(await run()).toEqual([]);
  expect(await query('select n from ledger.a order by n')).toEqual([{ n: 1 }, { n: 2 }]);
});

test("the record is Prisma's own: its checksum is the SHA-256 of the file", async () => {
  await file('1_first', 'create table a ();');
  await run();
  const checksum = createHash('sha256').update('create table a ();').digest('hex');
  expect(await query('select checksum, applied_steps_count from _prisma_migrations')).toEqual([
    { checksum, applied_steps_count: 1 },
  ]);
});

test('a failed migration is rolled back whole, says where it failed, and runs again when it is mended', async () => {
  await file('1_first', 'create table a (n int);');
  await file('2_second', 'insert into a values (2);\ninsert into nowhere values (1);');
  await expect(run()).rejects.toThrow(
    /ledger\/2_second, line 2 failed: relation "nowhere" does not exist.*rolled back/,
  );
  expect(await query('select * from a')).toEqual([]);
  expect((await records())[1]).toMatchObject({ name: '2_second', finished: false, undone: true });
  expect((await records())[1]?.logs).toMatch(/nowhere/);
  await file('2_second', 'insert into a values (2);');
  expect(await run()).toEqual(['ledger/2_second']);
});

test('a migration whose process died before the commit runs again', async () => {
  await file('1_first', 'create table a ();');
  await run();
  await query(`insert into _prisma_migrations (id, checksum, migration_name) values ('x', 'y', '2_second')`);
  await file('2_second', 'create table b ();');
  expect(await run()).toEqual(['ledger/2_second']);
  expect((await records()).map(({ finished, undone }) => [finished, undone])).toEqual([
    [true, false],
    [false, true],
    [true, false],
  ]);
});

test('a changed or missing file of an applied migration is refused', async () => {
  await file('1_first', 'create table a ();');
  await run();
  await file('1_first', 'create table a (n int);');
  await expect(run()).rejects.toThrow(/ledger\/1_first was changed/);
  await rm(join(directory, '1_first'), { recursive: true });
  await expect(run()).rejects.toThrow(/ledger\/1_first was applied to this database, but its file is gone/);
});

test('a role that does not own the schema is told so', async () => {
  await file('1_first', 'create table a ();');
  await run();
  const migrating = migrate({ ownerUrl: urls.appUrl, subgraphs: [{ subgraph: 'ledger', directory }] });
  await expect(migrating).rejects.toThrow(/schema ledger belongs to another role/);
});

test('two processes that migrate at once apply each migration once', async () => {
  await file('1_first', 'create table a (n int); insert into a values (1);');
  await file('2_second', 'insert into a values (2);');
  const applied = await Promise.all([run(), run(), run()]);
  expect(applied.flat().sort()).toEqual(['ledger/1_first', 'ledger/2_second']);
});

test('a migration outside a transaction that fails waits for a decision', async () => {
  await file('1_first', 'create table a (n int); insert into a values (1), (1);');
  await file('2_index', '-- alims: outside a transaction\ncreate unique index concurrently a_n on a (n);');
  await expect(run()).rejects.toThrow(/may be half done/);
  await expect(run()).rejects.toThrow(/--rolled-back ledger\/2_index/);
  await query('drop index a_n');
  await query('delete from a');
  const source = { subgraph: 'ledger', directory };
  await resolveMigration({ ownerUrl: urls.ownerUrl, source, name: '2_index', as: 'rolled-back' });
  expect(await run()).toEqual(['ledger/2_index']);
});

test('a migration outside a transaction that was completed by hand is not run again', async () => {
  await file('1_index', '-- alims: outside a transaction\ncreate index concurrently a_n on nowhere (n);');
  await expect(run()).rejects.toThrow();
  const source = { subgraph: 'ledger', directory };
  await resolveMigration({ ownerUrl: urls.ownerUrl, source, name: '1_index', as: 'applied' });
  expect(await run()).toEqual([]);
});

test('to prepare a database twice changes nothing; a missing privilege is told with the statements that mend it', async () => {
  await provision({ ownerUrl: urls.ownerUrl, subgraphs: ['ledger'] });
  const weak = new URL(urls.superUrl);
  await query(`drop role if exists weak; create role weak login password 'weak'`);
  weak.username = 'weak';
  weak.password = 'weak';
  const preparing = provision({ ownerUrl: weak.href, subgraphs: ['ledger', 'unheard_of'] });
  await expect(preparing).rejects.toThrow(ProvisioningError);
  await expect(preparing).rejects.toThrow(
    /role weak may not[\s\S]*create role "alims_unheard_of" nologin nobypassrls;\n {2}grant "alims_unheard_of" to "alims";\n {2}create schema "unheard_of";/,
  );
});

test('the owner of a production database needs no more than CREATEROLE and CREATE on the database', async () => {
  await query(`drop role if exists plain_owner; create role plain_owner login createrole password 'x'`);
  await query(`grant create on database ${pg.escapeIdentifier(urls.name)} to plain_owner`);
  const owner = new URL(urls.superUrl);
  owner.username = 'plain_owner';
  owner.password = 'x';
  await provision({ ownerUrl: owner.href, subgraphs: ['production'], appRole: 'production_app' });
  await file('1_first', 'create table a ();');
  const subgraphs = [{ subgraph: 'production', directory }];
  expect(await migrate({ ownerUrl: owner.href, subgraphs })).toEqual(['production/1_first']);
});
