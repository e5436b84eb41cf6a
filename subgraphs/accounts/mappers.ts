import type { Connection, Edge } from '#platform/graphql/index.ts';
import type { Signature } from './domain/signature.ts';
import type { Organization, User, UserRefused } from './domain/user.ts';
import type { SignedIn, SignInRefused } from './service/sessions.ts';
import type { SignatureRefused } from './service/sign.ts';
import type { UserConflict, UserSaved } from './service/users.ts';

export type UserMapper = User;
export type OrganizationMapper = Organization;
export type SessionMapper = SignedIn;
export type SignInRefusedMapper = SignInRefused;
export type UserSavedMapper = UserSaved;
export type UserRefusedMapper = UserRefused;
export type UserConflictMapper = UserConflict;
export type UserConnectionMapper = Connection<User>;
export type UserEdgeMapper = Edge<User>;
export type SignatureMapper = Signature;
export type SignatureRefusedMapper = SignatureRefused;
