import { expect, test } from 'vitest';
import { readProgram } from './program.ts';
import { ownRules } from './rule.ts';
import { diffRules } from './rule-diff.ts';

function diff(before: string, after: string) {
  const { added, removed, changed } = diffRules(ownRules('a', readProgram(before)), ownRules('b', readProgram(after)));
  const text = ({ text }: { text: string }) => text;
  return {
    added: added.map(text),
    removed: removed.map(text),
    changed: changed.map((change) => [change.before.text, change.after.text]),
  };
}

const NOTHING = { added: [], removed: [], changed: [] };

test('the same rules in another order are no difference', () => {
  expect(diff('p(1).\np(2).\nq(X) :- p(X).\n', 'q(X) :- p(X).\n\n\np(2).\np(1).\n')).toEqual(NOTHING);
});

test('a rule of the same head with another body is changed', () => {
  expect(diff('ready(S) :- sample(S).\n', 'ready(S) :- sample(S), cooled(S).\nlate(S) :- overdue(S).\n')).toEqual({
    added: ['late(S) :- overdue(S).'],
    removed: [],
    changed: [['ready(S) :- sample(S).', 'ready(S) :- sample(S), cooled(S).']],
  });
});

test('a rule keeps its name when its head changes', () => {
  expect(
    diff('% Stays cool.\nblocker(S, testing, warm) :- w(S).\n', '% Stays cool.\nblocker(S, results, warm) :- w(S).\n'),
  ).toEqual({
    ...NOTHING,
    changed: [['blocker(S, testing, warm) :- w(S).', 'blocker(S, results, warm) :- w(S).']],
  });
});

test('another name is a change, and each of several rules of one head has its own counterpart', () => {
  expect(diff('% One.\np(X) :- a(X).\n', '% Two.\np(X) :- a(X).\n').changed).toHaveLength(1);
  expect(diff('p(X) :- a(X).\np(X) :- b(X).\np(X) :- c(X).\n', 'p(X) :- a(X).\np(X) :- d(X).\n')).toEqual({
    added: [],
    removed: ['p(X) :- c(X).'],
    changed: [['p(X) :- b(X).', 'p(X) :- d(X).']],
  });
});
