import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { FileStore } from '@tus/file-store';
import { ERRORS, Upload } from '@tus/server';
import type { UploadStage } from './upload-stage.ts';

/** Unfinished uploads as files: what has been written is what was received, whoever was killed. */
export async function createFolderStage(options: { readonly directory: string }): Promise<UploadStage> {
  const directory = path.resolve(options.directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const store = new FileStore({ directory });

  async function received(id: string): Promise<number | null> {
    try {
      return (await store.getUpload(id)).offset;
    } catch (error) {
      if (error === ERRORS.FILE_NOT_FOUND || error === ERRORS.FILE_NO_LONGER_EXISTS) return null;
      throw error;
    }
  }

  return {
    store,
    received,

    async ensure({ id, size }) {
      if ((await received(id)) !== null) return;
      await store.create(new Upload({ id, size, offset: 0, creation_date: new Date().toISOString() }));
    },

    async open(id, limit) {
      const file = await open(path.join(directory, id), 'r');
      return createReadStream('', { fd: file, ...(limit !== undefined && { end: limit - 1 }) });
    },

    async remove(id) {
      await rm(path.join(directory, id), { force: true });
      await rm(path.join(directory, `${id}.json`), { force: true });
    },

    async [Symbol.asyncDispose]() {},
  };
}
