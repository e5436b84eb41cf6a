import { createHash } from 'node:crypto';
import type { Limits } from './budget.ts';

/** What has to be known to ask the same question of the same knowledge again. */
export interface AskedQuestion {
  readonly id: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly goal: string;
  readonly ruleSet: string;
  readonly distinct: boolean;
  readonly assume: readonly string[];
  readonly limits: Limits;
  readonly versionId: string;
  /** Of the shipped rules, which lie beneath an organization's own. */
  readonly shippedHash: string;
  /** From `answerHashes`: a repetition that finds another answer must not be taken for the same. */
  readonly answers: Uint8Array<ArrayBuffer>;
}

const KEPT_MS = 24 * 3_600_000;
const HASH_BYTES = 6;

/** A question asked at this instant or before it is kept no longer. */
export function keptSince(now: Date): Date {
  return new Date(now.getTime() - KEPT_MS);
}

function shortHash(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, HASH_BYTES);
}

/** Short hashes of the answers, one behind the other. */
export function answerHashes(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const hashes = new Uint8Array(texts.length * HASH_BYTES);
  texts.forEach((text, i) => {
    hashes.set(shortHash(text), i * HASH_BYTES);
  });
  return hashes;
}

export function answerCount({ answers }: AskedQuestion): number {
  return answers.length / HASH_BYTES;
}

/** Whether the answer with this number (from 0) had this text. */
export function wasAnswer({ answers }: AskedQuestion, number: number, text: string): boolean {
  return shortHash(text).equals(answers.subarray(number * HASH_BYTES, (number + 1) * HASH_BYTES));
}
