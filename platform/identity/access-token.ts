import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { UnauthenticatedError, UnavailableError } from '../errors/index.ts';

export const ISSUER = 'alims';
export const AUDIENCE = 'alims';
const ALGORITHM = 'ES256';
const VERIFIED_TOKENS = 10_000;
/** An unknown key id asks for the key set again, at most this often. */
const REFETCH_MS = 1_000;

/** What an access token says. Roles are read from the session at each use, so that a change of them counts at once. */
export interface AccessClaims {
  readonly userId: string;
  readonly organizationId: string;
  readonly sessionId: string;
  readonly expiresAt: Date;
}

/** A JWT signed with ES256 (RFC 7518), valid until `expiresAt`. */
export function mintAccessToken(
  claims: AccessClaims,
  signing: { readonly id: string; readonly key: CryptoKey | Uint8Array },
  now: Date,
): Promise<string> {
  return new SignJWT({ org: claims.organizationId, sid: claims.sessionId })
    .setProtectedHeader({ alg: ALGORITHM, kid: signing.id, typ: 'at+jwt' })
    .setSubject(claims.userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(claims.expiresAt)
    .sign(signing.key);
}

export type VerifyAccessToken = (token: string) => Promise<AccessClaims>;

/**
 * Checks signature, issuer, audience and expiry.
 * @throws UnauthenticatedError saying what is wrong with the token.
 */
export function createAccessTokenVerifier(fetchKeys: () => Promise<JSONWebKeySet>): VerifyAccessToken {
  const verified = new LRUCache<string, AccessClaims>({ max: VERIFIED_TOKENS });
  let keySet: ReturnType<typeof createLocalJWKSet> | null = null;
  let fetchedAt = 0;

  async function refresh(): Promise<boolean> {
    if (keySet && Date.now() - fetchedAt < REFETCH_MS) return false;
    fetchedAt = Date.now();
    keySet = createLocalJWKSet(await fetchKeys());
    return true;
  }

  async function verifyOnce(token: string): Promise<AccessClaims> {
    if (!keySet) await refresh();
    if (!keySet) throw new Error('The key set of accounts is empty.');
    const { payload } = await jwtVerify(token, keySet, { issuer: ISSUER, audience: AUDIENCE, algorithms: [ALGORITHM] });
    const { sub, org, sid, exp } = payload;
    if (!sub || typeof org !== 'string' || typeof sid !== 'string' || !exp) throw new UnauthenticatedError();
    return { userId: sub, organizationId: org, sessionId: sid, expiresAt: new Date(exp * 1000) };
  }

  return async (token) => {
    const known = verified.get(token);
    if (known && known.expiresAt.getTime() > Date.now()) return known;
    const claims = await verifyOnce(token).catch(async (error: unknown) => {
      const unknownKey = (error as { code?: string }).code === 'ERR_JWKS_NO_MATCHING_KEY';
      if (unknownKey && (await refresh())) return verifyOnce(token).catch(refuse);
      return refuse(error);
    });
    verified.set(token, claims);
    return claims;
  };
}

function refuse(error: unknown): never {
  if (error instanceof UnauthenticatedError) throw error;
  const code = (error as { code?: string }).code ?? '';
  if (!code.startsWith('ERR_J'))
    throw new UnavailableError('The keys of accounts could not be read; try again in a moment.', error);
  const expired = code === 'ERR_JWT_EXPIRED';
  throw new UnauthenticatedError(
    expired
      ? 'The access token has expired: get a new one with mutation refreshSession.'
      : 'The access token is not one that this installation signed: sign in again with mutation signIn.',
  );
}
