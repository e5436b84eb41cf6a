export { PERMISSIONS, type Permission, permissionsOf, ROLE_PERMISSIONS } from './permissions.ts';
export { IDENTITY_HEADER, signIdentity, verifyIdentity } from './signed-identity.ts';
export { ROLES, type Role, requirePermission, type Viewer } from './viewer.ts';
