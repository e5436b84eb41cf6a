import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token is for: a token of one purpose is worthless for another. */
export type TokenPurpose = 'upload' | 'download';

export interface TokenClaims {
  readonly organizationId: string;
  readonly userId: string;
  /** The upload, or the file version. */
  readonly subjectId: string;
  /** Epoch milliseconds, whole. */
  readonly expiresAt: number;
}

export type TokenCheck =
  | { readonly kind: 'valid'; readonly claims: TokenClaims }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' };

const UUID_BYTES = 16;
const TIME_BYTES = 6;
const BODY_BYTES = 3 * UUID_BYTES + TIME_BYTES;
const MAC_BYTES = 32;

/** Claims under an HMAC-SHA-256, as 115 characters that are safe in a path. */
export function signToken(purpose: TokenPurpose, claims: TokenClaims, key: string): string {
  const body = Buffer.alloc(BODY_BYTES);
  [claims.organizationId, claims.userId, claims.subjectId].forEach((id, index) => {
    body.write(id.replaceAll('-', ''), index * UUID_BYTES, 'hex');
  });
  body.writeUIntBE(claims.expiresAt, 3 * UUID_BYTES, TIME_BYTES);
  return Buffer.concat([body, mac(purpose, body, key)]).toString('base64url');
}

/** The signature is compared in constant time and before anything of the claims is looked at. */
export function checkToken(purpose: TokenPurpose, token: string, key: string, now: number): TokenCheck {
  const bytes = Buffer.from(token, 'base64url');
  // The second condition: base64 has several spellings of the same bytes, and one link has one.
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return { kind: 'invalid' };
  const body = bytes.subarray(0, BODY_BYTES);
  if (!timingSafeEqual(mac(purpose, body, key), bytes.subarray(BODY_BYTES))) return { kind: 'invalid' };
  const claims: TokenClaims = {
    organizationId: uuidAt(body, 0),
    userId: uuidAt(body, 1),
    subjectId: uuidAt(body, 2),
    expiresAt: body.readUIntBE(3 * UUID_BYTES, TIME_BYTES),
  };
  return claims.expiresAt <= now ? { kind: 'expired' } : { kind: 'valid', claims };
}

function mac(purpose: TokenPurpose, body: Buffer, key: string): Buffer {
  return createHmac('sha256', key).update(`alims:${purpose}:`).update(body).digest();
}

function uuidAt(body: Buffer, index: number): string {
  const hex = body.toString('hex', index * UUID_BYTES, (index + 1) * UUID_BYTES);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
