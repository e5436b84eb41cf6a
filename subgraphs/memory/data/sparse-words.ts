import { terms } from '../domain/text.ts';
import { FIELD_WEIGHTS, type SearchableText } from './memory-index.ts';

/*
 * BM25 split in two as stores with sparse vectors want it: the saturated frequency of each word is computed here,
 * the inverse document frequency by the store. The constants are FTS5's, so that both indexes rank alike.
 */
const K1 = 1.2;
const B = 0.75;
/** Words of an average entry with its neighbour and its day. A store of sparse vectors keeps no running average. */
const AVERAGE_LENGTH = 60;

/** `type`, because the store's client wants an index signature. */
export type SparseVector = { indices: number[]; values: number[] };

/** FNV-1a: a stable number of 32 bits per stem. */
export function wordIndex(term: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(term)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function sparse(weights: ReadonlyMap<number, number>): SparseVector {
  return { indices: [...weights.keys()], values: [...weights.values()] };
}

/** What an entry's words weigh before the inverse document frequency. */
export function documentVector(text: SearchableText): SparseVector {
  const frequencies = new Map<number, number>();
  let length = 0;
  for (const field of ['content', 'before', 'date'] as const) {
    for (const term of terms(text[field])) {
      const index = wordIndex(term);
      frequencies.set(index, (frequencies.get(index) ?? 0) + FIELD_WEIGHTS[field]);
      length++;
    }
  }
  const damping = K1 * (1 - B + (B * length) / AVERAGE_LENGTH);
  return sparse(new Map([...frequencies].map(([index, tf]) => [index, (tf * (K1 + 1)) / (tf + damping)])));
}

/** Every distinct stem of the question, weighing 1. */
export function queryVector(words: readonly string[]): SparseVector {
  return sparse(new Map(words.flatMap(terms).map((term) => [wordIndex(term), 1])));
}
