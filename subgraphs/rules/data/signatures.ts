import type { Ask } from '#platform/graphql/index.ts';
import type { Signature } from '../domain/signature.ts';

const DOCUMENT = `query SignatureOf($id: ID!) {
  signature(id: $id) { id signer { id } meaning subjectType subjectId contentHash signedAt }
}`;

interface Answer {
  readonly signature: (Omit<Signature, 'signedAt'> & { readonly signedAt: string }) | null;
}

/**
 * Asks accounts, as the caller, for a signature; null when the organization has none of this id.
 * @throws UnavailableError when accounts does not answer
 */
export async function findSignature(ask: Ask, id: string): Promise<Signature | null> {
  const { signature } = await ask<Answer>('accounts', DOCUMENT, { id });
  return signature === null ? null : { ...signature, signedAt: new Date(signature.signedAt) };
}
