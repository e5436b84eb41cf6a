import { LRUCache } from 'lru-cache';
import { UnauthenticatedError } from '../errors/index.ts';
import type { VerifyAccessToken } from './access-token.ts';
import { permissionsOf } from './permissions.ts';
import { signIdentity } from './signed-identity.ts';
import type { Role, Viewer } from './viewer.ts';

/** A revoked session or role is refused within a second everywhere, without a message having to arrive. */
const SESSION_TRUSTED_MS = 900;
/** Half of what a signed identity lasts: a request that waits in a subgraph's queue still carries a valid one. */
const IDENTITY_REUSED_MS = 30_000;
const MAX_SESSIONS = 10_000;

export interface SessionState {
  readonly active: boolean;
  readonly roles: readonly Role[];
  readonly clientId: string | null;
}

export interface Identified {
  readonly viewer: Viewer | null;
  /** What the router forwards to subgraphs; null for nobody. */
  readonly identityHeader: string | null;
  readonly expiresAt: Date | null;
}

const NOBODY: Identified = { viewer: null, identityHeader: null, expiresAt: null };

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
  const states = new LRUCache<string, { readonly asked: Promise<SessionState> }>({
    max: MAX_SESSIONS,
    ttl: SESSION_TRUSTED_MS,
  });
  const known = new LRUCache<string, Known>({ max: MAX_SESSIONS, ttl: IDENTITY_REUSED_MS });

  function stateOf(organizationId: string, sessionId: string, requestId: string): Promise<SessionState> {
    const cached = states.get(sessionId);
    if (cached) return cached.asked;
    const asked = options.sessionState(organizationId, sessionId, requestId);
    states.set(sessionId, { asked });
    asked.catch(() => states.delete(sessionId));
    return asked;
  }

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
    const { userId, organizationId, sessionId, expiresAt } = await options.verify(token);
    const { active, roles, clientId } = await stateOf(organizationId, sessionId, requestId);
    if (!active)
      throw new UnauthenticatedError('The session of this access token has ended: sign in again with mutation signIn.');
    const permissions = permissionsOf(roles);
    const { viewer, identityHeader } = identify(sessionId, {
      userId,
      organizationId,
      sessionId,
      roles,
      permissions,
      clientId,
    });
    return { viewer, identityHeader, expiresAt };
  };
}
