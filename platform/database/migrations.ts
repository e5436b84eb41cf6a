import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { withClient } from './provision.ts';

export interface MigrateOptions {
  readonly ownerUrl: string;
  readonly subgraphs: readonly MigrationSource[];
  readonly onProgress?: (text: string) => void;
}

export interface MigrationSource {
  readonly subgraph: string;
  /** Folder that holds `<timestamp>_<name>/migration.sql`. */
  readonly directory: string;
}

/** The database and the migration files do not fit together, or a migration failed. */
export class MigrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** As Prisma computes it. */
  readonly checksum: string;
  /** One statement that PostgreSQL refuses inside a transaction, for example CREATE INDEX CONCURRENTLY. */
  readonly alone: boolean;
}

interface MigrationRecord {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

const OUTSIDE_TRANSACTION = /^-- alims: outside a transaction/m;
/** The key under which `prisma migrate deploy` locks too. */
const LOCK_KEY = 72_707_369;
const UNDEFINED_TABLE = '42P01';
const PERMISSION_DENIED = '42501';
const q = pg.escapeIdentifier;

// Prisma's own table, column by column, so that its CLI continues where we stopped.
const TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0)`;

/**
 * Brings each subgraph's schema up to date. With nothing to do it costs one round trip per subgraph.
 * @returns the migrations applied, as `<subgraph>/<name>`.
 * @throws MigrationError when a migration fails (it is rolled back, and tried again next time), or when the files no
 * longer agree with what was applied.
 */
export async function migrate({ ownerUrl, subgraphs, onProgress = () => {} }: MigrateOptions): Promise<string[]> {
  const applied: string[] = [];
  await withClient(ownerUrl, async (client) => {
    for (const { subgraph, directory } of subgraphs) {
      const migrations = await readMigrations(directory);
      if (pending(subgraph, migrations, await readRecords(client, subgraph)).length === 0) continue;
      await client.query(`set search_path = ${q(subgraph)}; select pg_advisory_lock(${LOCK_KEY}); ${TABLE}`);
      try {
        // Another process may have applied them while we waited for the lock.
        for (const migration of pending(subgraph, migrations, await readRecords(client, subgraph))) {
          onProgress(`migration ${subgraph}/${migration.name}`);
          await apply(client, subgraph, migration);
          applied.push(`${subgraph}/${migration.name}`);
        }
      } finally {
        await client.query(`select pg_advisory_unlock(${LOCK_KEY}); reset search_path`);
      }
    }
  });
  return applied;
}

/**
 * Settles by hand what a migration outside a transaction left half done: `applied` when its work was finished by hand,
 * `rolled-back` when it was undone and is to run again.
 */
export async function resolveMigration(options: {
  readonly ownerUrl: string;
  readonly source: MigrationSource;
  readonly name: string;
  readonly as: 'applied' | 'rolled-back';
}): Promise<void> {
  const { source, name } = options;
  const migration = (await readMigrations(source.directory)).find((each) => each.name === name);
  if (!migration) throw new MigrationError(`${source.directory} has no migration ${name}.`);
  await withClient(options.ownerUrl, async (client) => {
    await client.query(`set search_path = ${q(source.subgraph)}; ${TABLE}`);
    await client.query(
      `update _prisma_migrations set rolled_back_at = now()
       where migration_name = $1 and finished_at is null and rolled_back_at is null`,
      [name],
    );
    if (options.as === 'rolled-back') return;
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at)
       values ($1, $2, $3, now(), now())`,
      [randomUUID(), migration.checksum, name],
    );
  });
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { name, sql, checksum, alone: OUTSIDE_TRANSACTION.test(sql) };
    }),
  );
}

async function readRecords(client: pg.Client, subgraph: string): Promise<MigrationRecord[]> {
  try {
    const { rows } = await client.query<MigrationRecord>(
      `select migration_name, checksum, finished_at from ${q(subgraph)}._prisma_migrations
       where rolled_back_at is null order by started_at`,
    );
    return rows;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === UNDEFINED_TABLE) return [];
    if (code !== PERMISSION_DENIED) throw error;
    throw new MigrationError(
      `The schema ${subgraph} belongs to another role. Apply migrations with the role that made it.`,
      error,
    );
  }
}

function pending(subgraph: string, migrations: readonly Migration[], records: readonly MigrationRecord[]): Migration[] {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const record of records) {
    const migration = byName.get(record.migration_name);
    if (record.finished_at === null) {
      if (migration?.alone) throw halfDone(subgraph, migration.name);
      continue; // was in a transaction that its process did not live to commit
    }
    if (!migration) {
      throw new MigrationError(
        `Migration ${subgraph}/${record.migration_name} was applied to this database, but its file is gone: this code is older than the database, or the file must be restored.`,
      );
    }
    if (migration.checksum !== record.checksum) {
      throw new MigrationError(
        `Migration ${subgraph}/${migration.name} was changed after it had been applied to this database: restore the file and write a new migration instead.`,
      );
    }
  }
  const finished = new Set(records.filter((record) => record.finished_at).map((record) => record.migration_name));
  return migrations.filter((migration) => !finished.has(migration.name));
}

function halfDone(subgraph: string, name: string): MigrationError {
  return new MigrationError(
    `Migration ${subgraph}/${name} runs outside a transaction and was not finished. Look what it left, then run \`npm run migrate -- --rolled-back ${subgraph}/${name}\` (undone: it runs again) or \`--applied ${subgraph}/${name}\` (completed by hand).`,
  );
}

async function apply(client: pg.Client, subgraph: string, migration: Migration): Promise<void> {
  const id = randomUUID();
  await client.query(
    'update _prisma_migrations set rolled_back_at = now() where migration_name = $1 and finished_at is null',
    [migration.name],
  );
  await client.query('insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)', [
    id,
    migration.checksum,
    migration.name,
  ]);
  const finish = `update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = '${id}'`;
  try {
    if (!migration.alone) await client.query('begin');
    await client.query(migration.sql);
    await client.query(finish);
    if (!migration.alone) await client.query('commit');
  } catch (error) {
    await recordFailure(client, id, migration, error);
    throw failed(subgraph, migration, error);
  }
}

async function recordFailure(client: pg.Client, id: string, migration: Migration, error: unknown): Promise<void> {
  const undone = migration.alone ? 'null' : 'now()';
  try {
    if (!migration.alone) await client.query('rollback');
    await client.query(`update _prisma_migrations set logs = $2, rolled_back_at = ${undone} where id = $1`, [
      id,
      String(error),
    ]);
  } catch {
    // The connection is lost: the record stays unfinished, which says the same.
  }
}

function failed(subgraph: string, migration: Migration, error: unknown): MigrationError {
  const { message, position, detail, hint } = error as pg.DatabaseError;
  const line = position ? `, line ${migration.sql.slice(0, Number(position)).split('\n').length}` : '';
  const more = [detail, hint].filter(Boolean).join(' ');
  const state = migration.alone ? 'It may be half done' : 'It was rolled back and is tried again at the next start';
  return new MigrationError(
    `Migration ${subgraph}/${migration.name}${line} failed: ${message}${more ? ` (${more})` : ''}. ${state}.`,
    error,
  );
}
