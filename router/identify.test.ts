import { expect, test } from 'vitest';
import { tokenOf } from './identify.ts';

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  ['abc', 'abc'],
  ['Bearer', null],
  ['  ', null],
  [undefined, null],
])('the token of %s is %s', (authorization, token) => {
  expect(tokenOf(authorization)).toBe(token);
});
