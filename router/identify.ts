import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AppError } from '#platform/errors/index.ts';
import type { FollowedIdentity, Identified as IdentifiedViewer } from '#platform/identity/index.ts';
import { type Access, NO_ACCESS } from './access.ts';
import type { Caller } from './execution/execution.ts';
import type { HeaderPolicy } from './headers/policy.ts';

/** Who stands behind a token, as far as the router has to know. */
export interface Identified {
  /**
   * Equal for callers whom every subgraph answers alike: it holds all that is forwarded of an identity. Only callers of
   * one scope may share a fetch, a stream or a kept answer. Empty for nobody.
   */
  readonly scope: string;
  /** Whom limits count for, over all tokens; null for nobody. */
  readonly person: string | null;
  readonly access: Access;
  /** What is forwarded to subgraphs; null for nobody. */
  readonly identityHeader: string | null;
  /** Headers made of a token's claims, which every subgraph gets. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly expiresAt: Date | null;
  /** Watches over the session for as long as a stream is open, and says when it has ended. Null where there is none. */
  readonly follow: ((onEnd: (why: AppError) => void) => FollowedIdentity) | null;
}

export const NOBODY: Identified = {
  scope: '',
  person: null,
  access: NO_ACCESS,
  identityHeader: null,
  expiresAt: null,
  follow: null,
};

/** One of ALIMS' own people: permissions are the scopes, roles the policies. */
export function identifyViewer({ viewer, identityHeader, expiresAt, follow }: IdentifiedViewer): Identified {
  if (!viewer) return NOBODY;
  let standing = standings.get(viewer);
  if (standing === undefined) {
    standing = standingOf(viewer);
    standings.set(viewer, standing);
  }
  return { ...standing, identityHeader, expiresAt, follow };
}

type Standing = Pick<Identified, 'scope' | 'person' | 'access'>;
type KnownViewer = NonNullable<IdentifiedViewer['viewer']>;

/** One session's requests bring the same viewer for half a minute. */
const standings = new WeakMap<KnownViewer, Standing>();

function standingOf({ organizationId, userId, sessionId, clientId, roles, permissions }: KnownViewer): Standing {
  return {
    scope: JSON.stringify([organizationId, userId, sessionId, clientId, roles]),
    person: `${organizationId} ${userId}`,
    access: { authenticated: true, scopes: new Set<string>(permissions), policies: new Set<string>(roles) },
  };
}

/** Throws UnauthenticatedError for a token that is not, or no longer, good. Without a token the caller is anonymous. */
export type Authenticate = (token: string | null, requestId: string) => Promise<Identified>;

export interface Origin {
  readonly token: string | null;
  readonly requestId: string;
  readonly traceparent: string | null;
  /** Headers of the client that a rule passes on to subgraphs, by their names in small letters. */
  readonly forwarded: Readonly<Record<string, string>>;
  /** What other tracing systems have added to the trace: passed on as it came. */
  readonly tracestate?: string | null;
  /** What the client calls itself. */
  readonly clientName?: string | null;
}

export const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

const REQUEST_ID = /^[\w.:-]{8,64}$/;
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The caller's own request id when it is a plain word, so that a chain of services shares one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

export function originOf(headers: IncomingHttpHeaders, requestId: string, policy: Pick<HeaderPolicy, 'pick'>): Origin {
  const { traceparent } = headers;
  return {
    token: tokenOf(headers.authorization),
    requestId,
    traceparent: typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : null,
    forwarded: policy.pick(headers),
    tracestate: tracestateOf(headers),
    clientName: clientNameOf(headers),
  };
}

const LONGEST_TRACESTATE = 512;

function tracestateOf({ tracestate }: IncomingHttpHeaders): string | null {
  return typeof tracestate === 'string' && tracestate.length <= LONGEST_TRACESTATE ? tracestate : null;
}

const CLIENT_NAME_HEADERS = ['apollographql-client-name', 'x-client-name'];
const CLIENT_NAME = /^[\w .:@/+()-]{1,60}$/;

/** A name of letters, digits and a few signs; null for anything else. */
function clientNameOf(headers: IncomingHttpHeaders): string | null {
  for (const header of CLIENT_NAME_HEADERS) {
    const name = headers[header];
    if (typeof name === 'string' && CLIENT_NAME.test(name)) return name;
  }
  return null;
}

/** `Bearer x`, or x alone; null when there is none. */
export function tokenOf(authorization: unknown): string | null {
  if (typeof authorization !== 'string') return null;
  const token = authorization.trim().replace(/^bearer\s+/i, '');
  return token === '' || /^bearer$/i.test(token) ? null : token;
}

export function callerOf(
  { requestId, traceparent, tracestate = null, forwarded: picked, clientName = null }: Origin,
  { scope, access, identityHeader, headers }: Pick<Identified, 'scope' | 'access' | 'identityHeader' | 'headers'>,
  signal: AbortSignal | null,
): Caller {
  const whole = picked === NO_HEADERS ? scope : `${scope}\n${JSON.stringify(picked)}`;
  const forwarded = headers ? { ...picked, ...headers } : picked;
  return { scope: whole, access, identityHeader, forwarded, requestId, traceparent, tracestate, clientName, signal };
}
