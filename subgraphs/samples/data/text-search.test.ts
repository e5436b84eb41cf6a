import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gramsOf, searchText } from './text-search.ts';

test('whatever is part of a line, all of its grams are among those of the whole', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, unit: 'grapheme' }), fc.nat(), fc.nat(), (barcode, from, length) => {
      const whole = searchText({ accessionNumber: '2026-000042', barcode });
      const [, line = ''] = whole.split(/\n(.*)/s);
      const characters = [...line];
      const start = from % characters.length;
      const [part = ''] = characters
        .slice(start, start + 4 + (length % 10))
        .join('')
        .split('\n');
      expect(gramsOf('org', whole)).toEqual(expect.arrayContaining(gramsOf('org', part)));
    }),
  );
});

test('stored hashes stay what they are, and differ between organizations', () => {
  expect(gramsOf('org', 'w-2ä')).toEqual([-1829722077]);
  expect(gramsOf('another', 'w-2ä')).not.toEqual(gramsOf('org', 'w-2ä'));
  expect(gramsOf('org', 'abc')).toEqual([]);
});
