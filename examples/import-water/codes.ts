import { createHash } from 'node:crypto';

/** Stands for a text of any length in a comparison. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** The first eight hexadecimal digits of the SHA-256 of `text`. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/**
 * A code of the catalogue: spaces become `-`, what codes cannot hold goes. Where something went, or where the code would
 * be too long, a hash of the whole text follows, so that different texts keep different codes.
 */
export function codeOf(text: string, maxLength: number, separator = '.'): string {
  const hyphened = text.trim().replace(/\s+/g, '-');
  const clean = hyphened.replace(/[^A-Za-z0-9_.:-]/g, '');
  if (clean === hyphened && clean.length <= maxLength && clean !== '') return clean;
  const hash = shortHash(text.trim());
  const kept = clean.slice(0, maxLength - hash.length - separator.length);
  return kept === '' ? hash : `${kept}${separator}${hash}`;
}

/** One part of a service's code: upper case, so that `as N` and `AS N` are one. */
export function partOf(text: string): string {
  return text === '' ? '' : codeOf(text.toUpperCase().replaceAll(', ', ' '), 80);
}

const MAX_BARCODE = 80;

/** The barcode of an activity: its identifier, shortened with a hash when it does not fit on a label. */
export function barcodeOf(activity: string, part = 1): string {
  const suffix = part === 1 ? '' : `#${part}`;
  const plain = activity.replace(/\p{Cc}/gu, ' ');
  if (plain === activity && plain.length + suffix.length <= MAX_BARCODE) return plain + suffix;
  const hash = `~${shortHash(activity)}`;
  return plain.slice(0, MAX_BARCODE - hash.length - suffix.length) + hash + suffix;
}
