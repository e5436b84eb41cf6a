import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from '#platform/logging/index.ts';

/** Between two NOTIFYs: this process's relay does not wait for them. */
const QUIET_MS = 25;

/** Tells the relays that there is something in the outbox. */
export interface Announcer extends AsyncDisposable {
  /** Call it after a commit that announced events. */
  committed(): void;
}

/**
 * Wakes this process's relay at once and the other processes' by NOTIFY, on a connection of its own and not for
 * every commit: a NOTIFY inside the writer's transaction would make all writers of the database commit one by one.
 */
export function createAnnouncer(options: {
  readonly pool: pg.Pool;
  readonly subgraph: string;
  readonly logger: Logger;
  readonly afterCommit?: (() => void) | undefined;
}): Announcer {
  let underWay: Promise<void> | null = null;
  let again = false;
  const stop = new AbortController();

  async function notify(): Promise<void> {
    do {
      again = false;
      await options.pool
        .query(`notify "alims_outbox_${options.subgraph}"`)
        .catch((error: Error) =>
          options.logger.debug({ reason: error.message }, 'no NOTIFY; the relays look by themselves'),
        );
      await delay(QUIET_MS, undefined, { ref: false, signal: stop.signal }).catch(() => {});
    } while (again && !stop.signal.aborted);
    underWay = null;
  }

  return {
    committed() {
      options.afterCommit?.();
      again = true;
      underWay ??= notify();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await underWay;
    },
  };
}
