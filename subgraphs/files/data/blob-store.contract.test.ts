import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Server, startS3 } from '../tests/support/s3.ts';
import { createFolderBlobStore } from './blob-store.folder.ts';
import { createS3BlobStore } from './blob-store.s3.ts';
import { BlobMissingError, type BlobStore } from './blob-store.ts';

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001';
const OTHER = '0190a000-0000-7000-8000-000000000002';

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const address = (content: Buffer, organizationId = ORGANIZATION) => ({ organizationId, sha256: sha256(content) });
/** In chunks that do not divide any piece size. */
function streamed(content: Buffer): Readable {
  const chunks = [];
  for (let at = 0; at < content.length; at += 77_777) chunks.push(content.subarray(at, at + 77_777));
  return Readable.from(chunks);
}

let directory: string;
let s3: S3Server;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'alims-blobs-'));
  s3 = await startS3();
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const implementations: readonly [string, () => Promise<BlobStore>][] = [
  ['folder', () => createFolderBlobStore({ directory })],
  ['S3', async () => createS3BlobStore(s3.options)],
];

describe.each(implementations)('blob store: %s', (_name, create) => {
  test('content comes back as it went in, whole and in ranges', async () => {
    await using store = await create();
    for (const size of [1, 1000, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 20_000_003]) {
      const content = randomBytes(size);
      expect(await store.put(address(content), size, streamed(content))).toEqual({ kind: 'stored' });
      expect(await store.head(address(content))).toEqual({ size });
      expect(sha256(await buffer(await store.open(address(content))))).toBe(sha256(content));
      const start = Math.floor(size / 3);
      const part = await buffer(await store.open(address(content), { start, end: size - 1 }));
      expect(part.equals(content.subarray(start))).toBe(true);
      const first = await buffer(await store.open(address(content), { start: 0, end: 0 }));
      expect(first.equals(content.subarray(0, 1))).toBe(true);
    }
  });

  test('content that differs from what was announced leaves nothing', async () => {
    await using store = await create();
    for (const size of [100, 9_000_000]) {
      const announced = randomBytes(size);
      const flipped = Buffer.from(announced);
      flipped.writeUInt8(flipped.readUInt8(size - 1) ^ 1, size - 1);
      expect(await store.put(address(announced), size, streamed(flipped))).toEqual({
        kind: 'mismatch',
        received: { sha256: sha256(flipped), size },
      });
      const longer = Buffer.concat([announced, Buffer.from('x')]);
      expect(await store.put(address(announced), size, streamed(longer))).toMatchObject({ kind: 'mismatch' });
      expect(await store.put(address(announced), size, streamed(announced.subarray(1)))).toMatchObject({
        kind: 'mismatch',
      });
      expect(await store.head(address(announced))).toBeNull();
      expect(await store.head(address(flipped))).toBeNull();
    }
  });

  test('a stream that breaks leaves nothing', async () => {
    await using store = await create();
    const content = randomBytes(9_000_000);
    const broken = Readable.from(
      (function* () {
        yield content.subarray(0, 8_500_000);
        throw new Error('the line went dead');
      })(),
    );
    await expect(store.put(address(content), content.length, broken)).rejects.toThrow('the line went dead');
    expect(await store.head(address(content))).toBeNull();
  });

  test('the same content twice is stored once, and the second time still verified', async () => {
    await using store = await create();
    const content = randomBytes(5000);
    await store.put(address(content), content.length, streamed(content));
    expect(await store.put(address(content), content.length, streamed(content))).toEqual({ kind: 'stored' });
    const lie = randomBytes(5000);
    expect(await store.put(address(content), content.length, streamed(lie))).toMatchObject({ kind: 'mismatch' });
    expect((await buffer(await store.open(address(content)))).equals(content)).toBe(true);
  });

  test('two concurrent puts of the same content both succeed', async () => {
    await using store = await create();
    const content = randomBytes(300_000);
    const put = () => store.put(address(content), content.length, streamed(content));
    expect(await Promise.all([put(), put(), put()])).toEqual([
      { kind: 'stored' },
      { kind: 'stored' },
      { kind: 'stored' },
    ]);
    expect((await buffer(await store.open(address(content)))).equals(content)).toBe(true);
  });

  test('another organization neither sees nor deletes equal content', async () => {
    await using store = await create();
    const content = randomBytes(64);
    await store.put(address(content), 64, streamed(content));
    expect(await store.head(address(content, OTHER))).toBeNull();
    await expect(store.open(address(content, OTHER))).rejects.toThrow(BlobMissingError);
    expect(await store.delete(address(content, OTHER))).toBe(false);
    expect(await store.head(address(content))).toEqual({ size: 64 });
  });

  test('a deleted blob is gone, and deleting it again says that there was none', async () => {
    await using store = await create();
    const content = randomBytes(64);
    await store.put(address(content), 64, streamed(content));
    expect(await store.delete(address(content))).toBe(true);
    expect(await store.delete(address(content))).toBe(false);
    await expect(store.open(address(content))).rejects.toThrow(BlobMissingError);
  });

  test('an address that is not an organization and a hash is refused', async () => {
    await using store = await create();
    for (const bad of [
      { organizationId: '../..', sha256: sha256(Buffer.of(1)) },
      { organizationId: ORGANIZATION, sha256: '../../../etc/passwd' },
      { organizationId: ORGANIZATION, sha256: sha256(Buffer.of(1)).toUpperCase() },
    ]) {
      await expect(store.head(bad)).rejects.toThrow(TypeError);
      await expect(store.put(bad, 1, Readable.from([Buffer.of(1)]))).rejects.toThrow(TypeError);
    }
  });
});

test('a folder store leaves no drafts behind and removes those of a killed process once they are old', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'alims-blobs-'));
  try {
    const store = await createFolderBlobStore({ directory: root });
    const content = randomBytes(100);
    await store.put(address(content), 100, streamed(content));
    await store.put(address(content), 99, streamed(content));
    expect(await readdir(path.join(root, 'incoming'))).toEqual([]);
    await writeFile(path.join(root, 'incoming', 'young'), 'x');
    await writeFile(path.join(root, 'incoming', 'old'), 'x');
    await utimes(path.join(root, 'incoming', 'old'), 1, 1);
    await createFolderBlobStore({ directory: root });
    expect(await readdir(path.join(root, 'incoming'))).toEqual(['young']);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
