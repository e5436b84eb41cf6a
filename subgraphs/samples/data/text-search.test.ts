import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gramsOf, searchText } from './text-search.ts';

test('whatever is part of a line, all of its grams are among those of the whole', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3 }), fc.nat(), fc.nat(), (barcode, from, length) => {
      const whole = searchText({ accessionNumber: '2026-000042', barcode });
      const [, line = ''] = whole.split(/\n(.*)/s);
      const part = line.slice(from % line.length, (from % line.length) + 3 + (length % 10)).split('\n')[0] ?? '';
      expect(gramsOf('org', whole)).toEqual(expect.arrayContaining(gramsOf('org', part)));
    }),
  );
});

test('stored hashes stay what they are, and differ between organizations', () => {
  expect(gramsOf('org', 'w-2')).toEqual([-1733092907]);
  expect(gramsOf('another', 'w-2')).not.toEqual(gramsOf('org', 'w-2'));
  expect(gramsOf('org', 'ab')).toEqual([]);
});
