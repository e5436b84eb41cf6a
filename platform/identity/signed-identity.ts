import { createHmac, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { UnauthenticatedError } from '../errors/index.ts';
import { permissionsOf } from './permissions.ts';
import type { Role, Viewer } from './viewer.ts';

export const IDENTITY_HEADER = 'x-alims-identity';
const LIFETIME_MS = 60_000;
const CLOCK_SKEW_MS = 5_000;

interface Claims {
  readonly sub: string;
  readonly org: string;
  readonly sid: string;
  readonly roles: readonly Role[];
  readonly client: string | null;
  /** Expiry in epoch milliseconds. */
  readonly exp: number;
}

function mac(body: string, key: string): Buffer {
  return createHmac('sha256', key).update(body).digest();
}

/** What the router forwards to subgraphs: valid for 60 s, readable by whoever holds `key` and trusted by nobody else. */
export function signIdentity(viewer: Viewer, key: string, nowMs: number): string {
  const claims: Claims = {
    sub: viewer.userId,
    org: viewer.organizationId,
    sid: viewer.sessionId,
    roles: viewer.roles,
    client: viewer.clientId,
    exp: nowMs + LIFETIME_MS,
  };
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${body}.${mac(body, key).toString('base64url')}`;
}

/**
 * Signs a viewer once for half of what a signature lasts, however often it asks: who verifies it then knows the header,
 * too. A viewer is the same object for all requests of one session that came with one header.
 */
export function createIdentitySigner(key: string): (viewer: Viewer, nowMs: number) => string {
  const signed = new WeakMap<Viewer, { readonly header: string; readonly until: number }>();
  return (viewer, nowMs) => {
    const known = signed.get(viewer);
    if (known && nowMs < known.until) return known.header;
    const header = signIdentity(viewer, key, nowMs);
    signed.set(viewer, { header, until: nowMs + LIFETIME_MS / 2 });
    return header;
  };
}

interface Verified {
  readonly viewer: Viewer;
  /** Expiry in epoch milliseconds. */
  readonly exp: number;
}

const VERIFIED_HEADERS = 1_000;

/**
 * Gives the viewer of a header. A router sends the same header with every request of one session for half a minute: its
 * signature is checked once.
 * @throws UnauthenticatedError when it was not signed with `key` or has expired.
 */
export function createIdentityVerifier(key: string): (header: string, nowMs: number) => Viewer {
  const verified = new LRUCache<string, Verified>({ max: VERIFIED_HEADERS });
  return (header, nowMs) => {
    const known = verified.get(header) ?? verifyIdentity(header, key);
    if (known.exp + CLOCK_SKEW_MS < nowMs) throw new UnauthenticatedError('The forwarded identity has expired.');
    verified.set(header, known);
    return known.viewer;
  };
}

function verifyIdentity(header: string, key: string): Verified {
  const [body = '', signature = ''] = header.split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = mac(body, key);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new UnauthenticatedError('The forwarded identity is not signed by this router.');
  }
  // The one place where signed text becomes claims again: only signIdentity writes it.
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  const viewer = {
    userId: claims.sub,
    organizationId: claims.org,
    sessionId: claims.sid,
    roles: claims.roles,
    permissions: permissionsOf(claims.roles),
    clientId: claims.client,
  };
  return { viewer, exp: claims.exp };
}
