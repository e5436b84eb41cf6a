import { ForbiddenError } from '../errors/index.ts';

export const ROLES = [
  'client',
  'sampler',
  'lab_clerk',
  'analyst',
  'verifier',
  'lab_manager',
  'qc_officer',
  'auditor',
  'admin',
  'integration',
] as const;
export type Role = (typeof ROLES)[number];

/** The person or program behind a request, as the router has verified it. */
export interface Viewer {
  readonly userId: string;
  readonly organizationId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<string>;
  /** Set for people of a client: they see that client's rows only. */
  readonly clientId: string | null;
}

/** @throws ForbiddenError naming the permission that is missing. */
export function requirePermission(viewer: Viewer, permission: string): void {
  if (viewer.permissions.has(permission)) return;
  throw new ForbiddenError(
    `This needs the permission ${permission}; your roles (${viewer.roles.join(', ')}) lack it.`,
    { permission, missing: [{ scopes: [[permission]] }] },
  );
}
