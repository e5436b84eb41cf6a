import { isObject } from './execution/data.ts';
import { SubgraphFailure } from './execution/errors.ts';
import type { Caller } from './execution/execution.ts';
import type { SubgraphAnswer } from './execution/fetch.ts';
import type { SubscriptionEvent } from './execution/subscription-plan.ts';
import { createInterrupt } from './interrupt.ts';
import type { RouterMetrics } from './metrics.ts';
import { readServerSentEvents } from './sse.ts';
import {
  type ByteStream,
  createFetchTransport,
  createHttpTransport,
  type SubgraphFetch,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts';

export interface SubgraphCall {
  /** The whole request as JSON: query, operationName, variables. */
  readonly body: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | null;
  readonly caller: Caller;
}

/** One subgraph as the router sees it. */
export interface SubgraphClient extends AsyncDisposable {
  readonly name: string;
  /** Throws SubgraphFailure when there is no usable answer; errors within an answer are part of it. */
  ask(call: SubgraphCall): Promise<SubgraphAnswer>;
  /**
   * Opens a stream of events. The iterable ends when the subgraph completes it, throws SubgraphFailure when it is lost.
   * Aborting the caller's signal closes it.
   */
  subscribe(call: SubgraphCall): Promise<AsyncIterable<SubscriptionEvent>>;
}

export interface SubgraphClientOptions {
  readonly name: string;
  readonly url: string;
  /** The subgraph's own handler, for a subgraph in this process; without it the URL is reached over HTTP. */
  readonly fetch?: SubgraphFetch | undefined;
  /** Milliseconds until a query is given up. Default 15,000. */
  readonly queryTimeoutMs?: number | undefined;
  /** Milliseconds until a mutation is given up: it may have happened all the same. Default 60,000. */
  readonly mutationTimeoutMs?: number | undefined;
  readonly metrics?: RouterMetrics | undefined;
}

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name, url, fetch, metrics } = options;
  const transport = fetch ? createFetchTransport(url, fetch) : createHttpTransport(url);
  const limits = { query: options.queryTimeoutMs ?? 15_000, mutation: options.mutationTimeoutMs ?? 60_000 };
  return {
    name,
    async ask(call) {
      const started = performance.now();
      const timeoutMs = call.kind === 'mutation' ? limits.mutation : limits.query;
      let outcome = 'ok';
      try {
        return await askOnce(name, transport, call, timeoutMs);
      } catch (error) {
        const failure = asFailure(name, error);
        outcome = failure.reason;
        if (!mayRetry(call, failure)) throw failure;
        outcome = 'retried';
        return await askOnce(name, transport, call, timeoutMs);
      } finally {
        metrics?.subgraphFetch(name, outcome, (performance.now() - started) / 1000);
      }
    },
    subscribe: (call) => openStream(name, transport, call, limits.query),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

// Only what certainly changed nothing is asked again: a query whose connection failed.
function mayRetry(call: SubgraphCall, failure: SubgraphFailure): boolean {
  return call.kind === 'query' && failure.reason === 'unreachable' && call.caller.signal?.aborted !== true;
}

async function askOnce(
  name: string,
  transport: Transport,
  call: SubgraphCall,
  timeoutMs: number,
): Promise<SubgraphAnswer> {
  // A mutation runs to its end whatever its client does: half an answer must not mean half a write.
  const leaving = call.kind === 'mutation' ? null : call.caller.signal;
  const deadline = createDeadline(name, timeoutMs, leaving);
  try {
    const request = { body: call.body, headers: headersOf(call, 'application/json'), signal: deadline.signal };
    return await Promise.race([exchange(name, transport, request), deadline.expired]);
  } finally {
    deadline.clear();
  }
}

async function exchange(name: string, transport: Transport, request: TransportRequest): Promise<SubgraphAnswer> {
  const response = await transport.post(request);
  return readAnswer(name, response.status, await response.text());
}

interface Deadline {
  readonly signal: AbortSignal;
  /** Rejects with SubgraphFailure: an in-process handler need not look at the signal. */
  readonly expired: Promise<never>;
  clear(): void;
}

function createDeadline(name: string, timeoutMs: number, leaving: AbortSignal | null): Deadline {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  // Losing the race is no unhandled rejection.
  promise.catch(() => {});
  const end = (failure: SubgraphFailure) => {
    reject(failure);
    controller.abort(failure);
  };
  const onTimeout = () => end(new SubgraphFailure(name, 'timeout', `no answer within ${timeoutMs} ms`));
  const onLeave = () => end(new SubgraphFailure(name, 'aborted', 'the client left'));
  const timer = setTimeout(onTimeout, timeoutMs);
  leaving?.addEventListener('abort', onLeave);
  if (leaving?.aborted) onLeave();
  return {
    signal: controller.signal,
    expired: promise,
    clear() {
      clearTimeout(timer);
      leaving?.removeEventListener('abort', onLeave);
    },
  };
}

function headersOf(call: SubgraphCall, accept: string): Record<string, string> {
  const { identityHeader, requestId, traceparent } = call.caller;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept,
    'x-request-id': requestId,
  };
  if (identityHeader !== null) headers['x-alims-identity'] = identityHeader;
  if (traceparent !== null) headers.traceparent = traceparent;
  return headers;
}

function readAnswer(name: string, status: number, text: string): SubgraphAnswer {
  const invalid = (why: string, cause?: unknown) =>
    new SubgraphFailure(
      name,
      'invalid-answer',
      `${why} (HTTP ${status}, starts ${JSON.stringify(text.slice(0, 80))})`,
      cause,
    );
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw invalid('the answer is not JSON', error);
  }
  if (!isObject(answer)) throw invalid('the answer is not an object');
  const { data, errors } = answer;
  if (data !== undefined && data !== null && !isObject(data)) throw invalid('"data" is not an object');
  if (errors !== undefined && errors !== null && !Array.isArray(errors)) throw invalid('"errors" is not a list');
  const problems = (errors ?? []).filter(isObject);
  if (!data && problems.length === 0) throw invalid('the answer has neither data nor errors');
  return { data: data ?? null, errors: problems.length > 0 ? problems : null };
}

async function openStream(
  name: string,
  transport: Transport,
  call: SubgraphCall,
  timeoutMs: number,
): Promise<AsyncIterable<SubscriptionEvent>> {
  const deadline = createDeadline(name, timeoutMs, call.caller.signal);
  let response: TransportResponse;
  try {
    const request = { body: call.body, headers: headersOf(call, 'text/event-stream'), signal: streamSignal(call) };
    response = await Promise.race([transport.post(request), deadline.expired]);
  } catch (error) {
    throw asFailure(name, error);
  } finally {
    deadline.clear();
  }
  if (response.contentType.startsWith('text/event-stream')) return readStream(name, response, call.caller.signal);
  // A refusal comes as one ordinary result.
  const answer = readAnswer(name, response.status, await response.text());
  return single({ data: answer.data, errors: answer.errors ?? [] });
}

function streamSignal(call: SubgraphCall): AbortSignal {
  return call.caller.signal ?? new AbortController().signal;
}

async function* single(event: SubscriptionEvent): AsyncGenerator<SubscriptionEvent> {
  yield event;
}

async function* readStream(
  name: string,
  response: TransportResponse,
  signal: AbortSignal | null,
): AsyncGenerator<SubscriptionEvent> {
  try {
    for await (const event of readServerSentEvents(abortable(response.stream(), signal))) {
      if (event.event === 'complete') return;
      if (event.event !== 'next') continue;
      const result: unknown = JSON.parse(event.data);
      if (!isObject(result)) throw new SubgraphFailure(name, 'invalid-answer', 'an event is not an object');
      yield result;
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw asFailure(name, error);
  }
  if (!signal?.aborted) throw new SubgraphFailure(name, 'unreachable', 'the stream ended without being completed');
}

/** Ends when the signal aborts even if the source never gives another chunk, and closes the source. */
async function* abortable(stream: ByteStream, signal: AbortSignal | null): AsyncGenerator<Uint8Array> {
  const interrupt = createInterrupt<undefined>();
  const onAbort = () => {
    interrupt.fire(undefined);
    stream.close();
  };
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    while (true) {
      const chunk = await interrupt.race(stream.read());
      if (chunk === undefined) return;
      yield chunk;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stream.close();
  }
}

function asFailure(name: string, error: unknown): SubgraphFailure {
  if (error instanceof SubgraphFailure) return error;
  return new SubgraphFailure(name, 'unreachable', 'the request failed', error);
}
