import { createHash, createHmac, randomBytes } from 'node:crypto';
import { isId, mintAccessToken, permissionsOf, type Role } from '#platform/identity/index.ts';
import type { AccountsContext, AccountsDeps } from '../context.ts';
import * as accounts from '../data/accounts-repository.ts';
import { hashPassword, needsRehash } from '../data/passwords.ts';
import { decideRefresh, isActive, type Session } from '../domain/session.ts';
import { refreshTokenReused, userSignedIn, userSignedOut } from '../events.ts';
import { checkPassword } from './check-password.ts';

export interface SignedIn {
  readonly kind: 'session';
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  readonly userId: string;
  readonly organizationId: string;
}

export interface SignInRefused {
  readonly kind: 'refused';
  readonly reason: 'INVALID_CREDENTIALS' | 'LOCKED' | 'SESSION_ENDED';
  readonly retryAfterSeconds: number | null;
}

const ENDED: SignInRefused = { kind: 'refused', reason: 'SESSION_ENDED', retryAfterSeconds: null };

export async function signIn(ctx: AccountsContext, email: string, password: string): Promise<SignedIn | SignInRefused> {
  const checked = await checkPassword(ctx, email, password);
  if ('reason' in checked) {
    return { kind: 'refused', reason: checked.reason, retryAfterSeconds: checked.retryAfterSeconds };
  }
  return openSession(ctx, checked, needsRehash(checked.passwordHash) ? await hashPassword(password) : null);
}

async function openSession(ctx: AccountsContext, account: accounts.Account, newHash: string | null): Promise<SignedIn> {
  const now = ctx.clock();
  const id = ctx.newId();
  const refreshToken = refreshTokenOf(account.organizationId, id, randomBytes(32));
  const session: Session = {
    id,
    organizationId: account.organizationId,
    userId: account.id,
    refreshHash: hashOf(refreshToken),
    previousRefreshHash: null,
    rotatedAt: null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + ctx.sessionHours * 3_600_000),
    endedAt: null,
  };
  const actor = { organizationId: account.organizationId, userId: account.id, requestId: ctx.requestId };
  await ctx.db.write(actor, async (unit) => {
    await accounts.createSession(unit.tx, session);
    if (newHash) await accounts.setPasswordHash(unit.tx, account.id, newHash);
    await unit.announce([userSignedIn(account.id, session.id)]);
  });
  return tokensOf(ctx, session, refreshToken);
}

async function tokensOf(ctx: AccountsDeps, session: Session, refreshToken: string): Promise<SignedIn> {
  const now = ctx.clock();
  const { userId, organizationId, id: sessionId } = session;
  const lasts = Math.min(now.getTime() + ctx.accessTokenMinutes * 60_000, session.expiresAt.getTime());
  // JWT counts in whole seconds: what clients are told must be what the token says.
  const expiresAt = new Date(Math.floor(lasts / 1000) * 1000);
  const accessToken = await mintAccessToken(
    { userId, organizationId, sessionId, expiresAt },
    await ctx.keys.current(),
    now,
  );
  return { kind: 'session', accessToken, refreshToken, expiresAt, userId, organizationId };
}

/** `<organization>.<session>.<secret>`: the first two find the row, the third proves the right to it. */
function refreshTokenOf(organizationId: string, sessionId: string, secret: Buffer): string {
  return `${organizationId}.${sessionId}.${secret.toString('base64url')}`;
}

/** Follows from its predecessor, so that a repeated refresh gets the same one although only hashes are kept. */
function successorOf(ctx: AccountsDeps, session: Session, refreshToken: string): string {
  const secret = createHmac('sha256', ctx.refreshKey).update(refreshToken).digest();
  return refreshTokenOf(session.organizationId, session.id, secret);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export async function refreshSession(ctx: AccountsContext, refreshToken: string): Promise<SignedIn | SignInRefused> {
  const [organizationId = '', sessionId = ''] = refreshToken.split('.');
  if (!isId(organizationId) || !isId(sessionId)) return ENDED;
  const found = await ctx.db.read({ organizationId }, (tx) => accounts.findSession(tx, sessionId));
  if (!found) return ENDED;
  const next = successorOf(ctx, found, refreshToken);
  const actor = { organizationId, userId: found.userId, requestId: ctx.requestId };
  const goesOn = await ctx.db.write(actor, async (unit) => {
    const now = ctx.clock();
    const session = (await accounts.lockSession(unit.tx, sessionId)) ?? found;
    const decision = decideRefresh(session, hashOf(refreshToken), now);
    if (decision === 'rotate') await accounts.rotateSession(unit.tx, session, hashOf(next), now);
    if (decision === 'reused') {
      await accounts.endSessions(unit.tx, { id: sessionId }, now, 'refresh token reused');
      await unit.announce([refreshTokenReused(session.userId, sessionId)]);
    }
    return decision === 'rotate' || decision === 'repeat';
  });
  return goesOn ? tokensOf(ctx, found, next) : ENDED;
}

const SIGNED_OUT = 'signed out';

export async function signOut(ctx: AccountsContext): Promise<{ revoked: boolean }> {
  const { viewer } = ctx;
  const actor = { ...viewer, requestId: ctx.requestId };
  return ctx.db.write(actor, async (unit) => {
    const ended = await accounts.endSessions(unit.tx, { id: viewer.sessionId }, ctx.clock(), SIGNED_OUT);
    if (ended > 0) await unit.announce([userSignedOut(viewer.userId, viewer.sessionId)]);
    // Sent again, because the answer was lost, it gets the same answer.
    return { revoked: ended > 0 || (await accounts.endReasonOf(unit.tx, viewer.sessionId)) === SIGNED_OUT };
  });
}

export interface SessionState {
  readonly active: boolean;
  readonly roles: readonly Role[];
  readonly clientId: string | null;
}

/** What the router asks about a token's session: whether it stands and what its person may do now. */
export async function sessionState(ctx: AccountsDeps, organizationId: string, id: string): Promise<SessionState> {
  const found = await ctx.db.read({ organizationId }, async (tx, query) => {
    const session = await accounts.findSession(tx, id);
    const [user] = session ? await accounts.findUsers(query, [session.userId]) : [];
    return session && user ? { session, user } : null;
  });
  if (!found?.user.active || !isActive(found.session, ctx.clock())) return { active: false, roles: [], clientId: null };
  return { active: true, roles: found.user.roles, clientId: found.user.clientId };
}

/** Permissions of the roles in the order of the alphabet. */
export function permissionNames(roles: readonly Role[]): string[] {
  return [...permissionsOf(roles)].sort();
}
