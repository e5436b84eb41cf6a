import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namesEntity, parseRange } from './byte-ranges.ts';

test.each([
  ['bytes=0-99', [{ start: 0, end: 99 }]],
  ['bytes=0-0', [{ start: 0, end: 0 }]],
  ['bytes=990-', [{ start: 990, end: 999 }]],
  ['bytes=-10', [{ start: 990, end: 999 }]],
  ['bytes=-5000', [{ start: 0, end: 999 }]],
  ['bytes=900-5000', [{ start: 900, end: 999 }]],
  ['BYTES=1-2', [{ start: 1, end: 2 }]],
  [
    'bytes=500-599, 0-9',
    [
      { start: 0, end: 9 },
      { start: 500, end: 599 },
    ],
  ],
  ['bytes=0-9,10-19,15-30', [{ start: 0, end: 30 }]],
  ['bytes=0-9,2000-', [{ start: 0, end: 9 }]],
])('%s of 1000 bytes', (header, ranges) => {
  expect(parseRange(header, 1000)).toEqual({ kind: 'ranges', ranges });
});

test.each(['bytes=1000-', 'bytes=-0', 'bytes=5000-6000'])('%s of 1000 bytes cannot be satisfied', (header) => {
  expect(parseRange(header, 1000)).toEqual({ kind: 'unsatisfiable' });
});

test.each([
  null,
  '',
  'bytes=',
  'bytes=-',
  'bytes=a-b',
  'bytes=9-3',
  'items=0-5',
  'bytes=0-1,x',
  `bytes=${'0-1,'.repeat(17)}`,
])('the header %j is ignored', (header) => {
  expect(parseRange(header, 1000)).toEqual({ kind: 'whole' });
});

test('whatever is asked, ranges lie within the content, in order, and never touch', () => {
  const spec = fc.oneof(
    fc.tuple(fc.nat(2000), fc.nat(2000)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.nat(2000).map((a) => `${a}-`),
    fc.nat(2000).map((a) => `-${a}`),
  );
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 16 }), fc.integer({ min: 1, max: 1500 }), (specs, size) => {
      const request = parseRange(`bytes=${specs.join(',')}`, size);
      if (request.kind !== 'ranges') return;
      let last = -2;
      for (const { start, end } of request.ranges) {
        expect(start).toBeGreaterThan(last + 1);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThan(size);
        last = end;
      }
    }),
  );
});

test('an entity is named by its tag, weak or strong, in a list, or by *', () => {
  for (const header of ['"a"', 'W/"a"', '"x", "a"', '*']) expect(namesEntity(header, '"a"')).toBe(true);
  for (const header of [null, '', 'a', '"b"']) expect(namesEntity(header, '"a"')).toBe(false);
});
