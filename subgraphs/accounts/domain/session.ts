/** Times in milliseconds since 1970. */
export interface Session {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  /** SHA-256 of the refresh token that is valid now. */
  readonly refreshHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

export function isActive(session: Session, now: Date): boolean {
  return session.endedAt === null && session.expiresAt > now;
}

export type RefreshDecision = 'rotate' | 'ended' | 'reused';

/** A refresh token that was used before means that somebody copied it: the session must end. */
export function decideRefresh(session: Session, presentedHash: string, now: Date): RefreshDecision {
  if (!isActive(session, now)) return 'ended';
  return session.refreshHash === presentedHash ? 'rotate' : 'reused';
}

export interface Throttle {
  readonly failures: number;
  readonly lockedUntil: Date | null;
}

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
  const failures = (throttle?.failures ?? 0) + 1;
  if (failures < FREE_TRIES) return { failures, lockedUntil: null };
  const seconds = Math.min(LONGEST_LOCK_SECONDS, FIRST_LOCK_SECONDS * 2 ** (failures - FREE_TRIES));
  return { failures, lockedUntil: new Date(now.getTime() + seconds * 1000) };
}
