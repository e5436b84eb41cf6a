import { expect, test } from 'vitest';
import { checkFileName, contentDisposition, endingOf } from './file-name.ts';

test.each([
  '',
  '   ',
  '.',
  '..',
  'a/b.csv',
  '..\\b.csv',
  'a\u0000.csv',
  'a\r\nX: y.csv',
  'exe.\u202evsc.csv',
  'ü'.repeat(128),
])('the name %j is refused with what to do about it', (name) => {
  expect(checkFileName(name)).toHaveProperty('problem');
});

test('a name is composed and trimmed, otherwise kept as it is', () => {
  expect(checkFileName(' Prüfbericht 水.csv ')).toEqual({ name: 'Prüfbericht 水.csv' });
  expect(checkFileName('u\u0308.csv')).toEqual({ name: 'ü.csv' });
});

test('the ending is what follows the last dot', () => {
  expect(endingOf('report.pdf.EXE')).toBe('exe');
  expect(endingOf('README')).toBe('');
  expect(endingOf('.profile')).toBe('');
});

test('a download header carries any name and never breaks out of its quotes', () => {
  expect(contentDisposition('a";\\ 水%41\'(*).csv')).toBe(
    `attachment; filename="a_;_ __41'(*).csv"; filename*=UTF-8''a%22%3B%5C%20%E6%B0%B4%2541%27%28%2A%29.csv`,
  );
});
