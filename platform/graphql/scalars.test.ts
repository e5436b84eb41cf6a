import fc from 'fast-check';
import { parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { BadInputError } from '../errors/index.ts';
import { DateTime, Decimal, parseDateTime, parseDecimal } from './scalars.ts';

describe('an instant', () => {
  test.each([
    ['2021-05-04T16:20:00Z', '2021-05-04T16:20:00.000Z'],
    ['2021-05-04T10:20:00-06:00', '2021-05-04T16:20:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(DateTime.serialize(parseDateTime(text))).toBe(iso);
  });

  test.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
    '2021-02-31T00:00:00Z',
    '2021-05-04',
    0,
  ])('%j, which no store keeps or no calendar has, is refused', (value) => {
    expect(() => parseDateTime(value)).toThrow(BadInputError);
    expect(() => parseDateTime(value)).toThrow(JSON.stringify(value));
  });
});

describe('a decimal number', () => {
  test.each([
    ['0.0340', '0.0340'],
    ['12345678901234567890', '12345678901234567890'],
    [0.034, '0.034'],
    [-12.5, '-12.5'],
    [999999999999999, '999999999999999'],
    [1e15, '1000000000000000'],
    [1e-7, '1e-7'],
    [0, '0'],
  ])('%j is %s', (value, text) => {
    expect(parseDecimal(value)).toBe(text);
  });

  test.each(['12345678901234567890', '9007199254740993', '0.1234567890123456789', '1e300', '9007199254740991.4'])(
    'the JSON number %s, which arrives as another one, is refused; as text and in the query it is kept',
    (written) => {
      expect(() => parseDecimal(JSON.parse(written))).toThrow(/more digits than .*send it as text/);
      expect(parseDecimal(written)).toBe(written);
      expect(Decimal.parseLiteral(parseValue(written))).toBe(written);
    },
  );

  test('of up to 15 digits a JSON number is kept to the last one', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(digits, fc.nat(15), (all, place) => {
        const written = `${all.slice(0, place).join('') || '0'}.${all.slice(place).join('') || '0'}`.replace(
          /^0+(?=\d)/,
          '',
        );
        expect(Number(parseDecimal(JSON.parse(written)))).toBe(Number(written));
        expect(Number(written).toPrecision(15)).toBe(Number(parseDecimal(JSON.parse(written))).toPrecision(15));
      }),
    );
  });

  test.each(['', 'abc', '1,5', '0x1', Number.NaN, null, true])('%j is refused', (value) => {
    expect(() => parseDecimal(value)).toThrow(BadInputError);
  });
});
