import { expect, test } from 'vitest';
import { UnauthenticatedError } from '../errors/index.ts';
import { permissionsOf } from './permissions.ts';
import { createIdentitySigner, createIdentityVerifier, signIdentity } from './signed-identity.ts';
import type { Viewer } from './viewer.ts';

const KEY = 'a key of the router';
const viewer: Viewer = {
  userId: 'ana',
  organizationId: 'lab',
  sessionId: 's-1',
  roles: ['analyst'],
  permissions: permissionsOf(['analyst']),
  clientId: null,
};

test('a header names who was signed, each time it comes', () => {
  const verify = createIdentityVerifier(KEY);
  const header = signIdentity(viewer, KEY, 1_000);
  expect([verify(header, 1_000), verify(header, 2_000)]).toEqual([viewer, viewer]);
});

test('a header that was good before is refused once it has expired', () => {
  const verify = createIdentityVerifier(KEY);
  const header = signIdentity(viewer, KEY, 0);
  verify(header, 60_000);
  expect(() => verify(header, 66_000)).toThrow(UnauthenticatedError);
});

test('what another key signed, or somebody changed, is refused also after the true one was seen', () => {
  const verify = createIdentityVerifier(KEY);
  const header = signIdentity(viewer, KEY, 0);
  verify(header, 0);
  const [, signature] = header.split('.');
  const other = Buffer.from(JSON.stringify({ sub: 'eve', org: 'lab', roles: ['admin'], exp: 1e15 })).toString(
    'base64url',
  );
  for (const bad of [signIdentity(viewer, 'another', 0), `${other}.${signature}`, `${header}x`, '', '.']) {
    expect(() => verify(bad, 0), bad).toThrow(UnauthenticatedError);
  }
});

test('one viewer is signed once for half a minute, and what is signed is good for half a minute more', () => {
  const sign = createIdentitySigner(KEY);
  const header = sign(viewer, 0);
  expect(sign(viewer, 29_999)).toBe(header);
  expect(createIdentityVerifier(KEY)(header, 59_999)).toEqual(viewer);
  const next = sign(viewer, 30_000);
  expect(next).not.toBe(header);
  expect(createIdentityVerifier(KEY)(next, 89_999)).toEqual(viewer);
  expect(createIdentityVerifier(KEY)(sign({ ...viewer, userId: 'eve' }, 30_000), 30_000).userId).toBe('eve');
});
