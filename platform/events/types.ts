export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** What happened, as the service that decided it says it. */
export interface DomainEvent {
  /** The family that shares one sequence per organization: `workflow`, `sample`, `user` … */
  readonly topic: string;
  /** `<topic or entity>.<past participle>`, for example `workflow.advanced`. */
  readonly type: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly reason?: string | null;
  readonly payload: JsonObject;
}

/** Who caused an event, and in which request. */
export interface Cause {
  readonly actorId: string;
  readonly requestId: string | null;
}

/** The same event once the outbox has taken it. */
export interface StoredEvent extends DomainEvent, Cause {
  readonly id: string;
  readonly organizationId: string;
  /** Names one incarnation of the log: sequences of different epochs do not compare. */
  readonly epoch: string;
  /** Grows by one per organization and topic, from 1. */
  readonly sequence: number;
  readonly at: Date;
  /** The subgraph that announced it. */
  readonly source: string;
}

/** Events between the two cursors (exclusive, inclusive) can no longer be replayed. */
export interface StreamGap {
  readonly kind: 'gap';
  readonly fromCursor: string;
  readonly toCursor: string;
  readonly reason: string | null;
}

export interface ConsumerDefinition {
  /** Each event reaches one member of the group, at least once. */
  readonly group: string;
  readonly topics: readonly string[];
  handle(event: StoredEvent): Promise<void>;
  /**
   * Handles events of one organization and topic in their order, 2 to 100 of them: all of them or, when it rejects, none.
   * After a rejection `handle` gets them one by one, so that only the event that cannot be handled waits.
   */
  handleAll?(events: readonly StoredEvent[]): Promise<void>;
}

export interface EventBus extends AsyncDisposable {
  /** Resolves when the events are safe: stored by Redis, or handled by every in-process consumer. */
  publish(events: readonly StoredEvent[]): Promise<void>;
  consume(consumer: ConsumerDefinition): Promise<AsyncDisposable>;
  /** Every process hears every event, best effort: a listener that must not miss one re-reads the log. */
  listen(topics: readonly string[], onEvents: (events: readonly StoredEvent[]) => void): Promise<AsyncDisposable>;
}

export interface TailRequest {
  readonly organizationId: string;
  readonly topic: string;
  /** Exclusive; without it only new events come. */
  readonly after?: string | null;
  readonly accept?: (event: StoredEvent) => boolean;
  readonly signal: AbortSignal;
}

export interface EventLog extends AsyncDisposable {
  /** History, then live, without gap or duplicate; what retention no longer covers is announced as a StreamGap first. */
  tail(request: TailRequest): AsyncIterable<StoredEvent | StreamGap>;
}
