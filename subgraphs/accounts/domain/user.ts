import type { Role } from '#platform/identity/index.ts';
import { isId } from '#platform/identity/index.ts';

export interface User {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly clientId: string | null;
  readonly active: boolean;
  readonly version: number;
  readonly createdAt: Date;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
}

export type UserRefusalCode =
  | 'EMAIL_TAKEN'
  | 'EMAIL_INVALID'
  | 'PASSWORD_TOO_SHORT'
  | 'NAME_INVALID'
  | 'NO_ROLE'
  | 'CLIENT_ROLE'
  | 'LAST_ADMINISTRATOR';

export interface UserRefused {
  readonly kind: 'refused';
  readonly code: UserRefusalCode;
  readonly message: string;
}

export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly roles: readonly Role[];
  readonly clientId: string | null;
}

const EMAIL = /^[^\s@\p{C}]+@[^\s@.\p{C}]+(\.[^\s@.\p{C}]+)+$/u;
const UNPRINTABLE = /\p{Cc}|\p{Cs}/u;
const MAX_NAME = 120;
const MAX_EMAIL = 254;
/** NIST SP 800-63B asks for at least 8; length is what protects. */
const MIN_PASSWORD = 10;

export function refusal(code: UserRefusalCode, message: string): UserRefused {
  return { kind: 'refused', code, message };
}

/** The first thing wrong with a new account, or null. */
export function checkNewUser(input: NewUser): UserRefused | null {
  if (!input.name.trim() || input.name.length > MAX_NAME) {
    return refusal(
      'NAME_INVALID',
      `The name must have 1 to ${MAX_NAME} characters, it has ${input.name.trim().length}.`,
    );
  }
  if (UNPRINTABLE.test(input.name)) {
    return refusal('NAME_INVALID', `The name holds a control character: remove it from ${JSON.stringify(input.name)}.`);
  }
  if (!EMAIL.test(input.email) || input.email.length > MAX_EMAIL) {
    return refusal(
      'EMAIL_INVALID',
      `Expected an address such as "ana@laboratory.org", got ${JSON.stringify(input.email)}.`,
    );
  }
  if (input.password.length < MIN_PASSWORD) {
    return refusal('PASSWORD_TOO_SHORT', `The password must have at least ${MIN_PASSWORD} characters.`);
  }
  return checkRoles(input.roles, input.clientId);
}

/** The first thing wrong with a person's roles, or null. */
export function checkRoles(roles: readonly Role[], clientId: string | null): UserRefused | null {
  if (roles.length === 0) return refusal('NO_ROLE', 'At least one role is needed.');
  const isClient = roles.includes('client');
  if (isClient && (roles.length > 1 || !clientId)) {
    return refusal(
      'CLIENT_ROLE',
      'The role CLIENT stands alone and needs the clientId whose samples the person may see.',
    );
  }
  if (!isClient && clientId) return refusal('CLIENT_ROLE', 'A clientId goes with the role CLIENT only.');
  if (clientId && !isId(clientId)) {
    return refusal('CLIENT_ROLE', `${JSON.stringify(clientId)} is no id of a client: the query clients lists them.`);
  }
  return null;
}

export interface UserChange {
  readonly roles: readonly Role[] | null;
  readonly active: boolean | null;
}

/** The account after the change. `otherAdministrators` counts active administrators besides this one. */
export function changeUser(user: User, change: UserChange, otherAdministrators: number): User | UserRefused {
  const next = {
    ...user,
    roles: change.roles ?? user.roles,
    active: change.active ?? user.active,
    version: user.version + 1,
  };
  const wrong = checkRoles(next.roles, user.clientId);
  if (wrong) return wrong;
  const administered = otherAdministrators > 0 || (next.active && next.roles.includes('admin'));
  const administeredBefore = user.active && user.roles.includes('admin');
  if (administeredBefore && !administered) {
    return refusal(
      'LAST_ADMINISTRATOR',
      'This is the last active administrator: give the role ADMIN to somebody else first.',
    );
  }
  return next;
}
