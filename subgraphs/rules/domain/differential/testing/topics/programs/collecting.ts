import { programs } from '../../program.ts';

/** findall, bagof, setof, aggregate_all, forall. */
export const COLLECTING_PROGRAMS = programs('programs: aggregates', [
  [
    `sale(north, q1, 10). sale(north, q2, 12). sale(south, q1, 7). sale(south, q2, 7). sale(east, q1, 3).`,
    'bagof(Q-V, sale(R, Q, V), L)',
    'bagof(V, Q^sale(R, Q, V), L)',
    'setof(V, Q^sale(R, Q, V), L)',
    'setof(R, Q^V^sale(R, Q, V), L)',
    'setof(R-L, setof(V, Q^sale(R, Q, V), L), Out)',
    'aggregate_all(sum(V), sale(_, _, V), S)',
    'findall(R-S, (setof(X, Q^V^sale(X, Q, V), Rs), member(R, Rs), aggregate_all(sum(V), sale(R, _, V), S)), L)',
    'aggregate_all(max(V-R), sale(R, q1, V), M)',
    'aggregate_all(bag(R), sale(R, q2, _), L)',
    'aggregate_all(set(V), sale(_, _, V), L)',
  ],
  [
    `e(1, a). e(2, b). e(3, a). e(4, c). e(5, b). e(6, a).
count_of(K, N) :- setof(X, I^e(I, X), Ks), member(K, Ks), aggregate_all(count, e(_, K), N).
frequencies(L) :- findall(N-K, count_of(K, N), Ps), sort(0, @>=, Ps, L).
mode(K) :- frequencies([N-_|_]), count_of(K, N).`,
    'count_of(K, N)',
    'frequencies(L)',
    'mode(K)',
    'bagof(I, e(I, K), L), length(L, N), N > 1',
    'bagof(K, I^(e(I, K), I > 3), L)',
  ],
  [
    `p(X) :- member(X, [3, 1, 2]). q(X, Y) :- member(X-Y, [1-c, 2-a, 1-b, 2-a]).`,
    'bagof(X, p(X), [H|T])',
    'setof(Y, q(X, Y), L)',
    'bagof(Y, q(X, Y), L)',
    'bagof(X-Y, q(X, Y), L)',
    'setof(X, Y^q(X, Y), [1, 2])',
    'bagof(X, (p(X), X > 5), L)',
    'findall(X-L, bagof(Y, q(X, Y), L), All)',
    'bagof(Z, member(Z, [V, U, f(U), V]), L)',
    'setof(Z, member(Z, [V, U, f(U), V]), L)',
    'bagof(A-B, member(A, [1, 2]), L)',
  ],
  [
    `m(1, x, t). m(1, y, t). m(2, x, f). m(2, z, t). m(3, x, f).`,
    'bagof(A, B^m(A, B, C), L)',
    'bagof(A, B^C^m(A, B, C), L)',
    'setof(A-B, m(A, B, C), L)',
    'setof(C, A^B^m(A, B, C), L)',
    'bagof(A, m(A, x, C), L)',
    'forall(m(A, x, _), A > 0)',
    'bagof(L, bagof(A, B^m(A, B, t), L), LL)',
    'aggregate_all(count, m(_, x, _), N)',
    'aggregate_all(max(A, B-C), m(A, B, C), M)',
    'aggregate_all(min(A, B-C), m(A, B, C), M)',
  ],
  [
    `w(a, 1.5). w(b, 2). w(c, 0.5). w(d, -3).
mean(M) :- aggregate_all(count, w(_, _), N), aggregate_all(sum(X), w(_, X), S), M is S / N.
variance(V) :- mean(M), findall(D, (w(_, X), D is (X - M) ** 2), Ds), sum_list(Ds, S), length(Ds, N), V is S / N.
median(M) :- findall(X, w(_, X), Xs), msort(Xs, S), length(S, N), I is N // 2, ( N mod 2 =:= 1 -> nth0(I, S, M) ; J is I - 1, nth0(I, S, A), nth0(J, S, B), M is (A + B) / 2 ).`,
    'mean(M)',
    'variance(V)',
    'median(M)',
    'aggregate_all(max(X), w(_, X), M)',
    'aggregate_all(min(X, K), w(K, X), M)',
    'aggregate_all(sum(X * 2), w(_, X), S)',
    'aggregate_all(max(X), (w(_, X), X > 10), M)',
  ],
  [
    String.raw`edge(a, b). edge(b, c). edge(a, c). edge(d, a).
outdegree(X, N) :- node(X), aggregate_all(count, edge(X, _), N).
node(X) :- setof(Y, Z^(edge(Y, Z) ; edge(Z, Y)), Ys), member(X, Ys).
sink(X) :- node(X), \+ edge(X, _).
source(X) :- node(X), \+ edge(_, X).`,
    'node(X)',
    'outdegree(X, N)',
    'sink(X)',
    'source(X)',
    'findall(X-Ys, (node(X), findall(Y, edge(X, Y), Ys)), L)',
  ],
  [
    `x(1). x(a). x("s"). x(1.0). x(f(y)). x(_). x([]). x([1]). x('B').`,
    'findall(X, x(X), L)',
    'findall(X, x(X), L), msort(L, S)',
    'setof(X, x(X), L)',
    'aggregate_all(set(X), (x(X), atomic(X)), L)',
    'aggregate_all(max(X), (x(X), number(X)), M)',
    'findall(X, (x(X), compound(X)), L)',
  ],
  [
    `rows([[1, 2], [3, 4], [5, 6]]).
cell(R, C, V) :- rows(Rs), nth1(R, Rs, Row), nth1(C, Row, V).
column(C, Vs) :- findall(V, cell(_, C, V), Vs).
turned(T) :- findall(Vs, (between(1, 2, C), column(C, Vs)), T).`,
    'cell(R, C, 4)',
    'column(2, V)',
    'turned(T)',
    'aggregate_all(sum(V), cell(_, _, V), S)',
    'bagof(V, C^cell(R, C, V), L)',
  ],
  [
    `t(L, N) :- findall(X, member(X, L), R, [end]), length(R, N).
nested(L) :- findall(X-Ys, (member(X, [1, 2]), findall(Y, (between(1, 3, Y), Y > X), Ys)), L).
shared(L) :- findall(V-V, true, L).
outer(L) :- X = 7, findall(X-Y, member(Y, [a]), L).`,
    't([a, b], N)',
    'nested(L)',
    'shared(L)',
    'outer(L)',
    'findall(A-B, member(A, [_, _]), L)',
  ],
  [
    `answer(s1, yes). answer(s2, no). answer(s3, yes).
share(A, P) :- aggregate_all(count, answer(_, A), N), aggregate_all(count, answer(_, _), T), P is 100 * N / T.
exact(A, N/T) :- aggregate_all(count, answer(_, A), N), aggregate_all(count, answer(_, _), T).`,
    'share(yes, P)',
    'share(maybe, P)',
    'exact(no, F)',
    'aggregate_all(count, (answer(_, X), X \\== no), N)',
    'aggregate_all(foo, answer(_, _), N)',
    'aggregate_all(count, _, N)',
    'aggregate_all(sum(X), member(X, [1, a]), S)',
    'aggregate_all(max(X), member(X, [1, a]), S)',
  ],
]);
