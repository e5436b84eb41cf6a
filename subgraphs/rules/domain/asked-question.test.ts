import { expect, test } from 'vitest';
import { type AskedQuestion, answerCount, answerHashes, keptSince, wasAnswer } from './asked-question.ts';
import { DEFAULT_LIMITS } from './budget.ts';

function asked(texts: readonly string[]): AskedQuestion {
  return {
    id: 'q',
    askedBy: 'u',
    askedAt: new Date(0),
    goal: 'p(X)',
    ruleSet: 'default',
    distinct: false,
    assume: [],
    limits: { ...DEFAULT_LIMITS, answers: 1 },
    versionId: 'v',
    shippedHash: '',
    answers: answerHashes(texts),
  };
}

test('an answer is known again by its place and its text, at six bytes each', () => {
  const question = asked(['p(a)', 'p(b)']);
  expect(question.answers).toHaveLength(12);
  expect(answerCount(question)).toBe(2);
  expect(wasAnswer(question, 1, 'p(b)')).toBe(true);
  expect(wasAnswer(question, 0, 'p(b)')).toBe(false);
  expect(wasAnswer(question, 2, 'p(b)')).toBe(false);
  expect(answerCount(asked([]))).toBe(0);
});

test('a question is kept for 24 hours', () => {
  expect(keptSince(new Date('2026-11-26T10:00:00Z'))).toEqual(new Date('2026-11-25T10:00:00Z'));
});
