import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

export type FetchHandler = (request: Request) => Promise<Response>;

/** The URL of a request; the path is the client's, the host is what it says it asked. */
export function urlOf(request: IncomingMessage): URL {
  const path = request.url ?? '/';
  const host = request.headers.host ?? 'localhost';
  const base = URL.canParse(`http://${host}`) ? `http://${host}` : 'http://localhost';
  return URL.canParse(path, base) ? new URL(path, base) : new URL('/', base);
}

/** A signal that aborts when the client leaves before the answer is complete. */
export function leavingSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** Hands a request to a fetch handler; both bodies stream, nothing is collected. */
export async function serveFetch(
  request: IncomingMessage,
  response: ServerResponse,
  handler: FetchHandler,
  requestId: string,
): Promise<void> {
  const method = request.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const answer = await handler(
    new Request(urlOf(request), {
      method,
      headers: headersOf(request, requestId),
      signal: leavingSignal(response),
      ...(hasBody ? { body: webBody(request), duplex: 'half' as const } : {}),
    }),
  );
  await sendResponse(response, answer);
}

// Node's and the DOM's declarations of the same class differ; at run time they are one.
function webBody(request: IncomingMessage): ReadableStream<Uint8Array> {
  return Readable.toWeb(request) as unknown as ReadableStream<Uint8Array>;
}

function headersOf(request: IncomingMessage, requestId: string): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (Array.isArray(value)) for (const each of value) headers.append(name, each);
    else if (value !== undefined) headers.set(name, value);
  }
  // Only the router says who asks.
  headers.delete('x-alims-identity');
  headers.set('x-request-id', requestId);
  return headers;
}

export async function sendResponse(response: ServerResponse, answer: Response): Promise<void> {
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.writeHead(answer.status);
  if (!answer.body) {
    response.end();
    return;
  }
  // So that the client of a quiet stream knows at once that it is open.
  response.flushHeaders();
  await pump(answer.body.getReader(), response);
}

// By hand, because the bodies of yoga's responses are not of the class that stream.Readable.fromWeb accepts.
async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, response: ServerResponse): Promise<void> {
  response.once('close', () => {
    reader.cancel().catch(() => {});
  });
  try {
    while (!response.destroyed) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!response.write(value)) await drained(response);
    }
    response.end();
  } catch {
    // The source broke after the status was sent: only cutting the connection tells.
    response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const finish = () => {
    response.off('drain', finish);
    response.off('close', finish);
    resolve();
  };
  response.on('drain', finish);
  response.on('close', finish);
  return promise;
}
