export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

export type RangeRequest =
  /** No range, or one that a server may ignore: the whole content is the answer. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] }
  /** Well-formed, but nothing of it lies within the content: 416. */
  | { readonly kind: 'unsatisfiable' };

/** More parts than any reader needs; a longer list is answered with the whole content (RFC 9110 §14.2 allows it). */
const MAX_RANGES = 16;
const WHOLE: RangeRequest = { kind: 'whole' };

/** Reads a Range header against content of `size` bytes. Ranges that touch or overlap are merged, in the order of the content. */
export function parseRange(header: string | null, size: number): RangeRequest {
  const list = /^bytes=(.+)$/i.exec(header?.trim() ?? '')?.[1];
  if (list === undefined) return WHOLE;
  const specs = list
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
  if (specs.length === 0 || specs.length > MAX_RANGES) return WHOLE;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = resolveSpec(spec, size);
    if (range === 'malformed') return WHOLE;
    if (range !== null) ranges.push(range);
  }
  return ranges.length === 0 ? { kind: 'unsatisfiable' } : { kind: 'ranges', ranges: merged(ranges) };
}

/** Null when the range lies outside the content. */
function resolveSpec(spec: string, size: number): ByteRange | null | 'malformed' {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
  if (first === '' && last === '') return 'malformed';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  if (end < start && last !== '') return 'malformed';
  return start >= size ? null : { start, end: Math.min(end, size - 1) };
}

function merged(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  const result: ByteRange[] = [];
  for (const range of sorted) {
    const before = result.at(-1);
    if (before && range.start <= before.end + 1) {
      result[result.length - 1] = { start: before.start, end: Math.max(before.end, range.end) };
    } else {
      result.push(range);
    }
  }
  return result;
}

/** Whether an If-None-Match header names this entity (weak comparison, as RFC 9110 §13.1.2 asks). */
export function namesEntity(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const listed = header.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return listed.includes('*') || listed.includes(etag);
}
