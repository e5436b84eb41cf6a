import { createHash } from 'node:crypto';
import type { Encoding } from './compression.ts';

/** A strong tag: equal for equal bytes only, so each encoding of one body has its own. */
export function etagOf(body: Buffer, encoding: Encoding | null): string {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  return encoding === null ? `"${hash}"` : `"${hash}-${encoding}"`;
}

/** Whether the client's If-None-Match names what it would get. RFC 9110, 13.1.2: compared weakly, `*` is anything. */
export function isNamedBy(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([named]) => named === etag);
}
