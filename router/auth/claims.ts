import type { JWTPayload } from 'jose';
import type { ClaimRule } from '#platform/config/jwks.ts';
import { isObject } from '../execution/data.ts';
import type { Identified } from '../identify.ts';

export interface ClaimsOptions {
  /** Where the policies of `@policy` stand: a claim, or the way to one. */
  readonly policies: string;
  readonly forward: readonly ClaimRule[];
}

/** They tell one token of a caller from another, not one caller from another. */
const OF_ONE_TOKEN: ReadonlySet<string> = new Set(['iat', 'nbf', 'exp', 'jti']);

/** Who is behind a token whose signature, issuer, audience and times are good. */
export function identifiedBy(claims: JWTPayload, { policies, forward }: ClaimsOptions): Identified {
  const lasting = Object.entries(claims).filter(([name]) => !OF_ONE_TOKEN.has(name));
  const headers = headersOf(claims, forward);
  return {
    scope: JSON.stringify([Object.fromEntries(lasting), headers]),
    person: JSON.stringify([claims.iss ?? '', claims.sub]),
    access: {
      authenticated: true,
      scopes: new Set([claims.scope, claims.scp, claims.scopes].flatMap(words)),
      policies: new Set(words(claimAt(claims, policies))),
    },
    identityHeader: null,
    headers,
    expiresAt: new Date((claims.exp ?? 0) * 1_000),
    follow: null,
  };
}

/** `a b` and ["a", "b"] alike. */
function words(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string') : [];
}

/** A claim of that very name, or what its dots lead to. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), claims);
}

function headersOf(claims: JWTPayload, rules: readonly ClaimRule[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { claim, header } of rules) {
    const value = claimAt(claims, claim);
    if (value !== undefined && value !== null) headers[header] = headerText(value);
  }
  return headers;
}

/** A text as it is, anything else as JSON; what no header may hold, and `%`, percent-encoded. */
function headerText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[^\x20-\x24\x26-\x7e]+/gu, (part) => encodeURIComponent(part.toWellFormed()));
}
