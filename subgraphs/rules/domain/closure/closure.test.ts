import { expect, test } from 'vitest';
import { askText, knowledgeOf } from '../testing.ts';

function ring(size: number): string {
  return Array.from({ length: size }, (_, i) => `edge(n${i}, n${(i + 1) % size}).`).join('\n');
}

const CLOSURE = `:- table path/2.
${ring(60)}
path(X, Y) :- edge(X, Y).
path(X, Y) :- path(X, Z), edge(Z, Y).`;

function textsOf(goal: string, prove?: number): string[] {
  const { answers } = askText(knowledgeOf(CLOSURE), goal, { answers: 10_000, inferences: 5_000_000 }, undefined, prove);
  return answers.map(({ text }) => text);
}

test('a closure is found whole, from one place, to one place and between two', () => {
  expect(new Set(textsOf('path(X, Y)')).size).toBe(3_600);
  expect(textsOf('path(n3, Y)')).toHaveLength(60);
  expect(textsOf('path(X, n3)')).toHaveLength(60);
  expect(textsOf('path(n3, n2)')).toEqual(['path(n3,n2)']);
  expect(textsOf('path(n3, elsewhere)')).toEqual([]);
  expect(textsOf('path(X, X)')).toHaveLength(60);
});

test('constants of different kinds stay different', () => {
  const source = `:- table p/2.\ne(1, 1.0). e(1.0, "1"). e("1", '1').\np(X, Y) :- e(X, Y). p(X, Y) :- p(X, Z), e(Z, Y).`;
  expect(askText(knowledgeOf(source), 'p(1, Y)').answers.map(({ text }) => text)).toEqual([
    'p(1,1.0)',
    'p(1,"1")',
    "p(1,'1')",
  ]);
});

test('with proofs the answers are the same, as a set', () => {
  const [first] = askText(knowledgeOf(CLOSURE), 'path(n3, n9)', { inferences: 5_000_000 }, undefined, 0).answers;
  expect(first?.text).toBe('path(n3,n9)');
  expect(first?.proof?.[0]).toMatchObject({ kind: 'RULE', ruleId: 'r2' });
});

test('a rule that makes values, or asks more than facts, is left to repetition and finds the same', () => {
  const derived = CLOSURE.replace('edge(X, Y).\npath', 'link(X, Y).\npath').concat('\nlink(X, Y) :- edge(X, Y).');
  const answers = askText(knowledgeOf(derived), 'path(n3, Y)', { inferences: 5_000_000 }).answers;
  expect(answers).toHaveLength(60);
});

test('a closure too large ends by its budget', () => {
  const source = CLOSURE.replace(ring(60), ring(300));
  expect(askText(knowledgeOf(source), 'path(X, Y), fail', { inferences: 20_000 }).stoppedBy).toBe('INFERENCES');
});
