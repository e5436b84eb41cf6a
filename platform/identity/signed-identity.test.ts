import { expect, test } from 'vitest';
import { UnauthenticatedError } from '../errors/index.ts';
import { permissionsOf } from './permissions.ts';
import { createIdentityVerifier, signIdentity } from './signed-identity.ts';
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
