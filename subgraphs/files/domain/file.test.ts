import { expect, test } from 'vitest';
import { checkDeclaration, statusAfter } from './file.ts';

const GIVEN = { name: 'run.csv', mediaType: 'Text/CSV; charset=utf-8', size: 10, sha256: 'A'.repeat(64) };

test('a declaration is taken in its canonical form', () => {
  expect(checkDeclaration(GIVEN, 10)).toEqual({
    kind: 'declared',
    content: { name: 'run.csv', mediaType: 'text/csv', size: 10, sha256: 'a'.repeat(64) },
  });
});

test.each([
  [{ name: '../run.csv' }, 'NAME_INVALID'],
  [{ size: 0 }, 'SIZE_INVALID'],
  [{ size: -1 }, 'SIZE_INVALID'],
  [{ size: 1.5 }, 'SIZE_INVALID'],
  [{ size: 11 }, 'SIZE_TOO_LARGE'],
  [{ sha256: 'abc' }, 'SHA256_INVALID'],
  [{ mediaType: 'application/x-sh' }, 'MEDIA_TYPE_NOT_ALLOWED'],
  [{ name: 'run.exe' }, 'MEDIA_TYPE_NOT_ALLOWED'],
])('%j is refused with %s', (change, code) => {
  expect(checkDeclaration({ ...GIVEN, ...change }, 10)).toMatchObject({ kind: 'refused', code });
});

test('an upload decides about a file only until it has a version', () => {
  expect(statusAfter({ currentVersion: 0 }, 'REJECTED')).toBe('REJECTED');
  expect(statusAfter({ currentVersion: 1 }, 'REJECTED')).toBe('AVAILABLE');
  expect(statusAfter({ currentVersion: 1 }, 'PROCESSING')).toBe('AVAILABLE');
});
