import { idOf, isId } from '#platform/identity/index.ts';

export const MEANINGS = ['AUTHORSHIP', 'REVIEW', 'APPROVAL', 'RESPONSIBILITY'] as const;
export type SignatureMeaning = (typeof MEANINGS)[number];

/** What somebody signed, and what it declares. */
export interface Signed {
  readonly meaning: SignatureMeaning;
  readonly subjectType: string;
  readonly subjectId: string;
  /** SHA-256 in 64 hexadecimal digits, lower case. */
  readonly contentHash: string;
}

export interface Signature extends Signed {
  readonly id: string;
  readonly signerId: string;
  readonly signerName: string;
  readonly signedAt: Date;
}

/** The same as it is kept and compared: hexadecimal digits, also those of an id, in lower case. */
export function asKept(signed: Signed): Signed {
  const { subjectId, contentHash } = signed;
  return {
    ...signed,
    subjectId: isId(subjectId) ? idOf(subjectId) : subjectId,
    contentHash: contentHash.toLowerCase(),
  };
}

/** What is wrong with what is to be signed; null: nothing. */
export function faultOfSigned({ subjectType, subjectId, contentHash }: Signed): string | null {
  if (!/^[A-Za-z]{1,60}$/.test(subjectType)) {
    return `"subjectType" must be 1 to 60 letters, such as RuleSetVersion; got ${JSON.stringify(subjectType.slice(0, 80))}.`;
  }
  if (subjectId.trim() === '' || subjectId.length > 200) {
    return `"subjectId" must have 1 to 200 characters, it has ${subjectId.trim().length}.`;
  }
  if (/^[0-9a-f]{64}$/i.test(contentHash)) return null;
  return `"contentHash" must be a SHA-256 in 64 hexadecimal digits, got ${JSON.stringify(contentHash.slice(0, 80))}.`;
}
