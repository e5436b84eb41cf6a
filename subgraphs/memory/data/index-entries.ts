import { dayInWords } from '../domain/text.ts';
import { type Vector, vectorFromBytes } from '../domain/vector.ts';
import type { MemoryReader } from './client.ts';
import type { Collection, IndexEntry } from './memory-index.ts';
import { circleOwner } from './scope.ts';

/** So much of the previous turn bears on the one that follows it. */
const BEFORE_LENGTH = 2_000;

interface WithEmbedding {
  readonly embedding: Uint8Array | null;
  readonly embeddingModel: string | null;
}

function vectorIn({ embedding, embeddingModel }: WithEmbedding): Vector | null {
  return embedding && embeddingModel !== null ? vectorFromBytes(embeddingModel, embedding) : null;
}

interface ContextRow extends WithEmbedding {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly conversationId: string;
  readonly clientKey: string;
  readonly messageType: string;
  readonly content: string;
  readonly contentSummary: string;
  readonly workflowStage: string | null;
  readonly createdAt: Date;
  readonly before: string | null;
}

function contextEntry(row: ContextRow): IndexEntry {
  return {
    id: row.id,
    shelf: { organizationId: row.organizationId, owner: row.userId },
    group: row.conversationId,
    at: row.createdAt,
    text: { content: row.content, before: row.before ?? '', date: dayInWords(row.createdAt) },
    vector: vectorIn(row),
    payload: {
      conversation_id: row.clientKey,
      user_id: row.userId,
      timestamp: row.createdAt.toISOString(),
      message_type: row.messageType,
      workflow_stage: row.workflowStage,
      content_summary: row.contentSummary,
    },
  };
}

async function contextEntries(tx: MemoryReader, ids: readonly string[], now: Date): Promise<IndexEntry[]> {
  const rows = await tx.$queryRaw<ContextRow[]>`
    SELECT c.id, c.organization_id AS "organizationId", c.user_id AS "userId", c.conversation_id AS "conversationId",
           v.client_key AS "clientKey", c.message_type AS "messageType", c.content,
           c.content_summary AS "contentSummary", c.workflow_stage AS "workflowStage", c.created_at AS "createdAt",
           c.embedding, c.embedding_model AS "embeddingModel", left(previous.content, ${BEFORE_LENGTH}::int) AS before
    FROM conversation_context c
    JOIN conversation v ON v.id = c.conversation_id
    LEFT JOIN LATERAL (
      SELECT p.content FROM conversation_context p
      WHERE p.conversation_id = c.conversation_id AND p.position < c.position
        AND (p.expires_at IS NULL OR p.expires_at > ${now})
      ORDER BY p.position DESC LIMIT 1
    ) AS previous ON true
    WHERE c.id = ANY(${ids}::uuid[]) AND (c.expires_at IS NULL OR c.expires_at > ${now})`;
  return rows.map(contextEntry);
}

async function patternEntries(tx: MemoryReader, ids: readonly string[]): Promise<IndexEntry[]> {
  const rows = await tx.workflowPattern.findMany({ where: { id: { in: [...ids] } } });
  return rows.map((row) => ({
    id: row.id,
    shelf: { organizationId: row.organizationId, owner: circleOwner(row.clientId) },
    group: null,
    at: row.createdAt,
    text: { content: `${row.patternType} ${row.description}`, before: '', date: dayInWords(row.createdAt) },
    vector: vectorIn(row),
    payload: {
      pattern_type: row.patternType,
      frequency: row.frequency,
      success_rate: row.successRate,
      user_preference: row.userPreference,
    },
  }));
}

async function interactionEntries(tx: MemoryReader, ids: readonly string[]): Promise<IndexEntry[]> {
  const rows = await tx.userInteraction.findMany({ where: { id: { in: [...ids] } } });
  return rows.map((row) => ({
    id: row.id,
    shelf: { organizationId: row.organizationId, owner: row.userId },
    group: null,
    at: row.createdAt,
    text: {
      content: `${row.interactionType} ${row.contextTags.join(' ')}`,
      before: '',
      date: dayInWords(row.createdAt),
    },
    vector: vectorIn(row),
    payload: {
      user_id: row.userId,
      interaction_type: row.interactionType,
      satisfaction_score: row.satisfactionScore,
      context_tags: row.contextTags,
    },
  }));
}

/** What the index should hold of these rows of one organization at `now`; rows that are gone or expired have no entry. */
export function loadEntries(
  tx: MemoryReader,
  collection: Collection,
  ids: readonly string[],
  now: Date,
): Promise<IndexEntry[]> {
  switch (collection) {
    case 'conversation_context':
      return contextEntries(tx, ids, now);
    case 'workflow_patterns':
      return patternEntries(tx, ids);
    case 'user_interactions':
      return interactionEntries(tx, ids);
  }
}

/** Up to `most` rows of all organizations stored at or after `since`, in the order of their ids behind `after`. */
export function storedSince(
  tx: MemoryReader,
  collection: Collection,
  page: { readonly since: Date; readonly after: string; readonly most: number },
): Promise<{ readonly id: string; readonly organizationId: string }[]> {
  return tx.$queryRaw`
    SELECT id, organization_id AS "organizationId"
    FROM stored_since(${collection}, ${page.since}, ${page.after}::uuid, ${page.most}::int)`;
}
