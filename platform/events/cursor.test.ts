import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BadInputError } from '#platform/errors/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const position = fc.record({
  epoch: fc.oneof(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/)),
  sequence: fc.maxSafeNat(),
});

test('a cursor leads back to the place it was made for', () => {
  fc.assert(
    fc.property(position, (at) => {
      expect(decodeCursor(encodeCursor(at))).toEqual(at);
    }),
  );
});

test('two places never share a cursor', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      const same = a.epoch === b.epoch && a.sequence === b.sequence;
      expect(encodeCursor(a) === encodeCursor(b)).toBe(same);
    }),
  );
});

test('any text is either the one cursor of its place or refused with help', () => {
  const nearly = position.chain((at) => {
    const text = encodeCursor(at);
    return fc
      .tuple(fc.nat(text.length - 1), fc.string({ maxLength: 2 }))
      .map(([i, s]) => text.slice(0, i) + s + text.slice(i + 1));
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), nearly), (text) => {
      try {
        expect(encodeCursor(decodeCursor(text))).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(BadInputError);
        expect(String(error)).toMatch(/exactly as an event, a page or a mutation gave it/);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['an empty text', ''],
  ['a padded cursor', `${Buffer.from('e:10').toString('base64')}=`],
  ['a negative sequence', Buffer.from('e:-1').toString('base64url')],
  ['a sequence with leading zeros', Buffer.from('e:007').toString('base64url')],
  ['a sequence beyond exact integers', Buffer.from('e:9999999999999999').toString('base64url')],
  ['no epoch', Buffer.from(':1').toString('base64url')],
  ['a very long text', 'A'.repeat(100_000)],
])('%s is refused', (_, text) => {
  expect(() => decodeCursor(text)).toThrow(BadInputError);
});

test('a place that no cursor can name is a mistake of the caller', () => {
  expect(() => encodeCursor({ epoch: 'a:b', sequence: 1 })).toThrow(RangeError);
  expect(() => encodeCursor({ epoch: 'e', sequence: 1.5 })).toThrow(RangeError);
});
