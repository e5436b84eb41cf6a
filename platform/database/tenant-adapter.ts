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
import { beginStatement, type Session, sessions } from './tenant.ts';

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** How many different statements each connection keeps prepared; the rest is parsed each time. */
const MOST_PREPARED = 300;

/**
 * Prisma's adapter for pg, whose transactions begin with the tenant of the current session. BEGIN is not waited for:
 * the connection is pipelined, so it travels with the first query, and a read ends without waiting for its COMMIT.
 */
export function createTenantAdapter(pool: pg.Pool, schema: string): SqlDriverAdapterFactory {
  const inner = new PrismaPg(pool, { schema, statementNameGenerator: createNamer() });
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    connect: async () => new TenantAdapter(pool, await inner.connect()),
  };
}

/** Names only what came before: a statement that is used once is not worth preparing. */
function createNamer(): (query: SqlQuery) => string {
  const names = new Map<string, string | undefined>();
  let count = 0;
  const generate = ({ sql }: SqlQuery): string | undefined => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (count >= MOST_PREPARED) return undefined;
    if (!names.has(sql)) {
      if (names.size > 10 * MOST_PREPARED) names.clear();
      names.set(sql, undefined);
      return undefined;
    }
    count += 1;
    const name = `p${count}`;
    names.set(sql, name);
    return name;
  };
  // pg takes an absent name for an unnamed statement; PrismaPg's type does not say so.
  return generate as (query: SqlQuery) => string;
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
    return this.#inner.queryRaw(query);
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#inner.executeRaw(query);
  }

  executeScript(script: string): Promise<void> {
    return this.#inner.executeScript(script);
  }

  getConnectionInfo() {
    return this.#inner.getConnectionInfo();
  }

  dispose(): Promise<void> {
    return this.#inner.dispose();
  }

  async startTransaction(_isolation?: IsolationLevel): Promise<Transaction> {
    const session = sessions.getStore();
    if (!session) throw new Error('Transactions begin in Database.read, write or system, which know the tenant.');
    const connection = await this.#pool.connect();
    return new TenantTransaction(this.#inner, connection, session);
  }
}

class TenantTransaction implements Transaction {
  readonly provider = 'postgres';
  readonly adapterName: string;
  /** Prisma then leaves COMMIT and ROLLBACK to us. */
  readonly options = { usePhantomQuery: true };
  readonly #queries: SqlQueryable;
  readonly #connection: pg.PoolClient;
  readonly #readOnly: boolean;
  readonly #begun: Promise<unknown>;
  #sent = false;
  readonly #onError = () => {}; // the query under way fails with it; unheard it would end the process

  constructor(inner: PgAdapter, connection: pg.PoolClient, session: Session) {
    this.adapterName = inner.adapterName;
    // The adapter's own conversions, over one connection in place of the pool.
    this.#queries = Object.create(inner, { client: { value: connection } }) as SqlQueryable;
    this.#connection = connection;
    this.#readOnly = session.readOnly;
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
    // Nothing depends on the end of a read: its rows are there.
    if (this.#readOnly) {
      ended.catch(() => {});
      return;
    }
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
