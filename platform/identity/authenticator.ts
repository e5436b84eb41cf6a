import { LRUCache } from 'lru-cache';
import type { AppError } from '../errors/index.ts';
import type { AccessClaims, VerifyAccessToken } from './access-token.ts';
import { permissionsOf } from './permissions.ts';
import { createSessions, type Followed, type SessionState, sessionEnded } from './sessions.ts';
import { signIdentity } from './signed-identity.ts';
import type { Viewer } from './viewer.ts';

/** Half of what a signed identity lasts: a request that waits in a subgraph's queue still carries a valid one. */
const IDENTITY_REUSED_MS = 30_000;
const MAX_SESSIONS = 10_000;

/** Who stands behind an open stream, from now on. */
export interface FollowedIdentity extends Disposable {
  /**
   * What the router forwards to subgraphs, of a session that was confirmed within the last second; while accounts does
   * not answer, it waits.
   * @throws the AppError that ended the session.
   */
  header(): Promise<string>;
}

export interface Identified {
  readonly viewer: Viewer | null;
  /** What the router forwards to subgraphs; null for nobody. */
  readonly identityHeader: string | null;
  readonly expiresAt: Date | null;
  /** Watches over the session for as long as a stream is open, and says when it has ended. Null where there is none. */
  readonly follow: ((onEnd: (why: AppError) => void) => FollowedIdentity) | null;
}

export const NOBODY: Identified = { viewer: null, identityHeader: null, expiresAt: null, follow: null };

interface Known {
  readonly viewer: Viewer;
  readonly identityHeader: string;
}

/**
 * Turns an access token into the person behind it.
 * @throws UnauthenticatedError for a token that is wrong, expired or whose session has ended.
 */
export function createAuthenticator(options: {
  readonly verify: VerifyAccessToken;
  readonly sessionState: (organizationId: string, sessionId: string, requestId: string) => Promise<SessionState>;
  readonly identityKey: string;
}): (token: string | null, requestId: string) => Promise<Identified> {
  const sessions = createSessions(options.sessionState);
  const known = new LRUCache<string, Known>({ max: MAX_SESSIONS, ttl: IDENTITY_REUSED_MS });

  function identify(sessionId: string, viewer: Viewer): Known {
    const key = `${sessionId} ${viewer.userId} ${viewer.clientId} ${viewer.roles.join(' ')}`;
    const cached = known.get(key);
    if (cached) return cached;
    const fresh = { viewer, identityHeader: signIdentity(viewer, options.identityKey, Date.now()) };
    known.set(key, fresh);
    return fresh;
  }

  return async (token, requestId) => {
    if (token === null) return NOBODY;
    const claims = await options.verify(token);
    const state = await sessions.state(claims, requestId);
    if (!state.active) throw sessionEnded();
    const { viewer, identityHeader } = identify(claims.sessionId, viewerOf(claims, state));
    const headerOf = (now: SessionState) => identify(claims.sessionId, viewerOf(claims, now)).identityHeader;
    return {
      viewer,
      identityHeader,
      expiresAt: claims.expiresAt,
      follow: (onEnd) => followIdentity(sessions.follow(claims, requestId, onEnd), headerOf),
    };
  };
}

function followIdentity(followed: Followed, headerOf: (state: SessionState) => string): FollowedIdentity {
  let known: { readonly state: SessionState; readonly header: string } | null = null;
  return {
    async header() {
      const state = await followed.state();
      // Each answer of accounts is another object, so a header is never older than its state.
      if (known?.state !== state) known = { state, header: headerOf(state) };
      return known.header;
    },
    [Symbol.dispose]: () => followed[Symbol.dispose](),
  };
}

function viewerOf({ userId, organizationId, sessionId }: AccessClaims, { roles, clientId }: SessionState): Viewer {
  return { userId, organizationId, sessionId, roles, permissions: permissionsOf(roles), clientId };
}
