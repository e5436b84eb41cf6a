import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Started extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
}

export interface ProcessOrder {
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers any request when the process can serve. */
  readonly readyUrl: string;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const running = new Set<ChildProcess>();

const folders = new Set<string>();

/** Whatever ends this process ends those that it started, and removes what it wrote for them. */
function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
process.once('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endAll();
    process.kill(process.pid, signal);
  });
}

/**
 * Starts node with `args` as production would and waits until it answers.
 * @throws Error with what it wrote when it ends, or is not ready within a minute.
 */
export async function startProcess({ name, args, env, readyUrl }: ProcessOrder): Promise<Started> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  child.once('exit', (code, signal) => {
    running.delete(child);
    // kill() marks those that were asked to end.
    if (!child.killed) process.stderr.write(`${name} ended by itself (${code ?? signal}):\n${output}\n`);
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = `${output}${String(chunk)}`.slice(-4_000)));
  }
  const until = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(readyUrl))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended:\n${output}`);
    if (performance.now() > until) throw new Error(`${name} is not ready after a minute:\n${output}`);
    await delay(50);
  }
  return { name, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stop(child) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

/** A folder for as long as this process lives. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alims-bench-'));
  folders.add(folder);
  return folder;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

// Linux counts CPU time in hundredths of a second, whatever its own clock runs at.
const TICK_MS = 10;

/** CPU milliseconds that all threads of a process have used so far, its own and the kernel's for it. Linux only. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name comes second, in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

export interface Memory {
  /** Resident megabytes (10^6 bytes) now. */
  readonly rss: number;
  /** The most since the start, or since forgetPeak. */
  readonly peak: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (key: string) => (Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { rss: read('VmRSS'), peak: read('VmHWM') };
}
