import type { MemoryReader } from './client.ts';
import type { Collection } from './memory-index.ts';
import type { Circle, Scope } from './scope.ts';

export interface CollectionStats {
  readonly collection: Collection;
  readonly count: number;
  /** Texts in UTF-8 and embeddings. */
  readonly bytes: number;
  readonly oldestAt: Date | null;
}

/** What each collection holds for the person, expired turns left out; always one entry per collection. */
export function collectionStats(
  tx: MemoryReader,
  { organizationId, userId, clientId }: Scope & Circle,
  now: Date,
): Promise<CollectionStats[]> {
  return tx.$queryRaw<CollectionStats[]>`
    SELECT collection, count(*)::int AS count, coalesce(sum(bytes), 0)::float8 AS bytes, min(created_at) AS "oldestAt"
    FROM (
      SELECT 'conversation_context' AS collection, created_at,
             octet_length(content) + octet_length(content_summary) + coalesce(octet_length(embedding), 0) AS bytes
      FROM conversation_context
      WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid
        AND (expires_at IS NULL OR expires_at > ${now})
      UNION ALL
      SELECT 'workflow_patterns', created_at,
             octet_length(pattern_type) + octet_length(description) + coalesce(octet_length(embedding), 0)
      FROM workflow_pattern
      WHERE organization_id = ${organizationId}::uuid AND client_id IS NOT DISTINCT FROM ${clientId}::uuid
      UNION ALL
      SELECT 'user_interactions', created_at,
             octet_length(interaction_type) + octet_length(array_to_string(context_tags, ' '))
               + coalesce(octet_length(embedding), 0)
      FROM user_interaction
      WHERE organization_id = ${organizationId}::uuid AND user_id = ${userId}::uuid
    ) AS entry GROUP BY collection`;
}
