import { describe, expect, test } from 'vitest';
import { ask, asking } from './ask.ts';
import { DEFAULT_LIMITS } from './budget.ts';
import { readTerm } from './parser.ts';
import { askText, knowledgeOf, stoppedClock } from './testing.ts';
import { whyNot } from './why-not.ts';

/** Rules that would never end, or fill the memory, and what stops them. */
const RUNAWAY = knowledgeOf(`loop :- loop.
left(X) :- left(X), a. a.
grow(X) :- grow([X|X]).
nat(0). nat(s(X)) :- nat(X).
count(N) :- M is N + 1, count(M).
length_of([], 0). length_of([_|T], N) :- length_of(T, M), N is M + 1.
square(N) :- M is N * N, square(M).
twice(X) :- atom_concat(X, X, Y), twice(Y).
both :- both, both. both.
power(0) :- !. power(N) :- M is N - 1, power(M), power(M).
join(L) :- append(L, L, M), join(M).
catching(N) :- M is N + 1, catch(catching(M), never, true), true.
:- table up/1.
up(X) :- up(Y), X is Y + 1. up(0).
:- table reach/2.
reach(X, Y) :- step(X, Y).
reach(X, Z) :- reach(X, Y), step(Y, Z).
${Array.from({ length: 20 }, (_, i) => `step(${i + 1}, ${((i + 1) % 20) + 1}).`).join(' ')}
:- table deeper/1.
deeper(s(X)) :- deeper(X). deeper(0).
`);

describe('every evaluation ends within its budget', () => {
  test.each([
    ['loop', 'INFERENCES'],
    ['left(a)', 'DEPTH'],
    ['grow(a)', 'INFERENCES'],
    ['nat(X), fail', 'INFERENCES'],
    ['count(0)', 'INFERENCES'],
    ['numlist(1, 20000, L), length_of(L, N)', 'DEPTH'],
    ['square(3)', 'MEMORY'],
    ['twice(abc)', 'MEMORY'],
    ['both, fail', 'DEPTH'],
    ['power(60)', 'INFERENCES'],
    ['join([a])', 'INFERENCES'],
    ['catching(0)', 'DEPTH'],
    ['up(X), fail', 'INFERENCES'],
    ['deeper(X), fail', 'MEMORY'],
    ['length(L, N), N < 0', 'MEMORY'],
    ['length(L, 100000000)', 'MEMORY'],
    ['functor(T, f, 50000000)', 'MEMORY'],
    ['numlist(1, 50000000, L)', 'INFERENCES'],
    ['X is 2 ** 100000000', 'MEMORY'],
    ['X is 7 ** (7 ** 9)', 'MEMORY'],
    ['X is 1 << 10000000000', 'MEMORY'],
    ['findall(X, between(1, inf, X), L)', 'INFERENCES'],
    ['aggregate_all(count, repeat, C)', 'INFERENCES'],
    ['bagof(X, between(1, inf, X), L)', 'INFERENCES'],
    ['forall(repeat, true)', 'INFERENCES'],
    ['append(X, Y, Z), fail', 'INFERENCES'],
    ['member(x, L), fail', 'INFERENCES'],
    ['nth1(N, L, x), N < 0', 'INFERENCES'],
    ['maplist(=(x), L), L = y', 'INFERENCES'],
    ['permutation([1,2,3,4,5,6,7,8,9,10,11], P), fail', 'INFERENCES'],
  ])('%s is stopped by %s', (goal, reason) => {
    const { stoppedBy, answers } = askText(RUNAWAY, goal, { inferences: 100_000, millis: 60_000 });
    expect({ stoppedBy, answers }).toEqual({ stoppedBy: reason, answers: [] });
  });

  test.each([
    ['findall(X, between(1, 101, X), L)', { rows: 100 }, 'ROWS'],
    ['findall(X, between(1, 100, X), L)', { rows: 100 }, null],
    ['aggregate_all(sum(X), between(1, 101, X), S)', { rows: 100 }, 'ROWS'],
    ['aggregate_all(sum(X + 1), between(1, 101, X), S)', { rows: 100 }, 'ROWS'],
    ['bagof(X, between(1, 101, X), L)', { rows: 100 }, 'ROWS'],
    ['up(X), fail', { rows: 10 }, 'ROWS'],
    ['reach(1, X), fail', { rows: 10 }, 'ROWS'],
    ['reach(1, X), fail', { rows: 20 }, null],
    ['numlist(1, 30000, L), findall(L, between(1, 9, _), _), length(_, 30000)', { memory: 1 }, 'MEMORY'],
  ])('%s within %j ends by %s', (goal, limits, reason) => {
    expect(askText(RUNAWAY, goal, { ...limits, millis: 60_000 }).stoppedBy).toBe(reason);
  });
});

const DEEP = knowledgeOf(`nest(0, T, T) :- !.
nest(N, A, T) :- M is N - 1, nest(M, f(A), T).
left(0, T, T) :- !.
left(N, A, T) :- M is N - 1, left(M, A + 1, T).
down(0) :- !.
down(N) :- M is N - 1, down(M), true.`);

describe('no depth of terms or calls is on the stack', () => {
  test.each([
    'nest(50000, X, T), copy_term(T, U), T =@= U, ground(f)',
    'nest(50000, x, T), nest(50000, x, U), T = U, T == U, compare(=, T, U)',
    'nest(50000, X, T), nest(50000, Y, U), T = U, X == Y',
    'nest(50000, X, T), term_variables(T, [Y]), X == Y',
    'nest(50000, x, T), findall(T, true, [U]), T == U',
    'nest(50000, X, T), \\+ X = T',
    'nest(50000, x, T), catch(throw(T), U, T == U)',
    'nest(50000, x, T), sort([T, a, T], [a, _])',
    'nest(50000, x, T), setof(T, member(T, [T]), [_])',
    'down(90000)',
  ])('%s', (goal) => {
    const limits = { inferences: 2_000_000, depth: 100_000, millis: 60_000 };
    // The terms stay inside: the answer would be too deep to be written.
    const { stoppedBy, answers } = askText(DEEP, `\\+ \\+ (${goal})`.replace(/\b[A-Z]\w*/g, '_$&'), limits);
    expect({ stoppedBy, count: answers.length }).toEqual({ stoppedBy: null, count: 1 });
  });

  test('a calculation or a text too deep for it ends the question, not the process', () => {
    const limits = { inferences: 2_000_000, millis: 60_000 };
    expect(askText(DEEP, 'left(50000, 1, T), X is T', limits).stoppedBy).toBe('DEPTH');
    expect(() => askText(DEEP, 'nest(50000, x, T), term_to_atom(T, A)', limits)).toThrow('too large');
  });
});

/** A clock that goes on by a tenth of a millisecond whenever it is read: the more often, the more work was done. */
function readClock() {
  let reads = 0;
  return { now: () => ++reads / 10, reads: () => reads };
}

describe('whatever runs lets others have their turn', () => {
  const limits = { ...DEFAULT_LIMITS, inferences: 100_000, depth: 100_000, millis: 60_000 };

  test.each([
    'loop',
    'grow(a)',
    'nat(X), fail',
    'count(0)',
    'power(60)',
    'join([a])',
    'up(X), fail',
    'findall(X, between(1, inf, X), L)',
    'forall(repeat, true)',
    'between(1, inf, X), X < 0',
    'catch(loop, _, true)',
    'permutation([1,2,3,4,5,6,7,8,9,10,11], P), fail',
  ])('%s', (goal) => {
    const { now, reads } = readClock();
    const work = asking(RUNAWAY, { goal: readTerm(goal).term, variables: new Map(), limits, distinct: false }, now);
    let longest = 0;
    for (let turns = 0, before = reads(), step = work.next(); ; before = reads(), step = work.next(), turns++) {
      longest = Math.max(longest, reads() - before);
      if (!step.done) continue;
      expect(step.value.stoppedBy).toBe('INFERENCES');
      expect(turns).toBeGreaterThan(10);
      break;
    }
    // Half a millisecond, and what it takes to notice that it is over.
    expect(longest).toBeLessThan(12);
  });

  test('what is answered in slices is what is answered at once', () => {
    const question = { goal: readTerm('permutation([1,2,3,4,5,6,7], P), P = [7|_]').term, distinct: false };
    const asked = { ...question, variables: new Map(), limits: { ...limits, answers: 1_000 } };
    const { now, reads } = readClock();
    let turns = 0;
    const work = asking(RUNAWAY, asked, now);
    let step = work.next();
    for (; !step.done; step = work.next()) turns += 1;
    expect(turns).toBeGreaterThan(2);
    expect(step.value.answers).toHaveLength(720);
    expect(step.value.answers).toEqual(ask(RUNAWAY, asked, stoppedClock).answers);
    expect(step.value.elapsedMs).toBeLessThan(reads() / 10);
  });

  test('the time in which others have their turn is not its own', () => {
    let now = 0;
    const asked = {
      goal: readTerm('loop').term,
      variables: new Map(),
      limits: { ...limits, millis: 10 },
      distinct: false,
    };
    const work = asking(RUNAWAY, asked, () => (now += 0.1));
    let step = work.next();
    for (; !step.done; step = work.next()) now += 1_000;
    expect(step.value).toMatchObject({ stoppedBy: 'TIME' });
    expect(step.value.elapsedMs).toBeGreaterThan(9);
    expect(step.value.elapsedMs).toBeLessThan(12);
  });
});

const LARGE = knowledgeOf(`tree(0, x) :- !.
tree(N, t(T, T)) :- M is N - 1, tree(M, T).
doubled(0, X, X) :- !.
doubled(N, X, R) :- atom_concat(X, X, Y), M is N - 1, doubled(M, Y, R).
${Array.from({ length: 600 }, (_, i) => `edge(n${i}, n${(i + 1) % 600}).`).join('\n')}
:- table path/2, pair/2.
path(X, Y) :- edge(X, Y).
path(X, Z) :- path(X, Y), edge(Y, Z).
pair(X, Y) :- edge(X, _), edge(Y, _).`);

describe('no single goal keeps the process: what cannot stop in between ends as too much', () => {
  test.each([
    'tree(60, T), ground(T)',
    'tree(60, T), term_variables(T, L)',
    'tree(60, T), copy_term(T, U)',
    'tree(60, T), tree(60, U), T = U',
    'tree(60, T), tree(60, U), T == U',
    'tree(60, T), U = T, \\+ T \\= a, T =@= U',
    'tree(60, T), subsumes_term(T, T)',
    'tree(60, T), must_be(text, T)',
    'tree(60, T), findall(T, true, L)',
    'tree(60, T), catch(throw(T), U, true)',
    'tree(60, T), bagof(X, member(X-T, [a-T]), L)',
    'length(L, 3000000)',
    'doubled(20, abcdefgh, A)',
    'doubled(12, abcdefgh, A), length(L, 100), maplist(=(A), L), atomic_list_concat(L, B)',
    'doubled(12, abcdefgh, A), length(L, 100), maplist(=(A), L), atomic_list_concat(L, A, B)',
    'X is 2 ** 99999, Y is X * X',
    'X is 3 ** 60000, Y is powm(X, X, X + 1)',
    'X is 3 ** 60000, Y is 5 ** 40000, Z is gcd(X, Y)',
  ])('%s', (goal) => {
    const { now } = readClock();
    const hidden = `\\+ \\+ (${goal})`.replace(/\b[A-Z]\w*/g, '_$&');
    const { stoppedBy } = askText(LARGE, hidden, { inferences: 5_000_000, depth: 100_000, millis: 1_000 }, now);
    expect(stoppedBy).toBe('MEMORY');
  });

  test.each([
    'numlist(1, 60000, L), msort(L, M)',
    'numlist(1, 60000, L), sort(0, @>=, L, M)',
    'findall(X-a, between(1, 60000, X), L), keysort(L, M)',
    'setof(X, between(1, 60000, X), L)',
    'bagof(Y-X, (between(1, 60000, X), Y = a), L)',
    'aggregate_all(set(X), between(1, 60000, X), L)',
    'aggregate_all(sum(X), between(1, 60000, X), L)',
    'aggregate_all(max(X, a), between(1, 60000, X), L)',
    'aggregate_all(count, path(X, Y), 360000)',
    'aggregate_all(count, pair(X, Y), 360000)',
  ])('%s lets others have their turn while it sorts, sums and derives', (goal) => {
    const { now, reads } = readClock();
    const limits = { ...DEFAULT_LIMITS, millis: 60_000 };
    const { term } = readTerm(`\\+ \\+ (${goal})`.replace(/\b[A-Z]\w*/g, '_$&'));
    const work = asking(LARGE, { goal: term, variables: new Map(), limits, distinct: false }, now);
    let longest = 0;
    let before = 0;
    for (let step = work.next(); !step.done; step = work.next()) {
      longest = Math.max(longest, reads() - before);
      before = reads();
    }
    expect(longest).toBeLessThan(15);
  });

  test('what is written of answers is of the budget', () => {
    const { now } = readClock();
    // Few goals, each answer 65,000 characters long.
    const { stoppedBy, answers } = askText(LARGE, 'tree(14, T), repeat', { answers: 1_000, millis: 2 }, now);
    expect(stoppedBy).toBe('TIME');
    expect(answers.length).toBeLessThan(20);
  });
});

test('why not says nothing of a term that is too large to be looked through', () => {
  const { term } = readTerm('tree(60, T), missing(T)');
  const options = { limits: DEFAULT_LIMITS, clock: stoppedClock };
  expect(whyNot(LARGE, term, options)).toMatchObject({ holds: false, stoppedBy: 'MEMORY' });
});
