import { expect, test } from 'vitest';
import { isDate, measuredAt, readInstant } from './times.ts';

test('a time in a named zone is an instant', () => {
  expect(readInstant('2020-10-01', '13:15:00', 'MDT')).toEqual({ at: '2020-10-01T19:15:00.000Z', note: null });
  expect(readInstant('2020-12-31', '23:30', 'MST')).toEqual({ at: '2021-01-01T06:30:00.000Z', note: null });
  expect(readInstant('2021-07-01', '08:00:00', 'GST')).toEqual({ at: '2021-06-30T22:00:00.000Z', note: null });
});

test('what had to be assumed is noted', () => {
  expect(readInstant('2020-10-01', '', '')).toMatchObject({
    at: '2020-10-01T12:00:00.000Z',
    note: expect.stringMatching(/noon UTC/),
  });
  expect(readInstant('2020-10-01', '25:00:00', 'MST').note).toMatch(/"25:00:00", which is no time/);
  expect(readInstant('2020-10-01', '10:00:00', '')).toMatchObject({
    at: '2020-10-01T10:00:00.000Z',
    note: expect.stringMatching(/as UTC/),
  });
  expect(readInstant('2020-10-01', '10:00:00', 'XYZ').note).toMatch(/"XYZ"/);
});

test('only days of the calendar are days', () => {
  expect(['2021-02-28', '2020-02-29'].every(isDate)).toBe(true);
  expect(['', '2021-02-29', '2021-13-01', '05/04/2021', '2021-5-4', '2021-05-04T10:00'].some(isDate)).toBe(false);
});

test('a day of analysis never makes a measurement precede a collection of the same day', () => {
  expect(measuredAt('2021-05-04', '2021-05-04', '2021-05-05T05:00:00.000Z')).toBe('2021-05-05T05:00:00.000Z');
  expect(measuredAt('2021-05-06', '2021-05-04', '2021-05-05T05:00:00.000Z')).toBe('2021-05-06T12:00:00.000Z');
  expect(measuredAt('2021-05-01', '2021-05-04', '2021-05-04T15:00:00.000Z')).toBe('2021-05-01T12:00:00.000Z');
  expect(measuredAt('', '2021-05-04', '2021-05-04T15:00:00.000Z')).toBeNull();
});
