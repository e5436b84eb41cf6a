import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { ConflictError } from '#platform/errors/index.ts';
import { canReach, unprivilegedAccount } from './embedded/account.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './index.ts';
import { withClient } from './provision.ts';
import { logger } from './test-fixtures/server.ts';

async function folder(mode = 0o755): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'alims-embedded-'));
  await chmod(path, mode);
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function start(dataDir: string, durable = false): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, logger, durable });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A process that starts the server on the folder and then waits; its first line is the server's pid and owner URL. */
async function startElsewhere(dataDir: string, account: { uid: number; gid: number } | null = null) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test-fixtures/server-process.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...account,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, ...(JSON.parse(String(line)) as { pid: number; ownerUrl: string; directory: string }) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function rows(url: string, sql: string) {
  return withClient(url, async (client) => (await client.query({ text: sql, rowMode: 'array' })).rows.flat());
}

test('state survives a clean stop and a second start; nothing is left running', async () => {
  const dataDir = await folder();
  const first = await start(dataDir, true);
  await rows(first.ownerUrl, 'create table t as select 7 as n');
  await first[Symbol.asyncDispose]();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start(dataDir, true);
  expect(await rows(second.ownerUrl, 'select n from t')).toEqual([7]);
});

test('a second process on the same folder is refused while the first runs', async () => {
  const dataDir = await folder();
  const { child } = await startElsewhere(dataDir);
  await expect(start(dataDir)).rejects.toThrow(ConflictError);
  await expect(start(dataDir)).rejects.toThrow(new RegExp(`process ${child.pid} `));
});

test('the server that a killed process left behind is stopped, and its data is there', async () => {
  const dataDir = await folder();
  const { child, pid, ownerUrl } = await startElsewhere(dataDir);
  await rows(ownerUrl, 'create table t as select 7 as n');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(pid)).toBe(true);
  const second = await start(dataDir);
  expect(second.pid).not.toBe(pid);
  expect(await rows(second.ownerUrl, 'select n from t')).toEqual([7]);
});

test('a pid file of a server that is dead, or whose number another process has now, stops nothing', async () => {
  const dataDir = await folder();
  const first = await start(dataDir);
  await first[Symbol.asyncDispose]();
  const file = join(first.directory, 'cluster/postmaster.pid');
  for (const pid of [2 ** 22 - 1, process.pid]) {
    await writeFile(file, `${pid}\n${join(first.directory, 'cluster')}\n1\n5432\n\n\n\nready\n`);
    const again = await start(dataDir);
    await again[Symbol.asyncDispose]();
  }
});

test('the server killed under its parent starts again with what was committed', async () => {
  const dataDir = await folder();
  const first = await start(dataDir, true);
  await rows(first.ownerUrl, 'create table t as select 7 as n');
  process.kill(first.pid, 'SIGKILL');
  await first[Symbol.asyncDispose]();
  const second = await start(dataDir, true);
  expect(await rows(second.ownerUrl, 'select n from t')).toEqual([7]);
});

test('a server that cannot start says why', async () => {
  const dataDir = await folder();
  const first = await start(dataDir);
  await first[Symbol.asyncDispose]();
  await writeFile(join(first.directory, 'cluster/postgresql.conf'), 'shared_buffers = nonsense\n');
  await expect(start(dataDir)).rejects.toThrow(/PostgreSQL did not start \(exit code 1\)[\s\S]*shared_buffers/);
});

test('a first start that was killed half way is begun anew', async () => {
  const dataDir = await folder();
  const first = await start(dataDir);
  await first[Symbol.asyncDispose]();
  await cp(join(first.directory, 'cluster'), join(first.directory, 'cluster.tmp'), { recursive: true });
  await rm(join(first.directory, 'cluster'), { recursive: true });
  const second = await start(dataDir);
  expect(await rows(second.ownerUrl, 'select 1')).toEqual([1]);
});

test('passwords are random, kept where the owner alone reads them, and needed', async () => {
  const [one, other] = [await folder(), await folder()];
  const server = await start(one);
  await start(other);
  const file = join(one, 'postgres-credentials.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toBe(await readFile(join(other, 'postgres-credentials.json'), 'utf8'));
  const wrong = new URL(server.ownerUrl);
  wrong.password = 'wrong';
  await expect(new pg.Client(wrong.href).connect()).rejects.toThrow(/password authentication failed/);
  wrong.searchParams.delete('host'); // over TCP
  await expect(new pg.Client(wrong.href).connect()).rejects.toThrow(/password authentication failed/);
});

test('without the socket the server is reached over TCP', async () => {
  const server = await start(await folder());
  const url = new URL(server.ownerUrl);
  url.searchParams.delete('host');
  expect(await rows(url.href, 'select current_user')).toEqual(['alims_owner']);
});

test('a data folder with a name too long for a Unix socket still works', async () => {
  const dataDir = join(await folder(), 'x'.repeat(100), 'y'.repeat(60));
  const server = await start(dataDir);
  expect(await rows(server.ownerUrl, 'select 1')).toEqual([1]);
});

const account = unprivilegedAccount();

// What a root process does differently, and what an ordinary one does when a root process can play it.
if (account) {
  test('as root under a private home the server lives where its account can reach it', async () => {
    const dataDir = join(await folder(0o700), 'project/.alims');
    const server = await start(dataDir);
    onTestFinished(() => rm(server.directory, { recursive: true, force: true }));
    expect(server.directory).not.toContain(dataDir);
    expect((await stat(server.directory)).uid).toBe(account.uid);
    await rows(server.ownerUrl, 'create table t as select 7 as n');
    await server[Symbol.asyncDispose]();
    expect(await rows((await start(dataDir)).ownerUrl, 'select n from t')).toEqual([7]);
  });

  test('as root, a private data folder that was deleted begins anew and the old data is put aside', async () => {
    const home = await folder(0o700);
    const dataDir = join(home, '.alims');
    const first = await start(dataDir);
    onTestFinished(() => rm(first.directory, { recursive: true, force: true }));
    await rows(first.ownerUrl, 'create table t as select 7 as n');
    await first[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
    const second = await start(dataDir);
    await expect(rows(second.ownerUrl, 'select n from t')).rejects.toThrow(/does not exist/);
  });
}

if (account) {
  test('as root, what a test left outside its data folder is removed at a later start, a durable database never', async () => {
    const [throwaway, durable] = [await folder(0o700), await folder(0o700)];
    const [one, other] = [await start(throwaway), await start(durable, true)];
    onTestFinished(() => rm(other.directory, { recursive: true, force: true }));
    for (const server of [one, other]) await server[Symbol.asyncDispose]();
    for (const dataDir of [throwaway, durable]) await rm(dataDir, { recursive: true });
    await start(await folder());
    expect([existsSync(one.directory), existsSync(other.directory)]).toEqual([false, true]);
  });
}

if (account && (await canReach(account, import.meta.dirname))) {
  test('not as root everything lies in the data folder', async () => {
    const dataDir = await folder(0o777);
    await mkdir(join(dataDir, 'd'), { mode: 0o777 });
    await chmod(join(dataDir, 'd'), 0o777);
    const server = await startElsewhere(join(dataDir, 'd'), account);
    expect(server.directory).toBe(join(dataDir, 'd/postgres'));
    expect((await stat(server.directory)).uid).toBe(account.uid);
    server.child.kill('SIGTERM');
    await once(server.child, 'exit');
    expect(isAlive(server.pid)).toBe(false);
  });
}
