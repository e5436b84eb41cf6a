import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { BadInputError } from '#platform/errors/index.ts';
import { isId } from '#platform/identity/index.ts';

export type TransactionQuery = <Row extends pg.QueryResultRow>(
  statement: pg.QueryConfig,
) => Promise<pg.QueryResult<Row>>;

/** What the next transaction of this asynchronous call is to be. */
export interface Session {
  /** Null: no tenant, so that row-level security refuses every tenant's rows. */
  readonly organizationId: string | null;
  readonly readOnly: boolean;
  /** Queries the transaction's own connection; null until it has begun. */
  query: TransactionQuery | null;
}

/** Carries the session from our call into Prisma to the adapter that Prisma then calls. */
export const sessions = new AsyncLocalStorage<Session>();

/** @throws BadInputError when the text is no UUID; nothing else may come into the statement that sets the tenant. */
export function checkOrganizationId(organizationId: string): string {
  if (typeof organizationId === 'string' && isId(organizationId)) return organizationId;
  throw new BadInputError(`Expected an organization's id (a UUID), got ${JSON.stringify(organizationId)}.`);
}

/** The transaction and its tenant begin in one statement, so in one round trip. */
export function beginStatement({ organizationId, readOnly }: Session): string {
  const begin = readOnly ? 'BEGIN READ ONLY' : 'BEGIN';
  return organizationId === null ? begin : `${begin};SET LOCAL app.organization_id='${organizationId}'`;
}
