import type { OperationKind } from '../metrics.ts';
import type { Outcome } from '../results.ts';

/** A W3C `traceparent`: the place in a trace that something belongs to. */
export type TraceParent = string | null;

/** Something that takes time, from its beginning to `end`. */
export interface TraceSpan {
  /** For what it asks of others. */
  readonly traceparent: string;
  /** Called once. */
  end(result: SpanResult): void;
}

/** `failure` says why there is none. */
export interface SpanResult {
  readonly outcome: Outcome | 'lost';
  readonly failure?: unknown;
}

export interface TracedOperation {
  readonly name: string | null;
  readonly kind: OperationKind | 'unknown';
  readonly clientName: string | null;
}

export interface TracedFetch {
  readonly subgraph: string;
  readonly kind: OperationKind;
  readonly operationName: string | null;
  /** How many entities it asks for; null when it asks root fields. */
  readonly entities: number | null;
}

/** Tells how requests are worked off. Where it is absent nothing of it is loaded, and nothing made. */
export interface Tracing extends AsyncDisposable {
  /** One operation of a client: below what the client says it belongs to, else the beginning of a trace. */
  operation(parent: TraceParent, operation: TracedOperation): TraceSpan;
  /** One request to a subgraph. */
  fetch(parent: TraceParent, fetch: TracedFetch): TraceSpan;
  /** One event of a subscription: a trace of its own, that names where the subscription was opened. */
  event(opened: TraceParent, name: string | null): TraceSpan;
}
