import { fromRole, toRole } from './roles.ts';
import type { Resolvers } from './schema.generated.ts';
import { permissionNames, refreshSession, sessionState, signIn, signOut } from './service/sessions.ts';
import { sign } from './service/sign.ts';
import {
  changeUser,
  createUser,
  endSessions,
  me,
  organizationOf,
  ownOrganization,
  referencedUser,
  userOf,
  users,
  visibleEmail,
} from './service/users.ts';

const OUTCOMES = { saved: 'UserSaved', refused: 'UserRefused', conflict: 'UserConflict' } as const;

export const resolvers: Resolvers = {
  Query: {
    me: (_, _args, ctx) => me(ctx),
    user: (_, { id }, ctx) => ctx.loaders.userById.load(id),
    users: (_, args, ctx) => users(ctx, args),
    signature: (_, { id }, ctx) => ctx.loaders.signatureById.load(id),
    sessionState: async (_, { organizationId, id }, ctx) => {
      const state = await sessionState(ctx, organizationId, id);
      return { ...state, roles: state.roles.map(fromRole) };
    },
  },
  Mutation: {
    signIn: (_, { email, password }, ctx) => signIn(ctx, email, password),
    refreshSession: (_, { refreshToken }, ctx) => refreshSession(ctx, refreshToken),
    signOut: (_, _args, ctx) => signOut(ctx),
    sign: (_, { input: { password, idempotencyKey = null, ...signed } }, ctx) =>
      sign(ctx, { signed, password, idempotencyKey }),
    createUser: (_, { input: { idempotencyKey = null, clientId = null, ...input } }, ctx) =>
      createUser(ctx, { ...input, clientId, roles: input.roles.map(toRole) }, idempotencyKey),
    changeUser: (_, { input: { idempotencyKey = null, roles, active = null, ...input } }, ctx) =>
      changeUser(ctx, { ...input, active, roles: roles?.map(toRole) ?? null, idempotencyKey }),
    endSessions: (_, { userId, reason, idempotencyKey = null }, ctx) =>
      endSessions(ctx, { userId, reason }, idempotencyKey),
  },
  User: {
    __resolveReference: ({ id }, ctx) => referencedUser(ctx, id),
    roles: (user) => user.roles.map(fromRole),
    permissions: (user) => permissionNames(user.roles),
    email: (user, _, ctx) => visibleEmail(ctx, user),
    organization: (user, _, ctx) => organizationOf(ctx, user),
  },
  Session: { user: ({ organizationId, userId }, _, ctx) => userOf(ctx, organizationId, userId) },
  Organization: { __resolveReference: ({ id }, ctx) => ownOrganization(ctx, id) },
  Signature: {
    __resolveReference: ({ id }, ctx) => ctx.loaders.signatureById.load(id),
    signer: ({ signerId }, _, ctx) => referencedUser(ctx, signerId),
  },
  SignResult: { __resolveType: (result) => ('kind' in result ? 'SignatureRefused' : 'Signature') },
  SignInResult: { __resolveType: ({ kind }) => (kind === 'session' ? 'Session' : 'SignInRefused') },
  CreateUserResult: { __resolveType: ({ kind }) => OUTCOMES[kind] },
  ChangeUserResult: { __resolveType: ({ kind }) => OUTCOMES[kind] },
};
