import { programs } from '../../program.ts';

/** Cuts, conditions, negation, joins. */
export const LOGIC_PROGRAMS = programs('programs: control, negation and joins', [
  [
    `p(1). p(2). p(3).
first(X) :- p(X), !.
two(X, Y) :- p(X), first(Y).
cut_between(X, Y) :- p(X), !, p(Y).
cut_last(X, Y) :- p(X), p(Y), !.`,
    'two(X, Y)',
    'cut_between(X, Y)',
    'cut_last(X, Y)',
    'p(X), (first(X) -> Y = first ; Y = later)',
  ],
  [
    `t(1, a). t(2, b). t(3, c).
s(X, R) :- ( t(X, V) *-> R = found(V) ; R = none ).
h(X, R) :- ( t(X, V) -> R = found(V) ; R = none ).`,
    's(X, R)',
    'h(X, R)',
    's(9, R)',
    '(t(X, V), X > 1 *-> true ; V = none)',
    '((fail *-> true ; member(X, [p, q])), Y = X)',
  ],
  [
    `a(X) :- b(X), ( X > 1, ! ; true ), c(X).
b(1). b(2). b(3). c(1). c(2). c(3).
d(X) :- ( b(X), X > 1 -> ! ; true ).
d(none).`,
    'a(X)',
    'd(X)',
    'findall(X, a(X), L)',
    'b(X), \\+ \\+ a(X)',
  ],
  [
    `n(1). n(2). n(3).
g(G) :- call(G), !.
m(X) :- G = n(X), ( G ; X = more ).
w(X) :- call(( n(X), ! ; X = other )).
o(X) :- once(( n(X), X > 1 )).
k(X) :- n(X), call(!).`,
    'g(n(X))',
    'm(X)',
    'w(X)',
    'o(X)',
    'k(X)',
  ],
  [
    `classify(X, negative) :- X < 0, !.
classify(0, zero) :- !.
classify(X, even) :- X mod 2 =:= 0, !.
classify(_, odd).`,
    'member(X, [-4, 0, 3, 8]), classify(X, C)',
    'classify(0, odd)',
    'classify(0, C)',
    'findall(C, (between(-1, 3, X), classify(X, C)), L)',
  ],
  [
    `grade(S, G) :- score(S, P), ( P >= 90 -> G = a ; P >= 80 -> G = b ; P >= 70 -> G = c ; G = f ).
score(x, 95). score(y, 80). score(z, 12). score(u, 79.99).`,
    'grade(S, G)',
    'grade(S, f)',
    'setof(G-S, grade(S, G), L)',
  ],
  [
    String.raw`r(a, 1). r(b, 2). r(c, 3). q(1). q(3).
only(X) :- r(X, N), \+ q(N).
both(X) :- r(X, N), \+ \+ q(N).
none :- \+ (r(_, N), q(N)).
all :- \+ (r(_, N), \+ q(N)).
pairwise(X, Y) :- r(X, A), r(Y, B), A < B, \+ (r(_, C), C > A, C < B).`,
    'only(X)',
    'both(X)',
    'none',
    'all',
    'pairwise(X, Y)',
  ],
  [
    String.raw`likes(mary, wine). likes(mary, food). likes(john, X) :- likes(mary, X). likes(john, wine). likes(zoe, books).
alone(X) :- likes(X, Y), \+ (likes(Z, Y), Z \== X).
same(X, Y) :- likes(X, T), likes(Y, T), X @< Y.`,
    'likes(john, X)',
    'likes(X, wine)',
    'alone(X)',
    'same(X, Y)',
    'setof(X-Y, same(X, Y), L)',
  ],
  [
    String.raw`employee(e1, ann, d1, 5000). employee(e2, bob, d1, 4000). employee(e3, cid, d2, 6000). employee(e4, dan, d3, 1000).
department(d1, chemistry, e1). department(d2, biology, e3).
earns_more(N) :- employee(_, N, D, S), department(D, _, M), employee(M, _, _, T), S > T.
head(D, N) :- department(D, _, M), employee(M, N, _, _).
without(N) :- employee(_, N, D, _), \+ department(D, _, _).
total(D, T) :- department(D, _, _), aggregate_all(sum(S), employee(_, _, D, S), T).`,
    'earns_more(N)',
    'head(D, N)',
    'without(N)',
    'total(D, T)',
    'employee(E, N, D, S), department(D, Name, E), S > 5500',
    'aggregate_all(max(S-N), employee(_, N, _, S), M)',
  ],
  [
    String.raw`color(red). color(green). color(blue).
near(a, b). near(a, c). near(b, c). near(b, d). near(c, d).
map(A, B, C, D) :- color(A), color(B), A \== B, color(C), C \== A, C \== B, color(D), D \== B, D \== C.`,
    'once(map(A, B, C, D))',
    'aggregate_all(count, map(_, _, _, _), N)',
    'map(red, B, C, D)',
    'map(A, A, C, D)',
  ],
  [
    String.raw`% The puzzle of the farmer, the wolf, the goat and the cabbage.
opposite(l, r). opposite(r, l).
unsafe(s(F, W, G, _)) :- F \== G, W == G.
unsafe(s(F, _, G, C)) :- F \== G, G == C.
move(s(F, W, G, C), alone, s(E, W, G, C)) :- opposite(F, E).
move(s(F, F, G, C), wolf, s(E, E, G, C)) :- opposite(F, E).
move(s(F, W, F, C), goat, s(E, W, E, C)) :- opposite(F, E).
move(s(F, W, G, F), cabbage, s(E, W, G, E)) :- opposite(F, E).
way(S, S, _, []).
way(S, E, Seen, [M|Ms]) :- move(S, M, N), \+ unsafe(N), \+ memberchk(N, Seen), way(N, E, [N|Seen], Ms).`,
    'way(s(l,l,l,l), s(r,r,r,r), [s(l,l,l,l)], Ms)',
    'unsafe(s(l, r, r, l))',
    'move(s(l,l,r,l), M, N)',
  ],
  [
    `bit(0). bit(1).
and(0, _, 0). and(1, X, X).
or(1, _, 1). or(0, X, X).
neg(0, 1). neg(1, 0).
exclusive(A, B, O) :- neg(A, NA), neg(B, NB), and(A, NB, X), and(NA, B, Y), or(X, Y, O).
adder(A, B, C, S, O) :- exclusive(A, B, X), exclusive(X, C, S), and(A, B, Y), and(X, C, Z), or(Y, Z, O).`,
    'bit(A), bit(B), exclusive(A, B, O)',
    'adder(1, 1, 0, S, O)',
    'bit(A), bit(B), bit(C), adder(A, B, C, 1, 1)',
  ],
  [
    String.raw`v(X) :- member(X, [1, 2, 3]), ignore((X =:= 2, fail)).
u(X, Y) :- ignore(member(X-Y, [a-1, b-2])).
f(L) :- forall(member(X, L), ( integer(X), X > 0 )).
nn(X) :- \+ \+ ( X = 1 ), var(X).`,
    'v(X)',
    'u(X, Y)',
    'u(b, Y)',
    'u(c, Y)',
    'f([1, 2])',
    'f([1, a])',
    'f([])',
    'nn(X)',
  ],
  [
    `op_of(plus, X, Y, Z) :- Z is X + Y.
op_of(times, X, Y, Z) :- Z is X * Y.
apply_all([], _, _, []).
apply_all([O|Os], X, Y, [Z|Zs]) :- call(op_of(O), X, Y, Z), apply_all(Os, X, Y, Zs).
twice(G, X, Z) :- call(G, X, Y), call(G, Y, Z).
compose(F, G, X, Z) :- call(G, X, Y), call(F, Y, Z).
inc(X, Y) :- Y is X + 1.`,
    'apply_all([plus, times], 3, 4, L)',
    'twice(inc, 1, X)',
    'twice(twice(inc), 1, X)',
    'compose(op_of(times, 10), inc, 4, X)',
    'twice(op_of(plus, a), 1, X)',
    'maplist(compose(inc, inc), [1, 2], L)',
    'call(call(op_of, plus), 1, 2, X)',
  ],
  [
    String.raw`a(1) :- !, fail. a(2). a(_).
b(X) :- \+ a(X).
c(X) :- ( a(X) -> true ; X = 1 ).
e :- !. e :- throw(not_reached).
i(X) :- ( X = 1 ; X = 2 ; ! , X = 3 ; X = 4 ).
i(5).`,
    'a(1)',
    'a(X)',
    'a(7)',
    'b(X)',
    'c(X)',
    'e',
    'i(X)',
  ],
  [
    String.raw`% Missing digits: SEND is not enough for a quick test, TO + GO = OUT is.
digit(D) :- between(0, 9, D).
solve([T, O, G, U]) :- digit(T), T > 0, digit(O), O \== T, digit(G), G > 0, \+ memberchk(G, [T, O]), digit(U), \+ memberchk(U, [T, O, G]),
  10 * T + O + 10 * G + O =:= 100 * O + 10 * U + T.`,
    'solve(L)',
    'solve([2|L])',
    'solve([3|_])',
  ],
  [
    String.raw`role(ana, admin). role(bo, reader). includes(admin, editor). includes(editor, reader).
may(U, read) :- has(U, reader). may(U, write) :- has(U, editor). may(U, drop) :- has(U, admin), \+ locked(U).
has(U, R) :- role(U, R).
has(U, R) :- includes(S, R), has(U, S).
:- dynamic locked/1.`,
    'may(U, A)',
    'has(ana, R)',
    'may(bo, write)',
    'locked(X)',
    'setof(U, A^may(U, A), L)',
  ],
  [
    String.raw`between_all(L, H, Xs) :- findall(X, between(L, H, X), Xs).
prime(2). prime(N) :- N > 2, N mod 2 =\= 0, \+ (between(3, N, F), F * F =< N, F mod 2 =:= 1, N mod F =:= 0).
twin(P, Q) :- between(2, 60, P), prime(P), Q is P + 2, prime(Q).
triple(A, B, C) :- between(1, 20, A), between(A, 20, B), C is truncate(sqrt(A * A + B * B)), C =< 25, A * A + B * B =:= C * C.`,
    'between_all(3, 7, L)',
    'between_all(7, 3, L)',
    'findall(P, (between(1, 40, P), prime(P)), L)',
    'twin(P, Q)',
    'triple(A, B, C)',
    'plus(X, 3, 10), succ(X, Y)',
    'between(1, inf, X), X * X > 200, !',
    'succ(P, 4), plus(P, Q, 10)',
  ],
]);
