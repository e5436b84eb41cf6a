import type { Metrics } from '#platform/metrics/index.ts';

export type OperationKind = 'query' | 'mutation' | 'subscription';

/** `ok`, `partial` (data and errors), `failed` (no data), `refused` (never ran). */
export type Outcome = 'ok' | 'partial' | 'failed' | 'refused';

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

/** What happens in the router, as figures. */
export interface RouterMetrics {
  operation(kind: OperationKind | 'unknown', outcome: Outcome, seconds: number): void;
  /** `outcome` is `ok`, `retried`, or the reason of the failure. */
  subgraphFetch(subgraph: string, outcome: string, seconds: number): void;
  /** +1 when a subscription opens, -1 when it ends. */
  subscriptions(change: 1 | -1): void;
  /** One event of a stream from a subgraph, completed once for all who subscribed to it. */
  subscriptionEvent(): void;
  /** A client was cut because it read its stream too slowly. */
  slowSubscriber(transport: string): void;
  reloaded(outcome: ReloadOutcome): void;
  follow(readings: Readings): void;
}

export function createRouterMetrics(metrics: Metrics): RouterMetrics {
  const operations = metrics.histogram({
    name: 'alims_router_operation_seconds',
    help: 'Time from a parsed request to its result, by kind of operation and outcome.',
    labels: ['kind', 'outcome'],
  });
  const fetches = metrics.histogram({
    name: 'alims_router_subgraph_fetch_seconds',
    help: 'Time of one request to a subgraph.',
    labels: ['subgraph', 'outcome'],
  });
  const open = metrics.gauge({ name: 'alims_router_subscriptions', help: 'Subscriptions open now.' });
  const events = metrics.counter({
    name: 'alims_router_subscription_events_total',
    help: 'Events of streams from subgraphs, counted once however many clients share the stream.',
  });
  const slow = metrics.counter({
    name: 'alims_router_slow_subscribers_total',
    help: 'Clients cut because they read their streams too slowly.',
    labels: ['transport'],
  });
  const reloads = metrics.counter({
    name: 'alims_router_supergraph_reloads_total',
    help: "Changes at the supergraph's source, by what came of them.",
    labels: ['outcome'],
  });
  return {
    operation: (kind, outcome, seconds) => operations.observe({ kind, outcome }, seconds),
    subgraphFetch: (subgraph, outcome, seconds) => fetches.observe({ subgraph, outcome }, seconds),
    subscriptions: (change) => open.inc(change),
    subscriptionEvent: () => events.inc(),
    slowSubscriber: (transport) => slow.inc({ transport }),
    reloaded: (outcome) => reloads.inc({ outcome }),
    follow({ operations: kept, upstreams, servedSince }) {
      metrics.gauge({ name: 'alims_router_upstreams', help: 'Streams from subgraphs open now.', read: upstreams });
      metrics.gauge({ name: 'alims_router_operation_cache_size', help: 'Operations prepared and kept.', read: kept });
      metrics.gauge({
        name: 'alims_router_supergraph_since_seconds',
        help: 'Since when the supergraph of now is served, in seconds since 1970.',
        read: servedSince,
      });
    },
  };
}
