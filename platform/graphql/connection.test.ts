import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BadInputError } from '../errors/index.ts';
import { decodeKeyset, encodeKeyset, type KeyKind } from './connection.ts';

const VALUES = {
  uuid: fc.uuid(),
  text: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
  integer: fc.integer(),
  date: fc.date({
    noInvalidDate: true,
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
  }),
} as const;
const NAMES = Object.keys(VALUES) as (keyof typeof VALUES)[];

const kind: fc.Arbitrary<KeyKind> = fc.constantFrom(...NAMES.flatMap((name) => [name, `${name}?` as const]));

function valuesOf(kind: KeyKind): fc.Arbitrary<string | number | Date | null> {
  const value = VALUES[kind.replace('?', '') as keyof typeof VALUES];
  return kind.endsWith('?') ? fc.option<string | number | Date>(value) : value;
}

/** Whether PostgreSQL takes the part as a value of this kind. */
function fits(kind: KeyKind, part: unknown): boolean {
  if (part === null) return kind.endsWith('?');
  if (kind.startsWith('integer')) return Number.isInteger(part) && Math.abs(Number(part)) <= 2 ** 31;
  if (kind.startsWith('date')) return part instanceof Date && /^(?!0000)\d{4}-/.test(part.toISOString());
  return typeof part === 'string' && !part.includes('\0') && part.isWellFormed();
}

test('what a row gives its cursor comes back, each part of its kind', () => {
  const keyset = fc
    .array(kind, { minLength: 1, maxLength: 4 })
    .chain((kinds) => fc.tuple(fc.constant(kinds), fc.tuple(...kinds.map(valuesOf))));
  fc.assert(
    fc.property(keyset, ([kinds, key]) => {
      expect(decodeKeyset(encodeKeyset(key), kinds)).toEqual(key);
    }),
  );
});

test('no cursor that somebody wrote gives a part that is not of its kind', () => {
  const odd = fc.constantFrom<unknown>(
    ...['', '0', 'a\0b', '\ud800', '+275760-09-13T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '2021-05-04', 'NaN'],
    ...[1e300, 2 ** 31, -(2 ** 31) - 1, 0.5, -0, true, [], {}, null],
  );
  const part = fc.oneof(odd, fc.jsonValue(), ...Object.values(VALUES));
  const key = fc.oneof(fc.array(part, { maxLength: 4 }), fc.jsonValue());
  const cursor = fc.oneof(
    fc.string(),
    key.map((value) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')),
  );
  fc.assert(
    fc.property(fc.array(kind, { minLength: 1, maxLength: 3 }), cursor, (kinds, text) => {
      try {
        const parts = decodeKeyset(text, kinds);
        expect(parts).toHaveLength(kinds.length);
        for (const [place, part] of parts.entries()) expect(fits(kinds[place]!, part), String(part)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(BadInputError);
        expect(String(error)).toContain('pageInfo.endCursor');
      }
    }),
    { numRuns: 3_000 },
  );
});
