import path from 'node:path';
import { deriveKey } from '#platform/config/index.ts';
import { defineSubgraph, type Host, readSchema } from '#platform/graphql/index.ts';
import { createContext, type FilesContext, type FilesDeps } from './context.ts';
import { createFolderBlobStore } from './data/blob-store.folder.ts';
import { createS3BlobStore } from './data/blob-store.s3.ts';
import type { BlobStore } from './data/blob-store.ts';
import { createClient, type FilesTx } from './data/client.ts';
import { createFolderStage } from './data/upload-stage.folder.ts';
import { createS3Stage } from './data/upload-stage.s3.ts';
import type { UploadStage } from './data/upload-stage.ts';
import { createDownloadHandler, DOWNLOAD_PATH } from './http/downloads.ts';
import { createUploadHandler, UPLOAD_PATH } from './http/uploads.ts';
import { resolvers } from './resolvers.ts';
import { createDownloadDesk } from './service/downloads.ts';
import { createUploadWork, type UploadWork } from './service/upload-work.ts';

/** Small files are decided about before the answer to their last byte; clients do not wait longer than this for it. */
const PATIENCE_MS = 5_000;

interface Process extends FilesDeps {
  readonly work: UploadWork;
}

export const files = defineSubgraph<Process, FilesContext>({
  name: 'files',
  port: 4006,
  typeDefs: readSchema('files'),
  resolvers,
  createContext,

  async createDeps(host) {
    const db = await host.database<FilesTx>('files', createClient);
    const stores = await openStores(host);
    const deps: FilesDeps = {
      ...stores,
      db,
      eventLog: host.eventLog(db),
      logger: host.logger,
      clock: host.clock,
      newId: host.newId,
      signingKey: deriveKey(host.secretKey, 'files'),
      publicUrl: () => host.config.files.publicUrl ?? host.publicUrl(),
      maxBytes: host.config.files.maxBytes,
      uploadHours: host.config.files.uploadHours,
      async [Symbol.asyncDispose]() {
        await stores.stage[Symbol.asyncDispose]();
        await stores.blobs[Symbol.asyncDispose]();
      },
    };
    const work = createUploadWork(deps);
    // What an earlier process left half done is taken up now; the periodic job comes back to what fails here.
    const repaired = work
      .sweep({ all: true })
      .catch((err: unknown) => host.logger.warn({ err }, 'uploads are not repaired yet'));
    return {
      ...deps,
      work,
      async [Symbol.asyncDispose]() {
        await repaired;
        await work[Symbol.asyncDispose]();
        await deps[Symbol.asyncDispose]();
      },
    };
  },

  routes: (deps) => [
    {
      prefix: UPLOAD_PATH,
      fetch: createUploadHandler({
        stage: deps.stage,
        desk: deps.work.desk,
        key: deps.signingKey,
        maxBytes: deps.maxBytes,
        clock: deps.clock,
        patienceMs: PATIENCE_MS,
      }),
    },
    {
      prefix: DOWNLOAD_PATH,
      fetch: createDownloadHandler({
        blobs: deps.blobs,
        desk: createDownloadDesk(deps),
        key: deps.signingKey,
        clock: deps.clock,
      }),
    },
  ],

  jobs: (deps) => [{ name: 'files.repair', cron: '*/5 * * * *', handle: () => deps.work.sweep() }],
});

async function openStores({ config, secrets }: Host): Promise<{ blobs: BlobStore; stage: UploadStage }> {
  const { s3 } = config.files;
  if (s3 && secrets.s3) {
    const options = { ...s3, ...secrets.s3 };
    return { blobs: createS3BlobStore(options), stage: createS3Stage(options) };
  }
  const directory = path.join(config.dataDir, 'files');
  return {
    blobs: await createFolderBlobStore({ directory: path.join(directory, 'blobs') }),
    stage: await createFolderStage({ directory: path.join(directory, 'uploads') }),
  };
}
