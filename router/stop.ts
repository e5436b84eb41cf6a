import type { Server } from 'node:http';
import type { Logger } from '#platform/logging/index.ts';
import type { ServedSupergraph } from './served-supergraph.ts';

export interface StopOptions {
  readonly server: Server;
  readonly webSockets: AsyncDisposable;
  readonly served: Pick<ServedSupergraph, 'freeze'>;
  /** Milliseconds for requests under way; what is not done by then is cut. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

const SWEEP_MS = 50;

/** No new connections; WebSockets close with 1001, streams end with a word to reconnect, requests under way finish. */
export async function stopServer({ server, webSockets, served, timeoutMs, logger }: StopOptions): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  served.freeze({ errors: [STOPPING] });
  const socketsClosed = webSockets[Symbol.asyncDispose]();
  // A connection that falls idle after its last answer would otherwise stay until its keep-alive ends.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const deadline = setTimeout(() => {
    logger.warn({ timeoutMs }, 'requests were still under way when the time to stop was over: they are cut');
    server.closeAllConnections();
    resolve();
  }, timeoutMs);
  await Promise.all([closed, Promise.race([socketsClosed, closedAfter(timeoutMs)])]);
  clearInterval(sweep);
  clearTimeout(deadline);
}

function closedAfter(timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, timeoutMs).unref();
  });
}

const STOPPING = {
  message:
    'The router is stopping. Subscribe again with "after" set to the cursor of the last event that you received.',
  extensions: { code: 'UNAVAILABLE', reconnect: true },
};
