import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isObject } from '../execution/data.ts';
import { HttpRefusal } from './refusal.ts';

export interface BodyLimits {
  /** Bytes, packed and unpacked. */
  readonly maxBytes: number;
  /** Milliseconds from the headers to the end of the body. */
  readonly timeoutMs: number;
}

const JSON_TYPES = /^application\/(json|graphql\+json)\s*(;|$)/i;

/**
 * The parsed body of a GraphQL POST: one request, or as many as `maxBatch` in a list. Throws HttpRefusal: 415 for another
 * type than JSON (which a foreign page could post without the browser asking first) or another encoding than gzip, 413
 * beyond the limit, 408 when it does not come, 400 when it is not JSON.
 */
export async function readJsonBody(
  request: IncomingMessage,
  limits: BodyLimits,
  maxBatch: number,
): Promise<Record<string, unknown> | Record<string, unknown>[]> {
  requireJson(request.headers['content-type']);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.maxBytes) throw tooLarge(request, limits);
  const unpack = unpackerFor(request.headers['content-encoding'], limits);
  const text = (await unpack(await readBytes(request, limits))).toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HttpRefusal(400, 'BAD_INPUT', `The body is not JSON (${why}). Send {"query": "…", "variables": {…}}.`);
  }
  if (isObject(body)) return body;
  if (!Array.isArray(body) || body.length === 0 || !body.every(isObject)) {
    throw new HttpRefusal(400, 'BAD_INPUT', 'The body must be a JSON object like {"query": "…", "variables": {…}}.');
  }
  if (body.length <= maxBatch) return body;
  throw new HttpRefusal(
    400,
    'BAD_INPUT',
    maxBatch === 0
      ? 'Several operations in one request are not served: send them one by one.'
      : `The request holds ${body.length} operations; at most ${maxBatch} are served: send fewer in one request.`,
  );
}

function requireJson(contentType: string | undefined): void {
  if (contentType !== undefined && JSON_TYPES.test(contentType)) {
    const charset = /charset="?([^";\s]+)/i.exec(contentType)?.[1]?.toLowerCase();
    if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return;
  }
  throw new HttpRefusal(
    415,
    'BAD_INPUT',
    `The body must be "content-type: application/json" in UTF-8, but it is ${JSON.stringify(contentType ?? 'untyped')}.`,
    { accept: 'application/json; charset=utf-8' },
  );
}

function tooLarge(request: IncomingMessage, { maxBytes, timeoutMs }: BodyLimits): HttpRefusal {
  // Read on, and forget: a connection that is closed on a client that still sends loses it the answer.
  request.resume();
  const cut = setTimeout(() => request.destroy(), timeoutMs).unref();
  request.once('close', () => clearTimeout(cut));
  return beyondLimit(maxBytes);
}

function beyondLimit(maxBytes: number): HttpRefusal {
  const message = `The body is larger than ${maxBytes} bytes. Send less in one request; files go through uploads.`;
  return new HttpRefusal(413, 'BAD_INPUT', message);
}

const gunzipBounded = promisify(gunzip);

/** A few packed bytes can stand for very many: no more are unpacked than may be sent plain. */
function unpackerFor(encoding: string | undefined, { maxBytes }: BodyLimits): (bytes: Buffer) => Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return async (bytes) => bytes;
  if (name !== 'gzip' && name !== 'x-gzip') {
    const message = `The body is packed as ${JSON.stringify(name.slice(0, 40))}: send it plain or as gzip.`;
    throw new HttpRefusal(415, 'BAD_INPUT', message, { 'accept-encoding': 'gzip' });
  }
  return async (bytes) => {
    try {
      return await gunzipBounded(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      if (error instanceof RangeError) throw beyondLimit(maxBytes);
      throw new HttpRefusal(400, 'BAD_INPUT', 'The body is not gzip, though "content-encoding" says so.');
    }
  };
}

function readBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => {
    const message = `The body did not come within ${limits.timeoutMs} ms.`;
    reject(new HttpRefusal(408, 'BAD_INPUT', message, { connection: 'close' }));
  }, limits.timeoutMs);
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limits.maxBytes) chunks.push(chunk);
    else if (length - chunk.length <= limits.maxBytes) reject(tooLarge(request, limits));
  });
  request.on('end', () => resolve(Buffer.concat(chunks, length)));
  request.on('error', reject);
  request.on('close', () => {
    if (!request.complete) reject(new HttpRefusal(400, 'BAD_INPUT', 'The connection closed before the body ended.'));
  });
  return promise.finally(() => clearTimeout(timer));
}
