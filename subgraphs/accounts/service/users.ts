import { BadInputError, NotFoundError } from '#platform/errors/index.ts';
import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import type { Role } from '#platform/identity/index.ts';
import type { AccountsContext } from '../context.ts';
import * as accounts from '../data/accounts-repository.ts';
import { fingerprint, hashPassword } from '../data/passwords.ts';
import {
  checkNewUser,
  changeUser as decideChange,
  type NewUser,
  type Organization,
  refusal,
  type User,
  type UserRefused,
} from '../domain/user.ts';
import { sessionsEnded, userChanged, userCreated } from '../events.ts';
import { newUser } from './found-organization.ts';

export interface UserSaved {
  readonly kind: 'saved';
  readonly user: User;
}

export interface UserConflict {
  readonly kind: 'conflict';
  readonly currentVersion: number;
}

const MAX_REASON = 500;

function checkReason(reason: string): void {
  if (reason.trim() && reason.length <= MAX_REASON) return;
  throw new BadInputError(`"reason" must have 1 to ${MAX_REASON} characters, it has ${reason.trim().length}.`);
}

export async function createUser(
  ctx: AccountsContext,
  input: NewUser,
  idempotencyKey: string | null,
): Promise<UserSaved | UserRefused> {
  const wrong = checkNewUser(input);
  if (wrong) return wrong;
  const { password, ...rest } = input;
  const passwordHash = await hashPassword(password);
  const actor = { ...ctx.viewer, requestId: ctx.requestId };
  // A retry with another password must not be told that its account stands; whoever reads the table must not try passwords.
  const request = { ...rest, password: fingerprint(password, ctx.fingerprintKey) };
  return ctx.db.write(actor, (unit) =>
    unit.once({ operation: 'createUser', key: idempotencyKey, request }, async () => {
      const user = newUser(ctx, ctx.viewer.organizationId, { ...rest, email: input.email.toLowerCase() });
      if (!(await accounts.createUser(unit, user, passwordHash))) {
        // The same words wherever the address belongs: other organizations' people are nobody's business.
        const address = JSON.stringify(input.email);
        return refusal('EMAIL_TAKEN', `The address ${address} cannot be used for a new account: take a different one.`);
      }
      await unit.announce([userCreated(user)]);
      return { kind: 'saved', user } as const;
    }),
  );
}

export interface ChangeUser {
  readonly userId: string;
  readonly expectedVersion: number;
  readonly roles: readonly Role[] | null;
  readonly active: boolean | null;
  readonly reason: string;
  readonly idempotencyKey: string | null;
}

export async function changeUser(
  ctx: AccountsContext,
  input: ChangeUser,
): Promise<UserSaved | UserRefused | UserConflict> {
  checkReason(input.reason);
  const { idempotencyKey, ...request } = input;
  const actor = { ...ctx.viewer, requestId: ctx.requestId };
  return ctx.db.write(actor, (unit) =>
    unit.once({ operation: 'changeUser', key: idempotencyKey, request }, async () => {
      const administrators = await accounts.lockAdministrators(unit.query, actor.organizationId);
      const [user] = await accounts.findUsers(unit.query, [input.userId]);
      if (!user) throw new NotFoundError('User', input.userId);
      if (user.version !== input.expectedVersion) return { kind: 'conflict', currentVersion: user.version } as const;
      const next = decideChange(user, input, administrators.filter((id) => id !== user.id).length);
      if ('kind' in next) return next;
      if (!(await accounts.saveUser(unit.tx, next)))
        return { kind: 'conflict', currentVersion: user.version + 1 } as const;
      if (!next.active) await accounts.endSessions(unit.tx, { userId: user.id }, ctx.clock(), input.reason);
      await unit.announce([userChanged(user, next, input.reason)]);
      return { kind: 'saved', user: next } as const;
    }),
  );
}

export async function endSessions(
  ctx: AccountsContext,
  request: { readonly userId: string; readonly reason: string },
  idempotencyKey: string | null,
): Promise<{ ended: number }> {
  const { userId, reason } = request;
  checkReason(reason);
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'endSessions', key: idempotencyKey, request }, async () => {
      const [user] = await accounts.findUsers(unit.query, [userId]);
      if (!user) throw new NotFoundError('User', userId);
      const ended = await accounts.endSessions(unit.tx, { userId: user.id }, ctx.clock(), reason);
      if (ended > 0) await unit.announce([sessionsEnded(user.id, ended, reason)]);
      return { ended };
    }),
  );
}

export async function users(
  ctx: AccountsContext,
  args: { readonly first: number; readonly after?: string | null | undefined },
): Promise<Connection<User>> {
  const { organizationId } = ctx.viewer;
  const first = pageSize(args.first);
  const after = args.after ? keyIn(args.after) : null;
  const rows = await ctx.db.read(ctx.viewer, (tx) => accounts.listUsers(tx, organizationId, first, after));
  return connectionOf({
    rows,
    first,
    after: args.after,
    cursor: (user) => encodeKeyset([user.name, user.id]),
    node: (user) => user,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => accounts.countUsers(tx, organizationId)),
  });
}

function keyIn(cursor: string): { readonly name: string; readonly id: string } {
  const [name, id] = decodeKeyset(cursor, ['text', 'uuid']);
  return { name, id };
}

export function me(ctx: AccountsContext): Promise<User> {
  return referencedUser(ctx, ctx.viewer.userId);
}

export async function organizationOf(ctx: AccountsContext, user: Pick<User, 'organizationId'>): Promise<Organization> {
  const organization = await ctx.loaders.organizationById.load(user.organizationId);
  if (!organization) throw new NotFoundError('Organization', user.organizationId);
  return organization;
}

/** Entities are asked for by key: another organization's key finds nothing. */
export async function ownOrganization(ctx: AccountsContext, id: string): Promise<Organization> {
  const organization = id === ctx.viewer.organizationId ? await ctx.loaders.organizationById.load(id) : null;
  if (!organization) throw new NotFoundError('Organization', id);
  return organization;
}

export async function referencedUser(ctx: AccountsContext, id: string): Promise<User> {
  const user = await ctx.loaders.userById.load(id);
  if (!user) throw new NotFoundError('User', id);
  return user;
}

/** The person of a session that was opened just now, before any identity was forwarded. */
export async function userOf(ctx: AccountsContext, organizationId: string, userId: string): Promise<User> {
  const [user] = await ctx.db.read({ organizationId }, (_, query) => accounts.findUsers(query, [userId]));
  if (!user) throw new NotFoundError('User', userId);
  return user;
}

/** Addresses are shown to their owners and to those who manage users. */
export function visibleEmail(ctx: AccountsContext, user: User): string | null {
  if (!ctx.identity) return user.email;
  return ctx.identity.userId === user.id || ctx.identity.permissions.has('users:manage') ? user.email : null;
}
