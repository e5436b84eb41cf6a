import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import type { Fetch } from '../graphql/index.ts';
import { takeBody } from './bounded-body.ts';

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
}

export interface HttpServerOptions {
  readonly port: number;
  readonly host: string;
  readonly fetch: Fetch;
  /** Largest body of a request, in bytes, but for `streams`. */
  readonly maxBodyBytes: number;
  /** Milliseconds within which a body has to come, but for `streams`. Default 30,000. */
  readonly bodyTimeoutMs?: number;
  /** Paths, with everything below them, whose handlers bound their bodies themselves: uploads. */
  readonly streams?: readonly string[];
}

const STOP_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 30_000;

/** Puts a fetch function behind a socket. Disposing finishes requests under way for up to 10 s, then cuts what is left. */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { maxBodyBytes, bodyTimeoutMs = BODY_TIMEOUT_MS, streams = [] } = options;
  const adapter = createServerAdapter((request: Request) => options.fetch(request));
  // An upload takes as long as it takes, so the time of a body is bounded per path; without this one of the headers is not.
  const timeouts = { requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT_MS, keepAliveTimeout: 65_000 };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const bounded = hasBody(request) && !streams.some((prefix) => isBelow(request.url, prefix));
    if (bounded && !(await takeBody(request, response, { maxBodyBytes, bodyTimeoutMs }))) return;
    await adapter(request, response);
  };
  const server = createServer(timeouts, (request, response) => void answer(request, response));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port, options.host, resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host === '0.0.0.0' ? 'localhost' : options.host}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Of the path as the dispatcher reads it: without its `..`, which would lead out of the folder. */
function isBelow(url: string | undefined, prefix: string): boolean {
  const full = `http://localhost${url ?? '/'}`;
  if (!URL.canParse(full)) return false;
  const { pathname } = new URL(full);
  return pathname === prefix || pathname.startsWith(`${prefix}/`);
}
