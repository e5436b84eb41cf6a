import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import type { Logger } from '#platform/logging/index.ts';
import { createAnnouncer } from './announcer.ts';
import { isTransient, translateFailure } from './failures.ts';
import { roleOf } from './provision.ts';
import { createNamer, type Query, type QueryOptions, type Sql, statementOf } from './query.ts';
import { type Reader, readerOf } from './reader.ts';
import { checkSafety } from './self-check.ts';
import { createSharedReads, readAlone } from './shared-reads.ts';
import { checkOrganizationId, type Session, sessions, type TransactionQuery } from './tenant.ts';
import { createTenantAdapter } from './tenant-adapter.ts';
import type { Actor, Database, UnitOfWork } from './types.ts';
import { createUnitOfWork } from './unit-of-work.ts';

export interface DatabaseOptions<Tx> {
  readonly subgraph: string;
  /** PostgreSQL URL of the application's login, which is a member of the subgraph's role. */
  readonly url: string;
  /** Makes the subgraph's generated client over the adapter: `(adapter) => new PrismaClient({ adapter })`. */
  readonly client: (adapter: SqlDriverAdapterFactory) => TransactionalClient<Tx>;
  readonly maxConnections: number;
  readonly logger: Logger;
  /** Told after each commit that announced events, in this process. */
  readonly afterCommit?: () => void;
}

/** What we need of a PrismaClient. */
export interface TransactionalClient<Tx> {
  $transaction<T>(work: (tx: Tx) => Promise<T>, options: { maxWait: number; timeout: number }): Promise<T>;
  $disconnect(): Promise<void>;
}

const LONGEST_WAIT_MS = 10_000;
const LONGEST_TRANSACTION_MS = 60_000;
const IDLE_MS = 30_000;
const TRIES = 4;

/**
 * Opens one subgraph's store.
 * @throws UnsafeDatabaseError when the roles or tables would let a service see another tenant's rows;
 * UnavailableError when the database does not answer.
 */
export async function createDatabase<Tx>(options: DatabaseOptions<Tx>): Promise<Database<Tx>> {
  const { subgraph, logger, afterCommit } = options;
  const pool = await openPool(options);
  const namer = createNamer();
  const client = options.client(createTenantAdapter(pool, subgraph, namer));
  const shared = createSharedReads(pool);
  const ask = <Row extends object>(session: Session, statement: pg.QueryConfig, together = false) =>
    together
      ? (shared(session, statement) as Promise<pg.QueryResult<Row>>)
      : readAlone(pool, session, (connection) => connection.query<Row>(statement));
  const reader: Reader<Tx> = readerOf(client as unknown as Tx);
  const announcer = createAnnouncer({ pool, subgraph, logger, afterCommit });

  const transaction: Transaction<Tx> = (session, work) =>
    sessions
      .run(session, () => client.$transaction(work, { maxWait: LONGEST_WAIT_MS, timeout: LONGEST_TRANSACTION_MS }))
      .catch((error: unknown) => {
        throw translateFailure(error);
      });

  return {
    subgraph,
    pool,
    read: async ({ organizationId }, work) => {
      const session: Session = { organizationId: checkOrganizationId(organizationId), readOnly: true, query: null };
      const query: Query = async <Row extends object>(sql: Sql, options?: QueryOptions) =>
        (await ask<Row>(session, statementOf(sql, namer, options), options?.together)).rows;
      // Awaited within: Prisma's promises begin only when somebody waits for them.
      return sessions
        .run(session, async () => await work(reader, query))
        .catch((error: unknown) => {
          throw translateFailure(error);
        });
    },
    write: async (actor, work) => {
      const { answer, announced } = await writeWithRetries(transaction, { subgraph, actor, work, namer });
      if (announced) announcer.committed();
      return answer;
    },
    system: (work) => transaction({ organizationId: null, readOnly: false, query: null }, work),
    async [Symbol.asyncDispose]() {
      await announcer[Symbol.asyncDispose]();
      await client.$disconnect();
      await pool.end();
    },
  };
}

type Transaction<Tx> = <T>(session: Session, work: (tx: Tx) => Promise<T>) => Promise<T>;

async function writeWithRetries<Tx, T>(
  transaction: Transaction<Tx>,
  call: {
    readonly subgraph: string;
    readonly actor: Actor;
    readonly work: (unit: UnitOfWork<Tx>) => Promise<T>;
    readonly namer: ReturnType<typeof createNamer>;
  },
): Promise<{ answer: T; announced: boolean }> {
  const { subgraph, actor, work, namer } = call;
  const organizationId = checkOrganizationId(actor.organizationId);
  for (let tries = 1; ; tries += 1) {
    const session: Session = { organizationId, readOnly: false, query: null };
    try {
      return await transaction(session, async (tx) => {
        const unit = createUnitOfWork({ tx, actor, subgraph, namer, query: queryOf(session) });
        const answer = await work(unit);
        return { answer, announced: unit.announced() };
      });
    } catch (error) {
      if (tries === TRIES || !isTransient(error)) throw error;
    }
  }
}

function queryOf({ query }: Session): TransactionQuery {
  if (!query)
    throw new Error('The transaction did not begin on our adapter: is the client made over the one it was given?');
  return query;
}

async function openPool(options: PoolOptions): Promise<pg.Pool> {
  const pool = createPool(options);
  try {
    await checkSafety(pool, options.subgraph);
    return pool;
  } catch (error) {
    await pool.end();
    throw translateFailure(error);
  }
}

type PoolOptions = Pick<DatabaseOptions<unknown>, 'subgraph' | 'url' | 'maxConnections' | 'logger'>;

function createPool(options: PoolOptions): pg.Pool {
  const { subgraph, logger } = options;
  const url = new URL(options.url);
  // Each connection is the subgraph's role from its first statement on. The URL's own options would override these.
  url.searchParams.delete('options');
  const pool = new pg.Pool({
    connectionString: url.href,
    options: `-c role=${roleOf(subgraph)} -c search_path=${subgraph} -c statement_timeout=${LONGEST_TRANSACTION_MS} -c idle_in_transaction_session_timeout=${LONGEST_TRANSACTION_MS}`,
    application_name: `alims-${subgraph}`,
    max: options.maxConnections,
    connectionTimeoutMillis: LONGEST_WAIT_MS,
    idleTimeoutMillis: IDLE_MS,
    pipeline: true,
  });
  pool.on('error', (error) => {
    // Not the whole error: pg hangs the client with its settings and statements on it.
    if (!pool.ending) logger.warn({ subgraph, reason: error.message }, 'an idle database connection was lost');
  });
  return pool;
}
