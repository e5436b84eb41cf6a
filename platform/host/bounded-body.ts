import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

export interface BodyBounds {
  readonly maxBodyBytes: number;
  /** Milliseconds from the headers to the end of the body. */
  readonly bodyTimeoutMs: number;
}

/** Why a body is not taken. */
class BodyRefusal extends Error {
  readonly status: number;
  /** Whether nothing more can come over the connection. */
  readonly closes: boolean;

  constructor(status: number, message: string, closes: boolean) {
    super(message);
    this.status = status;
    this.closes = closes;
  }
}

/**
 * Reads the body before anybody works on it, so that nobody can make the process hold or await more than the bounds.
 * False when it was refused; the answer has been sent then.
 */
export async function takeBody(
  request: IncomingMessage,
  response: ServerResponse,
  bounds: BodyBounds,
): Promise<boolean> {
  try {
    const chunks = await read(request, bounds);
    // Where the HTTP adapter looks for a body that has been read.
    Object.assign(request, { body: Readable.from(chunks, { objectMode: false }) });
    return true;
  } catch (error) {
    if (error instanceof BodyRefusal) refuse(response, error);
    else response.destroy();
    return false;
  }
}

function read(request: IncomingMessage, { maxBodyBytes, bodyTimeoutMs }: BodyBounds): Promise<Buffer[]> {
  const tooLarge = () => {
    forgetRest(request, bodyTimeoutMs);
    return new BodyRefusal(413, `The body is larger than ${maxBodyBytes} bytes. Send less in one request.`, false);
  };
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return Promise.reject(tooLarge());
  const { promise, resolve, reject } = Promise.withResolvers<Buffer[]>();
  const chunks: Buffer[] = [];
  let length = 0;
  const late = () => reject(new BodyRefusal(408, `The body did not come within ${bodyTimeoutMs} ms.`, true));
  const timer = setTimeout(late, bodyTimeoutMs);
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    else if (length - chunk.length <= maxBodyBytes) reject(tooLarge());
  });
  request.once('end', () => resolve(chunks));
  request.once('error', reject);
  request.once('close', () => reject(new Error('The connection closed before the body ended.')));
  return promise.finally(() => clearTimeout(timer));
}

/** A connection that is closed on a client that still sends loses it the answer. */
function forgetRest(request: IncomingMessage, timeoutMs: number): void {
  request.resume();
  const cut = setTimeout(() => request.destroy(), timeoutMs).unref();
  const settle = () => clearTimeout(cut);
  request.once('end', settle);
  request.once('close', settle);
}

/** In the shape of a GraphQL error, which every caller of a subgraph reads. */
function refuse(response: ServerResponse, { status, message, closes }: BodyRefusal): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_INPUT' } }] });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(closes && { connection: 'close' }),
  });
  response.end(body);
}
