import { expect, test } from 'vitest';
import { Abducibles } from './abducibles.ts';
import { DEFAULT_LIMITS } from './budget.ts';
import { readTerm } from './parser.ts';
import { knowledgeOf, stoppedClock } from './testing.ts';
import { whyNot } from './why-not.ts';

function why(source: string, goal: string, limits = DEFAULT_LIMITS) {
  return whyNot(knowledgeOf(source), readTerm(goal).term, { limits, clock: stoppedClock });
}

const RULES = `ready(S) :- sample(S), received(S), \\+ hold(S, _).
ready(S) :- sample(S), urgent(S), volume(S, V), V > 10.
sample(s1). sample(s2). sample(s3). received(s2). hold(s2, freezer). urgent(s3). volume(s3, 5).`;

test('a goal that holds has no reason not to', () => {
  expect(why('p(a).', 'p(a)')).toEqual({ holds: true, attempts: [], missing: [], stoppedBy: null });
});

test('per rule: the goal at which it stopped, and the facts that would mend it', () => {
  expect(why(RULES, 'ready(s1)')).toEqual({
    holds: false,
    attempts: [
      { ruleId: 'r1', failedAt: 'received(s1)', kind: 'NO_FACT', reason: 'No fact matches received(s1).' },
      { ruleId: 'r2', failedAt: 'urgent(s1)', kind: 'NO_FACT', reason: 'No fact matches urgent(s1).' },
    ],
    missing: [['received(s1)'], ['urgent(s1)', 'volume(s1,_)']],
    stoppedBy: null,
  });
});

test('only facts that may be missing are named, and where rules could prove one it may be missing, too', () => {
  const source = 'ok(S) :- a(S), b(S). ok(S) :- c(S). ok(S) :- d(S). d(S) :- e(S), f(S).';
  const missing = (declared: string[], open = false) => {
    const abducible = new Abducibles(new Set(declared), () => open);
    const { term } = readTerm('ok(s)');
    return whyNot(knowledgeOf(source), term, { limits: DEFAULT_LIMITS, clock: stoppedClock, abducible }).missing;
  };
  expect(missing([], true)).toEqual([['c(s)'], ['a(s)', 'b(s)'], ['e(s)', 'f(s)']]);
  expect(missing(['a/1', 'b/1'])).toEqual([['a(s)', 'b(s)']]);
  expect(missing(['a/1', 'e/1'])).toEqual([]);
  expect(missing(['d/1', 'e/1', 'f/1'])).toEqual([['d(s)'], ['e(s)', 'f(s)']]);
});

test('a negation that stands in the way is named with what makes it true', () => {
  expect(why(RULES, 'ready(s2)').attempts[0]).toEqual({
    ruleId: 'r1',
    failedAt: '\\+hold(s2,_A)',
    kind: 'NEGATION',
    reason: 'It must not hold, but it does: hold(s2,freezer).',
  });
});

test('a comparison is shown with its values; no fact is invented to mend it', () => {
  const { attempts, missing } = why(RULES, 'ready(s3)');
  expect(attempts[1]).toMatchObject({ failedAt: '5>10', kind: 'COMPARISON', reason: '5>10 is not true.' });
  expect(missing).toEqual([['received(s3)']]);
});

test('facts are looked for behind the first one that is missing, up to three at a time', () => {
  const source =
    'go(S) :- a(S), b(S), c(S), \\+ stop(S).\nnever(S) :- a(S), b(S), c(S), d(S).\nmixed(S) :- a(S), 1 > 2.\nb(s2).';
  expect(why(source, 'go(s1)').missing).toEqual([['a(s1)', 'b(s1)', 'c(s1)']]);
  expect(why(source, 'go(s2)').missing).toEqual([['a(s2)', 'c(s2)']]);
  expect(why(source, 'never(s1)').missing).toEqual([]);
  expect(why(source, 'mixed(s1)').missing).toEqual([]);
});

test('a comparison of calculations is shown with both values', () => {
  const { attempts } = why('over(S) :- volume(S, V), V * 2 > 30 + 1. volume(s1, 5).', 'over(s1)');
  expect(attempts[0]?.reason).toBe('5*2>30+1 is not true: 10>31 does not hold.');
});

test('what a negation of a negation wants is a missing fact', () => {
  const source = `move(S) :- sample(S), \\+ blocked(S, _).
blocked(S, no_client) :- sample(S), \\+ client(S, _).
blocked(S, no_volume) :- sample(S), \\+ volume(S, _).
sample(s1).`;
  expect(why(source, 'move(s1)').missing).toEqual([['client(s1,_)', 'volume(s1,_)']]);
});

test('a question of several goals tells which one failed', () => {
  expect(why('p(a). q(b).', 'p(X), q(X)').attempts).toEqual([
    { ruleId: null, failedAt: 'q(a)', kind: 'NO_FACT', reason: 'No fact matches q(a).' },
  ]);
});

test('looking for reasons ends by its budget', () => {
  const source = 'p(X) :- loop, q(X). loop :- loop.';
  expect(why(source, 'p(a)', { ...DEFAULT_LIMITS, inferences: 500 }).stoppedBy).toBe('INFERENCES');
});
