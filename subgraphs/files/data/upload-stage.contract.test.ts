import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ERRORS } from '@tus/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Server, startS3 } from '../tests/support/s3.ts';
import { createFolderStage } from './upload-stage.folder.ts';
import { createS3Stage } from './upload-stage.s3.ts';
import type { UploadStage } from './upload-stage.ts';

let directory: string;
let s3: S3Server;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'alims-stage-'));
  s3 = await startS3();
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const implementations: readonly [string, () => Promise<UploadStage>][] = [
  ['folder', () => createFolderStage({ directory })],
  ['S3', async () => createS3Stage(s3.options)],
];

describe.each(implementations)('upload stage: %s', (_name, create) => {
  test('bytes are appended piece by piece and come back as one', async () => {
    await using stage = await create();
    const content = randomBytes(9_000_000);
    const id = randomUUID();
    await stage.ensure({ id, size: content.length });
    expect(await stage.received(id)).toBe(0);
    for (const [from, to] of [
      [0, 1],
      [1, 100_000],
      [100_000, 9_000_000],
    ] as const) {
      expect(await stage.store.write(Readable.from([content.subarray(from, to)]), id, from)).toBe(to);
      expect(await stage.received(id)).toBe(to);
    }
    await stage.ensure({ id, size: content.length });
    expect((await buffer(await stage.open(id))).equals(content)).toBe(true);
    expect((await buffer(await stage.open(id, 4096))).equals(content.subarray(0, 4096))).toBe(true);
    expect(await stage.store.getUpload(id)).toMatchObject({ size: content.length, offset: content.length });
  });

  test('what came before a stream broke is kept, and the client goes on from there', async () => {
    await using stage = await create();
    const content = randomBytes(200_000);
    const id = randomUUID();
    await stage.ensure({ id, size: content.length });
    const broken = Readable.from(
      (async function* () {
        yield content.subarray(0, 50_000);
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('the line went dead');
      })(),
    );
    await expect(stage.store.write(broken, id, 0)).rejects.toBeTruthy();
    const offset = (await stage.received(id)) ?? -1;
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(50_000);
    await stage.store.write(Readable.from([content.subarray(offset)]), id, offset);
    expect((await buffer(await stage.open(id))).equals(content)).toBe(true);
  });

  test('an unknown upload has received nothing, not zero bytes', async () => {
    await using stage = await create();
    const id = randomUUID();
    expect(await stage.received(id)).toBeNull();
    await expect(stage.store.getUpload(id)).rejects.toBe(ERRORS.FILE_NOT_FOUND);
    await stage.remove(id);
  });

  test('a removed upload is gone', async () => {
    await using stage = await create();
    const id = randomUUID();
    await stage.ensure({ id, size: 3 });
    await stage.store.write(Readable.from([Buffer.from('abc')]), id, 0);
    await stage.remove(id);
    expect(await stage.received(id)).toBeNull();
  });
});

test('segments that two writers sent with an overlap are read as one content', async () => {
  await using stage = createS3Stage(s3.options);
  const content = randomBytes(100_000);
  const id = randomUUID();
  await stage.ensure({ id, size: content.length });
  await stage.store.write(Readable.from([content.subarray(0, 60_000)]), id, 0);
  await stage.store.write(Readable.from([content.subarray(30_000, 40_000)]), id, 30_000);
  await stage.store.write(Readable.from([content.subarray(35_000)]), id, 35_000);
  expect(await stage.received(id)).toBe(100_000);
  expect((await buffer(await stage.open(id))).equals(content)).toBe(true);
  expect((await buffer(await stage.open(id, 37_000))).equals(content.subarray(0, 37_000))).toBe(true);
});
