import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Account } from './account.ts';
import { stopServer } from './leftover.ts';
import type { Place } from './place.ts';
import type { Runtime } from './runtime.ts';

export interface ServerOptions {
  readonly place: Place;
  readonly runtime: Runtime;
  readonly account: Account | null;
  /** False: a crash of the machine may lose everything. For tests. */
  readonly durable: boolean;
}

export interface Server {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 5;
const TRIES = 5;
const LARGEST_LOG_BYTES = 10_000_000;
const LAST_LINES = 20;

export function clusterOf(place: Place): string {
  return join(place.home, 'cluster');
}

/** Makes the cluster, whole or not at all: in a folder of its own that is renamed at the end. */
export async function initCluster(options: ServerOptions): Promise<void> {
  const { place, runtime, account } = options;
  const draft = join(place.home, 'cluster.tmp');
  const passwordFile = join(place.home, 'password.tmp');
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, place.credentials.superPassword, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  const args = ['--pgdata', draft, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const sync = options.durable ? [] : ['--no-sync'];
  try {
    await promisify(execFile)(runtime.initdb, [...args, ...locale, ...sync], runAs(options));
    await rename(draft, clusterOf(place));
  } catch (error) {
    throw new Error(`PostgreSQL could not make its cluster in ${place.home}.\n${outputOf(error)}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** @throws Error with the last lines of the server's log. */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryToStart(options);
    if ('pid' in started) return started;
    // Another process took the free port meanwhile, or the children of a killed server are just ending.
    const passing = /Address already in use|pre-existing shared memory block/.test(started.log);
    if (!passing || attempt === TRIES) throw new Error(`PostgreSQL did not start (${started.how}).\n${started.log}`);
    await delay(200 * attempt);
  }
}

async function tryToStart(options: ServerOptions): Promise<Server | { readonly how: string; readonly log: string }> {
  const { place, runtime } = options;
  const port = await freePort();
  const log = await openLog(place);
  let child: ChildProcess;
  try {
    child = spawn(runtime.postgres, ['-D', clusterOf(place), ...settings(options, port)], {
      ...runAs(options),
      // Its own process group: Ctrl-C in a terminal reaches us alone, and we stop it when nobody needs it any more.
      detached: true,
      stdio: ['ignore', log.handle.fd, log.handle.fd],
    });
    await once(child, 'spawn');
  } finally {
    await log.handle.close();
  }
  const how = await readiness(child, clusterOf(place));
  if (how !== 'ready') {
    child.kill('SIGQUIT');
    return { how, log: await log.lastLines() };
  }
  child.unref();
  const pid = child.pid as number;
  return { pid, port, stop: () => stopChild(child, pid) };
}

async function stopChild(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await Promise.all([once(child, 'exit'), stopServer(pid)]);
}

/** The server writes its state into the eighth line of its pid file. */
async function readiness(child: ChildProcess, cluster: string): Promise<string> {
  const file = join(cluster, 'postmaster.pid');
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await delay(LOOK_EVERY_MS)) {
    if (child.exitCode !== null) return `exit code ${child.exitCode}`;
    if (child.signalCode !== null) return `ended by ${child.signalCode}`;
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return 'ready';
  }
  return `not ready after ${READY_WITHIN_MS / 1000} s`;
}

/** The account's own uid and nothing of our environment: it may hold secrets. */
function runAs({ account, runtime, place }: ServerOptions) {
  const identity = account ? { uid: account.uid, gid: account.gid } : {};
  const env = {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(process.platform === 'linux' ? { LD_LIBRARY_PATH: runtime.lib } : {}),
    ...(process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {}),
  };
  return { ...identity, env, cwd: place.home };
}

function settings({ place, durable }: ServerOptions, port: number): string[] {
  const values: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: place.sockets ?? '',
    max_connections: 200,
    // Beyond it each page is a system call; what is not used is never allocated.
    shared_buffers: `${Math.min(512, Math.max(128, Math.floor(totalmem() / 2 ** 20 / 16)))}MB`,
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_wal_size: '1GB',
    checkpoint_timeout: '15min',
    // No standby and no archive: WAL holds what a crash needs.
    wal_level: 'minimal',
    max_wal_senders: 0,
    jit: 'off',
    random_page_cost: 1.1,
    max_parallel_workers: Math.min(cpus().length, 4),
    max_parallel_workers_per_gather: 1,
    autovacuum_max_workers: 2,
    // An import fills tables within seconds, and until they are analysed it is planned for empty ones.
    autovacuum_naptime: '15s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    password_encryption: 'scram-sha-256',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic', // statements carry people's data
    log_line_prefix: '%m [%p] ',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function openLog(place: Place) {
  const file = join(place.home, 'server.log');
  const size = existsSync(file) ? (await stat(file)).size : 0;
  if (size > LARGEST_LOG_BYTES) await rename(file, `${file}.1`);
  const handle = await open(file, 'a', 0o600);
  const start = size > LARGEST_LOG_BYTES ? 0 : size;
  return {
    handle,
    async lastLines() {
      const text = (await readFile(file)).subarray(start).toString('utf8');
      return text.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}

function outputOf(error: unknown): string {
  const { stdout = '', stderr = '', message = '' } = error as { stdout?: string; stderr?: string; message?: string };
  return `${stdout}${stderr}`.trim() || message;
}
