import type pg from 'pg';
import type { DomainEvent, StoredEvent } from '../events/types.ts';

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

export interface UnitOfWork<Tx> {
  readonly tx: Tx;
  readonly actor: Actor;
  /** Takes the sequence numbers (their counter rows stay locked until commit: call it last, once) and writes the outbox rows. */
  announce(events: readonly DomainEvent[]): Promise<readonly StoredEvent[]>;
  /**
   * Runs `work` once per (organization, actor, operation, key); a retry gets the stored first answer.
   * @throws ConflictError when the key was used with another request.
   */
  once<T>(call: OnceCall, work: () => Promise<T>): Promise<T>;
  /** True the first time `consumer` sees this event. */
  firstTime(consumer: string, eventId: string): Promise<boolean>;
}

/** One subgraph's store. `Tx` is its Prisma transaction client. */
export interface Database<Tx> extends AsyncDisposable {
  readonly subgraph: string;
  readonly pool: pg.Pool;
  /** One read-only transaction under the tenant's row-level security. */
  read<T>(tenant: Tenant, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One transaction; serialization failures and deadlocks are retried up to 3 times, so `work` must have no effect outside it. */
  write<T>(actor: Actor, work: (unit: UnitOfWork<Tx>) => Promise<T>): Promise<T>;
  /** Without a tenant: only SECURITY DEFINER functions and untenanted tables answer. */
  system<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}
