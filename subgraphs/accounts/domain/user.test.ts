import { expect, test } from 'vitest';
import { changeUser, checkNewUser, type NewUser, type User } from './user.ts';

const NEW: NewUser = {
  name: 'Ana',
  email: 'ana@lab.test',
  password: 'long enough',
  roles: ['analyst'],
  clientId: null,
};
const ADMIN: User = {
  id: 'u1',
  organizationId: 'o1',
  name: 'Ada',
  email: 'ada@lab.test',
  roles: ['admin'],
  clientId: null,
  active: true,
  version: 3,
  createdAt: new Date(0),
};

test.each([
  ['NAME_INVALID', { name: '  ' }],
  ['EMAIL_INVALID', { email: 'ana@lab' }],
  ['PASSWORD_TOO_SHORT', { password: 'short' }],
  ['NO_ROLE', { roles: [] }],
  ['CLIENT_ROLE', { roles: ['client'] as const }],
  ['CLIENT_ROLE', { roles: ['client', 'analyst'] as const, clientId: 'c1' }],
  ['CLIENT_ROLE', { clientId: 'c1' }],
])('a new account is refused with %s', (code, wrong) => {
  expect(checkNewUser({ ...NEW, ...wrong })).toMatchObject({ code });
});

test('a complete account is accepted', () => {
  expect(checkNewUser(NEW)).toBeNull();
});

test('the last administrator can neither be closed nor lose the role', () => {
  expect(changeUser(ADMIN, { roles: null, active: false }, 0)).toMatchObject({ code: 'LAST_ADMINISTRATOR' });
  expect(changeUser(ADMIN, { roles: ['analyst'], active: null }, 0)).toMatchObject({ code: 'LAST_ADMINISTRATOR' });
  expect(changeUser(ADMIN, { roles: ['analyst'], active: null }, 1)).toMatchObject({ roles: ['analyst'] });
});

test('each change grows the version by one', () => {
  expect(changeUser(ADMIN, { roles: ['admin', 'analyst'], active: null }, 0)).toMatchObject({ version: 4 });
});
