import type pg from 'pg';
import type { Logger } from '#platform/logging/index.ts';

/** Tells the relays that there is something in the outbox. */
export interface Announcer extends AsyncDisposable {
  /** Call it after a commit that announced events. */
  committed(): void;
}

/**
 * Wakes this process's relay at once and the other processes' by NOTIFY, on a connection of its own and at most one
 * at a time: a NOTIFY inside the writer's transaction would make all writers of the database commit one by one.
 */
export function createAnnouncer(options: {
  readonly pool: pg.Pool;
  readonly subgraph: string;
  readonly logger: Logger;
  readonly afterCommit?: (() => void) | undefined;
}): Announcer {
  let underWay: Promise<void> | null = null;
  let again = false;
  let ended = false;

  async function notify(): Promise<void> {
    do {
      again = false;
      await options.pool
        .query(`notify "alims_outbox_${options.subgraph}"`)
        .catch((error: unknown) => options.logger.debug({ err: error }, 'no NOTIFY; the relays look by themselves'));
    } while (again && !ended);
    underWay = null;
  }

  return {
    committed() {
      options.afterCommit?.();
      again = true;
      underWay ??= notify();
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      await underWay;
    },
  };
}
