import { programs } from '../../program.ts';

/** Tabling on graphs with cycles, of numbers and of structures. */
export const TABLE_PROGRAMS = programs(
  'programs: tabling',
  [
    [
      String.raw`:- table connected/2.
pipe(a, b). pipe(b, c). pipe(c, a). pipe(d, e). pipe(e, d). pipe(f, f).
connected(X, Y) :- pipe(X, Y).
connected(X, Y) :- connected(X, Z), connected(Z, Y).
loop(X) :- connected(X, X).
apart(X, Y) :- pipe(X, _), pipe(Y, _), X @< Y, \+ connected(X, Y).`,
      'connected(a, X)',
      'connected(X, d)',
      'loop(X)',
      'apart(X, Y)',
      'aggregate_all(count, connected(_, _), N)',
      'connected(a, d)',
      'connected(f, X)',
    ],
    [
      `:- table grammar/2.
grammar(S, R) :- grammar(S, [plus|T]), term(T, R).
grammar(S, R) :- term(S, R).
term([n|R], R).
parse(L) :- grammar(L, []).`,
      'parse([n])',
      'parse([n, plus, n, plus, n])',
      'parse([n, plus])',
      'grammar([n, plus, n], R)',
    ],
    [
      `:- table same/2.
same(X, X) :- thing(X). same(X, Y) :- same(Y, X). same(X, Z) :- same(X, Y), alias(Y, Z).
thing(a). thing(b). thing(c). thing(d). alias(a, b). alias(b, c).`,
      'same(a, X)',
      'same(c, X)',
      'same(d, X)',
      'same(X, Y), X @< Y',
    ],
    [
      `:- table ways/3.
step(0, 1). step(1, 2). step(2, 3). step(0, 2). step(1, 3).
ways(X, X, 0). ways(X, Y, N) :- step(X, Z), ways(Z, Y, M), N is M + 1.
:- table lcs/3.
lcs([], _, 0) :- !. lcs(_, [], 0) :- !.
lcs([X|Xs], [X|Ys], N) :- !, lcs(Xs, Ys, M), N is M + 1.
lcs([X|Xs], [Y|Ys], N) :- lcs(Xs, [Y|Ys], A), lcs([X|Xs], Ys, B), N is max(A, B).`,
      'ways(0, 3, N)',
      'aggregate_all(min(N), ways(0, 3, N), M)',
      'atom_chars(nitrate, X), atom_chars(nitrite, Y), lcs(X, Y, N)',
      'atom_chars(abcbdab, X), atom_chars(bdcaba, Y), lcs(X, Y, N)',
    ],
    [
      String.raw`:- table reach/2, both/2.
e(1, 2). e(2, 3). e(3, 1). e(3, 4). e(4, 5). e(5, 4). e(6, 6).
reach(X, Y) :- e(X, Y). reach(X, Y) :- reach(X, Z), e(Z, Y).
both(X, Y) :- reach(X, Y), reach(Y, X).
component(X, C) :- e(X, _), findall(Y, both(X, Y), Ys), sort(Ys, C).
top(X) :- e(X, _), \+ (e(Y, _), reach(Y, X), \+ reach(X, Y)).`,
      'both(X, Y)',
      'component(X, C)',
      'setof(C, X^component(X, C), L)',
      'top(X)',
      'reach(1, Y), Y > 3',
    ],
    [
      `:- table fib/2.
fib(0, 0). fib(1, 1).
fib(N, F) :- N > 1, A is N - 1, B is N - 2, fib(A, X), fib(B, Y), F is X + Y.
:- table stairs/2.
stairs(0, 1). stairs(N, W) :- N > 0, findall(V, (member(S, [1, 2, 3]), M is N - S, M >= 0, stairs(M, V)), Vs), sum_list(Vs, W).`,
      'fib(200, F)',
      'fib(30, F), fib(29, G)',
      'stairs(10, W)',
      'findall(F, (between(0, 10, N), fib(N, F)), L)',
    ],
    [
      `:- table even/1, odd/1.
even(0). even(N) :- between(1, 12, N), M is N - 1, odd(M).
odd(N) :- between(1, 12, N), M is N - 1, even(M).
square(N, S) :- even(N), S is N * N.`,
      'even(N)',
      'odd(N)',
      'even(7)',
      'square(N, S)',
    ],
    [
      String.raw`:- table winning/1.
move(a, b). move(b, c). move(c, d). move(a, d). move(d, e).
rank(e, 0). rank(X, R) :- move(X, _), findall(Q, (move(X, Y), rank(Y, Q)), Qs), max_list(Qs, M), R is M + 1.
winning(X) :- move(X, Y), losing(Y).
losing(X) :- member(X, [a, b, c, d, e]), forall(move(X, Y), can_win(Y)).
can_win(X) :- move(X, Y), \+ (move(Y, Z), \+ (move(Z, _), Z \== Z)), move(X, Y).`,
      'rank(a, R)',
      'losing(e)',
      'winning(d)',
    ],
    [
      `:- table path/3.
road(a, b, 3). road(b, c, 4). road(a, c, 9). road(c, d, 1). road(d, a, 2).
path(X, Y, C) :- road(X, Y, C).
path(X, Y, C) :- path(X, Z, A), road(Z, Y, B), C is A + B, C < 15.
cheapest(X, Y, C) :- aggregate_all(min(D), path(X, Y, D), C).`,
      'path(a, d, C)',
      'cheapest(a, d, C)',
      'member(Y, [a, b, c, d]), cheapest(a, Y, C)',
      'path(X, a, C), C =< 3',
    ],
    [
      String.raw`:- table derives/2.
made(s1, a1). made(a1, b1). made(b1, s1). made(b1, c1). blend(c1, x1). blend(x1, a1).
derives(X, Y) :- made(X, Y). derives(X, Y) :- blend(X, Y).
derives(X, Y) :- made(X, Z), derives(Z, Y). derives(X, Y) :- blend(X, Z), derives(Z, Y).
suspicious(X) :- derives(X, X).
clean_origin(X) :- member(X, [s1, a1, b1, c1, x1, z1]), \+ derives(_, X).`,
      'derives(s1, X)',
      'derives(X, x1)',
      'suspicious(X)',
      'clean_origin(X)',
      'setof(Y, derives(c1, Y), L)',
    ],
    [
      `:- table closure/2.
rel(f(1), f(2)). rel(f(2), g(1)). rel(g(1), f(1)). rel("s", 's'). rel(1, 1.0). rel(1.0, 1).
closure(X, Y) :- rel(X, Y). closure(X, Y) :- closure(X, Z), rel(Z, Y).`,
      'closure(f(1), X)',
      'closure("s", X)',
      'closure(1, X)',
      'closure(f(X), f(Y))',
      'closure(X, 1.0)',
    ],
    [
      `:- table p/1, q/1, r/1.
p(X) :- q(X). p(X) :- r(X), X < 3. p(0).
q(X) :- p(Y), X is Y + 1, X =< 4. q(9).
r(X) :- q(X). r(X) :- p(X).`,
      'p(X)',
      'q(X)',
      'r(X)',
      'p(X), q(X), r(X)',
      'aggregate_all(sum(X), r(X), S)',
    ],
    [
      `:- table tc(_, _).
n(X) :- between(1, 7, X). e(X, Y) :- n(X), Y is X * 2 mod 7 + 1.
tc(X, Y) :- e(X, Y). tc(X, Y) :- e(X, Z), tc(Z, Y).`,
      'tc(1, X)',
      'tc(X, X)',
      'tc(X, 3)',
      'aggregate_all(count, tc(_, _), N)',
    ],
  ],
  true,
);
