import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import type { Fetch } from '../graphql/index.ts';

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
}

const STOP_TIMEOUT_MS = 10_000;

/** Puts a fetch function behind a socket. Disposing finishes requests under way for up to 10 s, then cuts what is left. */
export async function serveHttp(options: {
  readonly port: number;
  readonly host: string;
  readonly fetch: Fetch;
}): Promise<HttpServer> {
  const adapter = createServerAdapter((request: Request) => options.fetch(request));
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 }, adapter as never);
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
