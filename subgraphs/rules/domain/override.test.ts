import { expect, test } from 'vitest';
import { overrideAt } from './override.ts';
import { readProgram } from './program.ts';

function overridesOf(source: string) {
  const { overrides, clauses } = readProgram(source);
  return overrides.map(({ ruleId, reason, from, to, line }) => ({
    ruleId,
    reason,
    line,
    clauses: clauses.slice(from, to).map(({ text }) => text),
  }));
}

test('the clauses of one predicate directly behind the directive belong to it, and no others', () => {
  const source = `p(0).
:- overrides('core.p', 'our own').
p(1).
p(2) :- q.
q.
p(3).
:- overrides('core.r', "another").
r(1).
:- dynamic s/1.
r(2).`;
  expect(overridesOf(source)).toEqual([
    { ruleId: 'core.p', reason: 'our own', line: 2, clauses: ['p(1).', 'p(2) :- q.'] },
    { ruleId: 'core.r', reason: 'another', line: 7, clauses: ['r(1).', 'r(2).'] },
  ]);
});

test('one override ends where the next begins, and may be left without clauses', () => {
  const source = ":- overrides(a, 'why').\n:- overrides(b, 'why').\np(1).\n:- overrides(c, 'why').\n";
  expect(overridesOf(source).map(({ ruleId, clauses }) => [ruleId, clauses])).toEqual([
    ['a', []],
    ['b', ['p(1).']],
    ['c', []],
  ]);
});

test('a clause knows its override', () => {
  const { overrides } = readProgram("p(0).\n:- overrides('core.p', 'why').\np(1).\nq.\n");
  expect([0, 1, 2].map((i) => overrideAt(overrides, i)?.ruleId ?? null)).toEqual([null, 'core.p', null]);
});

test.each([
  [":- overrides('core.p', '').", 'Expected why core.p is overridden'],
  [":- overrides('core.p', '   ').", 'Expected why core.p is overridden'],
  [":- overrides('core.p', Why).", 'Expected why core.p is overridden'],
  [`:- overrides('core.p', '${'x'.repeat(501)}').`, '1 to 500 characters'],
  [`:- overrides('${'x'.repeat(101)}', 'why').`, 'at most 100 characters, but found one of 101'],
  [":- overrides(p/1, 'why').", 'Expected the id of a shipped rule in quotes, but found p/1'],
  [":- overrides(Id, 'why').", 'Expected the id of a shipped rule in quotes'],
])('%s is refused at its place', (directive, message) => {
  const { diagnostics, overrides } = readProgram(`q.\n  ${directive}\np(1).\n`);
  expect(overrides).toEqual([]);
  expect(diagnostics).toMatchObject([{ severity: 'ERROR', code: 'OVERRIDE', line: 2, column: 3 }]);
  expect(diagnostics[0]?.message).toContain(message);
});

test('of many overrides, each clause finds its own', () => {
  const overrides = Array.from({ length: 9 }, (_, i) => ({
    ruleId: `core.r${i}`,
    reason: 'ours',
    line: i + 1,
    column: 1,
    from: i * 3,
    to: i * 3 + 2,
  }));
  for (let index = 0; index < 30; index++) {
    const own = overrides.find(({ from, to }) => index >= from && index < to);
    expect(overrideAt(overrides, index)?.ruleId).toBe(own?.ruleId);
  }
});
