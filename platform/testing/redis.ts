import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

/** A Redis that belongs to one test file. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** Kills the server; everything it held in memory only is gone. Only where the server is ours. */
  stop(): Promise<void>;
  /** Starts it again on the same port, with what it had written to disk. */
  start(): Promise<void>;
  /** True when the test may stop and start it. */
  readonly owned: boolean;
}

const BINARY = findBinary('redis-server');

/** Why tests that need Redis do not run here; null when they do. */
export const redisAbsent: string | null =
  BINARY === null && environment('REDIS_URL') === undefined
    ? 'needs Redis: install redis-server or set REDIS_URL'
    : null;

/** Its own server where the binary exists (append-only file, so that it survives stop() and start()), else the one of REDIS_URL. */
export async function startTestRedis(): Promise<TestRedis> {
  if (BINARY !== null) return ownServer(BINARY);
  const url = environment('REDIS_URL');
  if (url === undefined) throw new Error(redisAbsent ?? 'no Redis');
  const refuse = () => Promise.reject(new Error('the Redis of REDIS_URL is not ours to stop'));
  return { url, owned: false, stop: refuse, start: refuse, async [Symbol.asyncDispose]() {} };
}

async function ownServer(binary: string): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'alims-redis-'));
  const port = await freePort();
  let server: ChildProcess | null = null;

  async function start(): Promise<void> {
    const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
    const child = spawn(binary, [...flags, '--appendfsync', 'always'], { stdio: ['ignore', 'pipe', 'inherit'] });
    server = child;
    process.once('exit', () => child.kill('SIGKILL'));
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections')) {
        child.stdout.resume();
        return;
      }
    }
    throw new Error(`redis-server on port ${port} ended before it was ready`);
  }

  async function stop(): Promise<void> {
    const child = server;
    server = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    owned: true,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function environment(name: 'PATH' | 'REDIS_URL'): string | undefined {
  // biome-ignore lint/style/noProcessEnv: what this machine offers to tests is no configuration of ALIMS.
  return process.env[name];
}

function findBinary(name: string): string | null {
  for (const folder of (environment('PATH') ?? '').split(delimiter)) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
