import type { Receipt } from '../domain/memory.ts';
import type { MemoryReader, MemoryTx } from './client.ts';
import type { Scope } from './scope.ts';

/** A person sees the receipts about his or her memories and those of erasures that he or she asked for. */
function concerning({ organizationId, userId }: Scope) {
  return { organizationId, OR: [{ userId }, { erasedBy: userId }] };
}

export async function addReceipt(tx: MemoryTx, organizationId: string, receipt: Receipt): Promise<void> {
  await tx.erasureReceipt.create({ data: { ...receipt, organizationId }, select: { id: true } });
}

export function findReceipt(tx: MemoryReader, scope: Scope, id: string): Promise<Receipt | null> {
  return tx.erasureReceipt.findFirst({ where: { ...concerning(scope), id }, omit: { organizationId: true } });
}

/** One more than `first`, newest first, behind the given id. */
export function listReceipts(tx: MemoryReader, scope: Scope, first: number, after: string | null): Promise<Receipt[]> {
  return tx.erasureReceipt.findMany({
    where: { ...concerning(scope), ...(after === null ? {} : { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
    omit: { organizationId: true },
  });
}

export function countReceipts(tx: MemoryReader, scope: Scope): Promise<number> {
  return tx.erasureReceipt.count({ where: concerning(scope) });
}
