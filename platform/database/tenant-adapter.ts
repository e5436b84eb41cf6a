import { PrismaPg } from '@prisma/adapter-pg';
import type {
  IsolationLevel,
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  SqlResultSet,
  Transaction,
} from '@prisma/driver-adapter-utils';
import type pg from 'pg';
import type { createNamer } from './query.ts';
import { readAlone } from './shared-reads.ts';
import { beginStatement, type Session, sessions } from './tenant.ts';

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

/**
 * Prisma's adapter for pg, whose transactions begin with the tenant of the current session. BEGIN is not waited for:
 * the connection is pipelined, so it travels with the first query. A query outside of a transaction is a reader's: it
 * gets a transaction of its own, all of it in one packet.
 */
export function createTenantAdapter(
  pool: pg.Pool,
  schema: string,
  namer: ReturnType<typeof createNamer>,
): SqlDriverAdapterFactory {
  // pg takes an absent name for an unnamed statement; PrismaPg's type does not say so.
  const statementNameGenerator = (({ sql }: SqlQuery) => namer(sql)) as (query: SqlQuery) => string;
  const inner = new PrismaPg(pool, { schema, statementNameGenerator });
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    connect: async () => new TenantAdapter(pool, await inner.connect()),
  };
}

class TenantAdapter implements SqlDriverAdapter {
  readonly provider = 'postgres';
  readonly adapterName: string;
  readonly #pool: pg.Pool;
  readonly #inner: PgAdapter;

  constructor(pool: pg.Pool, inner: PgAdapter) {
    this.#pool = pool;
    this.#inner = inner;
    this.adapterName = inner.adapterName;
  }

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return readAlone(this.#pool, currentSession(), (connection) => over(this.#inner, connection).queryRaw(query));
  }

  executeRaw(): Promise<number> {
    throw new Error('Changes are made in Database.write, in a transaction.');
  }

  executeScript(): Promise<void> {
    throw new Error('Scripts are for migrations, which have a connection of their own.');
  }

  getConnectionInfo() {
    return this.#inner.getConnectionInfo();
  }

  dispose(): Promise<void> {
    return this.#inner.dispose();
  }

  async startTransaction(_isolation?: IsolationLevel): Promise<Transaction> {
    const session = currentSession();
    const connection = await this.#pool.connect();
    return new TenantTransaction(this.#inner, connection, session);
  }
}

function currentSession(): Session {
  const session = sessions.getStore();
  if (!session) throw new Error('Queries are made in Database.read, write or system, which know the tenant.');
  return session;
}

/** The adapter's own conversions, over one connection in place of the pool. */
function over(inner: PgAdapter, connection: pg.PoolClient): SqlQueryable {
  return Object.create(inner, { client: { value: connection } }) as SqlQueryable;
}

class TenantTransaction implements Transaction {
  readonly provider = 'postgres';
  readonly adapterName: string;
  /** Prisma then leaves COMMIT and ROLLBACK to us. */
  readonly options = { usePhantomQuery: true };
  readonly #queries: SqlQueryable;
  readonly #connection: pg.PoolClient;
  readonly #begun: Promise<unknown>;
  #sent = false;
  readonly #onError = () => {}; // the query under way fails with it; unheard it would end the process

  constructor(inner: PgAdapter, connection: pg.PoolClient, session: Session) {
    this.adapterName = inner.adapterName;
    this.#queries = over(inner, connection);
    this.#connection = connection;
    connection.on('error', this.#onError);
    connection.connection.stream.cork();
    this.#begun = connection.query(beginStatement(session));
    this.#begun.catch(() => {}); // told by commit(), and by each query in between
    session.query = (statement) => {
      const answer = connection.query(statement);
      this.#send();
      return answer;
    };
  }

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    const answer = this.#queries.queryRaw(query);
    this.#send();
    return answer;
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    const answer = this.#queries.executeRaw(query);
    this.#send();
    return answer;
  }

  /** BEGIN was held back to leave in one packet with what comes first. */
  #send(): void {
    if (this.#sent) return;
    this.#sent = true;
    this.#connection.connection.stream.uncork();
  }

  async commit(): Promise<void> {
    const ended = this.#end('COMMIT');
    await this.#begun;
    const command = await ended;
    // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed and its error was swallowed.
    if (command !== 'COMMIT') {
      throw new Error('The transaction was rolled back: a statement in it had failed and its error was ignored.');
    }
  }

  async rollback(): Promise<void> {
    await this.#end('ROLLBACK').catch(() => {});
  }

  async createSavepoint(name: string): Promise<void> {
    await this.#connection.query(`SAVEPOINT ${name}`);
  }

  async rollbackToSavepoint(name: string): Promise<void> {
    await this.#connection.query(`ROLLBACK TO SAVEPOINT ${name}`);
  }

  async releaseSavepoint(name: string): Promise<void> {
    await this.#connection.query(`RELEASE SAVEPOINT ${name}`);
  }

  /** Gives the connection back once it is out of the transaction, and away when it cannot be brought out of it. */
  async #end(statement: 'COMMIT' | 'ROLLBACK'): Promise<string> {
    const connection = this.#connection;
    try {
      const ended = connection.query(statement);
      this.#send();
      const { command } = await ended;
      connection.off('error', this.#onError);
      connection.release();
      return command;
    } catch (error) {
      connection.off('error', this.#onError);
      connection.release(true);
      throw error;
    }
  }
}
