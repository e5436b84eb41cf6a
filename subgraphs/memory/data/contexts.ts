import type { ContextDraft } from '../domain/input.ts';
import type { Context, Conversation, MessageType, WorkflowStage } from '../domain/memory.ts';
import { bytesOfVector } from '../domain/vector.ts';
import type { MemoryReader, MemoryTx } from './client.ts';
import type {
  ConversationContext as ContextRow,
  Conversation as ConversationRow,
  Prisma,
} from './prisma.generated/client.ts';
import type { Scope } from './scope.ts';

const WITHOUT_EMBEDDING = { omit: { embedding: true }, include: { conversation: true } } as const;

function toConversation({ clientKey, id, userId, startedAt, lastActivityAt }: ConversationRow): Conversation {
  return { id, key: clientKey, userId, startedAt, lastActivityAt };
}

type LoadedContext = Omit<ContextRow, 'embedding'> & { conversation: ConversationRow };

function toContext({ organizationId: _, conversationId: __, conversation, ...row }: LoadedContext): Context {
  return {
    ...row,
    conversation: toConversation(conversation),
    // The columns hold only what addContext wrote.
    messageType: row.messageType as MessageType,
    workflowStage: row.workflowStage as WorkflowStage | null,
  };
}

/** What the person may see at `now`: expired turns are gone for readers before they are erased. */
function visible({ organizationId, userId }: Scope, now: Date): Prisma.ConversationContextWhereInput {
  return { organizationId, userId, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}

/**
 * Adds a turn to the conversation of that name, which begins with it. The conversation's row stays locked until
 * commit, so positions have no gap and an erasure waits.
 */
export async function addContext(
  tx: MemoryTx,
  scope: Scope,
  draft: ContextDraft,
  made: { readonly id: string; readonly conversationId: string; readonly at: Date },
): Promise<{ readonly id: string; readonly conversationId: string }> {
  const { organizationId, userId } = scope;
  const rows = await tx.$queryRaw<{ id: string; position: number }[]>`
    INSERT INTO conversation (id, organization_id, user_id, client_key, started_at, last_activity_at, last_position)
    VALUES (${made.conversationId}::uuid, ${organizationId}::uuid, ${userId}::uuid, ${draft.conversationKey}, ${made.at}, ${made.at}, 1)
    ON CONFLICT (organization_id, user_id, client_key) DO UPDATE SET
      last_position = conversation.last_position + 1,
      last_activity_at = greatest(conversation.last_activity_at, excluded.last_activity_at)
    RETURNING id, last_position AS position`;
  const [conversation] = rows;
  if (!conversation) throw new Error('The upsert of a conversation answered without a row.');
  const { conversationKey: _, vector, ...turn } = draft;
  await tx.conversationContext.create({
    data: {
      ...turn,
      id: made.id,
      organizationId,
      userId,
      conversationId: conversation.id,
      position: conversation.position,
      createdAt: made.at,
      embedding: vector && bytesOfVector(vector),
      embeddingModel: vector?.model ?? null,
    },
    select: { id: true },
  });
  return { id: made.id, conversationId: conversation.id };
}

export async function findContexts(
  tx: MemoryReader,
  scope: Scope,
  ids: readonly string[],
  now: Date,
): Promise<Context[]> {
  const where = { ...visible(scope, now), id: { in: [...ids] } };
  return (await tx.conversationContext.findMany({ where, ...WITHOUT_EMBEDDING })).map(toContext);
}

/** Which of `ids` the person may see. */
export async function visibleContextIds(
  tx: MemoryReader,
  scope: Scope,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const where = { ...visible(scope, now), id: { in: [...ids] } };
  return new Set((await tx.conversationContext.findMany({ where, select: { id: true } })).map(({ id }) => id));
}

export async function findConversations(
  tx: MemoryReader,
  { organizationId, userId }: Scope,
  keys: readonly string[],
): Promise<Conversation[]> {
  const where = { organizationId, userId, clientKey: { in: [...keys] } };
  return (await tx.conversation.findMany({ where })).map(toConversation);
}

/** One more than `first`, latest activity first, behind the given key. */
export async function listConversations(
  tx: MemoryReader,
  { organizationId, userId }: Scope,
  first: number,
  after: { readonly lastActivityAt: Date; readonly id: string } | null,
): Promise<Conversation[]> {
  const { lastActivityAt, id } = after ?? {};
  const behind = after && { OR: [{ lastActivityAt: { lt: lastActivityAt } }, { lastActivityAt, id: { lt: id } }] };
  const rows = await tx.conversation.findMany({
    where: { organizationId, userId, ...(behind as Prisma.ConversationWhereInput | null) },
    orderBy: [{ lastActivityAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
  return rows.map(toConversation);
}

export function countConversations(tx: MemoryReader, { organizationId, userId }: Scope): Promise<number> {
  return tx.conversation.count({ where: { organizationId, userId } });
}

/** One more than `first`, in the order of the conversation, behind the given position. */
export async function listTurns(
  tx: MemoryReader,
  scope: Scope,
  page: { readonly conversationId: string; readonly first: number; readonly after: number; readonly now: Date },
): Promise<Context[]> {
  const rows = await tx.conversationContext.findMany({
    where: { ...visible(scope, page.now), conversationId: page.conversationId, position: { gt: page.after } },
    orderBy: { position: 'asc' },
    take: page.first + 1,
    ...WITHOUT_EMBEDDING,
  });
  return rows.map(toContext);
}

/** One more than `first` of what was said about a workflow, newest first, behind the given id. */
export async function listContextsOfWorkflow(
  tx: MemoryReader,
  scope: Scope,
  page: { readonly workflowId: string; readonly first: number; readonly after: string | null; readonly now: Date },
): Promise<Context[]> {
  const rows = await tx.conversationContext.findMany({
    where: {
      ...visible(scope, page.now),
      workflowId: page.workflowId,
      ...(page.after === null ? {} : { id: { lt: page.after } }),
    },
    orderBy: { id: 'desc' },
    take: page.first + 1,
    ...WITHOUT_EMBEDDING,
  });
  return rows.map(toContext);
}

export function countContexts(
  tx: MemoryReader,
  scope: Scope,
  of: { readonly conversationId: string } | { readonly workflowId: string },
  now: Date,
): Promise<number> {
  return tx.conversationContext.count({ where: { ...visible(scope, now), ...of } });
}
