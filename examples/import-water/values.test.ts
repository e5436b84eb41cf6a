import { expect, test } from 'vitest';
import { readFinding, readNumber, readQualifiers } from './values.ts';

function finding(value: string, condition = '', limit = '', status = 'Accepted') {
  return readFinding({ value, condition, limit, status });
}

test.each([
  ['0.0340', '', '', { kind: 'value', value: '0.0340', limit: null }],
  ['0.1', 'Below Reporting Limit', '0.2', { kind: 'value', value: '0.1', limit: '0.2' }],
  ['1,234.5', '', '', { kind: 'value', value: '1234.5', limit: null }],
  ['', 'Not Detected', '0.2', { kind: 'text', text: 'Not Detected', limit: '0.2' }],
  [
    '',
    'Present Below Quantification Limit',
    '',
    { kind: 'text', text: 'Present Below Quantification Limit', limit: null },
  ],
  [
    '',
    'Present Above Quantification Limit',
    '9',
    { kind: 'text', text: 'Present Above Quantification Limit', limit: null },
  ],
  ['ND', '', '', { kind: 'text', text: 'ND', limit: null }],
  ['*Non-detect', '', '0.5', { kind: 'text', text: '*Non-detect', limit: '0.5' }],
  ['<0.05', '', '', { kind: 'text', text: '<0.05', limit: '0.05' }],
  ['<0.05', '', '0.04', { kind: 'text', text: '<0.05', limit: '0.04' }],
  ['>2419.6', '', '', { kind: 'text', text: '>2419.6', limit: null }],
  ['0.2', 'Not Detected', '', { kind: 'text', text: 'Not Detected', limit: '0.2' }],
  ['0.2', 'Not Detected', '0.2', { kind: 'text', text: 'Not Detected', limit: '0.2' }],
])('value "%s", condition "%s", limit "%s"', (value, condition, limit, expected) => {
  expect(finding(value, condition, limit)).toEqual(expected);
});

test.each([
  ['', '', 'RESULT_MISSING'],
  ['', 'Not Reported', 'RESULT_MISSING'],
  ['0.5-0.7', '', 'VALUE_UNREADABLE'],
  ['see comment', '', 'VALUE_UNREADABLE'],
  ['>', '', 'VALUE_UNREADABLE'],
  ['1,2', '', 'VALUE_UNREADABLE'],
  ['9'.repeat(60), '', 'VALUE_UNREADABLE'],
])('value "%s", condition "%s" is kept back', (value, condition, reason) => {
  expect(finding(value, condition)).toEqual({ kind: 'kept', reason });
});

test('a value above its limit is not "not detected", and a rejected result is not entered', () => {
  expect(finding('3', 'Not Detected', '0.2')).toEqual({ kind: 'kept', reason: 'CONDITION_CONTRADICTS' });
  expect(finding('3', '', '', 'Rejected')).toEqual({ kind: 'kept', reason: 'RESULT_REJECTED' });
});

test('numbers keep their digits', () => {
  expect(['1', '-0.5', '1.20', '.5', '1.2E-3'].map(readNumber)).toEqual(['1', '-0.5', '1.20', '.5', '1.2E-3']);
  expect(['', '1 2', 'NaN', 'Infinity', '0x10', '1e9999'].map(readNumber)).toEqual(Array(6).fill(null));
});

test('qualifiers are separated and named once', () => {
  expect(readQualifiers('H;J, U;J;')).toEqual(['H', 'J', 'U']);
  expect(readQualifiers('')).toEqual([]);
});
