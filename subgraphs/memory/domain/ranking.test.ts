import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, rank } from './ranking.ts';

const NOW = new Date('2026-11-22T00:00:00Z');

function candidate(id: string, more: Partial<Candidate> = {}): Candidate {
  return { id, group: null, at: NOW, lexical: 0, dense: null, ...more };
}

const order = (candidates: readonly Candidate[]) => rank(candidates, NOW).map(({ id }) => id);

test('without vectors the words decide', () => {
  const ranked = rank([candidate('weak', { lexical: 2 }), candidate('strong', { lexical: 8 })], NOW);
  expect(ranked.map(({ id, scores }) => [id, scores.lexical, scores.dense])).toEqual([
    ['strong', 1, null],
    ['weak', 0.25, null],
  ]);
});

test('a vector can lift what shares no word above a weak match of words', () => {
  const words = candidate('words', { lexical: 1, dense: 0.1 });
  const best = candidate('best', { lexical: 4, dense: 0.2 });
  const meaning = candidate('meaning', { dense: 0.9 });
  expect(order([words, best, meaning])).toEqual(['best', 'meaning', 'words']);
});

test('recency breaks ties and nothing else', () => {
  const old = new Date('2020-01-01T00:00:00Z');
  expect(order([candidate('old', { lexical: 3, at: old }), candidate('new', { lexical: 3 })])).toEqual(['new', 'old']);
  expect(order([candidate('old', { lexical: 3.1, at: old }), candidate('new', { lexical: 3 })])).toEqual([
    'old',
    'new',
  ]);
});

test('of two equal turns the one in the conversation that matches better comes first', () => {
  const candidates = [
    candidate('alone', { lexical: 5, group: 'c1' }),
    candidate('among friends', { lexical: 5, group: 'c2' }),
    candidate('friend', { lexical: 4, group: 'c2' }),
  ];
  expect(order(candidates)[0]).toBe('among friends');
});

test('a long conversation does not win by its length', () => {
  const long = Array.from({ length: 50 }, (_, n) => candidate(`long ${n}`, { lexical: 1, group: 'long' }));
  const short = [1, 2, 3].map((n) => candidate(`short ${n}`, { lexical: 1.2, group: 'short' }));
  expect(order([...long, ...short])[0]).toMatch(/^short/);
});

test('every score lies between 0 and 1, the order follows it, and no candidate is lost', () => {
  const candidates = fc.array(
    fc.record({
      id: fc.uuid(),
      group: fc.option(fc.constantFrom('a', 'b', 'c')),
      at: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
      lexical: fc.double({ min: 0, max: 100, noNaN: true }),
      dense: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
    }),
  );
  fc.assert(
    fc.property(candidates, (given) => {
      const ranked = rank(given, NOW);
      expect(ranked.map(({ id }) => id).sort()).toEqual(given.map(({ id }) => id).sort());
      for (const { score, scores } of ranked) {
        for (const part of [score, scores.lexical, scores.dense ?? 0, scores.session, scores.recency]) {
          expect(part).toBeGreaterThanOrEqual(0);
          expect(part).toBeLessThanOrEqual(1);
        }
      }
      ranked.slice(1).forEach(({ score }, index) => {
        expect(score).toBeLessThanOrEqual((ranked[index]?.score ?? 0) + 1e-6);
      });
    }),
  );
});
