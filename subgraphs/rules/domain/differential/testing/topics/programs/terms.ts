import { programs } from '../../program.ts';

/** Inspection, copying, comparing and sorting of terms; lists. */
export const TERM_PROGRAMS = programs('programs: terms, lists and sorting', [
  [
    `t(a). t(1). t(1.5). t("s"). t(f(a)). t(f(X, Y, X)). t([a, b]). t([]). t(a + b). t(-1). t(- 1). t(-(a)). t({x}). t('A b'(c)).
shape(T, N/A) :- t(T), functor(T, N, A).
kinds(T, Ks) :- t(T), findall(K, (member(K, [atom, atomic, number, integer, float, string, compound, callable, is_list, ground, var]), call(K, T)), Ks).
univ(T, L) :- t(T), T =.. L.`,
    'shape(T, S)',
    'findall(K, kinds(_, K), L)',
    'univ(T, L)',
    't(T), functor(T, N, A), functor(C, N, A), C \\= T',
    't(T), compound(T), arg(1, T, A)',
    't(T), compound(T), arg(N, T, A)',
    't(T), term_variables(T, Vs)',
    't(T), copy_term(T, C), T =@= C, \\+ T == C',
  ],
  [
    String.raw`sub(T, T). sub(T, S) :- compound(T), arg(_, T, A), sub(A, S).
count(T, N) :- aggregate_all(count, sub(T, _), N).
depth(T, 0) :- \+ compound(T), !. depth(T, D) :- findall(E, (arg(_, T, A), depth(A, E)), Es), max_list(Es, M), D is M + 1.
atoms(T, As) :- setof(A, (sub(T, A), atom(A)), As).`,
    'sub(f(a, g(b, c)), S)',
    'count(f(a, [b, c]), N)',
    'depth(f(a, g(b, h(c))), D)',
    'atoms(f(z, g(a, "s", 1), a), L)',
    'sub(f(X), S), nonvar(S)',
    "atoms('A'(b, [c]), L)",
  ],
  [
    `pair(f(X, Y), f(A, B)). pair(f(X, X), f(A, B)). pair(f(a, Y), f(X, b)). pair(g(_), f(_)). pair(X, X).
how(N, R) :- findall(P-Q, pair(P, Q), L), nth1(N, L, A-B), findall(T, ( A = B, T = unify ; A == B, T = same ; A =@= B, T = variant ; subsumes_term(A, B), T = general ; subsumes_term(B, A), T = special ), R).`,
    'between(1, 5, N), how(N, R)',
    'pair(P, Q), P \\= Q',
    'f(X, Y) =@= f(Y, X)',
    'f(X, Y, X) =@= f(A, A, B)',
    'subsumes_term(f(X, Y), f(Z, Z)), X \\== Y',
    'subsumes_term(f(X, X), f(a, B))',
    '?=(f(X), f(a))',
    '?=(f(X), g(X))',
    'X = f(Y), copy_term(X, Z), Y = 1',
    'copy_term(X-Y-X, A-B-C), A == C',
    'copy_term([X, Y|T], L)',
    'unify_with_occurs_check(f(X, Y), f(Y, g(X)))',
    'unify_with_occurs_check(f(X, b), f(a, Y))',
    'term_variables(f(X, g(Y, X), [Z|Y]), L)',
  ],
  [
    `things([f(2), b, 1.0, 1, "b", Z, f(1, 2), 'B', g(0), 1.5, [1], -1, f(1), a, "a", 1]).
by_size(O, A, B) :- size(A, X), size(B, Y), compare(O0, X, Y), ( O0 = (=) -> compare(O, A, B) ; O = O0 ).
size(T, N) :- compound(T), !, functor(T, _, N). size(_, 0).`,
    'things(L), sort(L, S)',
    'things(L), msort(L, S)',
    'things(L), sort(0, @>=, L, S)',
    'things(L), exclude(var, L, M), predsort(by_size, M, S)',
    'things(L), last(L, X), nth0(3, L, Y), compare(O, X, Y)',
    'things(L), include(number, L, N), max_list(N, X), min_list(N, Y), sum_list(N, S)',
    'things(L), include(atom, L, A), max_member(X, A), min_member(Y, A)',
    'things(L), list_to_set(L, S), length(S, N)',
  ],
  [
    `r([p(s3, 5, x), p(s1, 7, y), p(s2, 5, z), p(s1, 5, w), p(s3, 9, v)]).
key(p(S, _, _), S). pair(P, S-P) :- key(P, S).
desc(O, p(_, A, _), p(_, B, _)) :- compare(O, B, A).
stable(O, A, B) :- A = p(_, X, _), B = p(_, Y, _), ( X < Y -> O = (<) ; O = (>) ).`,
    'r(L), sort(1, @<, L, S)',
    'r(L), sort(1, @=<, L, S)',
    'r(L), sort(2, @>=, L, S)',
    'r(L), sort(2, @>, L, S)',
    'r(L), sort(1, @=<, L, M), sort(2, @>=, M, S)',
    'r(L), maplist(pair, L, P), keysort(P, K), pairs_values(K, S)',
    'r(L), predsort(desc, L, S)',
    'r(L), predsort(stable, L, S)',
    'catch((r(L), sort(4, @<, L, S)), error(E, _), true)',
    'catch(sort(1, @<, [f(1), a], S), error(E, _), true)',
    ['catch(sort(x, @<, [f(1)], S), error(E, _), true)', 'There are no dicts.'],
    'catch(sort(0, <, [b, a], S), error(E, _), true)',
    'catch(keysort([a-1, b], S), error(E, _), true)',
    ['catch(predsort(foo, [b, a], S), E, true) ; S = none', 'An unknown predicate holds for nothing.'],
    'predsort([O, A, B] >> compare(O, A, B), [], S)',
  ],
  [
    `chunk([], _, []) :- !.
chunk(L, N, [C|Cs]) :- length(C, N), append(C, R, L), !, chunk(R, N, Cs).
chunk(L, _, [L]).
rotate(L, N, R) :- length(P, N), append(P, S, L), append(S, P, R).
runs([], []). runs([X|Xs], [X*N|Rs]) :- same(X, Xs, 1, N, Rest), runs(Rest, Rs).
same(X, [Y|Ys], A, N, R) :- X == Y, !, B is A + 1, same(X, Ys, B, N, R).
same(_, R, N, N, R).
zip([], [], []). zip([A|As], [B|Bs], [A-B|Cs]) :- zip(As, Bs, Cs).`,
    'chunk([a, b, c, d, e], 2, C)',
    'chunk([a, b, c, d], 2, C)',
    'rotate([a, b, c, d], 1, R)',
    'rotate(L, 2, [c, d, a, b])  , !',
    'runs([a, a, b, c, c, c], R)',
    'runs([X, X, Y], R)',
    'zip([1, 2], L, [A-x, B-y])',
    'zip(X, [a, b], P)',
  ],
  [
    `l([c, a, b, a]).
before(X, Y) :- l(L), append(_, [X|T], L), memberchk(Y, T).
index(X, I) :- l(L), nth1(I, L, X).
without(X, R) :- l(L), select(X, L, R).
swap(R) :- l(L), append(A, [X, Y|B], L), append(A, [Y, X|B], R).`,
    'before(X, Y)',
    'index(X, I)',
    'index(a, I)',
    'without(a, R)',
    'without(X, R)',
    'swap(R)',
    'l(L), append(X, [Y], L)',
    'l(L), reverse(L, R), last(R, X), sumlist([1, 2], S)',
    'l(L), subtract(L, [a], R), union(L, [d], U), intersection(L, [a, z], I)',
    'l(L), delete(L, a, R), exclude(==(b), L, E), partition(@<(b), L, In, Out)',
    'l(L), nth0(I, L, a, R)',
    'l(L), list_to_ord_set(L, S), ord_union(S, [b, e], U), ord_subtract(U, [a], D), ord_memberchk(e, D)',
    'l(L), permutation(L, P), P = [a, a|_]',
    'l(L), sumlist(L, S)',
    'l(L), max_member(M, L), min_member(N, L)',
    'l(L), selectchk(a, L, R), select(b, L, z, Q)',
    'l(L), length(L, N), numlist(1, N, Is), pairs_keys_values(P, L, Is), keysort(P, K)',
    'l(L), foldl([X, A, B] >> (B = [X|A]), [], z, R)',
    'append(X, [b|Y], [a, b, c, b])',
    'append([[a], X, [c]], [a, b, c])',
    'length(L, N), N >= 2, !',
    'length([a, b|T], 4)',
    'catch(length(L, L), error(E, _), true)',
    'catch(length([a|b], N), error(E, _), true)',
    'flatten([a, [b, [c, X], []], "s", [[d]]], L)',
    'sum_list([1, 2.5, 3], S), max_list([1, 2.0, 2], M), min_list([3, 1.0, 1], N)',
    'numlist(3, 1, L) ; L = none',
    'last([a, B], X), B = 1',
    'msort([b, A, 1, "x", f(y)], L)',
    'sort(0, @>=, [1, 1.0, 2, 1], L)',
    'exclude([X] >> (X > 1), [], L)',
    'nth1(N, [a, b, c], c), nth0(M, [a, b, c], c)',
    'subset([a], [b, a]), \\+ subset([z], [a])',
    'is_list([a|T]) ; T = open',
    'memberchk(X-1, [a-2, b-1, c-1])',
  ],
  [
    `merge_sorted([], L, L) :- !. merge_sorted(L, [], L) :- !.
merge_sorted([X|Xs], [Y|Ys], [X|Zs]) :- X @=< Y, !, merge_sorted(Xs, [Y|Ys], Zs).
merge_sorted(Xs, [Y|Ys], [Y|Zs]) :- merge_sorted(Xs, Ys, Zs).
halve(L, A, B) :- length(L, N), H is N // 2, length(A, H), append(A, B, L).
merge_sort([], []) :- !. merge_sort([X], [X]) :- !.
merge_sort(L, S) :- halve(L, A, B), merge_sort(A, X), merge_sort(B, Y), merge_sorted(X, Y, S).
bubble(L, S) :- append(A, [X, Y|B], L), X @> Y, !, append(A, [Y, X|B], M), bubble(M, S).
bubble(L, L).`,
    'merge_sort([d, b, a, c, b], S)',
    'bubble([3, 1, 2], S)',
    'numlist(1, 60, L), reverse(L, R), merge_sort(R, S), S == L',
    'merge_sort([f(2), "a", z, 1.0, 1], S), msort(S, S)',
    'halve([a, b, c], A, B)',
  ],
  [
    `matrix([[2, 0], [1, 3]]).
dot([], [], 0). dot([X|Xs], [Y|Ys], S) :- dot(Xs, Ys, T), S is T + X * Y.
transpose_([[]|_], []) :- !. transpose_(M, [C|Cs]) :- maplist(head_tail, M, C, R), transpose_(R, Cs).
head_tail([H|T], H, T).
times(A, B, C) :- transpose_(B, T), maplist(row(T), A, C).
row(T, R, O) :- maplist(dot(R), T, O).`,
    'matrix(M), transpose_(M, T)',
    'matrix(M), times(M, M, P)',
    'matrix([R|_]), dot(R, R, S)',
    'dot([1, 2], [3], S)',
    'times([[1, 2, 3]], [[1], [2], [3]], C)',
  ],
  [
    `s([a-1, b-2, c-3]).
get(K, V) :- s(L), memberchk(K-V, L).
put(L, K, V, [K-V|M]) :- ( select(K-_, L, M) -> true ; M = L ).
keys(Ks) :- s(L), pairs_keys(L, Ks).
inverted(I) :- s(L), findall(V-K, member(K-V, L), I).
sum(S) :- s(L), pairs_values(L, Vs), foldl(plus, Vs, 0, S).`,
    'get(b, V)',
    'get(K, 3)',
    'get(z, V) ; V = none',
    's(L), put(L, b, 9, M)',
    's(L), put(L, z, 9, M)',
    'keys(K), inverted(I), sum(S)',
    's(L), maplist([K-V, V-K] >> true, [], []), L = [A|_]',
    'foldl(plus, [1, 2, 3], 0, S), foldl(plus, [], x, T)',
    'maplist(plus(1), [1, 2], L), maplist(succ, P, [1, 2])',
    'maplist([X] >> atom(X), [])',
    'maplist(=.., [f(a), g(b, c)], L)',
    'maplist(atom_length, [a, bc], L)',
    'maplist(nth0(1), [[a, b], [c, d]], L)',
    'include([X] >> (X > 1), [], L)',
    'maplist(foo, [], L)',
  ],
]);
