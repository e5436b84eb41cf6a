import type pg from 'pg';
import type { Cause, DomainEvent, StoredEvent } from '../events/types.ts';
import type { Query, Sql } from './query.ts';
import type { Reader } from './reader.ts';

export interface Tenant {
  readonly organizationId: string;
}

/** Who writes. `requestId` ties the event to the log lines of the request. */
export interface Actor extends Tenant {
  readonly userId: string;
  readonly requestId?: string | undefined;
}

export interface OnceCall {
  readonly operation: string;
  /** Without a key the work just runs. */
  readonly key: string | null | undefined;
  /** Compared by hash with the first request of the same key. */
  readonly request: unknown;
}

/** What a reading function needs; a unit of work has it too, so that writers read in their own transaction. */
export interface Reading<Tx> {
  readonly tx: Reader<Tx>;
  readonly query: Query;
}

/** What is to be announced: caused by the unit's actor, unless it follows from what somebody else has caused. */
export interface Announcement extends DomainEvent {
  readonly cause?: Cause | undefined;
}

export interface UnitOfWork<Tx> extends Reading<Tx> {
  readonly tx: Tx;
  readonly actor: Actor;
  /** As `query`, and tells how many rows it changed. */
  execute(sql: Sql): Promise<number>;
  /** Takes the sequence numbers (their counter rows stay locked until commit: call it last, once) and writes the outbox rows. */
  announce(events: readonly Announcement[]): Promise<readonly StoredEvent[]>;
  /**
   * Runs `work` once per (organization, actor, operation, key); a retry gets the stored first answer.
   * @throws ConflictError when the key was used with another request.
   */
  once<T>(call: OnceCall, work: () => Promise<T>): Promise<T>;
  /** Those of the events that `consumer` sees for the first time. */
  firstTime(consumer: string, eventIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** One subgraph's store. `Tx` is its Prisma transaction client. */
export interface Database<Tx> extends AsyncDisposable {
  readonly subgraph: string;
  readonly pool: pg.Pool;
  /**
   * Reads under the tenant's row-level security, each statement in a read-only transaction of its own: what is read
   * together has to be one statement. READ COMMITTED would promise no more.
   */
  read<T>(tenant: Tenant, work: (tx: Reader<Tx>, query: Query) => Promise<T>): Promise<T>;
  /** One transaction; serialization failures and deadlocks are retried up to 3 times, so `work` must have no effect outside it. */
  write<T>(actor: Actor, work: (unit: UnitOfWork<Tx>) => Promise<T>): Promise<T>;
  /** Without a tenant: only SECURITY DEFINER functions and untenanted tables answer. */
  system<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}
