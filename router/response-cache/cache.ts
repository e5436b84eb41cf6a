import { LRUCache } from 'lru-cache';

/** An answer as it is kept. */
export interface KeptAnswer {
  /** JSON text. */
  readonly data: string;
  /** Seconds. */
  readonly maxAge: number;
  readonly isPublic: boolean;
  /** What it depends on: whoever names one of them drops it. */
  readonly tags: ReadonlySet<string>;
}

/** When an execution began. */
export interface Reading {
  /** Number of the last invalidation before it. */
  readonly since: number;
  /** Milliseconds. */
  readonly at: number;
}

export interface ResponseCache {
  /** With its age in seconds; null when there is none, or it is too old. */
  get(key: string): { readonly answer: KeptAnswer; readonly age: number } | null;
  begin(): Reading;
  /** Unless one of its tags has been invalidated since its execution began. */
  keep(key: string, answer: KeptAnswer, reading: Reading): void;
  /** Drops the answers with one of these tags, and sees to it that those under way are not kept. */
  invalidate(tags: Iterable<string>): void;
  /** Whether an answer with this tag is kept. */
  has(tag: string): boolean;
  readonly size: number;
  readonly bytes: number;
}

export interface ResponseCacheOptions {
  /** Bytes that answers, their keys and tags take together; the least recently used leave first. */
  readonly maxBytes: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: (() => number) | undefined;
}

interface Entry {
  readonly answer: KeptAnswer;
  /** Milliseconds: its data is not older. */
  readonly madeAt: number;
}

/** Tags whose invalidation is remembered for the sake of executions under way. */
const REMEMBERED = 10_000;
/** Of an entry and of one tag in the index, beside their texts. */
const OVERHEAD_BYTES = 200;

export function createResponseCache({ maxBytes, now = () => performance.now() }: ResponseCacheOptions): ResponseCache {
  const byTag = new Map<string, Set<string>>();
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ answer }, key) => sizeOf(key, answer),
    dispose: ({ answer }, key) => {
      for (const tag of answer.tags) forget(tag, key);
    },
  });
  const invalidated = new Map<string, number>();
  let count = 0;
  /** What was invalidated before is not remembered. */
  let forgotten = 0;

  function forget(tag: string, key: string): void {
    const keys = byTag.get(tag);
    keys?.delete(key);
    if (keys?.size === 0) byTag.delete(tag);
  }

  function remember(tag: string): void {
    invalidated.delete(tag);
    invalidated.set(tag, count);
    if (invalidated.size <= REMEMBERED) return;
    const [oldest] = invalidated;
    if (!oldest) return;
    invalidated.delete(oldest[0]);
    forgotten = oldest[1];
  }

  function isOutdated({ tags }: KeptAnswer, { since }: Reading): boolean {
    if (since < forgotten) return true;
    for (const tag of tags) if ((invalidated.get(tag) ?? 0) > since) return true;
    return false;
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return null;
      const age = (now() - entry.madeAt) / 1_000;
      if (age < entry.answer.maxAge) return { answer: entry.answer, age };
      entries.delete(key);
      return null;
    },
    begin: () => ({ since: count, at: now() }),
    keep(key, answer, reading) {
      if (isOutdated(answer, reading)) return;
      // One that is larger than all may be is not kept, and must leave nothing in the index.
      entries.delete(key);
      entries.set(key, { answer, madeAt: reading.at });
      if (!entries.has(key)) return;
      for (const tag of answer.tags) {
        const keys = byTag.get(tag);
        if (keys) keys.add(key);
        else byTag.set(tag, new Set([key]));
      }
    },
    invalidate(tags) {
      count += 1;
      for (const tag of tags) {
        remember(tag);
        for (const key of [...(byTag.get(tag) ?? [])]) entries.delete(key);
      }
    },
    has: (tag) => byTag.has(tag),
    get size() {
      return entries.size;
    },
    get bytes() {
      return entries.calculatedSize;
    },
  };
}

/** Texts may take two bytes for each character. */
function sizeOf(key: string, { data, tags }: KeptAnswer): number {
  let bytes = OVERHEAD_BYTES + 2 * (key.length + data.length);
  for (const tag of tags) bytes += OVERHEAD_BYTES + 2 * tag.length;
  return bytes;
}
