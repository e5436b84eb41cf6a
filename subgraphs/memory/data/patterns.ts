import type { PatternDraft } from '../domain/input.ts';
import type { Pattern } from '../domain/memory.ts';
import { bytesOfVector } from '../domain/vector.ts';
import type { MemoryReader, MemoryTx } from './client.ts';
import type { Circle, Scope } from './scope.ts';

export async function addPattern(
  tx: MemoryTx,
  { organizationId, userId, clientId }: Scope & Circle,
  { vector, ...pattern }: PatternDraft,
  made: { readonly id: string; readonly at: Date },
): Promise<void> {
  await tx.workflowPattern.create({
    data: {
      ...pattern,
      id: made.id,
      organizationId,
      userId,
      clientId,
      createdAt: made.at,
      embedding: vector && bytesOfVector(vector),
      embeddingModel: vector?.model ?? null,
    },
    select: { id: true },
  });
}

export async function findPatterns(tx: MemoryReader, circle: Circle, ids: readonly string[]): Promise<Pattern[]> {
  const { organizationId, clientId } = circle;
  return tx.workflowPattern.findMany({
    where: { organizationId, clientId, id: { in: [...ids] } },
    omit: { organizationId: true, embedding: true, embeddingModel: true },
  });
}
