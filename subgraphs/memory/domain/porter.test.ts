import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stem } from './porter.ts';

const SUFFIXES = `s es ed ing ly ational tional enci anci izer logi bli alli entli eli ousli ization ation ator alism
  iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able ible ant
  ement ment ent sion tion ion ou ism ate iti ous ive ize e ll y ies sses eed`.split(/\s+/);

/** What FTS5's own tokenizer makes of each word. */
function fts5Stems(words: readonly string[]): Map<string, string> {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (word, tokenize = 'porter unicode61 remove_diacritics 2');
           CREATE VIRTUAL TABLE vocabulary USING fts5vocab (texts, instance)`);
  const insert = db.prepare('INSERT INTO texts (rowid, word) VALUES (?, ?)');
  words.forEach((word, index) => {
    insert.run(index + 1, word);
  });
  const rows = db.prepare('SELECT term, doc FROM vocabulary').all();
  db.close();
  return new Map(rows.map(({ term, doc }) => [words[Number(doc) - 1] ?? '', String(term)]));
}

test('a word is cut exactly as FTS5 cuts it, so both indexes find the same forms', () => {
  const words = fc.sample(
    fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom('', ...SUFFIXES)).map((parts) => parts.join('')),
    { numRuns: 20_000, seed: 7 },
  );
  const vocabulary = [
    ...new Set([...words, 'contaminated', 'blanks', 'verification', 'dying', 'skies', 'generalizations']),
  ];
  const expected = fts5Stems(vocabulary);
  const different = vocabulary.filter((word) => expected.get(word) !== stem(word));
  expect(different.map((word) => [word, stem(word), expected.get(word)])).toEqual([]);
});
