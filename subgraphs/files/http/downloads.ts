import { createHash, randomUUID } from 'node:crypto';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import type { BlobStore } from '../data/blob-store.ts';
import { type ByteRange, namesEntity, parseRange } from '../domain/byte-ranges.ts';
import { contentDisposition } from '../domain/file-name.ts';
import { checkToken, type TokenClaims } from '../domain/signed-token.ts';

export const DOWNLOAD_PATH = '/files/downloads';

/** A version as far as its download goes. */
export interface DownloadableVersion {
  readonly name: string;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

export interface DownloadDesk<Version extends DownloadableVersion> {
  find(claims: TokenClaims): Promise<Version | null>;
  /** Called before the first byte leaves; when it fails, none does. `ranges` is null for the whole content. */
  record(claims: TokenClaims, version: Version, ranges: readonly ByteRange[] | null): Promise<void>;
}

export interface DownloadHandlerOptions<Version extends DownloadableVersion> {
  readonly blobs: BlobStore;
  readonly desk: DownloadDesk<Version>;
  readonly key: string;
  readonly clock: () => Date;
}

interface Download<Version extends DownloadableVersion = DownloadableVersion> {
  readonly claims: TokenClaims;
  readonly version: Version;
  readonly headers: Headers;
}

/** Serves signed links by GET and HEAD with single and multiple ranges (RFC 9110). */
export function createDownloadHandler<Version extends DownloadableVersion>(
  options: DownloadHandlerOptions<Version>,
): (request: Request) => Promise<Response> {
  return async function handleDownload(request) {
    if (request.method === 'OPTIONS') return preflight();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refusal(405, 'Downloads take GET and HEAD.', { Allow: 'GET, HEAD, OPTIONS' });
    }
    const token = new URL(request.url).pathname.split('/').at(-1) ?? '';
    const check = checkToken('download', token, options.key, options.clock().getTime());
    if (check.kind === 'invalid')
      return refusal(404, 'There is no such download: use the link exactly as it was given.');
    if (check.kind === 'expired') return refusal(410, 'This link has expired: ask for download { url } again.');
    const version = await options.desk.find(check.claims);
    if (version === null) return refusal(404, 'There is no such download.');
    return serveVersion(request, { claims: check.claims, version, headers: headersOf(version) }, options);
  };
}

async function serveVersion<Version extends DownloadableVersion>(
  request: Request,
  download: Download<Version>,
  options: DownloadHandlerOptions<Version>,
): Promise<Response> {
  const { version, headers } = download;
  const etag = `"${version.sha256}"`;
  if (namesEntity(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  const asked = parseRange(mayUseRange(request, etag) ? request.headers.get('range') : null, version.size);
  if (asked.kind === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${version.size}`);
    headers.set('Content-Length', '0');
    return new Response(null, { status: 416, headers });
  }
  if (request.method === 'GET') {
    await options.desk.record(download.claims, version, asked.kind === 'ranges' ? asked.ranges : null);
  }
  if (asked.kind === 'whole') return serveWhole(request, download, options.blobs);
  const [only, ...more] = asked.ranges;
  return more.length === 0 && only
    ? servePart(request, download, only, options.blobs)
    : serveParts(request, download, asked.ranges, options.blobs);
}

/** RFC 9110 §14.2: ranges are for GET; §13.1.5: If-Range compares strongly, and a date never matches because none is sent. */
function mayUseRange(request: Request, etag: string): boolean {
  const ifRange = request.headers.get('if-range');
  return request.method === 'GET' && (ifRange === null || ifRange.trim() === etag);
}

async function serveWhole(
  request: Request,
  { claims, version, headers }: Download,
  blobs: BlobStore,
): Promise<Response> {
  headers.set('Content-Length', String(version.size));
  if (request.method === 'HEAD') return new Response(null, { headers });
  const content = await blobs.open({ organizationId: claims.organizationId, sha256: version.sha256 });
  return new Response(toWeb(content.compose(new VerifyingStream(version.sha256))), { headers });
}

async function servePart(
  request: Request,
  { claims, version, headers }: Download,
  range: ByteRange,
  blobs: BlobStore,
): Promise<Response> {
  headers.set('Content-Range', `bytes ${range.start}-${range.end}/${version.size}`);
  headers.set('Content-Length', String(range.end - range.start + 1));
  if (request.method === 'HEAD') return new Response(null, { status: 206, headers });
  const content = await blobs.open({ organizationId: claims.organizationId, sha256: version.sha256 }, range);
  return new Response(toWeb(content), { status: 206, headers });
}

async function serveParts(
  request: Request,
  { claims, version, headers }: Download,
  ranges: readonly ByteRange[],
  blobs: BlobStore,
): Promise<Response> {
  const boundary = `alims-${randomUUID()}`;
  const parts = ranges.map((range) => ({ range, head: partHead(boundary, version, range) }));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const length = parts.reduce((sum, { range, head }) => sum + head.length + range.end - range.start + 1, tail.length);
  headers.set('Content-Type', `multipart/byteranges; boundary=${boundary}`);
  headers.set('Content-Length', String(length));
  if (request.method === 'HEAD') return new Response(null, { status: 206, headers });
  const address = { organizationId: claims.organizationId, sha256: version.sha256 };
  async function* body() {
    for (const { range, head } of parts) {
      yield head;
      yield* (await blobs.open(address, range)) as AsyncIterable<Buffer>;
    }
    yield tail;
  }
  return new Response(toWeb(Readable.from(body(), { objectMode: false })), { status: 206, headers });
}

function partHead(boundary: string, version: DownloadableVersion, range: ByteRange): Buffer {
  return Buffer.from(
    `\r\n--${boundary}\r\nContent-Type: ${version.mediaType}\r\nContent-Range: bytes ${range.start}-${range.end}/${version.size}\r\n\r\n`,
  );
}

/** Holds the last chunk back until the hash is known: content that has decayed in the store breaks off instead of ending. */
class VerifyingStream extends Transform {
  readonly #hash = createHash('sha256');
  readonly #expected: string;
  #held: Buffer | null = null;

  constructor(sha256: string) {
    super();
    this.#expected = sha256;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    if (this.#held) this.push(this.#held);
    this.#held = chunk;
    done();
  }

  override _flush(done: TransformCallback): void {
    const intact = this.#hash.digest('hex') === this.#expected;
    if (intact && this.#held) this.push(this.#held);
    done(intact ? null : new Error(`The content ${this.#expected} has decayed in the store.`));
  }
}

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers':
    'Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Repr-Digest',
};

function headersOf(version: DownloadableVersion): Headers {
  return new Headers({
    ...CORS,
    // No charset: exports come in several, and a wrong one is worse than none.
    'Content-Type': version.mediaType,
    'Content-Disposition': contentDisposition(version.name),
    ETag: `"${version.sha256}"`,
    'Repr-Digest': `sha-256=:${Buffer.from(version.sha256, 'hex').toString('base64')}:`,
    'Accept-Ranges': 'bytes',
    // A link is one person's: no shared cache may answer another with it.
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Referrer-Policy': 'no-referrer',
  });
}

function preflight(): Response {
  const headers = {
    'Access-Control-Allow-Methods': 'GET, HEAD',
    'Access-Control-Allow-Headers': 'Range, If-Range, If-None-Match',
  };
  return new Response(null, { status: 204, headers: { ...CORS, ...headers, 'Access-Control-Max-Age': '86400' } });
}

function refusal(status: number, sentence: string, more: Readonly<Record<string, string>> = {}): Response {
  const headers = { ...CORS, ...more, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  return new Response(`${sentence}\n`, { status, headers });
}

/** The two declarations of web streams, Node's and the DOM's, describe the same object. */
function toWeb(content: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(content) as ReadableStream<Uint8Array>;
}
