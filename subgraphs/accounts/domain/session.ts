/** Times in milliseconds since 1970. */
export interface Session {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  /** SHA-256 of the refresh token that is valid now. */
  readonly refreshHash: string;
  /** Of the token that was exchanged for it at `rotatedAt`; null before the first refresh. */
  readonly previousRefreshHash: string | null;
  readonly rotatedAt: Date | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

export function isActive(session: Session, now: Date): boolean {
  return session.endedAt === null && session.expiresAt > now;
}

/** Long enough for a client whose answer was lost, or whose two windows refresh at once. */
const REPEAT_WITHIN_MS = 10_000;

export type RefreshDecision = 'rotate' | 'repeat' | 'reused' | 'unknown' | 'ended';

/**
 * The token before the present one, presented late, means that somebody copied it: the session must end. Any other text
 * proves nothing: whoever could end a session with it would need no more than the session's id.
 */
export function decideRefresh(session: Session, presentedHash: string, now: Date): RefreshDecision {
  if (!isActive(session, now)) return 'ended';
  if (session.refreshHash === presentedHash) return 'rotate';
  if (session.previousRefreshHash !== presentedHash || session.rotatedAt === null) return 'unknown';
  return now.getTime() - session.rotatedAt.getTime() <= REPEAT_WITHIN_MS ? 'repeat' : 'reused';
}

export interface Throttle {
  readonly failures: number;
  readonly lockedUntil: Date | null;
  readonly failedAt: Date;
}

/** Wrong passwords count for a day after the last one. */
export const FORGET_FAILURES_MS = 24 * 3_600_000;

const FREE_TRIES = 10;
const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3_600;

/** Seconds until the next try may be made; 0 when it may be made now. */
export function secondsLocked(throttle: Throttle | null, now: Date): number {
  if (!throttle?.lockedUntil) return 0;
  return Math.max(0, Math.ceil((throttle.lockedUntil.getTime() - now.getTime()) / 1000));
}

/** After ten wrong passwords each further one doubles the wait, from 30 s to one hour. */
export function afterFailure(throttle: Throttle | null, now: Date): Throttle {
  const counts = throttle !== null && now.getTime() - throttle.failedAt.getTime() <= FORGET_FAILURES_MS;
  const failures = (counts ? throttle.failures : 0) + 1;
  if (failures < FREE_TRIES) return { failures, lockedUntil: null, failedAt: now };
  const seconds = Math.min(LONGEST_LOCK_SECONDS, FIRST_LOCK_SECONDS * 2 ** (failures - FREE_TRIES));
  return { failures, lockedUntil: new Date(now.getTime() + seconds * 1000), failedAt: now };
}
