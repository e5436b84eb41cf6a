import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type PgBoss from 'pg-boss';
import type { Logger } from '#platform/logging/index.ts';
import { JOBS_ROLE, JOBS_SCHEMA } from './construction.ts';

export interface JobConnections extends AsyncDisposable {
  /** Fails when the database is away. */
  readonly direct: PgBoss.Db;
  /** Waits until the database is back: pg-boss leaves some of its own queries without anybody to hear of a failure. */
  readonly patient: PgBoss.Db;
  /** From now on `patient` waits no longer; what waits already never ends. */
  giveUp(): void;
}

const LONGEST_STATEMENT_MS = 60_000;
const PAUSE_MS = 1_000;

export function openJobConnections(options: {
  readonly connectionString: string;
  readonly maxConnections: number;
  readonly logger: Logger;
}): JobConnections {
  const { logger } = options;
  const url = new URL(options.connectionString);
  // The URL's own options would override the role.
  url.searchParams.delete('options');
  const pool = new pg.Pool({
    connectionString: url.href,
    options: `-c role=${JOBS_ROLE} -c search_path=${JOBS_SCHEMA} -c statement_timeout=${LONGEST_STATEMENT_MS}`,
    application_name: 'alims-jobs',
    max: options.maxConnections,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection of the job queue was lost'));
  let waiting = true;

  async function execute(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    const client = await pool.connect();
    try {
      const result = await client.query(text, values);
      client.release();
      return result;
    } catch (error) {
      // pg-boss sends whole transactions as one text: after an error the connection may still be inside one.
      client.release(true);
      throw error;
    }
  }

  async function insist(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await execute(text, values);
      } catch (error) {
        // Processes that make their queues at once lock the same tables; the one that lost has changed nothing.
        if (isDeadlock(error) && failures < DEADLOCKS_AT_MOST) continue;
        if (!isAway(error)) throw error;
        if (!waiting) return failures === 0 ? Promise.reject(error) : new Promise(() => {});
        if (failures === 0) logger.warn({ err: error }, 'the job queue waits for its database');
        await delay(PAUSE_MS, undefined, { ref: false });
      }
    }
  }

  return {
    direct: { executeSql: execute },
    patient: { executeSql: insist },
    giveUp() {
      waiting = false;
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

const DEADLOCKS_AT_MOST = 20;

function isDeadlock(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '40P01';
}

/** True when the server did not judge the statement: no SQLSTATE, or one about the connection or the server's state. */
function isAway(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|57P|53)/.test(code);
}
