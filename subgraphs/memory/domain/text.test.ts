import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayInWords, queryWords, summarise, words } from './text.ts';

test('words are cut at what is neither letter nor digit, without case and accents', () => {
  expect(words('Naïve pH-7.4, 4°C — 분석 Ölprobe')).toEqual(['naive', 'ph', '7', '4', '4', 'c', '분석', 'olprobe']);
});

test('a question is searched without its stop words, unless it has no others', () => {
  expect(queryWords('Which blanks failed this week, and which did not?')).toEqual(['blanks', 'failed', 'week']);
  expect(queryWords('Who was it?')).toEqual(['who', 'was', 'it']);
  expect(queryWords('?!')).toEqual([]);
});

test('a day is written as people ask for it, in UTC', () => {
  expect(dayInWords(new Date('2026-05-08T23:30:00Z'))).toBe('Friday 8 May 2026');
});

test('a summary is the sentences that fit, or a cut at a word', () => {
  expect(summarise('  Blank 3\n failed. ')).toBe('Blank 3 failed.');
  const sentence = 'Nitrate recovery was 81.5 % in batch seven of the morning run. ';
  expect(summarise(sentence.repeat(9))).toBe(sentence.repeat(4).trim());
  const endless = summarise('nitrate '.repeat(100));
  expect(endless).toMatch(/^(nitrate )+nitrate…$/);
  expect(endless.length).toBeLessThanOrEqual(280);
});

test('a summary never exceeds 280 characters and never splits a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 800 }), (content) => {
      const summary = summarise(content);
      expect(summary.length).toBeLessThanOrEqual(280);
      expect(summary.isWellFormed()).toBe(true);
    }),
  );
});
