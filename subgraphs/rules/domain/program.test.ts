import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readProgram } from './program.ts';
import { reviewProgram } from './review.ts';
import { answersOf, askText, knowledgeOf } from './testing.ts';

function remarks(source: string): string[] {
  return reviewProgram(readProgram(source)).diagnostics.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
  );
}

test('every mistake is reported with its place, not only the first', () => {
  expect(remarks('a(.\nb(c).\nd(e,).\n1 :- f.\n')).toEqual([
    'ERROR SYNTAX 1:3',
    'ERROR SYNTAX 3:5',
    'ERROR SYNTAX 4:1',
  ]);
});

test.each([
  ['length(X, Y) :- p(X, Y).', 'ERROR RESERVED 1:1'],
  ['p :- q, assertz(r).\nq.', 'ERROR UNSUPPORTED 1:1'],
  ['a --> b.', 'ERROR UNSUPPORTED 1:1'],
  [':- initialization(main).', 'ERROR DIRECTIVE 1:1'],
  [':- table p(_,min).', 'ERROR DIRECTIVE 1:1'],
  ['q(b).\np(X) :- \\+ q(Y), q(Y), q(X).', 'ERROR UNSAFE_NEGATION 2:1'],
  ['q(a).\nwin(X) :- q(X), \\+ lose(X).\nlose(X) :- win(X).', 'ERROR UNSTRATIFIED 2:1'],
  ['p(X, Y) :- q(X).\nq(a).', 'WARNING SINGLETON 1:1'],
  ['p(X) :- nowhere(X).', 'WARNING UNKNOWN 1:1'],
])('%j is answered %s', (source, remark) => {
  expect(remarks(source)).toEqual([remark]);
});

test("a circle through a negation that only the shipped rules close is told at the rule of one's own", () => {
  const shipped = readProgram('can(S) :- s(S), \\+ blocker(S). s(a).').clauses;
  const own = readProgram('blocker(S) :- can(S).');
  expect(reviewProgram(own, shipped).diagnostics).toMatchObject([{ code: 'UNSTRATIFIED', line: 1, column: 1 }]);
});

test('rules that cannot call themselves end by themselves; others by their budget', () => {
  expect(reviewProgram(readProgram('p(X) :- q(X). q(a).')).termination).toBe('TOTAL');
  expect(reviewProgram(readProgram('p(X) :- p(X). q(a).')).termination).toBe('BUDGETED');
  expect(reviewProgram(readProgram('p(G) :- call(G).')).termination).toBe('BUDGETED');
});

test.each([
  [':- table path/2.\npath(X, Y) :- e(X, Y).\npath(X, Y) :- path(X, Z), e(Z, Y).', 'TOTAL'],
  [':- table n/1.\nn(0).\nn(X) :- n(Y), X is Y + 1.', 'BUDGETED'],
  [':- table n/1.\nn(0).\nn(s(X)) :- n(X).', 'BUDGETED'],
  ['p(N) :- findall(X, q(X), L), length(L, N).', 'TOTAL'],
  ['p(L, N) :- length(L, N).', 'BUDGETED'],
  ['p(X) :- member(X, [a,b]).', 'TOTAL'],
  ['p(X, L) :- member(X, L).', 'BUDGETED'],
  ['p(X) :- between(1, 9, X).', 'TOTAL'],
  ['p(X) :- between(1, inf, X).', 'BUDGETED'],
  ['p :- repeat.', 'BUDGETED'],
  ['p(L, M) :- maplist(q, L, M).', 'BUDGETED'],
])('%j ends by itself: %s', (source, termination) => {
  expect(reviewProgram(readProgram(source)).termination).toBe(termination);
});

function messageOf(source: string): string {
  return reviewProgram(readProgram(source)).diagnostics[0]?.message ?? '';
}

test('what may be missing is declared like a table; a declaration of what no rule asks for is remarked', () => {
  const { abducible } = readProgram(":- abducible p/2, [q/1], 'R s'/3.\n:- abducible t(_).");
  expect([...abducible]).toEqual([
    ['p/2', { line: 1, column: 1 }],
    ['q/1', { line: 1, column: 1 }],
    ['R s/3', { line: 1, column: 1 }],
    ['t/1', { line: 2, column: 1 }],
  ]);
  expect(remarks(':- abducible 7.')).toEqual(['ERROR DIRECTIVE 1:1']);
  expect(remarks(':- abducible received/1.\nready(S) :- received(S).')).toEqual([]);
  expect(messageOf(':- abducible recieved/1, received/1.\nready(S) :- received(S).')).toBe(
    'recieved/1 is declared abducible, but no rule asks for it. Did you mean received/1?',
  );
});

test('a circle through a negation is named whole', () => {
  const source = 'a(X) :- d(X), \\+ b(X).\nb(X) :- c(X).\nc(X) :- a(X).\nd(1).';
  expect(messageOf(source)).toContain('(a/1, not b/1, c/1, a/1)');
});

test.each([
  ['resultt(1).\np(X) :- result(X).', 'Did you mean resultt/1?'],
  ['result(1, 2).\np(X) :- result(X).', 'Did you mean result/2?'],
  ['p(X) :- lenght(X, 3).', 'Did you mean length/2?'],
  ['q(1).\np(X) :- received(X).', 'until facts are asserted.'],
])('%j: an unknown predicate is told with what was probably meant', (source, advice) => {
  expect(messageOf(source).endsWith(advice)).toBe(true);
});

test('a rule is labelled by the comment behind it or above it', () => {
  const { clauses } = readProgram('a(1). % first\n% the second\nb(2) :-\n  a(1).\nc(3).\n');
  expect(clauses.map(({ label, line }) => [label, line])).toEqual([
    ['first', 1],
    ['the second', 3],
    [null, 5],
  ]);
});

const NOTES = new URL('../../../../shared/notes/laboratory-rules.pl', import.meta.url);

test.skipIf(!existsSync(NOTES))(
  'the laboratory rules of ../shared load and run unchanged (skipped without ../shared)',
  () => {
    const source = readFileSync(NOTES, 'utf8');
    const program = readProgram(source);
    expect(reviewProgram(program).diagnostics).toEqual([]);
    expect(program.clauses).toHaveLength(108);
    expect(program.clauses[0]).toMatchObject({ label: 'R1', headText: 'sample_defect(S,no_barcode)' });
    const facts = `sample(s3). stage(s3, results). client(s3, c1). analysis(a3, s3, no3). analysis_status(a3, submitted).
submitted_by(a3, ana). required_verifications(no3, 1). sample(s1). stage(s1, initiation). client(s1, c1).`;
    const knowledge = knowledgeOf(facts, knowledgeOf(source));
    const texts = (goal: string) => askText(knowledge, goal).answers.map(({ text }) => text);
    expect(texts('blocker(s3, completion, R)')).toEqual([
      'blocker(s3,completion,unverified(a3,1))',
      'blocker(s3,completion,report_unsigned)',
    ]);
    expect(texts('can_transition(S, F, T)')).toEqual(['can_transition(s1,initiation,sample_reception)']);
    expect(answersOf(source, 'edge(testing, X)')).toEqual(['edge(testing,results)']);
  },
);
