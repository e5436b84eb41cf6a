import { expect, test } from 'vitest';
import { permissionsOf, type Role, type Viewer } from '#platform/identity/index.ts';
import { accessTo, atLeast, type Grant, parseSubject, reachOf } from './access.ts';

const ME = '0190a000-0000-7000-8000-0000000000aa';
const SOMEBODY = '0190a000-0000-7000-8000-0000000000bb';

function viewer(roles: readonly Role[], clientId: string | null = null): Viewer {
  return { userId: ME, organizationId: 'o', sessionId: 's', roles, permissions: permissionsOf(roles), clientId };
}

const OF_SAMPLE = { ownerId: SOMEBODY, sampleId: 'sample' };
const OF_NO_SAMPLE = { ownerId: SOMEBODY, sampleId: null };
const NO_GRANTS: readonly Grant[] = [];
const TO_CLIENTS: readonly Grant[] = [{ subject: 'role:client', level: 'READ' }];
const CLIENT = viewer(['client'], 'c1');

test('the uploader and the managers of files may do everything', () => {
  expect(accessTo({ ...OF_SAMPLE, ownerId: ME }, NO_GRANTS, reachOf(viewer(['analyst'])), false)).toBe('MANAGE');
  expect(accessTo(OF_NO_SAMPLE, NO_GRANTS, reachOf(viewer(['lab_manager'])), false)).toBe('MANAGE');
});

test('an auditor reads every file and changes none', () => {
  expect(
    accessTo(OF_NO_SAMPLE, [{ subject: 'role:auditor', level: 'WRITE' }], reachOf(viewer(['auditor'])), false),
  ).toBe('READ');
});

test('people of the laboratory read the files of samples that they see, and no others', () => {
  const reach = reachOf(viewer(['analyst']));
  expect(accessTo(OF_SAMPLE, NO_GRANTS, reach, true)).toBe('READ');
  expect(accessTo(OF_SAMPLE, NO_GRANTS, reach, false)).toBe('NONE');
  expect(accessTo(OF_NO_SAMPLE, NO_GRANTS, reach, false)).toBe('NONE');
});

test('a grant counts for the person or the role that it names, the highest wins', () => {
  const grants: readonly Grant[] = [
    { subject: `user:${ME}`, level: 'WRITE' },
    { subject: 'role:analyst', level: 'READ' },
  ];
  expect(accessTo(OF_NO_SAMPLE, grants, reachOf(viewer(['analyst'])), false)).toBe('WRITE');
  expect(accessTo(OF_NO_SAMPLE, grants.slice(1), reachOf(viewer(['analyst'])), false)).toBe('READ');
  expect(accessTo(OF_NO_SAMPLE, grants.slice(1), reachOf(viewer(['verifier'])), false)).toBe('NONE');
});

test('people of a client see nothing that was not shared', () => {
  expect(accessTo(OF_SAMPLE, NO_GRANTS, reachOf(CLIENT), true)).toBe('NONE');
  expect(accessTo(OF_NO_SAMPLE, NO_GRANTS, reachOf(CLIENT), false)).toBe('NONE');
});

test('what was shared with clients is seen by the client whose sample it is of, and by no other', () => {
  expect(accessTo(OF_SAMPLE, TO_CLIENTS, reachOf(CLIENT), true)).toBe('READ');
  expect(accessTo(OF_SAMPLE, TO_CLIENTS, reachOf(CLIENT), false)).toBe('NONE');
  expect(accessTo(OF_NO_SAMPLE, TO_CLIENTS, reachOf(CLIENT), false)).toBe('READ');
});

test('what was shared with the person is seen whatever the sample', () => {
  expect(accessTo(OF_SAMPLE, [{ subject: `user:${ME}`, level: 'READ' }], reachOf(CLIENT), false)).toBe('READ');
});

test('levels are ordered', () => {
  expect(atLeast('MANAGE', 'WRITE')).toBe(true);
  expect(atLeast('READ', 'WRITE')).toBe(false);
  expect(atLeast('NONE', 'READ')).toBe(false);
});

test.each([
  ['role:client', 'role:client'],
  [' Role:LAB_MANAGER ', 'role:lab_manager'],
  [`user:${ME.toUpperCase()}`, `user:${ME}`],
  ['role:nobody', null],
  ['user:42', null],
  ['client', null],
  ['', null],
])('the subject %j is %j', (given, subject) => {
  expect(parseSubject(given)).toBe(subject);
});
