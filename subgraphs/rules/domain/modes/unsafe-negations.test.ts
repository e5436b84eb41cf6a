import { describe, expect, test } from 'vitest';
import { LIBRARY_PROGRAM } from '../../library/index.ts';
import { readProgram, type SourceClause } from '../program.ts';
import { unsafeNegations } from './unsafe-negations.ts';

function remarks(source: string, shipped = ''): string[] {
  const found = unsafeNegations(readProgram(source).clauses, readProgram(shipped).clauses);
  return found.map(({ severity, line, message }) => `${severity} ${line}: ${message}`);
}

const FACTS = 'sample(s1). abnormal(s1). q(a).\n';

describe('safe', () => {
  test.each([
    ['a goal in front gives the value', 'clean(S) :- sample(S), \\+ abnormal(S).'],
    ['void variables are existential', 'free(S) :- sample(S), \\+ hold(S, _).'],
    ['so are those that only the negation has', 'free(S) :- sample(S), \\+ (hold(S, H), q(H)).'],
    ['whoever asks the rule gives the value', 'bad(S) :- \\+ abnormal(S). use(S) :- sample(S), bad(S).'],
    ['also through other rules', 'bad(S) :- \\+ abnormal(S). mid(S) :- bad(S). use(S) :- sample(S), mid(S).'],
    ['also below a negation', 'bad(S) :- \\+ abnormal(S). fine(S) :- sample(S), \\+ bad(S).'],
    [
      'also where goals are put together',
      'bad(S) :- \\+ abnormal(S). all(L) :- findall(S, sample(S), L), maplist(bad, L).',
    ],
    ['also in a circle of rules', 'a(S) :- \\+ abnormal(S), b(S). b(S) :- a(S). use(S) :- sample(S), a(S).'],
    ['= gives what either side has', 'p(X) :- X = Y, q(Y), \\+ abnormal(X).'],
    ['= gives parts their values', 'p(X) :- q(Z), f(Z) = f(X), \\+ abnormal(X).'],
    ['is gives its left side a value', 'p(D) :- n(X), D is X + 1, \\+ abnormal(D).'],
    ['findall gives its result a value', 'p(L) :- findall(X, q(X), L), \\+ abnormal(L).'],
    ['each alternative gives a value', 'p(X) :- ( q(X) ; X = b ), \\+ abnormal(X).'],
    ['an alternative that fails gives none', 'p(X) :- ( q(X) -> true ; fail ), \\+ abnormal(X).'],
    [
      'a recursion that holds has come from facts',
      'r(X, Y) :- e(X, Y). r(X, Y) :- e(X, Z), r(Z, Y). p(Y) :- r(_, Y), \\+ q(Y).',
    ],
  ])('%s', (_, source) => {
    expect(remarks(FACTS + source)).toEqual([]);
  });
});

describe('an error', () => {
  test('where the value comes too late', () => {
    expect(remarks(`${FACTS}p :- \\+ abnormal(X), q(X).`)).toEqual([
      'ERROR 2: X has no value yet where it is negated (\\+abnormal(X)): move the goal that gives X its value in front.',
    ]);
  });

  test('at the call that leaves the variable open, with the line that negates it', () => {
    const source = `${FACTS}bad(S) :- \\+ abnormal(S).\nuse(T) :- sample(T), bad(S), q(S).\nok(S) :- q(S), bad(S).`;
    expect(remarks(source)).toEqual([
      'ERROR 3: bad(S) is asked without a value for S, which is negated in line 2 (\\+abnormal(S)): put a goal that gives S its value in front of bad(S), or in front of the negation.',
    ]);
  });

  test('through any number of rules', () => {
    const source = `${FACTS}bad(S) :- \\+ abnormal(S).\nmid(T) :- bad(T).\nuse :- mid(_).`;
    expect(remarks(source)).toEqual([
      expect.stringMatching(/^ERROR 4: mid\(_\) is asked without a value for _, which/),
    ]);
  });

  test.each([
    ['inside a negation', 'p :- \\+ (\\+ q(X), q(X)).'],
    ['inside a condition', 'p :- ( \\+ q(X) -> q(X) ; true ).'],
    ['where one alternative gives no value', 'p(Y) :- q(Y), ( q(X) ; Y = b ), \\+ abnormal(X), q(X).'],
    ['where a rule leaves its argument open', 'r(X, _) :- q(X). p(X) :- r(X, Y), \\+ q(Y).'],
    ['behind a test that gives no value', 'p :- var(X), \\+ abnormal(X), q(X).'],
    ['behind a comparison that gives none', 'p(Y) :- q(Y), Y \\== X, \\+ abnormal(X), q(X).'],
  ])('%s', (_, source) => {
    expect(remarks(FACTS + source)).toEqual([expect.stringMatching(/^ERROR 2: /)]);
  });

  test('of a rule that finds values itself, but asks the negation first', () => {
    expect(remarks(`${FACTS}bad(S) :- \\+ abnormal(S), sample(S).`)).toEqual([
      'ERROR 2: S has no value where it is negated (\\+abnormal(S)), unless bad(S) is asked with one: move the goal that gives S its value in front.',
    ]);
  });

  test("at one's own negation where shipped rules leave the variable open, once", () => {
    const source = 'sample_defect(S, D) :- \\+ allowed(S, D).';
    const found = unsafeNegations(readProgram(source).clauses, LIBRARY_PROGRAM.clauses);
    expect(found.map(({ severity, message }) => [severity, message])).toEqual([
      [
        'ERROR',
        'D has no value where it is negated (\\+allowed(S,D)), because shipped rules ask sample_defect/2 without one: put a goal that gives D its value in front.',
      ],
    ]);
  });
});

describe('a warning', () => {
  test('where only a question can give the value', () => {
    expect(remarks(`${FACTS}bad(S) :- \\+ abnormal(S).`)).toEqual([
      'WARNING 2: S has no value where it is negated (\\+abnormal(S)), unless bad(S) is asked with one: the answer is about all S at once then. Put a goal in front that gives S its value.',
    ]);
  });

  test('where a value is missing only if the question leaves an argument open', () => {
    const source = `r(X, X).\nz(X) :- r(X, Y), \\+ q(Y).`;
    expect(remarks(source)).toEqual([
      'WARNING 2: Where a question leaves arguments open: Y has no value yet where it is negated (\\+q(Y)): move the goal that gives Y its value in front.',
    ]);
  });
});

test('the shipped rules are safe, and give their values to what an organization adds', () => {
  expect(unsafeNegations(LIBRARY_PROGRAM.clauses, [])).toEqual([]);
  const own = readProgram('blocker(S, registration, hot) :- \\+ cooled(S).').clauses;
  expect(unsafeNegations(own, LIBRARY_PROGRAM.clauses)).toEqual([]);
});

/** The clauses, which note each look at a rule or at a goal of it. */
function watched(clauses: readonly SourceClause[], note: () => void): SourceClause[] {
  const watching = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, name) {
        note();
        return Reflect.get(target, name);
      },
    });
  return clauses.map((clause) => watching({ ...clause, body: watching(clause.body) }));
}

describe('a text that is made to be dear is looked at a bounded number of times', () => {
  const letters = [...'ABCDEFGHIJKL'];
  const args = (bits: number) => letters.map((name, at) => ((bits >> at) & 1 ? name : 'c')).join(',');
  test.each([
    ['ever new ways of asking', (i: number) => `a(${letters}) :- a(${args(i)}), \\+ b(${letters}).`, 1_500],
    [
      'long bodies',
      (i: number) => `a(X) :- ${Array.from({ length: 200 }, (_, k) => `\\+ b(X${k}), c(Y${i})`).join()}.`,
      40,
    ],
    ['a long chain', (i: number) => `p${i}(X, Y) :- p${i + 1}(X, Z), \\+ q(Z, Y), r(Y).`, 3_000],
  ])('%s', (_, part, count) => {
    const source = Array.from({ length: count }, (__, i) => part(i)).join('\n');
    const { clauses } = readProgram(source);
    expect(clauses).toHaveLength(count);
    let looks = 0;
    const note = () => {
      looks += 1;
      if (looks > 1_000_000) throw new Error('There is no end to it.');
    };
    expect(() => unsafeNegations(watched(clauses, note), [])).not.toThrow();
    expect(looks).toBeGreaterThan(count);
  });
});
