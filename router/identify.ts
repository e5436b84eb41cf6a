import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Viewer } from '#platform/identity/index.ts';
import type { Caller } from './execution/execution.ts';

export interface Identified {
  readonly viewer: Viewer | null;
  /** What the subgraphs trust; null for an anonymous caller. */
  readonly identityHeader: string | null;
  readonly expiresAt: Date | null;
}

/** Throws UnauthenticatedError for a token that is not, or no longer, good. Without a token the caller is anonymous. */
export type Authenticate = (token: string | null, requestId: string) => Promise<Identified>;

export interface Origin {
  readonly token: string | null;
  readonly requestId: string;
  readonly traceparent: string | null;
}

const REQUEST_ID = /^[\w.:-]{8,64}$/;
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The caller's own request id when it is a plain word, so that a chain of services shares one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

export function originOf(headers: IncomingHttpHeaders, requestId: string): Origin {
  const { traceparent } = headers;
  return {
    token: tokenOf(headers.authorization),
    requestId,
    traceparent: typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : null,
  };
}

/** `Bearer x`, or x alone; null when there is none. */
export function tokenOf(authorization: unknown): string | null {
  if (typeof authorization !== 'string') return null;
  const token = authorization.trim().replace(/^bearer\s+/i, '');
  return token === '' || /^bearer$/i.test(token) ? null : token;
}

export function callerOf(origin: Origin, identified: Identified, signal: AbortSignal | null): Caller {
  const { requestId, traceparent } = origin;
  return { identityHeader: identified.identityHeader, requestId, traceparent, signal };
}

/** A stream checks its caller again with its events, but not more often than this: a revoked session ends within it. */
const RENEW_AFTER_MS = 900;

export function createRenew(authenticate: Authenticate, origin: Origin, first: Identified): () => Promise<Caller> {
  let caller = callerOf(origin, first, null);
  let checkedAt = performance.now();
  return async () => {
    if (performance.now() - checkedAt > RENEW_AFTER_MS) {
      caller = callerOf(origin, await authenticate(origin.token, origin.requestId), null);
      checkedAt = performance.now();
    }
    return caller;
  };
}
