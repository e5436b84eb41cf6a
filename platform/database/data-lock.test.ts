import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConflictError } from '#platform/errors/index.ts';
import { acquireDataLock } from './data-lock.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'alims-lock-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A process that holds the lock of the folder. */
async function holder(dataDir: string) {
  const script = `import { acquireDataLock } from ${JSON.stringify(join(import.meta.dirname, 'data-lock.ts'))};
    await acquireDataLock(${JSON.stringify(dataDir)}); console.log('held'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a folder that another process uses is refused, and the message names that process', async () => {
  const dataDir = await folder();
  const child = await holder(dataDir);
  await expect(acquireDataLock(dataDir)).rejects.toThrow(ConflictError);
  await expect(acquireDataLock(dataDir)).rejects.toThrow(new RegExp(`in use by process ${child.pid} `));
});

test('a killed process leaves nothing that stops the next', async () => {
  const dataDir = await folder();
  const child = await holder(dataDir);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await acquireDataLock(dataDir))[Symbol.asyncDispose]();
});

test('the folder is free again after the holder has given it up; twice does no harm', async () => {
  const dataDir = join(await folder(), 'not/yet/there');
  const first = await acquireDataLock(dataDir);
  await expect(acquireDataLock(dataDir)).rejects.toThrow(ConflictError);
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await (await acquireDataLock(dataDir))[Symbol.asyncDispose]();
});

test('of ten processes that start at once one gets the folder', async () => {
  const dataDir = await folder();
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => acquireDataLock(dataDir)));
  const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(held).toHaveLength(1);
  await held[0]?.[Symbol.asyncDispose]();
});
