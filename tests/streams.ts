import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import type { GraphQLAnswer, GraphQLProblem } from '#demo/graphql-client.ts';

export interface Subscription {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly token: string | null;
}

export interface Stream<T> {
  /** The next answer; null at the end. A refusal before the first event comes as an answer with errors. */
  next(): Promise<GraphQLAnswer<T> | null>;
  /** Leaves: over WebSocket with the connection cut, as a laptop does whose lid is closed. */
  leave(): void;
}

export type Transport = 'WebSocket' | 'SSE';
export const TRANSPORTS: readonly Transport[] = ['WebSocket', 'SSE'];

/** Subscribes at the router under `url` as clients do, without their retries. */
export function openStream<T>(transport: Transport, url: string, subscription: Subscription): Stream<T> {
  return transport === 'WebSocket' ? openWebSocket(url, subscription) : openSse(url, subscription);
}

function openWebSocket<T>(url: string, { query, variables, token }: Subscription): Stream<T> {
  const client = createWebSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    retryAttempts: 0,
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
  });
  return streamOf(client.iterate({ query, variables: variables ?? {} }), () => client.terminate());
}

function openSse<T>(url: string, { query, variables, token }: Subscription): Stream<T> {
  const client = createSseClient({
    url: `${url}/graphql`,
    retryAttempts: 0,
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  return streamOf(client.iterate({ query, variables: variables ?? {} }), () => client.dispose());
}

function streamOf<T>(answers: AsyncIterator<unknown>, leave: () => void): Stream<T> {
  return {
    async next() {
      try {
        const { done, value } = await answers.next();
        return done ? null : (value as GraphQLAnswer<T>);
      } catch (error) {
        if (Array.isArray(error)) return { errors: error as GraphQLProblem[] };
        throw error;
      }
    },
    leave,
  };
}
