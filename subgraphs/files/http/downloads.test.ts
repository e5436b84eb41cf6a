import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderBlobStore } from '../data/blob-store.folder.ts';
import { createS3BlobStore } from '../data/blob-store.s3.ts';
import { type BlobStore, blobKey } from '../data/blob-store.ts';
import { signToken } from '../domain/signed-token.ts';
import { type S3Server, startS3 } from '../tests/support/s3.ts';
import { createDownloadHandler, DOWNLOAD_PATH } from './downloads.ts';

const KEY = 'test-key';
const ORGANIZATION = '0190a000-0000-7000-8000-000000000001';
const CONTENT = randomBytes(100_000);
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const VERSION = { name: 'Prüfbericht "1".csv', mediaType: 'text/csv', size: CONTENT.length, sha256: SHA256 };

let directory: string;
let s3: S3Server;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'alims-downloads-'));
  s3 = await startS3();
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

function link(subjectId: string, expiresAt = Date.now() + 60_000): string {
  const claims = { organizationId: ORGANIZATION, userId: randomUUID(), subjectId, expiresAt };
  return `http://files.test${DOWNLOAD_PATH}/${signToken('download', claims, KEY)}`;
}

async function offering(blobs: BlobStore, version = VERSION) {
  await blobs.put({ organizationId: ORGANIZATION, sha256: SHA256 }, CONTENT.length, Readable.from([CONTENT]));
  const uses: unknown[] = [];
  const versionId = randomUUID();
  const handle = createDownloadHandler({
    blobs,
    key: KEY,
    clock: () => new Date(),
    desk: {
      find: async (claims) => (claims.subjectId === versionId ? version : null),
      record: async (_claims, _version, ranges) => void uses.push(ranges),
    },
  });
  const url = link(versionId);
  const get = (headers: Record<string, string> = {}, method = 'GET') => handle(new Request(url, { method, headers }));
  return { handle, get, uses, versionId };
}

const stores: readonly [string, () => Promise<BlobStore>][] = [
  ['folder', () => createFolderBlobStore({ directory })],
  ['S3', async () => createS3BlobStore(s3.options)],
];

describe.each(stores)('downloads from %s', (_name, create) => {
  test('the whole content, with its hash as tag and digest, as an attachment in a sandbox', async () => {
    await using blobs = await create();
    const { get, uses } = await offering(blobs);
    const response = await get();
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(CONTENT)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': '100000',
      'content-type': 'text/csv',
      'content-disposition': `attachment; filename="Pru_fbericht _1_.csv"; filename*=UTF-8''Pr%C3%BCfbericht%20%221%22.csv`,
      etag: `"${SHA256}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(uses).toEqual([null]);
  });

  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-99', 10, 99],
    ['bytes=99990-', 99_990, 99_999],
    ['bytes=-5', 99_995, 99_999],
    ['bytes=50000-9999999', 50_000, 99_999],
  ])('%s is answered exactly', async (range, start, end) => {
    await using blobs = await create();
    const { get, uses } = await offering(blobs);
    const response = await get({ Range: range });
    expect([response.status, response.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/100000`]);
    expect(response.headers.get('content-length')).toBe(String(end - start + 1));
    expect(Buffer.from(await response.arrayBuffer()).equals(CONTENT.subarray(start, end + 1))).toBe(true);
    expect(uses).toEqual([[{ start, end }]]);
  });

  test('several ranges come as parts of one body of the announced length', async () => {
    await using blobs = await create();
    const { get } = await offering(blobs);
    const response = await get({ Range: 'bytes=500-599,0-9' });
    expect(response.status).toBe(206);
    const boundary = /boundary=(.+)$/.exec(response.headers.get('content-type') ?? '')?.[1] ?? '';
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(body.length));
    const parts = body.toString('latin1').split(`\r\n--${boundary}`);
    expect(parts).toHaveLength(4);
    expect(parts[1]).toBe(
      `\r\nContent-Type: text/csv\r\nContent-Range: bytes 0-9/100000\r\n\r\n${CONTENT.subarray(0, 10).toString('latin1')}`,
    );
    expect(parts[2]).toContain('Content-Range: bytes 500-599/100000');
    expect(parts[2]?.split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(CONTENT.subarray(500, 600).toString('latin1'));
    expect(parts[3]).toBe('--\r\n');
  });
});

describe('answers of a link', () => {
  let blobs: BlobStore;
  beforeAll(async () => {
    blobs = await createFolderBlobStore({ directory });
  });

  test('a range beyond the content is 416 and says how long the content is', async () => {
    const { get, uses } = await offering(blobs);
    const response = await get({ Range: 'bytes=100000-' });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
    expect(uses).toEqual([]);
  });

  test('who has the content is told so without sending it', async () => {
    const { get, uses } = await offering(blobs);
    const response = await get({ 'If-None-Match': `W/"${SHA256}"` });
    expect([response.status, await response.text()]).toEqual([304, '']);
    expect(uses).toEqual([]);
  });

  test('If-Range with this content gives the part, with any other the whole', async () => {
    const { get } = await offering(blobs);
    const status = async (ifRange: string) => (await get({ Range: 'bytes=0-9', 'If-Range': ifRange })).status;
    expect(await status(`"${SHA256}"`)).toBe(206);
    expect(await status('"other"')).toBe(200);
    expect(await status(`W/"${SHA256}"`)).toBe(200);
    expect(await status('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(200);
  });

  test('HEAD tells everything but the content, and is no use of the link', async () => {
    const { get, uses } = await offering(blobs);
    const response = await get({}, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '100000']);
    expect(response.body).toBeNull();
    expect(uses).toEqual([]);
  });

  test('an expired link is gone; a forged one, and one of another purpose, was never there', async () => {
    const { handle, versionId } = await offering(blobs);
    const status = async (url: string) => (await handle(new Request(url))).status;
    expect(await status(link(versionId, Date.now() - 1))).toBe(410);
    expect(await status(link(randomUUID()))).toBe(404);
    expect(await status(`${link(versionId).slice(0, -3)}xyz`)).toBe(404);
    const claims = {
      organizationId: ORGANIZATION,
      userId: randomUUID(),
      subjectId: versionId,
      expiresAt: Date.now() + 1000,
    };
    expect(await status(`http://files.test${DOWNLOAD_PATH}/${signToken('upload', claims, KEY)}`)).toBe(404);
  });

  test('a use that cannot be recorded does not happen', async () => {
    const { versionId } = await offering(blobs);
    const handle = createDownloadHandler({
      blobs,
      key: KEY,
      clock: () => new Date(),
      desk: { find: async () => VERSION, record: () => Promise.reject(new Error('no database')) },
    });
    await expect(handle(new Request(link(versionId)))).rejects.toThrow('no database');
  });

  test('content that has decayed in the store breaks off instead of ending', async () => {
    const { get } = await offering(blobs);
    const decayed = Buffer.from(CONTENT);
    decayed.writeUInt8(decayed.readUInt8(5) ^ 1, 5);
    const file = path.join(directory, blobKey({ organizationId: ORGANIZATION, sha256: SHA256 }));
    await writeFile(file, decayed);
    try {
      await expect((await get()).arrayBuffer()).rejects.toThrow('decayed');
    } finally {
      await writeFile(file, CONTENT);
    }
  });
});
