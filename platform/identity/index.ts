export {
  type AccessClaims,
  createAccessTokenVerifier,
  mintAccessToken,
  type VerifyAccessToken,
} from './access-token.ts';
export { createAuthenticator, type FollowedIdentity, type Identified, NOBODY } from './authenticator.ts';
export { idOf, isId } from './ids.ts';
export { PERMISSIONS, type Permission, permissionsOf, ROLE_PERMISSIONS } from './permissions.ts';
export type { SessionState } from './sessions.ts';
export { createIdentitySigner, createIdentityVerifier, IDENTITY_HEADER, signIdentity } from './signed-identity.ts';
export { ROLES, type Role, requirePermission, type Viewer } from './viewer.ts';
