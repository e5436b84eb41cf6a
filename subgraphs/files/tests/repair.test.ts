import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import type { FilesDeps } from '../context.ts';
import { createFolderBlobStore } from '../data/blob-store.folder.ts';
import { createClient, type FilesTx } from '../data/client.ts';
import { createFolderStage } from '../data/upload-stage.folder.ts';
import { processUpload, repairUpload } from '../service/process-upload.ts';
import {
  BEGIN_UPLOAD,
  createFilesLab,
  declare,
  FILE_DETAIL,
  type FilesLab,
  person,
  send,
  sha256,
} from './support/files-lab.ts';
import { type S3Server, startS3 } from './support/s3.ts';

const ana = person(['analyst']);
const UPLOAD = 'query ($id: ID!) { file(id: $id) { status upload { id status rejection { code } } } }';
const FOLLOW = 'subscription ($fileId: ID!) { fileProcessed(fileId: $fileId) { file { status } } }';

async function begin(lab: FilesLab, content: Buffer | string) {
  const { data } = await lab.ask(ana, BEGIN_UPLOAD, {
    input: declare(content, { name: 'a.raw', mediaType: 'application/octet-stream' }),
  });
  const { fileId, uploadUrl } = data.beginUpload;
  const { upload } = (await lab.ask(ana, UPLOAD, { id: fileId })).data.file;
  return { fileId, uploadUrl, uploadId: upload.id as string };
}

/** All bytes arrive (or the first `arrived`), and the process dies before it can do anything about them. */
async function arriveUnnoticed(
  dataDir: string,
  uploadId: string,
  content: Buffer,
  arrived = content.length,
): Promise<void> {
  await using stage = await createFolderStage({ directory: path.join(dataDir, 'files', 'uploads') });
  await stage.ensure({ id: uploadId, size: content.length });
  await stage.store.write(Readable.from([content.subarray(0, arrived)]), uploadId, 0);
}

async function untilStatus(lab: FilesLab, fileId: string, status: string): Promise<void> {
  for await (const { data } of lab.subscribe(ana, FOLLOW, { fileId })) {
    if (data.fileProcessed.file.status === status) return;
  }
  throw new Error(`The file never became ${status}.`);
}

async function typesOf(lab: FilesLab, fileId: string): Promise<string[]> {
  const client = new pg.Client(lab.database.superUrl);
  await client.connect();
  const { rows } = await client.query<{ type: string }>(
    'select type from files.outbox_event where subject_id = $1 order by sequence',
    [fileId],
  );
  await client.end();
  return rows.map(({ type }) => type);
}

describe('a process that died', () => {
  let lab: FilesLab;
  beforeEach(async () => {
    lab = await createFilesLab();
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  test('left bytes that had all arrived: the next start finishes them', async () => {
    const content = randomBytes(5000);
    const { fileId, uploadId } = await begin(lab, content);
    await arriveUnnoticed(lab.dataDir, uploadId, content);
    await lab.restart();
    await untilStatus(lab, fileId, 'AVAILABLE');
    expect((await lab.ask(ana, FILE_DETAIL, { id: fileId })).data.file).toMatchObject({
      sha256: sha256(content),
      version: { number: 1 },
    });
  });

  test('left an upload half sent: the next start leaves it alone, and the client goes on', async () => {
    const content = randomBytes(5000);
    const { fileId, uploadId, uploadUrl } = await begin(lab, content);
    await arriveUnnoticed(lab.dataDir, uploadId, content, 3000);
    await lab.restart();
    await send(uploadUrl, content);
    expect((await lab.ask(ana, UPLOAD, { id: fileId })).data.file.status).toBe('AVAILABLE');
  });

  test('left an upload that nobody finished: once expired it is ended and its bytes are removed', async () => {
    const content = randomBytes(5000);
    const { fileId, uploadId } = await begin(lab, content);
    await arriveUnnoticed(lab.dataDir, uploadId, content, 3000);
    lab.clock.now = new Date(lab.clock.now.getTime() + 25 * 3_600_000);
    await lab.restart();
    await untilStatus(lab, fileId, 'REJECTED');
    expect((await lab.ask(ana, UPLOAD, { id: fileId })).data.file.upload.rejection).toEqual({ code: 'EXPIRED' });
    await lab.restart();
    expect(await readdir(path.join(lab.dataDir, 'files', 'uploads'))).toEqual([]);
  });
});

describe('a step that fails', () => {
  let lab: FilesLab;
  let deps: FilesDeps;
  beforeAll(async () => {
    lab = await createFilesLab();
    deps = await depsOf(lab);
  });
  afterAll(async () => {
    await deps[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  });

  const died = () => Promise.reject(new Error('the process died here'));

  /** Fails the nth write transaction, after its work and before its commit, as a crash would. */
  function dyingInWrite(nth: number): FilesDeps {
    let writes = 0;
    const write: Database<FilesTx>['write'] = (actor, work) =>
      deps.db.write(actor, async (unit) => {
        const answer = await work(unit);
        writes += 1;
        return writes === nth ? died() : answer;
      });
    return { ...deps, db: { ...deps.db, write } };
  }

  const deaths: readonly [string, () => FilesDeps, visible: string][] = [
    ['while it began processing', () => dyingInWrite(1), 'PENDING'],
    ['before the content was stored', () => ({ ...deps, blobs: { ...deps.blobs, put: died } }), 'PROCESSING'],
    [
      'after the content was stored, before anything was written',
      () => ({ ...deps, blobs: { ...deps.blobs, put: async (...args) => deps.blobs.put(...args).then(died) } }),
      'PROCESSING',
    ],
    ['while version and event were written', () => dyingInWrite(2), 'PROCESSING'],
    ['before what was staged was removed', () => ({ ...deps, stage: { ...deps.stage, remove: died } }), 'AVAILABLE'],
    ['before it could say that nothing is staged', () => dyingInWrite(3), 'AVAILABLE'],
  ];

  test.each(deaths)(
    '%s shows nothing half done, and the repair ends with one version and one event',
    async (_when, dying, visible) => {
      const content = randomBytes(3000);
      const { fileId, uploadId } = await begin(lab, content);
      const ref = { id: uploadId, organizationId: ana.organizationId, createdBy: ana.userId };
      await arriveUnnoticed(lab.dataDir, uploadId, content);
      await expect(processUpload(dying(), ref)).rejects.toThrow('the process died here');

      const halfway = (await lab.ask(ana, FILE_DETAIL, { id: fileId })).data.file;
      expect(halfway.status).toBe(visible);
      expect(halfway.version === null).toBe(visible !== 'AVAILABLE');
      expect((await typesOf(lab, fileId)).includes('file.available')).toBe(visible === 'AVAILABLE');

      await repairUpload(deps, ref);
      await repairUpload(deps, ref);
      const repaired = (await lab.ask(ana, FILE_DETAIL, { id: fileId })).data.file;
      expect(repaired).toMatchObject({ status: 'AVAILABLE', sha256: sha256(content), versions: { totalCount: 1 } });
      expect(await typesOf(lab, fileId)).toEqual(['file.upload_begun', 'file.processing', 'file.available']);
      expect(await readdir(path.join(lab.dataDir, 'files', 'uploads'))).toEqual([]);
    },
  );

  test('two that process the same upload at once make one version', async () => {
    const content = randomBytes(300_000);
    const { fileId, uploadId } = await begin(lab, content);
    const ref = { id: uploadId, organizationId: ana.organizationId, createdBy: ana.userId };
    await arriveUnnoticed(lab.dataDir, uploadId, content);
    // The slower one may find that the faster has removed what was staged: the next sweep then finds nothing to do.
    await Promise.allSettled([processUpload(deps, ref), processUpload(deps, ref), processUpload(deps, ref)]);
    await repairUpload(deps, ref);
    expect((await lab.ask(ana, FILE_DETAIL, { id: fileId })).data.file).toMatchObject({
      status: 'AVAILABLE',
      versions: { totalCount: 1 },
    });
    expect(await typesOf(lab, fileId)).toEqual(['file.upload_begun', 'file.processing', 'file.available']);
  });
});

async function depsOf(lab: FilesLab): Promise<FilesDeps> {
  const logger = createLogger({ level: 'error', name: 'repair' });
  const db = await createDatabase<FilesTx>({
    subgraph: 'files',
    url: lab.database.appUrl,
    client: createClient,
    maxConnections: 4,
    logger,
  });
  return {
    db,
    logger,
    blobs: await createFolderBlobStore({ directory: path.join(lab.dataDir, 'files', 'blobs') }),
    stage: await createFolderStage({ directory: path.join(lab.dataDir, 'files', 'uploads') }),
    eventLog: { tail: () => Readable.from([]), [Symbol.asyncDispose]: async () => {} },
    clock: () => lab.clock.now,
    newId: uuidv7,
    signingKey: 'k',
    publicUrl: () => 'http://files.test',
    maxBytes: 1e9,
    uploadHours: 24,
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}

describe('over S3', () => {
  let s3: S3Server;
  let lab: FilesLab;
  beforeAll(async () => {
    s3 = await startS3();
    const { endpoint, bucket, accessKeyId, secretAccessKey } = s3.options;
    lab = await createFilesLab({
      env: {
        S3_ENDPOINT: endpoint,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: accessKeyId,
        S3_SECRET_ACCESS_KEY: secretAccessKey,
      },
    });
  });
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
    await s3[Symbol.asyncDispose]();
  });

  test('a file is uploaded, checked and read in ranges as it is in a folder', async () => {
    const content = randomBytes(9_000_000);
    const { fileId, uploadUrl } = await begin(lab, content);
    await send(uploadUrl, content);
    await untilStatus(lab, fileId, 'AVAILABLE');
    const { file } = (await lab.ask(ana, FILE_DETAIL, { id: fileId })).data;
    expect(file).toMatchObject({ sha256: sha256(content), version: { number: 1 } });
    const part = await fetch(file.download.url, { headers: { Range: 'bytes=8000000-8000099' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 8000000-8000099/9000000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(8_000_000, 8_000_100))).toBe(true);
    expect(sha256(Buffer.from(await (await fetch(file.download.url)).arrayBuffer()))).toBe(sha256(content));
  });

  test('content that is not what was declared leaves no blob', async () => {
    const { fileId, uploadUrl } = await begin(lab, 'abc');
    await send(uploadUrl, 'abd');
    await untilStatus(lab, fileId, 'REJECTED');
  });
});
