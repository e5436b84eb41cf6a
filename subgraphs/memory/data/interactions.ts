import type { InteractionDraft } from '../domain/input.ts';
import type { Interaction } from '../domain/memory.ts';
import { bytesOfVector } from '../domain/vector.ts';
import type { MemoryReader, MemoryTx } from './client.ts';
import type { Scope } from './scope.ts';

const INTERNAL_COLUMNS = { organizationId: true, embedding: true, embeddingModel: true } as const;

export async function addInteraction(
  tx: MemoryTx,
  { organizationId, userId }: Scope,
  { vector, contextTags, ...interaction }: InteractionDraft,
  made: { readonly id: string; readonly at: Date },
): Promise<void> {
  await tx.userInteraction.create({
    data: {
      ...interaction,
      contextTags: [...contextTags],
      id: made.id,
      organizationId,
      userId,
      createdAt: made.at,
      embedding: vector && bytesOfVector(vector),
      embeddingModel: vector?.model ?? null,
    },
    select: { id: true },
  });
}

export function findInteractions(tx: MemoryReader, scope: Scope, ids: readonly string[]): Promise<Interaction[]> {
  const { organizationId, userId } = scope;
  return tx.userInteraction.findMany({
    where: { organizationId, userId, id: { in: [...ids] } },
    omit: INTERNAL_COLUMNS,
  });
}

/** One more than `first`, newest first, behind the given id. */
export function listInteractions(
  tx: MemoryReader,
  { organizationId, userId }: Scope,
  first: number,
  after: string | null,
): Promise<Interaction[]> {
  return tx.userInteraction.findMany({
    where: { organizationId, userId, ...(after === null ? {} : { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
    omit: INTERNAL_COLUMNS,
  });
}

export function countInteractions(tx: MemoryReader, { organizationId, userId }: Scope): Promise<number> {
  return tx.userInteraction.count({ where: { organizationId, userId } });
}
