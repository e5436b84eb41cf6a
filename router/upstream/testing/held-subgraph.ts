import { NO_ACCESS } from '../../access.ts';
import type { Caller } from '../../execution/execution.ts';
import { NO_HEADERS } from '../../identify.ts';
import type { SubgraphFetch } from '../transport.ts';

export interface HeldRequest {
  readonly body: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** An object goes as JSON, text as it is. */
  answer(result: object | string): void;
  /** Answers with a stream of events, and gives the function that writes to it. */
  stream(): (text: string) => void;
}

/** A subgraph in this process that answers when the test says so. */
export interface HeldSubgraph {
  readonly fetch: SubgraphFetch;
  /** In the order in which they came. */
  readonly requests: HeldRequest[];
  /** Resolves when so many have come. */
  arrived(count: number): Promise<void>;
  /** Answers what is held and all that comes. */
  release(result: object | string): void;
}

export function createHeldSubgraph(): HeldSubgraph {
  const requests: HeldRequest[] = [];
  let released: object | string | null = null;
  let onArrival = Promise.withResolvers<void>();
  return {
    requests,
    async arrived(count) {
      while (requests.length < count) await onArrival.promise;
    },
    release(result) {
      released = result;
      for (const request of requests) request.answer(result);
    },
    async fetch(request) {
      const { promise, resolve } = Promise.withResolvers<Response>();
      const { headers, signal } = request;
      const held: HeldRequest = {
        body: await request.text(),
        headers,
        signal,
        answer: (result) => resolve(typeof result === 'string' ? new Response(result) : Response.json(result)),
        stream() {
          const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
          const writer = writable.getWriter();
          resolve(new Response(readable, { headers: { 'content-type': 'text/event-stream' } }));
          return (text) => void writer.write(new TextEncoder().encode(text));
        },
      };
      requests.push(held);
      onArrival.resolve();
      onArrival = Promise.withResolvers();
      if (released !== null) held.answer(released);
      return promise;
    },
  };
}

export function callerIn(scope: string, signal: AbortSignal | null = null): Caller {
  return {
    scope,
    access: NO_ACCESS,
    forwarded: NO_HEADERS,
    identityHeader: null,
    requestId: 'request-1',
    traceparent: null,
    signal,
  };
}
