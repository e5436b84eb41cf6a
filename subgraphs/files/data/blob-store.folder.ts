import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type BlobAddress, BlobMissingError, type BlobStore, blobKey } from './blob-store.ts';
import { MeasuredStream, sameContent } from './measured-stream.ts';

const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Blobs as files below `directory`: written beside their place, synced, then renamed into it. */
export async function createFolderBlobStore(options: { readonly directory: string }): Promise<BlobStore> {
  const root = path.resolve(options.directory);
  const incoming = path.join(root, 'incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await removeAbandoned(incoming);
  const place = (address: BlobAddress) => path.join(root, blobKey(address));

  return {
    async put(address, size, content) {
      const target = place(address);
      if ((await sizeOf(target)) === size) return drain(address, size, content);
      const draft = path.join(incoming, randomUUID());
      try {
        const measured = new MeasuredStream();
        await pipeline(content, measured, createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
        const received = measured.result();
        if (!sameContent(received, address.sha256, size)) return { kind: 'mismatch', received };
        await publish(draft, target, root);
        return { kind: 'stored' };
      } finally {
        await rm(draft, { force: true });
      }
    },

    async open(address, range) {
      // Opened here, so that a missing blob is an error of this call and not of a stream that nobody listens to yet.
      const file = await open(place(address), 'r').catch((error: unknown) => {
        throw isMissing(error) ? new BlobMissingError(address, error) : error;
      });
      return createReadStream('', { fd: file, ...range });
    },

    async head(address) {
      const size = await sizeOf(place(address));
      return size === null ? null : { size };
    },

    async delete(address) {
      const target = place(address);
      const existed = (await sizeOf(target)) !== null;
      await rm(target, { force: true });
      if (existed) await syncDirectory(path.dirname(target));
      return existed;
    },

    async [Symbol.asyncDispose]() {},
  };
}

/** The bytes are stored already: they are only checked. */
async function drain(address: BlobAddress, size: number, content: Readable) {
  const measured = new MeasuredStream();
  await pipeline(content, measured, new Writable({ write: (_chunk, _encoding, done) => done() }));
  const received = measured.result();
  return sameContent(received, address.sha256, size)
    ? ({ kind: 'stored' } as const)
    : ({ kind: 'mismatch', received } as const);
}

async function publish(draft: string, target: string, root: string): Promise<void> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rename(draft, target);
  // The new name, and the folders made for it, are durable only when their parents are.
  for (let each = folder; each.length >= root.length; each = path.dirname(each)) await syncDirectory(each);
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Drafts of a process that was killed; young ones may belong to another process. */
async function removeAbandoned(incoming: string): Promise<void> {
  const oldest = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(incoming)) {
    const draft = path.join(incoming, name);
    const found = await stat(draft).catch(() => null);
    if (found && found.mtimeMs < oldest) await rm(draft, { force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
