import type PgBoss from 'pg-boss';
import type { JsonObject } from '#platform/events/types.ts';
import type { Logger } from '#platform/logging/index.ts';
import { JOBS_SCHEMA } from './construction.ts';
import type { DeadLetter } from './types.ts';

const ENDING = '.dead-letters';

/** Where the jobs of this name go after their last try. */
export function deadQueueOf(job: string): string {
  return `${job}${ENDING}`;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly data: JsonObject | null;
  readonly output: { readonly message?: string; readonly value?: { readonly message?: string } } | null;
  readonly created_on: Date;
}

const COLUMNS = `SELECT id, name, data, output, created_on FROM ${JOBS_SCHEMA}.job WHERE name LIKE '%${ENDING}'`;

/** Reports each job that was given up, whoever gave it up: a worker, or the maintenance for a worker that died. */
export function createDeadLetters(options: {
  readonly db: PgBoss.Db;
  readonly logger: Logger;
  readonly onDeadLetter: (job: string) => void;
}) {
  const { db, logger } = options;
  const reported = new Set<string>();
  let since = new Date(0);
  let turn: Promise<void> = Promise.resolve();

  // The casts are the boundary to pg-boss, which types every row as any.
  async function read(more: string, values: unknown[]): Promise<readonly Row[]> {
    const { rows } = await db.executeSql(`${COLUMNS} ${more}`, values);
    return rows as readonly Row[];
  }

  async function reportNew(): Promise<void> {
    // Rows become visible some time after their `created_on`: look back a little and skip the known ones.
    const rows = await read(`AND created_on > $1::timestamptz - interval '5 minutes' ORDER BY created_on`, [since]);
    for (const row of rows) {
      if (row.created_on > since) since = row.created_on;
      if (reported.has(row.id)) continue;
      reported.add(row.id);
      const { id, job, error } = letterOf(row);
      options.onDeadLetter(job);
      logger.error({ job, deadLetterId: id, reason: error }, 'a job was given up: it waits in the dead letters');
    }
  }

  return {
    /** What is there already has been reported by whoever saw it happen. */
    async begin(): Promise<void> {
      const { rows } = await db.executeSql('SELECT now() AS now', []);
      since = (rows as readonly { readonly now: Date }[])[0]?.now ?? since;
      for (const row of await read(`AND created_on > $1::timestamptz - interval '5 minutes'`, [since]))
        reported.add(row.id);
    },
    report(): Promise<void> {
      turn = turn.then(reportNew).catch((error: unknown) => {
        logger.warn({ err: error }, 'cannot read the dead letters of the job queue');
      });
      return turn;
    },
    idle: () => turn,
    async list(limit: number): Promise<readonly DeadLetter[]> {
      return (await read('ORDER BY created_on DESC, id LIMIT $1', [limit])).map(letterOf);
    },
  };
}

function letterOf(row: Row): DeadLetter {
  return {
    id: row.id,
    job: row.name.slice(0, -ENDING.length),
    payload: row.data ?? {},
    error: row.output?.message ?? row.output?.value?.message ?? 'unknown',
    at: row.created_on,
  };
}
