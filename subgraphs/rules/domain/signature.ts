import type { RuleSetVersion } from './rule.ts';

/** What accounts says of an electronic signature. */
export interface Signature {
  readonly id: string;
  readonly signer: { readonly id: string };
  readonly meaning: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly contentHash: string;
  readonly signedAt: Date;
}

/** Who signs does so for what happens now. */
const FRESH_MS = 10 * 60_000;

/**
 * Why a signature is none under this activation; null when it is: the acting person's, an approval, under the very text of
 * this version, and recent.
 */
export function faultOfSignature(
  signature: Signature,
  version: Pick<RuleSetVersion, 'id' | 'hash' | 'number'>,
  actorId: string,
  now: Date,
): string | null {
  const { signer, meaning, subjectType, subjectId, contentHash, signedAt } = signature;
  if (signer.id !== actorId) return "It is another person's: whoever acts signs.";
  if (meaning !== 'APPROVAL') return `It means ${meaning}, and APPROVAL is needed.`;
  if (subjectType !== 'RuleSetVersion' || subjectId !== version.id || contentHash !== version.hash) {
    return `It is under something else (${subjectType} ${subjectId}): sign version ${version.number}, RuleSetVersion ${version.id}, with its hash.`;
  }
  if (now.getTime() - signedAt.getTime() > FRESH_MS) return `It is of ${signedAt.toISOString()}: sign again.`;
  return null;
}
