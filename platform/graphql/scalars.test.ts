import { describe, expect, test } from 'vitest';
import { BadInputError } from '../errors/index.ts';
import { DateTime, parseDateTime } from './scalars.ts';

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
