import { isId } from '#platform/identity/index.ts';
import type { Selection } from '../domain/input.ts';
import type { MemoryTx } from './client.ts';
import type { Scope } from './scope.ts';

/** Ids of what an erasure took away. */
export interface Erased {
  readonly contexts: readonly string[];
  readonly conversations: number;
  readonly patterns: readonly string[];
  readonly interactions: readonly string[];
  /** Turns that remain and follow an erased one: the index knows them by its words, too. */
  readonly neighbours: readonly string[];
}

const NOTHING: Erased = { contexts: [], conversations: 0, patterns: [], interactions: [], neighbours: [] };

interface Turn {
  readonly id: string;
  readonly conversationId: string;
  readonly position: number;
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

/** A turn that is being added holds this lock, too: it comes wholly before or wholly after the erasure. */
async function lockConversations(tx: MemoryTx, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM conversation WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
}

function deleteEmptyConversations(tx: MemoryTx, ids: readonly string[]): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM conversation WHERE id = ANY(${ids}::uuid[])
      AND NOT EXISTS (SELECT 1 FROM conversation_context WHERE conversation_id = conversation.id)`;
}

async function followers(tx: MemoryTx, turns: readonly Turn[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT next.id FROM unnest(
      ${turns.map(({ conversationId }) => conversationId)}::uuid[], ${turns.map(({ position }) => position)}::int[]
    ) AS gone (conversation_id, position)
    CROSS JOIN LATERAL (
      SELECT id FROM conversation_context
      WHERE conversation_id = gone.conversation_id AND position > gone.position ORDER BY position LIMIT 1
    ) AS next`;
  return idsOf(rows);
}

/** What remains to be done once the turns are deleted and their conversations locked. */
async function afterTurns(tx: MemoryTx, turns: readonly Turn[]): Promise<Erased> {
  const conversationIds = [...new Set(turns.map(({ conversationId }) => conversationId))];
  const neighbours = await followers(tx, turns);
  const conversations = await deleteEmptyConversations(tx, conversationIds);
  return { ...NOTHING, contexts: idsOf(turns), conversations, neighbours };
}

async function eraseTurns(tx: MemoryTx, { organizationId, userId }: Scope, ids: readonly string[]): Promise<Erased> {
  const touched = await tx.conversationContext.findMany({
    where: { organizationId, userId, id: { in: [...ids] } },
    distinct: ['conversationId'],
    select: { conversationId: true },
  });
  await lockConversations(
    tx,
    touched.map(({ conversationId }) => conversationId),
  );
  const turns = await tx.$queryRaw<Turn[]>`
    DELETE FROM conversation_context
    WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid AND id = ANY(${ids}::uuid[])
    RETURNING id, conversation_id AS "conversationId", position`;
  return afterTurns(tx, turns);
}

async function eraseConversations(tx: MemoryTx, scope: Scope, key: string | null): Promise<Erased> {
  const { organizationId, userId } = scope;
  const conversations = idsOf(
    await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM conversation
      WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid
        AND (${key}::text IS NULL OR client_key = ${key})
      ORDER BY id FOR UPDATE`,
  );
  const contexts = await tx.$queryRaw<{ id: string }[]>`
    DELETE FROM conversation_context WHERE conversation_id = ANY(${conversations}::uuid[]) RETURNING id`;
  await tx.conversation.deleteMany({ where: { id: { in: conversations } } });
  return { ...NOTHING, contexts: idsOf(contexts), conversations: conversations.length };
}

/** All of the person's patterns, or those of them that `ids` names. */
async function erasePatterns(tx: MemoryTx, scope: Scope, ids: readonly string[] | null): Promise<Erased> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    DELETE FROM workflow_pattern
    WHERE organization_id = ${scope.organizationId}::uuid AND user_id = ${scope.userId}::uuid
      AND (${ids}::uuid[] IS NULL OR id = ANY(${ids}::uuid[]))
    RETURNING id`;
  return { ...NOTHING, patterns: idsOf(rows) };
}

/** All of the person's interactions, or those of them that `ids` names. */
async function eraseInteractions(tx: MemoryTx, scope: Scope, ids: readonly string[] | null): Promise<Erased> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    DELETE FROM user_interaction
    WHERE organization_id = ${scope.organizationId}::uuid AND user_id = ${scope.userId}::uuid
      AND (${ids}::uuid[] IS NULL OR id = ANY(${ids}::uuid[]))
    RETURNING id`;
  return { ...NOTHING, interactions: idsOf(rows) };
}

async function eraseEverything(tx: MemoryTx, scope: Scope): Promise<Erased> {
  const { contexts, conversations } = await eraseConversations(tx, scope, null);
  const { patterns } = await erasePatterns(tx, scope, null);
  const { interactions } = await eraseInteractions(tx, scope, null);
  return { ...NOTHING, contexts, conversations, patterns, interactions };
}

/** Deletes the person's rows that the selection names. What it names and does not exist is simply not among the erased. */
export function erase(tx: MemoryTx, scope: Scope, selection: Selection): Promise<Erased> {
  switch (selection.kind) {
    case 'conversation':
      return eraseConversations(tx, scope, selection.key);
    case 'contexts':
      return eraseTurns(tx, scope, selection.ids.filter(isId));
    case 'patterns':
      return erasePatterns(tx, scope, selection.ids.filter(isId));
    case 'interactions':
      return eraseInteractions(tx, scope, selection.ids.filter(isId));
    case 'everything':
      return eraseEverything(tx, scope);
  }
}

/** Up to `most` turns of all organizations that have expired, longest expired first. */
export function expiredContexts(
  tx: MemoryTx,
  now: Date,
  most: number,
): Promise<{ readonly id: string; readonly organizationId: string }[]> {
  return tx.$queryRaw`SELECT id, organization_id AS "organizationId" FROM expired_contexts(${now}, ${most}::int)`;
}

/** Deletes those of one organization's turns that have indeed expired, whoever they belong to. */
export async function eraseExpired(tx: MemoryTx, ids: readonly string[], now: Date): Promise<Erased> {
  const touched = await tx.conversationContext.findMany({
    where: { id: { in: [...ids] } },
    distinct: ['conversationId'],
    select: { conversationId: true },
  });
  await lockConversations(
    tx,
    touched.map(({ conversationId }) => conversationId),
  );
  const turns = await tx.$queryRaw<Turn[]>`
    DELETE FROM conversation_context WHERE id = ANY(${ids}::uuid[]) AND expires_at <= ${now}
    RETURNING id, conversation_id AS "conversationId", position`;
  return afterTurns(tx, turns);
}
