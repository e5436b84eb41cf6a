import { expect, test } from 'vitest';
import { ourAnswers } from '../ours.ts';
import { readEclipse, readInria, readLabelled, readSyntaxTable } from './other-formats.ts';
import type { Suite } from './public-test.ts';

/** Whether each test of a suite passes, in its order, and why others were left out. */
function passed({ tests, leftOut }: Suite) {
  return {
    passed: tests.map(
      ({ program, goal }) => ourAnswers({ program, goal, asSet: false, differs: null })[0]?.startsWith('yes') ?? false,
    ),
    leftOut: leftOut.map(({ why }) => why),
  };
}

test('a pair of a goal and what it gives passes when the goal gives exactly that', () => {
  const suite = `
    [member(X, [a, b]), [[X <-- a], [X <-- b]]].
    [member(X, [a, b]), [[X <-- b], [X <-- a]]].
    [member(X, [a]), [[X <-- a], [X <-- a]]].
    [atom(a), success].
    [atom(1), success].
    [atom(1), failure].
    [atom_length(foo, bar), type_error(integer, bar)].
    [atom_length(foo, 3), type_error(integer, bar)].
  `;
  expect(passed(readInria('pairs', suite)).passed).toEqual([true, false, false, true, false, true, true, false]);
});

test('what our language leaves out is counted as left out', () => {
  const outcome = passed(readInria('pairs', '[assertz(foo(1)), success].\n[atom(a), success].\n[atom(, success].\n'));
  expect(outcome.passed).toEqual([true]);
  expect(outcome.leftOut).toHaveLength(2);
  expect(outcome.leftOut).toContain('syntax');
});

test('a row of the table of syntax passes when its text is read, written or refused as it says', () => {
  const suite = `
test_1 :- writeq_term_to_chars([a,b], C), C = "[a,b]".
test_2 :- writeq_term_to_chars([a,b], C), C = "[a, b]".
test_3 :- test_syntax_error("writeq('", syntax_error(any)).
test_4 :- test_syntax_error("writeq(a)", syntax_error(any)).
`;
  expect(passed(readSyntaxTable('syntax', suite)).passed).toEqual([true, false, true, false]);
});

test('a labelled clause passes when its body holds', () => {
  const suite = 'arith(one-1) :- X is 1 + 1, X == 2.\narith(one-2) :- two(X), X == 3.\ntwo(2).\n';
  expect(passed(readLabelled('own', suite)).passed).toEqual([true, false]);
});

test('a line of goal and check passes when the goal gives, fails or raises as it says', () => {
  const suite = `
    string_length("ab", L) should_give L = 2.
    string_length("ab", L) should_give L = 3.
    string_length("ab", 3) should_fail.
    string_length("ab", 2) should_fail.
    string_length(_, _) should_raise 4.
    string_length("ab", _) should_raise 4.
  `;
  expect(passed(readEclipse('lines', suite)).passed).toEqual([true, false, true, false, true, false]);
});
