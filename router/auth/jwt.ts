import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { JwksSource } from '#platform/config/jwks.ts';
import { UnauthenticatedError, UnavailableError } from '#platform/errors/index.ts';
import type { Authenticate, Identified } from '../identify.ts';
import { NOBODY } from '../identify.ts';
import { type ClaimsOptions, identifiedBy } from './claims.ts';
import type { KeySet } from './key-set.ts';

export interface JwtIssuer extends Omit<JwksSource, 'location'> {
  readonly keys: Pick<KeySet, 'keyOf'>;
}

export interface JwtOptions extends ClaimsOptions {
  readonly issuers: readonly JwtIssuer[];
}

/** Whoever verifies with a key must not be able to sign with it. */
export const ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const LONGEST_TOKEN = 16_384;
const VERIFIED_BYTES = 8 * 1024 * 1024;
/** A key that its issuer has withdrawn counts for no longer than this once that is known. */
const VERIFIED_MS = 60_000;

interface Verified {
  readonly identified: Identified;
  /** Epoch milliseconds. */
  readonly goodUntil: number;
}

/**
 * Verifies JSON Web Tokens with the public keys of their issuers.
 * @throws UnauthenticatedError saying what is wrong with a token; UnavailableError while keys cannot be had.
 */
export function createJwtAuthenticator(options: JwtOptions): Authenticate {
  const verified = new LRUCache<string, Verified>({
    maxSize: VERIFIED_BYTES,
    ttl: VERIFIED_MS,
    sizeCalculation: ({ identified }, token) => 2 * (token.length + identified.scope.length) + 1_000,
  });
  return async (token) => {
    if (token === null) return NOBODY;
    const known = verified.get(token);
    if (known && known.goodUntil > Date.now()) return known.identified;
    const fresh = await verify(token, options);
    verified.set(token, fresh);
    return fresh.identified;
  };
}

async function verify(token: string, options: JwtOptions): Promise<Verified> {
  const issuers = issuersOf(token, options.issuers);
  const failures: unknown[] = [];
  for (const issuer of issuers) {
    try {
      const claims = await verifyWith(token, issuer);
      const goodUntil = ((claims.exp ?? 0) + issuer.toleranceSeconds) * 1_000;
      return { identified: identifiedBy(claims, options), goodUntil };
    } catch (error) {
      failures.push(error);
    }
  }
  throw refusalOf(failures);
}

/** Those that may have issued it, by what it says itself, so that no other's keys are asked for. */
function issuersOf(token: string, all: readonly JwtIssuer[]): readonly JwtIssuer[] {
  const { alg, iss } = partsOf(token);
  if (!ALGORITHMS.includes(String(alg))) {
    throw new UnauthenticatedError(
      `The access token is signed with ${shown(alg)}; tokens are signed with a private key here (${ALGORITHMS.join(', ')}).`,
    );
  }
  const issuers = all.filter(({ issuer }) => issuer === null || issuer === iss);
  if (issuers.length > 0) return issuers;
  throw new UnauthenticatedError(`The access token was issued by ${shown(iss)}, which is not trusted here.`);
}

function partsOf(token: string): { readonly alg: unknown; readonly iss: unknown } {
  try {
    if (token.length > LONGEST_TOKEN) throw new Error('too long');
    return { alg: decodeProtectedHeader(token).alg, iss: decodeJwt(token).iss };
  } catch {
    throw new UnauthenticatedError(
      'The access token is not a JSON Web Token: send "Authorization: Bearer <token>" with one from your identity provider.',
    );
  }
}

async function verifyWith(token: string, issuer: JwtIssuer): Promise<JWTPayload> {
  const expected: JWTVerifyOptions = {
    algorithms: [...ALGORITHMS],
    requiredClaims: ['exp', 'sub'],
    clockTolerance: issuer.toleranceSeconds,
    ...(issuer.issuer !== null && { issuer: issuer.issuer }),
    ...(issuer.audiences.length > 0 && { audience: [...issuer.audiences] }),
  };
  try {
    return (await jwtVerify(token, issuer.keys.keyOf, expected)).payload;
  } catch (error) {
    // A token without a key id, of an issuer with several keys.
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, expected)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** The failure that came furthest tells most. */
function refusalOf(failures: readonly unknown[]): UnauthenticatedError | UnavailableError {
  const found = <E extends Error>(kind: abstract new (...given: never[]) => E) =>
    failures.find((failure): failure is E => failure instanceof kind);
  if (found(errors.JWTExpired)) {
    return new UnauthenticatedError('The access token has expired: get a new one from your identity provider.');
  }
  const claim = found(errors.JWTClaimValidationFailed);
  if (claim) {
    return new UnauthenticatedError(
      `The access token is not for this service: its claim ${shown(claim.claim)} ${claim.reason === 'missing' ? 'is missing' : 'is not what is expected'}.`,
    );
  }
  const unavailable = failures.find((failure) => !isAboutToken(failure));
  if (unavailable !== undefined) {
    return new UnavailableError(
      'The keys of the identity provider could not be read; try again in a moment.',
      unavailable,
    );
  }
  return new UnauthenticatedError('The access token is not signed by a key of its issuer: sign in again.');
}

function isAboutToken(failure: unknown): boolean {
  return (
    failure instanceof errors.JWSSignatureVerificationFailed ||
    failure instanceof errors.JWKSNoMatchingKey ||
    failure instanceof errors.JWSInvalid ||
    failure instanceof errors.JWTInvalid ||
    failure instanceof errors.JOSENotSupported ||
    failure instanceof errors.JOSEAlgNotAllowed
  );
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}
