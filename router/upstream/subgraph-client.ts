import type { Logger } from '#platform/logging/index.ts';
import type { Caller } from '../execution/execution.ts';
import type { SubgraphAnswer } from '../execution/fetch.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import type { RouterMetrics } from '../metrics.ts';
import { createBulkhead } from './bulkhead.ts';
import type { CallbackStreams } from './callback-stream.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { asFailure, clientLeft } from './failure.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { type Airline, type Fetched, startFlight } from './flight.ts';
import { questionHeaders } from './headers.ts';
import { createHttpTransport } from './http-transport.ts';
import { completeOptions, type SubgraphOptions, type SubgraphSettings } from './options.ts';
import { createRetryBudget } from './retry-budget.ts';
import {
  type ChangeCounter,
  createSharedFlights,
  type Flight,
  landing,
  type Seat,
  takeAlone,
} from './shared-flights.ts';
import { createSubscriber } from './subscribe.ts';
import type { SubgraphFetch, Transport } from './transport.ts';

export interface SubgraphCall {
  /** The whole request as JSON without line breaks: query, operationName, variables. */
  readonly body: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | null;
  readonly caller: Caller;
  /** How many entities are asked for; absent when it asks root fields. */
  readonly entities?: number | undefined;
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

export interface SubgraphClientOptions extends SubgraphOptions {
  readonly name: string;
  readonly url: string;
  /** The subgraph's own handler, for a subgraph in this process; without it the URL is reached over HTTP. */
  readonly fetch?: SubgraphFetch | undefined;
  /** One for all subgraphs of a router: a mutation of one may show in another. */
  readonly changes?: ChangeCounter | undefined;
  /** Takes what subgraphs post; needed where one subscribes by callback. */
  readonly callbacks?: CallbackStreams | null | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: RouterMetrics | undefined;
}

/** Throws when an option is out of its range or needs what the router does not have. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name, metrics, changes = { count: 0 } } = options;
  const settings = completeOptions(name, options, options.fetch !== undefined);
  const transport = createTransport(options, settings);
  const subscriber = createSubscriber({
    service: name,
    url: options.url,
    settings,
    transport,
    callbacks: options.callbacks ?? null,
    changes,
  });
  const airline = createAirline(options, settings, transport);
  const flights = createSharedFlights<Fetched>(changes);

  function start({ kind, body, caller }: SubgraphCall): Flight<Fetched> {
    const isMutation = kind === 'mutation';
    return startFlight(airline, {
      body,
      headers: questionHeaders(caller, ACCEPT_RESULT),
      timeoutMs: isMutation ? settings.mutationTimeoutMs : settings.queryTimeoutMs,
      mayRetry: kind === 'query',
    });
  }

  function seatFor(call: SubgraphCall): Seat<Fetched> {
    if (!settings.shareFetches || !call.shareable || call.kind !== 'query') return takeAlone(start(call));
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

function createTransport({ name, url, fetch }: SubgraphClientOptions, settings: SubgraphSettings): Transport {
  return fetch ? createFetchTransport(url, fetch) : createHttpTransport(url, { service: name, ...settings });
}

function createAirline(options: SubgraphClientOptions, settings: SubgraphSettings, transport: Transport): Airline {
  const { name, logger, metrics } = options;
  const { circuitBreaker, retries } = settings;
  const onChange = (open: boolean) => {
    metrics?.subgraphCircuit(name, open);
    if (!open) logger?.info({ subgraph: name }, 'a subgraph answers again');
    else
      logger?.warn({ subgraph: name, ...circuitBreaker }, 'a subgraph is not asked for a while: too many calls failed');
  };
  return {
    service: name,
    transport,
    breaker: circuitBreaker && createCircuitBreaker(circuitBreaker, { onChange }),
    bulkhead: createBulkhead(settings),
    budget: createRetryBudget(),
    retries,
    onRetry: () => metrics?.subgraphRetry(name),
  };
}

const ACCEPT_RESULT = 'application/json, application/graphql-response+json;q=0.9';
