import { createHash } from 'node:crypto';
import type { Query, UnitOfWork } from '#platform/database/index.ts';
import type { Role } from '#platform/identity/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { Session, Throttle } from '../domain/session.ts';
import type { Organization, User } from '../domain/user.ts';
import type { AccountsReader, AccountsTx } from './client.ts';
import { Prisma, type User as UserRow } from './prisma.generated/client.ts';

/** What sign-in needs to know before the organization is known. */
export interface Account {
  readonly id: string;
  readonly organizationId: string;
  readonly passwordHash: string;
  readonly active: boolean;
}

/** All but the password. Roles hold only what `createUser` and `saveUser` wrote. */
const USER_COLUMNS = Prisma.raw(
  `u.id, u.organization_id AS "organizationId", u.email, u.name, u.roles, u.client_id AS "clientId", u.active, u.version,
    u.created_at AS "createdAt"`,
);

function toUser({ passwordHash: _, ...row }: UserRow): User {
  // The column holds only what `createUser` and `saveUser` wrote.
  return { ...row, roles: row.roles as Role[] };
}

export async function findAccount(tx: AccountsReader, email: string): Promise<Account | null> {
  const rows = await tx.$queryRaw<Account[]>`
    SELECT id, organization_id AS "organizationId", password_hash AS "passwordHash", active FROM find_account(${email})`;
  return rows[0] ?? null;
}

/** The address itself is not kept: wrong tries are counted for addresses that belong to nobody, too. */
function throttleKey(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('hex');
}

/**
 * What was counted for the address, null for nothing. Others who ask the same wait until the transaction ends. One statement:
 * between looking for the row and locking it another process could drop it.
 */
export async function lockThrottle(tx: AccountsTx, email: string, now: Date): Promise<Throttle | null> {
  const rows = await tx.$queryRaw<Throttle[]>`
    INSERT INTO sign_in_throttle AS t (email_hash, failures, updated_at) VALUES (${throttleKey(email)}, 0, ${now})
    ON CONFLICT (email_hash) DO UPDATE SET failures = t.failures
    RETURNING failures, locked_until AS "lockedUntil", updated_at AS "failedAt"`;
  return rows[0] ?? null;
}

/** For an address whose row `lockThrottle` has locked in the same transaction. */
export async function saveThrottle(tx: AccountsTx, email: string, throttle: Throttle): Promise<void> {
  const { failures, lockedUntil, failedAt: updatedAt } = throttle;
  await tx.signInThrottle.update({
    where: { emailHash: throttleKey(email) },
    data: { failures, lockedUntil, updatedAt },
  });
}

export async function clearThrottle(tx: AccountsTx, email: string): Promise<void> {
  await tx.signInThrottle.deleteMany({ where: { emailHash: throttleKey(email) } });
}

export async function purgeThrottles(tx: AccountsTx, before: Date): Promise<void> {
  await tx.signInThrottle.deleteMany({ where: { updatedAt: { lt: before } } });
}

export async function purgeSessions(tx: AccountsTx, before: Date): Promise<void> {
  await tx.$queryRaw`SELECT purge_sessions(${before})`;
}

export async function createOrganization(tx: AccountsTx, organization: Organization, now: Date): Promise<void> {
  await tx.organization.create({ data: { ...organization, createdAt: now } });
}

export function findOrganization(tx: AccountsReader, id: string): Promise<Organization | null> {
  return tx.organization.findFirst({ where: { id }, select: { id: true, name: true } });
}

/** False when some account, of whatever organization, has the address: also one that is being made at this moment. */
export async function createUser(
  { execute }: Pick<UnitOfWork<AccountsTx>, 'execute'>,
  user: User,
  passwordHash: string,
): Promise<boolean> {
  const { id, organizationId, name, email, roles, clientId, active, version, createdAt } = user;
  const made = await execute(
    Prisma.sql`INSERT INTO app_user (id, organization_id, name, email, password_hash, roles, client_id, active, version, created_at)
      VALUES (${id}::uuid, ${organizationId}::uuid, ${name}, ${email}, ${passwordHash}, ${[...roles]}, ${clientId}::uuid,
        ${active}, ${version}, ${createdAt})
      ON CONFLICT (email) DO NOTHING`,
  );
  return made === 1;
}

/** False when the stored version is no longer the one `next` was derived from. */
export async function saveUser(tx: AccountsTx, next: User): Promise<boolean> {
  const { count } = await tx.user.updateMany({
    where: { id: next.id, version: next.version - 1 },
    data: { roles: [...next.roles], active: next.active, version: next.version },
  });
  return count === 1;
}

export async function setPasswordHash(tx: AccountsTx, userId: string, passwordHash: string): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { passwordHash } });
}

/** Every event and result names people: this is asked with nearly every request. */
export function findUsers(query: Query, ids: readonly string[]): Promise<User[]> {
  return query<User>(Prisma.sql`SELECT ${USER_COLUMNS} FROM app_user u WHERE u.id = ANY(${ids.filter(isId)}::uuid[])`, {
    together: true,
  });
}

/** One row more than `first`, by name then id, behind the given key. */
export async function listUsers(
  tx: AccountsReader,
  organizationId: string,
  first: number,
  after: { readonly name: string; readonly id: string } | null,
): Promise<User[]> {
  const behind = after && { OR: [{ name: { gt: after.name } }, { name: after.name, id: { gt: after.id } }] };
  const rows = await tx.user.findMany({
    where: { organizationId, ...behind },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: first + 1,
  });
  return rows.map(toUser);
}

export function countUsers(tx: AccountsReader, organizationId: string): Promise<number> {
  return tx.user.count({ where: { organizationId } });
}

/** Ids of the active administrators, who stay what they are until the transaction ends: no two changes count the same. */
export async function lockAdministrators(query: Query, organizationId: string): Promise<string[]> {
  const rows = await query<{ id: string }>(
    Prisma.sql`SELECT id FROM app_user WHERE organization_id = ${organizationId}::uuid AND active AND 'admin' = ANY (roles)
      ORDER BY id FOR UPDATE`,
  );
  return rows.map(({ id }) => id);
}

export async function createSession(tx: AccountsTx, session: Session): Promise<void> {
  await tx.session.create({ data: session });
}

export function findSession(tx: AccountsReader, id: string): Promise<Session | null> {
  return tx.session.findFirst({ where: { id } });
}

/** The same as findSession, with its row locked until the transaction ends: refreshes of one token come one after another. */
export async function lockSession(tx: AccountsTx, id: string): Promise<Session | null> {
  await tx.$queryRaw`SELECT 1 FROM session WHERE id = ${id}::uuid FOR UPDATE`;
  return findSession(tx, id);
}

export async function rotateSession(tx: AccountsTx, session: Session, nextHash: string, now: Date): Promise<void> {
  const data = { refreshHash: nextHash, previousRefreshHash: session.refreshHash, rotatedAt: now };
  await tx.session.update({ where: { id: session.id }, data });
}

export async function endReasonOf(tx: AccountsReader, id: string): Promise<string | null> {
  const session = await tx.session.findFirst({ where: { id }, select: { endReason: true } });
  return session?.endReason ?? null;
}

/** How many of the sessions were still active. */
export async function endSessions(
  tx: AccountsTx,
  which: { readonly id: string } | { readonly userId: string },
  now: Date,
  endReason: string,
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { ...which, endedAt: null, expiresAt: { gt: now } },
    data: { endedAt: now, endReason },
  });
  return count;
}
