import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { AppError } from '#platform/errors/index.ts';
import type { Counter, Metrics } from '#platform/metrics/index.ts';
import { HttpRefusal } from './http/refusal.ts';
import type { Outcome } from './results.ts';
import { createTopNames } from './top-names.ts';

export type OperationKind = 'query' | 'mutation' | 'subscription';

/** How a stream reaches its client. `single-connection` carries several. */
export type StreamTransport = 'websocket' | 'event-stream' | 'single-connection' | 'multipart';

/**
 * What came of a change at the supergraph's source: it is served now, or it was ignored because it is not valid,
 * could not be served or could not be read; `unchanged` when what is served stands there again.
 */
export type ReloadOutcome = 'applied' | 'invalid' | 'failed' | 'unreadable' | 'unchanged';

/** What is read when somebody looks, of the supergraph that is served then. */
export interface Readings {
  readonly operations: () => number;
  readonly upstreams: () => number;
  /** Seconds since 1970. */
  readonly servedSince: () => number;
}

/** Counted where a call for each would cost more than what it counts. */
export interface Lookups {
  /** An operation was ready; it had to be prepared; it is known to be refused. */
  readonly operations: { hit: number; miss: number; refused: number };
  /** A kept answer was given; it had to be made. */
  readonly responses: { hit: number; miss: number };
}

/** What happens in the router, as figures. */
export interface RouterMetrics {
  /** The name of an operation is null when it has none, undefined when its document was refused. */
  operation(name: string | null | undefined, kind: OperationKind | 'unknown', outcome: Outcome, seconds: number): void;
  /** `outcome` is `ok`, `retried`, `shared` (with a fetch that was under way), or the reason of the failure. */
  subgraphFetch(subgraph: string, outcome: string, seconds: number): void;
  subgraphRetry(subgraph: string): void;
  subgraphCircuit(subgraph: string, open: boolean): void;
  /** One plan was made, or refused, in so many seconds with the wait for its turn. */
  planned(outcome: 'ok' | 'refused', seconds: number): void;
  /** A client's stream is open until the answer is disposed of. */
  stream(transport: StreamTransport): Disposable;
  /** One result was given to one subscriber. */
  delivered(transport: StreamTransport): void;
  /** One event of a stream from a subgraph, completed once for all who subscribed to it. */
  subscriptionEvent(): void;
  /** A client was cut because it read its stream too slowly. */
  slowSubscriber(transport: StreamTransport): void;
  /** Something was turned away before it ran, for the first of these reasons. */
  refused(errors: readonly unknown[]): void;
  reloaded(outcome: ReloadOutcome): void;
  follow(readings: Readings): void;
  /** Uses of what is deprecated: by its schema coordinate, then by client. */
  followDeprecated(read: () => ReadonlyMap<string, ReadonlyMap<string, number>>): void;
  readonly lookups: Lookups;
}

/** Names of operations that have time series of their own: `other` for the rest. */
const NAMED_OPERATIONS = 100;

export function createRouterMetrics(metrics: Metrics): RouterMetrics {
  const lookups: Lookups = { operations: { hit: 0, miss: 0, refused: 0 }, responses: { hit: 0, miss: 0 } };
  const reloads = metrics.counter({
    name: 'alims_router_supergraph_reloads_total',
    help: "Changes at the supergraph's source, by what came of them.",
    labels: ['outcome'],
  });
  countLookups(metrics, lookups);
  return {
    lookups,
    operation: createOperationMetrics(metrics),
    ...createSubgraphMetrics(metrics),
    ...createStreamMetrics(metrics),
    refused: createRefusalMetrics(metrics),
    reloaded: (outcome) => reloads.inc({ outcome }),
    followDeprecated(readUses) {
      metrics.counter({
        name: 'alims_router_deprecated_uses_total',
        help: 'Requests that used a deprecated field, argument, input field or enum value, by client.',
        labels: ['coordinate', 'client'],
        read: () =>
          [...readUses()].flatMap(([coordinate, uses]) =>
            [...uses].map(([client, count]) => [{ coordinate, client }, count] as const),
          ),
      });
    },
    follow({ operations, upstreams, servedSince }) {
      metrics.gauge({ name: 'alims_router_upstreams', help: 'Streams from subgraphs open now.', read: upstreams });
      metrics.gauge({
        name: 'alims_router_operation_cache_size',
        help: 'Operations prepared and kept.',
        read: operations,
      });
      metrics.gauge({
        name: 'alims_router_supergraph_since_seconds',
        help: 'Since when the supergraph of now is served, in seconds since 1970.',
        read: servedSince,
      });
    },
  };
}

const KINDS: readonly (OperationKind | 'unknown')[] = ['query', 'mutation', 'subscription', 'unknown'];
const OUTCOMES: readonly Outcome[] = ['ok', 'partial', 'failed', 'refused'];

function createOperationMetrics(metrics: Metrics): RouterMetrics['operation'] {
  const seconds = metrics.histogram({
    name: 'alims_router_operation_seconds',
    help: 'Time from a parsed request to its result, by operation (the most used names; other), kind and outcome.',
    labels: ['operation', 'kind', 'outcome'],
  });
  const names = createTopNames({
    most: NAMED_OPERATIONS,
    onDrop(operation) {
      for (const kind of KINDS) for (const outcome of OUTCOMES) seconds.remove({ operation, kind, outcome });
    },
  });
  const labelOf = (name: string | null | undefined) => {
    if (name === undefined) return 'refused document';
    return name === null ? 'anonymous' : names.labelOf(name);
  };
  return (name, kind, outcome, took) => seconds.observe({ operation: labelOf(name), kind, outcome }, took);
}

type SubgraphMetrics = Pick<RouterMetrics, 'subgraphFetch' | 'subgraphRetry' | 'subgraphCircuit' | 'planned'>;

function createSubgraphMetrics(metrics: Metrics): SubgraphMetrics {
  const fetches = metrics.histogram({
    name: 'alims_router_subgraph_fetch_seconds',
    help: 'Time until a subgraph has answered, with queue and retries.',
    labels: ['subgraph', 'outcome'],
  });
  const retries = metrics.counter({
    name: 'alims_router_subgraph_retries_total',
    help: 'Attempts after the first to ask a subgraph.',
    labels: ['subgraph'],
  });
  const circuits = metrics.gauge({
    name: 'alims_router_subgraph_circuit_open',
    help: '1 while a subgraph is not asked because it has been failing.',
    labels: ['subgraph'],
  });
  const planning = metrics.histogram({
    name: 'alims_router_planning_seconds',
    help: 'Time until an operation had its plan, or was refused one; it is planned once for all requests.',
    labels: ['outcome'],
  });
  return {
    subgraphFetch: (subgraph, outcome, seconds) => fetches.observe({ subgraph, outcome }, seconds),
    subgraphRetry: (subgraph) => retries.inc({ subgraph }),
    subgraphCircuit: (subgraph, isOpen) => circuits.set({ subgraph }, isOpen ? 1 : 0),
    planned: (outcome, seconds) => planning.observe({ outcome }, seconds),
  };
}

function countLookups(metrics: Metrics, lookups: Lookups): void {
  const countsOf = (counts: object) =>
    Object.entries(counts).map(([result, count]) => [{ result }, count as number] as const);
  metrics.counter({
    name: 'alims_router_operation_cache_lookups_total',
    help: 'Requests whose operation was ready (hit), had to be prepared (miss), or is known to be refused.',
    labels: ['result'],
    read: () => countsOf(lookups.operations),
  });
  metrics.counter({
    name: 'alims_router_response_cache_lookups_total',
    help: 'Requests for answers that may be kept: kept ones that were given (hit), and those that were made (miss).',
    labels: ['result'],
    read: () => countsOf(lookups.responses),
  });
}

type StreamMetrics = Pick<RouterMetrics, 'stream' | 'delivered' | 'subscriptionEvent' | 'slowSubscriber'>;

function createStreamMetrics(metrics: Metrics): StreamMetrics {
  const delivered = new Map<StreamTransport, number>();
  const open = metrics.gauge({
    name: 'alims_router_subscriptions',
    help: 'Subscriptions of clients open now, by how they reach them.',
    labels: ['transport'],
  });
  metrics.counter({
    name: 'alims_router_subscription_deliveries_total',
    help: 'Results given to subscribers, one for each client.',
    labels: ['transport'],
    read: () => [...delivered].map(([transport, count]) => [{ transport }, count] as const),
  });
  const events = metrics.counter({
    name: 'alims_router_subscription_events_total',
    help: 'Events of streams from subgraphs, counted once however many clients share the stream.',
  });
  const slow = metrics.counter({
    name: 'alims_router_slow_subscribers_total',
    help: 'Clients cut because they read their streams too slowly.',
    labels: ['transport'],
  });
  return {
    stream(transport) {
      open.inc({ transport });
      return { [Symbol.dispose]: () => open.dec({ transport }) };
    },
    delivered: (transport) => void delivered.set(transport, (delivered.get(transport) ?? 0) + 1),
    subscriptionEvent: () => events.inc(),
    slowSubscriber: (transport) => slow.inc({ transport }),
  };
}

function createRefusalMetrics(metrics: Metrics): RouterMetrics['refused'] {
  const refusals: Counter<'reason'> = metrics.counter({
    name: 'alims_router_refused_total',
    help: 'Requests turned away before they ran, by the limit that they exceed or the code of their error.',
    labels: ['reason'],
  });
  return (errors) => refusals.inc({ reason: reasonOf(errors[0]) });
}

const REASON = /^\w{1,40}$/;

/** The limit's name, the status of HTTP, else the error's code in small letters. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.code.toLowerCase();
  if (error instanceof HttpRefusal) return `http_${error.status}`;
  const { limit, code } = ((error as GraphQLError | GraphQLFormattedError | undefined)?.extensions ?? {}) as {
    readonly limit?: { readonly name?: unknown };
    readonly code?: unknown;
  };
  if (typeof limit?.name === 'string' && REASON.test(limit.name)) return limit.name;
  return typeof code === 'string' && REASON.test(code) ? code.toLowerCase() : 'unexpected';
}
