import type { Role } from '#platform/identity/index.ts';
import type { Role as GraphQLRole } from './schema.generated.ts';

/** GraphQL writes roles in capitals, everything else as design.md does. */
export function toRole(role: GraphQLRole): Role {
  return role.toLowerCase() as Role;
}

export function fromRole(role: Role): GraphQLRole {
  return role.toUpperCase() as GraphQLRole;
}
