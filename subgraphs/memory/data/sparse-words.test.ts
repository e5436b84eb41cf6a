import { expect, test } from 'vitest';
import { documentVector, queryVector, wordIndex } from './sparse-words.ts';

function weightOf(word: string, text: { content: string; before: string; date: string }): number {
  const { indices, values } = documentVector(text);
  return values[indices.indexOf(wordIndex(word))] ?? 0;
}

test('a word of the turn weighs more than the same word of the turn before', () => {
  const own = weightOf('blank', { content: 'blanks', before: 'freezer', date: '' });
  const previous = weightOf('blank', { content: 'freezer', before: 'blanks', date: '' });
  expect(own).toBeGreaterThan(previous);
  expect(previous).toBeGreaterThan(0);
});

test('repeating a word helps less each time, and a long text dilutes it', () => {
  const times = (count: number) => weightOf('blank', { content: 'blank '.repeat(count), before: '', date: '' });
  expect(times(2) - times(1)).toBeGreaterThan(times(3) - times(2));
  const diluted = weightOf('blank', { content: `blank ${'other '.repeat(200)}`, before: '', date: '' });
  expect(diluted).toBeLessThan(times(1));
});

test('indices are unique numbers of 32 bits, the same for all forms of a word', () => {
  const { indices } = queryVector(['blank', 'blanks', 'nitrate']);
  expect(indices).toEqual([wordIndex('blank'), wordIndex('nitrat')]);
  for (const index of indices) expect(Number.isInteger(index) && index >= 0 && index < 2 ** 32).toBe(true);
});
