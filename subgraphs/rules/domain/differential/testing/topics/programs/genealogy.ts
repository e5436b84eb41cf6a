import { programs } from '../../program.ts';

const TREE = `
parent(s1, a1). parent(s1, a2). parent(a1, b1). parent(a1, b2). parent(a2, b3). parent(b1, c1). parent(b3, c2). parent(c1, d1).
`;

/** Recursion over samples and the aliquots made of them, and other recursions. */
export const RECURSIVE_PROGRAMS = programs('programs: recursion', [
  [
    `${TREE}
below(P, C) :- parent(P, C).
below(P, C) :- parent(P, X), below(X, C).
generation(s1, 0). generation(C, G) :- parent(P, C), generation(P, H), G is H + 1.
leaf(X) :- parent(_, X), \\+ parent(X, _).`,
    'below(a1, X)',
    'below(X, d1)',
    'generation(X, 2)',
    'leaf(X)',
    'aggregate_all(max(G, X), generation(X, G), M)',
    'setof(G-X, generation(X, G), L)',
  ],
  [
    `${TREE}
tree(X, t(X, Ts)) :- findall(T, (parent(X, C), tree(C, T)), Ts).
size(t(_, Ts), N) :- maplist(size, Ts, Ns), sum_list(Ns, S), N is S + 1.
height(t(_, []), 0) :- !.
height(t(_, Ts), H) :- maplist(height, Ts, Hs), max_list(Hs, M), H is M + 1.`,
    'tree(a2, T)',
    'tree(s1, T), size(T, N), height(T, H)',
    'tree(z, T)',
  ],
  [
    `${TREE}
ancestors(X, [P|As]) :- parent(P, X), !, ancestors(P, As).
ancestors(_, []).
common(X, Y, A) :- ancestors(X, As), ancestors(Y, Bs), member(A, As), memberchk(A, Bs), !.
distance(X, Y, D) :- ancestors(X, As), ancestors(Y, Bs), nth0(I, [X|As], A), nth0(J, [Y|Bs], A), !, D is I + J.`,
    'ancestors(d1, L)',
    'common(d1, c2, A)',
    'common(b1, b2, A)',
    'distance(d1, c2, D)',
    'distance(d1, a1, D)',
    'distance(x, y, D)',
  ],
  [
    `${TREE}
volume(s1, 100). taken(a1, 40). taken(a2, 30). taken(b1, 15). taken(b2, 15). taken(b3, 5). taken(c1, 3). taken(c2, 2). taken(d1, 1).
start(X, V) :- volume(X, V). start(X, V) :- taken(X, V).
left(X, V) :- start(X, S), findall(T, (parent(X, C), taken(C, T)), Ts), sum_list(Ts, Sum), V is S - Sum.
overdrawn(X) :- left(X, V), V < 0.`,
    'left(X, V)',
    'overdrawn(X)',
    'aggregate_all(sum(V), left(_, V), S)',
  ],
  [
    `part(kit, bottle, 2). part(kit, label, 3). part(bottle, cap, 1). part(bottle, glass, 1). part(cap, seal, 2). part(label, ink, 1).
needs(X, Y, N) :- part(X, Y, N).
needs(X, Y, N) :- part(X, Z, A), needs(Z, Y, B), N is A * B.
total(X, Y, T) :- setof(P, A^B^part(A, P, B), Ps), member(Y, Ps), aggregate_all(sum(N), needs(X, Y, N), T), T > 0.`,
    'needs(kit, Y, N)',
    'total(kit, Y, T)',
    'needs(X, seal, N)',
    'total(ink, Y, T)',
  ],
  [
    `insert(nil, K, t(nil, K, nil)).
insert(t(L, X, R), K, t(M, X, R)) :- K @< X, !, insert(L, K, M).
insert(t(L, X, R), K, t(L, X, M)) :- K @> X, !, insert(R, K, M).
insert(T, _, T).
made([], T, T). made([K|Ks], A, T) :- insert(A, K, B), made(Ks, B, T).
inorder(nil, []). inorder(t(L, X, R), Ks) :- inorder(L, A), inorder(R, B), append(A, [X|B], Ks).`,
    'made([3, 1, 2, 5, 3], nil, T)',
    'made([m, b, z, a, c], nil, T), inorder(T, L)',
    'inorder(T, [x])  , !',
    'made([1, 1.0, a, "a"], nil, T), inorder(T, L)',
  ],
  [
    `ack(0, N, R) :- !, R is N + 1.
ack(M, 0, R) :- !, K is M - 1, ack(K, 1, R).
ack(M, N, R) :- K is M - 1, J is N - 1, ack(M, J, S), ack(K, S, R).`,
    'ack(2, 3, R)',
    'ack(3, 3, R)',
  ],
  [
    `fact(0, 1) :- !. fact(N, F) :- M is N - 1, fact(M, G), F is N * G.
tail(N, F) :- tail(N, 1, F).
tail(0, F, F) :- !. tail(N, A, F) :- B is A * N, M is N - 1, tail(M, B, F).
binomial(N, K, B) :- fact(N, X), fact(K, Y), D is N - K, fact(D, Z), B is X // (Y * Z).`,
    'fact(25, F)',
    'tail(50, F)',
    'binomial(40, 20, B)',
    'fact(20, F), tail(20, F)',
  ],
  [
    `steps(1, 0) :- !.
steps(N, S) :- ( N mod 2 =:= 0 -> M is N // 2 ; M is 3 * N + 1 ), steps(M, T), S is T + 1.
record(N, S) :- aggregate_all(max(X, I), (between(1, 60, I), steps(I, X)), max(S, N)).`,
    'steps(27, S)',
    'record(N, S)',
    'findall(S, (between(1, 10, N), steps(N, S)), L)',
  ],
  [
    `subset_sum([], 0, []).
subset_sum([X|Xs], S, [X|Ys]) :- S >= X, T is S - X, subset_sum(Xs, T, Ys).
subset_sum([_|Xs], S, Ys) :- subset_sum(Xs, S, Ys).
change(0, _, []) :- !.
change(N, [C|Cs], [C|Rest]) :- N >= C, M is N - C, change(M, [C|Cs], Rest).
change(N, [_|Cs], Rest) :- change(N, Cs, Rest).`,
    'subset_sum([3, 34, 4, 12, 5, 2], 9, L)',
    'change(10, [5, 2, 1], L)',
    'aggregate_all(count, change(25, [10, 5, 1], _), N)',
    'subset_sum([5], 3, L)',
  ],
  [
    `row(0, [1]) :- !.
row(N, R) :- M is N - 1, row(M, P), next([0|P], R).
next([X], [X]). next([X, Y|T], [Z|R]) :- Z is X + Y, next([Y|T], R).
power_set([], []). power_set([X|T], [X|P]) :- power_set(T, P). power_set([_|T], P) :- power_set(T, P).
gray(0, ['']) :- !. gray(N, L) :- M is N - 1, gray(M, A), reverse(A, B), maplist(atom_concat('0'), A, X), maplist(atom_concat('1'), B, Y), append(X, Y, L).`,
    'row(6, R)',
    'power_set([a, b, c], P)',
    'gray(3, L)',
  ],
  [
    `eval(X, X) :- number(X), !.
eval(A + B, V) :- !, eval(A, X), eval(B, Y), V is X + Y.
eval(A * B, V) :- !, eval(A, X), eval(B, Y), V is X * Y.
eval(-A, V) :- !, eval(A, X), V is -X.
eval(let(N, A, B), V) :- !, eval(A, X), put(B, N, X, C), eval(C, V).
put(N, N, X, X) :- !.
put(T, N, X, U) :- compound(T), !, T =.. [F|As], maplist(put_in(N, X), As, Bs), U =.. [F|Bs].
put(T, _, _, T).
put_in(N, X, A, B) :- put(A, N, X, B).
d(X, X, 1) :- !. d(C, _, 0) :- atomic(C), !.
d(A + B, X, DA + DB) :- d(A, X, DA), d(B, X, DB).
d(A * B, X, A * DB + B * DA) :- d(A, X, DA), d(B, X, DB).`,
    'eval(1 + 2 * -3, V)',
    'eval(let(n, 2 + 3, n * n), V)',
    'd(x * x + 3 * x, x, D)',
    'put(f(a, g(a, b)), a, 1, T)',
    'eval(foo, V)',
  ],
  [
    `even(0). even(s(N)) :- odd(N). odd(s(N)) :- even(N).
plus_s(0, Y, Y). plus_s(s(X), Y, s(Z)) :- plus_s(X, Y, Z).
times_s(0, _, 0). times_s(s(X), Y, Z) :- times_s(X, Y, W), plus_s(Y, W, Z).
to_int(0, 0). to_int(s(X), N) :- to_int(X, M), N is M + 1.`,
    'even(s(s(s(s(0)))))',
    'odd(s(s(0)))',
    'plus_s(X, Y, s(s(s(0))))',
    'times_s(s(s(0)), s(s(s(0))), Z), to_int(Z, N)',
  ],
  [
    `knight(X/Y, U/V) :- member(A/B, [1/2, 2/1, -1/2, -2/1, 1/(-2), 2/(-1), -1/(-2), -2/(-1)]), U is X + A, V is Y + B, between(1, 4, U), between(1, 4, V).
reach(P, P, 0). reach(P, Q, N) :- N > 0, M is N - 1, knight(P, R), reach(R, Q, M).`,
    'knight(1/1, P)',
    'setof(P, reach(1/1, P, 2), L)',
    'aggregate_all(count, reach(1/1, 4/4, 2), N)',
  ],
]);
