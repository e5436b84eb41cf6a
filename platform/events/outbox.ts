import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '#platform/logging/index.ts';
import { type EventRow, eventOfRow } from './row.ts';
import type { StoredEvent } from './types.ts';

/** An event that is not on the bus yet, leased to this process for a while. */
export interface ClaimedEvent {
  readonly event: StoredEvent;
  /** How often its delivery failed before. */
  readonly attempts: number;
}

/** One subgraph's events on their way to the bus. */
export interface Outbox {
  /** The oldest unpublished events that no other process holds. What is neither done nor failed in time is given out again. */
  claim(limit: number): Promise<readonly ClaimedEvent[]>;
  done(ids: readonly string[]): Promise<void>;
  /** Counts an attempt. */
  failed(id: string, error: string): Promise<void>;
  /** Moves published events older than `before` to the archive. */
  purge(before: Date): Promise<void>;
  /** Tells when there may be something to claim; also after each gap in its hearing. */
  watch(onNews: () => void): AsyncDisposable;
}

interface ClaimRow extends EventRow {
  readonly attempts: number;
}

const MOST_CHARACTERS = 2_000;

export function createPgOutbox(options: {
  readonly pool: pg.Pool;
  readonly subgraph: string;
  readonly logger: Logger;
}): Outbox {
  const { pool, subgraph } = options;
  return {
    async claim(limit) {
      const { rows } = await pool.query<ClaimRow>('select * from outbox_claim($1)', [limit]);
      return rows.map((row) => ({ event: eventOfRow(row, subgraph), attempts: row.attempts }));
    },
    async done(ids) {
      await pool.query('select outbox_done($1::uuid[])', [ids]);
    },
    async failed(id, error) {
      await pool.query('select outbox_failed($1::uuid, $2)', [id, error.slice(0, MOST_CHARACTERS)]);
    },
    async purge(before) {
      await pool.query('select outbox_purge($1)', [before]);
    },
    watch: (onNews) => watchNotifications({ ...options, onNews }),
  };
}

/** LISTEN needs a connection of its own; one that is lost is replaced, after at most 5 s. */
function watchNotifications(options: {
  readonly pool: pg.Pool;
  readonly subgraph: string;
  readonly logger: Logger;
  readonly onNews: () => void;
}): AsyncDisposable {
  const stop = new AbortController();
  const channel = `alims_outbox_${options.subgraph}`;

  async function listenUntilLost(): Promise<void> {
    const client = new pg.Client({ ...options.pool.options, keepAlive: true });
    const { promise: lost, resolve } = Promise.withResolvers<void>();
    client.on('error', () => resolve());
    client.on('end', () => resolve());
    client.on('notification', options.onNews);
    stop.signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      options.onNews();
      if (!stop.signal.aborted) await lost;
    } finally {
      await client.end().catch(() => {});
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted; failures += 1) {
      try {
        await listenUntilLost();
        failures = 0;
      } catch (error) {
        options.logger.warn({ channel, err: error }, 'cannot listen for new events; polling goes on');
      }
      await delay(Math.min(100 * 2 ** failures, 5_000), undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
