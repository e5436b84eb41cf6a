/**
 * A process that takes uploads into a folder and can be killed: `node upload-process.ts <folder>`. It prints its URL,
 * then one line with the SHA-256 of each content that has arrived.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createFolderStage } from '../../data/upload-stage.folder.ts';
import { createUploadHandler } from '../../http/uploads.ts';
import { serve } from './serve.ts';

const [directory = '', size = '0'] = process.argv.slice(2);
const stage = await createFolderStage({ directory });
const handler = createUploadHandler({
  stage,
  key: 'test-key',
  maxBytes: 1e9,
  clock: () => new Date(),
  patienceMs: 10_000,
  desk: {
    find: async ({ subjectId }) => ({ id: subjectId, size: Number(size), state: 'open' }),
    terminated: async () => {},
    async arrived({ subjectId }) {
      const hash = createHash('sha256');
      await pipeline(await stage.open(subjectId), hash);
      process.stdout.write(`arrived ${hash.digest('hex')}\n`);
    },
  },
});
const server = await serve(handler);
process.stdout.write(`listening ${server.url}\n`);
