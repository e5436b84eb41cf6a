import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConflictError } from '#platform/errors/index.ts';

interface Holder {
  readonly pid: number;
  readonly since: string;
}

const SQLITE_BUSY = 5;

/**
 * Makes this process the only one that uses the folder, until it is disposed of or dies: the lock is one of the
 * operating system's on an SQLite file, so nothing that a killed process leaves behind can hold it.
 * @throws ConflictError that names the process which holds the folder.
 */
export async function acquireDataLock(dataDir: string, name = 'alims'): Promise<AsyncDisposable> {
  await mkdir(dataDir, { recursive: true });
  const holderFile = join(dataDir, `${name}.pid`);
  const lock = new DatabaseSync(join(dataDir, `${name}.lock`));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw heldBy(dataDir, readHolder(holderFile));
  }
  const holder: Holder = { pid: process.pid, since: new Date().toISOString() };
  writeFileSync(holderFile, `${JSON.stringify(holder)}\n`);
  let held = true;
  return {
    async [Symbol.asyncDispose]() {
      if (!held) return;
      held = false;
      rmSync(holderFile, { force: true });
      lock.close();
    },
  };
}

function heldBy(dataDir: string, holder: Holder | null): ConflictError {
  const who = holder ? `process ${holder.pid} (since ${holder.since})` : 'another process';
  return new ConflictError(
    `${dataDir} is in use by ${who}. Stop that one first, or name another folder in ALIMS_DATA_DIR.`,
    holder ? { pid: holder.pid } : {},
  );
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null; // the holder is just starting or stopping
  }
}
