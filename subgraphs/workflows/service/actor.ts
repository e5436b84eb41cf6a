import type { Actor } from '#platform/database/index.ts';
import type { RequestContext } from '#platform/graphql/index.ts';

/** Who writes, as the audit trail will name them. */
export function actorOf({ viewer, requestId }: RequestContext): Actor {
  return { organizationId: viewer.organizationId, userId: viewer.userId, requestId };
}
