import { expect, test } from 'vitest';
import { idOf, isId } from './ids.ts';

test('an id in capitals is the same id', () => {
  const id = '0190a000-0000-7000-8000-0000000000c1';
  expect(isId(id.toUpperCase())).toBe(true);
  expect(idOf(id.toUpperCase())).toBe(id);
});
