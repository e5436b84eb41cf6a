import type { Server, ServerResponse } from 'node:http';
import type { Logger } from '#platform/logging/index.ts';
import type { GraphQLResult } from './results.ts';
import type { ServedSupergraph } from './served-supergraph.ts';
import type { WebSockets } from './websocket/server.ts';

export interface StopOptions {
  readonly server: Server;
  readonly webSockets: WebSockets;
  readonly served: Pick<ServedSupergraph, 'freeze'>;
  readonly answering: Answering;
  /** Milliseconds for requests under way; what is not done by then is cut. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** The answers under way: from the stop on, each tells its client that the connection ends with it. */
export interface Answering {
  begin(response: ServerResponse): void;
  /** Aborted when the router stops. */
  readonly stopping: AbortSignal;
  stop(): void;
}

export function createAnswering(): Answering {
  const stopping = new AbortController();
  const { signal } = stopping;
  const underWay = new Set<ServerResponse>();
  return {
    begin(response) {
      if (signal.aborted) {
        response.shouldKeepAlive = false;
        return;
      }
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
    },
    stopping: signal,
    stop() {
      for (const response of underWay) response.shouldKeepAlive = false;
      underWay.clear();
      stopping.abort();
    },
  };
}

const SWEEP_MS = 50;

/**
 * No new connections; streams end with a word to reconnect, requests under way finish over HTTP and WebSocket alike, and
 * then WebSockets close with 1001. What is not done in time is cut.
 */
export async function stopServer(options: StopOptions): Promise<void> {
  const { server, webSockets, served, answering, timeoutMs, logger } = options;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  answering.stop();
  served.freeze({ errors: [STOPPING] });
  // A connection that falls idle after its last answer would otherwise stay until its keep-alive ends.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const deadline = setTimeout(() => {
    logger.warn({ timeoutMs }, 'requests were still under way when the time to stop was over: they are cut');
    server.closeAllConnections();
    resolve();
  }, timeoutMs);
  await Promise.all([closed, webSockets.stop(timeoutMs)]);
  clearInterval(sweep);
  clearTimeout(deadline);
}

const STOPPING = {
  message:
    'The router is stopping. Subscribe again with "after" set to the cursor of the last event that you received.',
  extensions: { code: 'UNAVAILABLE', reconnect: true },
};

/** For who asks for something new on a connection that is about to end. */
export const STOPPING_RESULT: GraphQLResult = {
  errors: [{ message: 'The router is stopping: connect again.', extensions: STOPPING.extensions }],
};
