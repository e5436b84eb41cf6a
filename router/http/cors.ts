import type { IncomingMessage, ServerResponse } from 'node:http';

// What resumable uploads and error reports need to read.
const EXPOSED =
  'x-request-id, location, tus-resumable, upload-offset, upload-length, upload-expires, content-range, etag';

/** Lets pages of the named origins call the router; `*` names every origin. Answers true when it was a preflight. */
export function applyCors(request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): boolean {
  const { origin } = request.headers;
  if (origin === undefined || allowed.length === 0) return false;
  response.setHeader('vary', 'origin');
  if (!allowed.includes(origin) && !allowed.includes('*')) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  const wanted = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || wanted === undefined) return false;
  response.setHeader('access-control-allow-methods', 'GET, HEAD, POST, PATCH, PUT, DELETE');
  response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
  response.setHeader('access-control-max-age', '7200');
  response.writeHead(204).end();
  return true;
}
