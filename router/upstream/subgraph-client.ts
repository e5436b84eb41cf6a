import type { Caller } from '../execution/execution.ts';
import type { SubgraphAnswer } from '../execution/fetch.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import type { RouterMetrics } from '../metrics.ts';
import type { CallbackStreams } from './callback-stream.ts';
import { asFailure, clientLeft } from './failure.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { type Fetched, startFlight } from './flight.ts';
import { questionHeaders } from './headers.ts';
import { createHttpTransport } from './http-transport.ts';
import { type ChangeCounter, createSharedFlights, landing, type Seat, takeAlone } from './shared-flights.ts';
import { createSubscriber, type SubscriptionMode } from './subscribe.ts';
import type { SubgraphFetch } from './transport.ts';

export interface SubgraphCall {
  /** The whole request as JSON without line breaks: query, operationName, variables. */
  readonly body: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | null;
  readonly caller: Caller;
  /**
   * Whether callers of one scope who ask the same at the same time may share one fetch. Only for operations of kind
   * query: what belongs to a mutation must see its writes, and what completes an event must be as new as the event.
   */
  readonly shareable?: boolean | undefined;
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

/** How the router deals with one subgraph. */
export interface SubgraphOptions {
  /** Milliseconds until a query is given up, a second attempt included. Default 15,000. */
  readonly queryTimeoutMs?: number | undefined;
  /** Milliseconds until a mutation is given up: it may have happened all the same. Default 60,000. */
  readonly mutationTimeoutMs?: number | undefined;
  /** Bytes of one answer, unpacked, or of one event of a stream; a longer one is refused. Default 64 MiB. */
  readonly maxAnswerBytes?: number | undefined;
  /** Connections for questions; streams have their own. Default 128. */
  readonly maxConnections?: number | undefined;
  /** HTTP/2 where the subgraph offers it over TLS. Default false. */
  readonly allowH2?: boolean | undefined;
  /** One fetch for all callers of one scope who ask the same at the same time. Default true. */
  readonly shareFetches?: boolean | undefined;
  /**
   * How subscriptions reach a subgraph that is not in this process. Default `auto`: by WebSocket where it speaks
   * graphql-transport-ws, otherwise by server-sent events. `callback` (Apollo's protocol) needs the router's public URL.
   */
  readonly subscriptions?: SubscriptionMode | undefined;
  /** Where WebSockets are answered, if not at the subgraph's URL. */
  readonly webSocketUrl?: string | undefined;
  /**
   * Milliseconds without a sign of life after which a stream is lost; null for never. Default 30,000 for WebSockets,
   * which are pinged, and callbacks, which are checked; null for server-sent events, which need no heartbeats.
   */
  readonly streamSilenceMs?: number | null | undefined;
}

export interface SubgraphClientOptions extends SubgraphOptions {
  readonly name: string;
  readonly url: string;
  /** The subgraph's own handler, for a subgraph in this process; without it the URL is reached over HTTP. */
  readonly fetch?: SubgraphFetch | undefined;
  /** One for all subgraphs of a router: a mutation of one may show in another. */
  readonly changes?: ChangeCounter | undefined;
  /** Takes what subgraphs post; needed where one subscribes by callback. */
  readonly callbacks?: CallbackStreams | null | undefined;
  readonly metrics?: RouterMetrics | undefined;
}

const DEFAULT_MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name, url, fetch, metrics, shareFetches = true, changes = { count: 0 } } = options;
  const { queryTimeoutMs = 15_000, mutationTimeoutMs = 60_000 } = options;
  const maxAnswerBytes = options.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES;
  const transport = fetch
    ? createFetchTransport(url, fetch)
    : createHttpTransport(url, {
        service: name,
        maxConnections: options.maxConnections ?? 128,
        maxAnswerBytes,
        allowH2: options.allowH2 ?? false,
      });
  const subscriber = createSubscriber({
    service: name,
    webSocketUrl: options.webSocketUrl ?? url,
    mode: fetch ? 'sse' : (options.subscriptions ?? 'auto'),
    transport,
    timeoutMs: queryTimeoutMs,
    maxBytes: maxAnswerBytes,
    silenceMs: fetch ? null : options.streamSilenceMs,
    callbacks: options.callbacks ?? null,
    changes,
  });
  const flights = createSharedFlights<Fetched>(changes);

  function start(call: SubgraphCall) {
    const isMutation = call.kind === 'mutation';
    return startFlight({
      service: name,
      transport,
      body: call.body,
      headers: questionHeaders(call.caller, ACCEPT_RESULT),
      timeoutMs: isMutation ? mutationTimeoutMs : queryTimeoutMs,
      mayRetry: !isMutation,
    });
  }

  function seatFor(call: SubgraphCall): Seat<Fetched> {
    if (!shareFetches || !call.shareable || call.kind !== 'query') return takeAlone(start(call));
    // A body has no line break, so no two pairs of body and scope give one key.
    return flights.join(`${call.body}\n${call.caller.scope}`, () => start(call));
  }

  return {
    name,
    async ask(call) {
      const started = performance.now();
      // A mutation runs to its end whatever its client does: half an answer must not mean half a write.
      const leaving = call.kind === 'mutation' ? null : call.caller.signal;
      let outcome = 'ok';
      try {
        if (leaving?.aborted) throw clientLeft(name);
        const seat = seatFor(call);
        const fetched = await landing(seat, name, leaving);
        if (!seat.first) outcome = 'shared';
        else if (fetched.retried) outcome = 'retried';
        return fetched.take();
      } catch (error) {
        const failure = asFailure(name, error);
        outcome = failure.reason;
        throw failure;
      } finally {
        if (call.kind === 'mutation') changes.count += 1;
        metrics?.subgraphFetch(name, outcome, (performance.now() - started) / 1000);
      }
    },
    subscribe: subscriber.subscribe,
    async [Symbol.asyncDispose]() {
      subscriber[Symbol.dispose]();
      await transport[Symbol.asyncDispose]();
    },
  };
}

const ACCEPT_RESULT = 'application/json, application/graphql-response+json;q=0.9';
