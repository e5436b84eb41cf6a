import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ORDER_FIELDS } from '../domain/listing.ts';
import { aSample } from '../domain/testing.ts';
import { readSampleCursor, sampleCursor } from './cursors.ts';

const order = fc.record({
  field: fc.constantFrom(...ORDER_FIELDS),
  direction: fc.constantFrom('ASC' as const, 'DESC' as const),
});

test('a cursor carries the place of its row in its order, through every order', () => {
  const time = fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }));
  fc.assert(
    fc.property(order, time, (by, receivedAt) => {
      const sample = aSample({ receivedAt });
      const keyset = readSampleCursor(by, sampleCursor(by, sample));
      expect(keyset.id).toBe(sample.id);
      if (by.field === 'RECEIVED_AT') expect(keyset.value).toEqual(receivedAt);
    }),
  );
});

test('a cursor of another order is refused with both orders named', () => {
  fc.assert(
    fc.property(order, order, (made, used) => {
      fc.pre(made.field !== used.field || made.direction !== used.direction);
      const cursor = sampleCursor(made, aSample());
      expect(() => readSampleCursor(used, cursor)).toThrow(`${made.field} ${made.direction}`);
    }),
  );
});

test('no text makes reading a cursor fail otherwise than as bad input', () => {
  fc.assert(
    fc.property(
      order,
      fc.oneof(
        fc.string(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (by, text) => {
        expect(() => readSampleCursor(by, text)).toThrow(/"after"/);
      },
    ),
  );
});
