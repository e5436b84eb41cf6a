import pg from 'pg';
import PgBoss from 'pg-boss';
import version from 'pg-boss/version.json' with { type: 'json' };

/** Schema and role of the queue, prepared like a subgraph's. */
export const JOBS_SCHEMA = 'jobs';
export const JOBS_ROLE = 'alims_jobs';

/** SQL that makes the queue's tables in its schema, which exists already and belongs to the owner who runs this. */
export function jobsConstruction(): string {
  // Creating a schema, even one that is there, takes a privilege on the database that the owner need not have.
  return PgBoss.getConstructionPlans(JOBS_SCHEMA).replace(/CREATE SCHEMA IF NOT EXISTS \w+/, 'SELECT 1');
}

/**
 * What the service may do: everything with jobs, nothing with tables. Each queue is a table of its own, so making one
 * runs as the owner. pg-boss names every table with its schema, hence the empty search path.
 */
function jobsGrants(): string {
  const create = `${JOBS_SCHEMA}.create_queue(text, json)`;
  return `
GRANT USAGE ON SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
ALTER FUNCTION ${create} SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ${JOBS_SCHEMA} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${create} TO ${JOBS_ROLE};`;
}

/** Brings the queue's tables to the version of the installed pg-boss. Run it as the owner; with nothing to do it changes nothing. */
export async function migrateJobs(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'alims-migrate' });
  client.on('error', () => {}); // the query that is under way fails with it
  await client.connect();
  try {
    // Two processes that migrate at once take turns; the lock goes with the connection.
    await client.query(`SELECT pg_advisory_lock(hashtextextended('alims jobs migration', 0))`);
    const installed = await installedVersion(client);
    if (installed === version.schema) return;
    if (installed !== null && installed > version.schema) {
      throw new Error(
        `The job queue is of version ${installed}, newer than this code's ${version.schema}: update ALIMS.`,
      );
    }
    await client.query(installed === null ? jobsConstruction() : PgBoss.getMigrationPlans(JOBS_SCHEMA, `${installed}`));
    await client.query(jobsGrants());
  } catch (error) {
    // The plans open transactions of their own.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    await client.end();
  }
}

async function installedVersion(client: pg.Client): Promise<number | null> {
  const found = await client.query<{ name: string | null }>(
    `SELECT to_regclass('${JOBS_SCHEMA}.version')::text AS name`,
  );
  if (found.rows[0]?.name === null) return null;
  const { rows } = await client.query<{ version: number }>(`SELECT version FROM ${JOBS_SCHEMA}.version`);
  return rows[0]?.version ?? null;
}
