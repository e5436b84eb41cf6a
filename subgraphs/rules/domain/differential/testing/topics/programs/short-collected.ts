import { programs } from '../../program.ts';

/** Small programs that collect, recurse, throw. */
export const SHORT_COLLECTED = programs('short programs: collecting and errors', [
  [
    'v(1, a). v(2, b). v(3, a).',
    'bagof(N, v(N, K), L)',
    'setof(K, N^v(N, K), L)',
    'aggregate_all(sum(N), v(N, a), S)',
    'aggregate_all(max(N), v(N, z), S)',
  ],
  [
    'item(x, 4). item(y, 4). item(z, 1).',
    'aggregate_all(max(V, K), item(K, V), M)',
    'setof(V-K, item(K, V), L)',
    'findall(K, item(K, 4), L)',
  ],
  [
    'lives(ann, oslo). lives(bob, rome). lives(cid, oslo). city(C, Ps) :- setof(P, lives(P, C), Ps).',
    'city(C, P)',
    'city(paris, P)',
    'findall(C-N, (city(C, P), length(P, N)), L)',
  ],
  [
    'g(1, [a, b]). g(2, []). g(3, [c]). flat(L) :- findall(X, (g(_, Xs), member(X, Xs)), L).',
    'flat(L)',
    'setof(N, X^Xs^(g(N, Xs), member(X, Xs)), L)',
  ],
  [
    'q(X) :- member(X, [b, a, b]). n(N) :- aggregate_all(count, q(_), N).',
    'n(N)',
    'setof(X, q(X), L)',
    'aggregate_all(bag(X), q(X), L)',
    'aggregate_all(count, q(b), N)',
  ],
  [
    'empty(L) :- findall(X, fail, L). none :- \\+ bagof(X, fail, _).',
    'empty(L)',
    'none',
    'aggregate_all(count, fail, N)',
    'aggregate_all(sum(1), fail, N)',
  ],
  [
    'pos(X) :- member(X, [3, -1, 2]), X > 0.',
    'findall(Y, (pos(X), Y is X * X), L)',
    'aggregate_all(min(X), pos(X), M)',
    'forall(pos(X), X > 1)',
  ],
  [
    'triple(X, Y, Z) :- member(X, [1, 2]), member(Y, [a, b]), Z = X-Y.',
    'bagof(Z, X^triple(X, Y, Z), L)',
    'bagof(Z, triple(X, Y, Z), L)',
    'findall(Z, triple(_, _, Z), L)',
  ],
  ['s(a, 1). s(b, 2). best(K) :- s(K, V), forall(s(_, W), V >= W).', 'best(K)', 'aggregate_all(max(V-K), s(K, V), M)'],
  [
    'boss(a, b). boss(a, c). boss(c, d). team(X, t(X, Ts)) :- findall(T, (boss(X, Y), team(Y, T)), Ts).',
    'team(a, T)',
    'team(d, T)',
  ],
  [
    'check(X) :- ( X > 10 -> throw(too_big(X)) ; X < 0 -> throw(negative) ; true ). ok(X, R) :- catch((check(X), R = fine), B, R = B).',
    'ok(5, R)',
    'ok(50, R)',
    'ok(-5, R)',
    'ok(a, error(E, _))',
  ],
  ['f(0) :- throw(done). f(N) :- M is N - 1, f(M).', 'catch(f(10), X, true)', 'catch(f(10), other, true)'],
  [
    'must(G) :- ( catch(G, E, (throw(wrapped(E)))) -> true ; throw(failed(G)) ).',
    'must(true)',
    'must(fail)',
    'catch(must(fail), failed(G), true)',
    'catch(must(throw(x)), wrapped(W), true)',
  ],
  [
    'parse(T, N) :- catch(number_codes(N, T), error(syntax_error(_), _), N = none).',
    'parse("12", N)',
    'parse("1x", N)',
    'parse("", N)',
  ],
  [
    'attempt([], none). attempt([G|Gs], R) :- ( catch(G, _, fail) -> R = G ; attempt(Gs, R) ).',
    'attempt([fail, X is 1 / 0, X = 3], R)',
    'attempt([fail], R)',
  ],
  [
    'lazy(X, Y) :- catch(Y is X, error(type_error(evaluable, N/A), _), Y = unknown(N, A)).',
    'lazy(1 + 2, Y)',
    'lazy(foo, Y)',
    'lazy(bar(1), Y)',
    'lazy(_, Y)',
  ],
  ['deep(0, X) :- X = bottom. deep(N, X) :- N > 0, M is N - 1, deep(M, X).', 'deep(20000, X)'],
  ['up(N, M) :- N >= M, !. up(N, M) :- K is N + 1, up(K, M).', 'up(0, 20000)'],
  [
    'list(0, []) :- !. list(N, [N|T]) :- M is N - 1, list(M, T).',
    'list(5, L)',
    'list(5000, L), length(L, N), last(L, X), sum_list(L, S)',
  ],
  [
    'mul_table(N, R) :- findall(P, (between(1, 3, I), P is N * I), R).',
    'mul_table(7, R)',
    'findall(R, (between(1, 2, N), mul_table(N, R)), L)',
  ],
  [
    ':- table hop/2.\nhop(X, Y) :- link(X, Y). hop(X, Y) :- hop(X, Z), link(Z, Y). link(1, 2). link(2, 1).',
    'findall(Y, hop(1, Y), _L0), sort(_L0, L)',
    'hop(3, _)',
  ],
  [':- table grand/2.\nup(a, b). up(b, c). up(c, a). grand(X, Z) :- up(X, Y), up(Y, Z).', 'setof(X-Z, grand(X, Z), L)'],
  [
    ':- table n/1.\nn(0). n(X) :- n(Y), Y < 5, X is Y + 1.',
    'findall(X, n(X), _L0), sort(_L0, L)',
    'aggregate_all(count, n(_), C)',
  ],
  [
    ':- table anc/2.\nanc(X, Y) :- par(X, Y). anc(X, Z) :- anc(X, Y), anc(Y, Z). par(a, b). par(b, c). par(c, d).',
    'setof(Y, anc(a, Y), L)',
    'setof(X, anc(X, d), L)',
    'aggregate_all(count, anc(_, _), N)',
  ],
]);
