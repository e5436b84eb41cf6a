import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from '#platform/logging/index.ts';

const FAST_MS = 20_000;
const IMMEDIATE_MS = 10_000;
const LOOK_EVERY_MS = 20;

/**
 * Stops the server that a killed ALIMS left running on this cluster, and removes the pid file of a dead one.
 * Only a process that is certainly that server is signalled.
 */
export async function stopLeftover(cluster: string, logger: Logger): Promise<void> {
  const pid = await pidOfServer(cluster);
  if (pid === null) return;
  if (await isServerOf(pid, cluster)) {
    logger.warn({ pid }, 'stopping the PostgreSQL that a killed process left behind');
    await stopServer(pid);
  }
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** Ends a server: its transactions are rolled back, its clients disconnected. Resolves when it is gone. */
export async function stopServer(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await gone(pid, FAST_MS)) return;
  signal(pid, 'SIGQUIT');
  if (!(await gone(pid, IMMEDIATE_MS))) throw new Error(`PostgreSQL (process ${pid}) does not stop.`);
}

/** From the first line of postmaster.pid; null when there is none. */
export async function pidOfServer(cluster: string): Promise<number | null> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (!signal(pid, 0)) return false;
  if (process.platform === 'linux') {
    // A server works inside its cluster's folder, so a reused pid is told apart.
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    return folder === (await realpath(cluster));
  }
  const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({
    stdout: '',
  }));
  return stdout.includes(cluster);
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(LOOK_EVERY_MS)) {
    if (!signal(pid, 0) || (await isZombie(pid))) return true;
  }
  return false;
}

/** A killed parent's children may have nobody who collects them, as in a container whose first process does not. */
async function isZombie(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /\) Z /.test(text);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
