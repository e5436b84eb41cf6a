export {
  type AccessClaims,
  createAccessTokenVerifier,
  mintAccessToken,
  type VerifyAccessToken,
} from './access-token.ts';
export { createAuthenticator, type Identified, type SessionState } from './authenticator.ts';
export { PERMISSIONS, type Permission, permissionsOf, ROLE_PERMISSIONS } from './permissions.ts';
export { IDENTITY_HEADER, signIdentity, verifyIdentity } from './signed-identity.ts';
export { ROLES, type Role, requirePermission, type Viewer } from './viewer.ts';
