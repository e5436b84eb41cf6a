import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Identified } from '#platform/identity/index.ts';
import type { Caller } from './execution/execution.ts';

export { type Identified, NOBODY } from '#platform/identity/index.ts';

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

export function callerOf(
  { requestId, traceparent }: Origin,
  { identityHeader }: Pick<Identified, 'identityHeader'>,
  signal: AbortSignal | null,
): Caller {
  return { identityHeader, requestId, traceparent, signal };
}
