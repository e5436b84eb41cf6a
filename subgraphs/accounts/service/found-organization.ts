import { BadInputError, ConflictError } from '#platform/errors/index.ts';
import type { AccountsDeps } from '../context.ts';
import * as accounts from '../data/accounts-repository.ts';
import { hashPassword } from '../data/passwords.ts';
import type { NewUser, User } from '../domain/user.ts';
import { userCreated } from '../events.ts';

type FounderDeps = Pick<AccountsDeps, 'db' | 'clock' | 'newId'>;

/** A first version of an account. */
export function newUser(
  deps: Pick<AccountsDeps, 'clock' | 'newId'>,
  organizationId: string,
  input: Omit<NewUser, 'password'>,
): User {
  const { name, email, roles, clientId } = input;
  const [id, createdAt] = [deps.newId(), deps.clock()];
  return { id, organizationId, name: name.trim(), email, roles, clientId, active: true, version: 1, createdAt };
}

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly users: readonly (NewUser & { readonly id: string })[];
}

/** An organization and its first people: how an installation begins. */
export async function foundOrganization(deps: FounderDeps, organization: NewOrganization): Promise<void> {
  const [founder] = organization.users;
  if (!founder) throw new BadInputError('An organization needs at least one person.');
  const hashes = new Map<string, Promise<string>>();
  for (const { password } of organization.users)
    if (!hashes.has(password)) hashes.set(password, hashPassword(password));
  const people = await Promise.all(
    organization.users.map(async ({ password, id, ...rest }) => ({
      user: { ...newUser(deps, organization.id, { ...rest, email: rest.email.toLowerCase() }), id },
      hash: (await hashes.get(password)) ?? '',
    })),
  );
  await deps.db.write({ organizationId: organization.id, userId: founder.id }, async (unit) => {
    await accounts.createOrganization(unit.tx, { id: organization.id, name: organization.name }, deps.clock());
    for (const { user, hash } of people) {
      if (!(await accounts.createUser(unit, user, hash)))
        throw new ConflictError(`${user.email} has an account already.`);
    }
    await unit.announce(people.map(({ user }) => userCreated(user)));
  });
}
