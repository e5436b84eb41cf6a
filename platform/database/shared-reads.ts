import type pg from 'pg';
import { beginStatement, type Session } from './tenant.ts';

/** Packets of one tenant under way; what comes meanwhile waits and goes together. */
const MOST_UNDER_WAY = 2;
const PATIENCE_MS = 5;
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

/** What one tenant's lookups wait for. */
interface Lane {
  readonly session: Session;
  readonly waiting: Waiting[];
  underWay: number;
  /** Runs out when a packet under way takes so long that those who wait shall not wait for it. */
  patience: NodeJS.Timeout | null;
}

/**
 * Lookups of one tenant share transactions and packets, by however many requests they are asked for: what comes while
 * packets are under way goes together with the next. One lookup alone goes at once; under load the socket is written to
 * a few times instead of hundreds. Only for statements that are quick whatever their values: each waits for those before it.
 */
export function createSharedReads(
  pool: pg.Pool,
): (session: Session, statement: pg.QueryConfig) => Promise<pg.QueryResult> {
  const lanes = new Map<string, Lane>();
  const due = new Set<Lane>();

  async function send(lane: Lane, statements: readonly Waiting[]): Promise<void> {
    lane.underWay += 1;
    try {
      await sendTogether(pool, lane.session, statements);
    } catch (error) {
      for (const { reject } of statements) reject(error);
    } finally {
      lane.underWay -= 1;
      sendNext(lane);
    }
  }

  function sendNext(lane: Lane, most = MOST_UNDER_WAY): void {
    while (lane.waiting.length > 0 && lane.underWay < most) void send(lane, lane.waiting.splice(0, MOST_TOGETHER));
    if (lane.waiting.length > 0) {
      lane.patience ??= setTimeout(() => {
        lane.patience = null;
        sendNext(lane, Number.POSITIVE_INFINITY);
      }, PATIENCE_MS);
      return;
    }
    if (lane.patience) clearTimeout(lane.patience);
    lane.patience = null;
    if (lane.underWay === 0) lanes.delete(lane.session.organizationId ?? '');
  }

  function sendDue(): void {
    const all = [...due];
    due.clear();
    for (const lane of all) sendNext(lane);
  }

  return (session, statement) => {
    const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
    const tenant = session.organizationId ?? '';
    const lane = lanes.get(tenant) ?? { session, waiting: [], underWay: 0, patience: null };
    lanes.set(tenant, lane);
    lane.waiting.push({ statement, resolve, reject });
    // At the end of this turn of the event loop: what else it asks for goes along.
    if (due.size === 0) setImmediate(sendDue);
    due.add(lane);
    return promise;
  };
}

/** Resolves when all of them are answered. @throws what keeps the packet from being sent at all. */
async function sendTogether(pool: pg.Pool, session: Session, statements: readonly Waiting[]): Promise<void> {
  const connection = await pool.connect();
  await inTransaction(connection, session, () =>
    Promise.all(
      statements.map(({ statement, resolve, reject }) =>
        connection.query(statement).then(resolve, (error: { code?: string }) => {
          if (!NOT_RUN.has(error.code ?? '') || statements.length === 1) return reject(error);
          return readAlone(pool, session, (own) => own.query(statement)).then(resolve, reject);
        }),
      ),
    ),
  );
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
