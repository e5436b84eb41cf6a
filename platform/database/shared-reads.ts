import type pg from 'pg';
import { beginStatement, type Session } from './tenant.ts';

/** A statement of one packet may wait for those before it: more than this many go in several packets. */
const MOST_TOGETHER = 32;
/**
 * It did not run, because one before it in the packet had failed: the transaction is aborted, or the statement that was
 * to be prepared for both was not.
 */
const NOT_RUN = new Set(['25P02', '26000']);

interface Waiting {
  readonly statement: pg.QueryConfig;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One statement in a read-only transaction of the session's tenant: BEGIN, statement and COMMIT leave in one packet.
 * A failed statement leaves nothing behind: COMMIT then rolls back.
 */
export async function readAlone<T>(
  pool: pg.Pool,
  session: Session,
  run: (connection: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect();
  return inTransaction(connection, session, () => run(connection));
}

/**
 * Lookups of one tenant that are asked for in the same turn of the event loop, by however many requests, share one
 * transaction and one packet: under load the socket is written to a few times instead of hundreds. Only for statements
 * that are quick whatever their values: each waits for those before it.
 */
export function createSharedReads(
  pool: pg.Pool,
): (session: Session, statement: pg.QueryConfig) => Promise<pg.QueryResult> {
  const waiting = new Map<string, { readonly session: Session; readonly statements: Waiting[] }>();

  async function send(session: Session, statements: readonly Waiting[]): Promise<void> {
    let connection: pg.PoolClient;
    try {
      connection = await pool.connect();
    } catch (error) {
      for (const { reject } of statements) reject(error);
      return;
    }
    inTransaction(connection, session, () => {
      for (const { statement, resolve, reject } of statements) {
        connection.query(statement).then(resolve, (error: { code?: string }) => {
          if (!NOT_RUN.has(error.code ?? '') || statements.length === 1) reject(error);
          else readAlone(pool, session, (own) => own.query(statement)).then(resolve, reject);
        });
      }
    });
  }

  function sendAll(): void {
    const all = [...waiting.values()];
    waiting.clear();
    for (const { session, statements } of all) {
      for (let from = 0; from < statements.length; from += MOST_TOGETHER) {
        void send(session, statements.slice(from, from + MOST_TOGETHER));
      }
    }
  }

  return (session, statement) => {
    const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
    const tenant = session.organizationId ?? '';
    if (waiting.size === 0) setImmediate(sendAll);
    const together = waiting.get(tenant) ?? { session, statements: [] };
    waiting.set(tenant, together);
    together.statements.push({ statement, resolve, reject });
    return promise;
  };
}

function inTransaction<T>(connection: pg.PoolClient, session: Session, ask: () => T): T {
  const onError = () => {}; // the query under way fails with it; unheard it would end the process
  connection.on('error', onError);
  const giveBack = (broken: boolean) => {
    connection.off('error', onError);
    connection.release(broken);
  };
  connection.connection.stream.cork();
  connection.query(beginStatement(session)).catch(() => {}); // without BEGIN there is no tenant: the statement fails too
  try {
    return ask();
  } finally {
    connection.query('COMMIT').then(
      () => giveBack(false),
      () => giveBack(true),
    );
    connection.connection.stream.uncork();
  }
}
