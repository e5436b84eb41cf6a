import { isId } from '#platform/identity/index.ts';
import type { Signature, SignatureMeaning } from '../domain/signature.ts';
import type { AccountsReader, AccountsTx } from './client.ts';

export async function createSignature(tx: AccountsTx, organizationId: string, signature: Signature): Promise<void> {
  await tx.signature.createMany({ data: [{ ...signature, organizationId }] });
}

export async function findSignatures(tx: AccountsReader, ids: readonly string[]): Promise<Signature[]> {
  const rows = await tx.signature.findMany({ where: { id: { in: ids.filter(isId) } } });
  // The column holds only what `createSignature` wrote.
  return rows.map(({ organizationId: _, ...row }) => ({ ...row, meaning: row.meaning as SignatureMeaning }));
}
