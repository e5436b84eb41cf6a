import { compileClause, splitClause } from './clause.ts';
import { Predicate } from './knowledge.ts';
import { Parser } from './parser.ts';

/**
 * The predicates of the language that are written in the language itself, with the choices that SWI-Prolog leaves.
 * Names that begin with `$` are their own.
 */
const SOURCE = String.raw`
append([], L, L).
append([H|T], L, [H|R]) :- append(T, L, R).

append(Ls, L) :- must_be(list, Ls), '$append'(Ls, L).
'$append'([], []).
'$append'([L|Ls], As) :- append(L, Ws, As), '$append'(Ls, Ws).

member(X, [Y|Ys]) :- '$member'(Ys, X, Y).
'$member'(_, X, X).
'$member'([Y|Ys], X, _) :- '$member'(Ys, X, Y).

memberchk(X, Xs) :- member(X, Xs), !.

select(X, [X|Xs], Xs).
select(X, [Y|Xs], [Y|Ys]) :- select(X, Xs, Ys).

selectchk(X, Xs, Ys) :- select(X, Xs, Ys), !.

select(X, Xs, Y, Ys) :- '$select'(Xs, X, Y, Ys).
'$select'([X|T], X, Y, [Y|T]).
'$select'([H|T], X, Y, [H|T2]) :- '$select'(T, X, Y, T2).

exclude(_, [], []) :- !.
exclude(P, [X|Xs], R) :- ( call(P, X) -> R = R1 ; R = [X|R1] ), exclude(P, Xs, R1).
include(_, [], []) :- !.
include(P, [X|Xs], R) :- ( call(P, X) -> R = [X|R1] ; R = R1 ), include(P, Xs, R1).
partition(_, [], [], []) :- !.
partition(P, [X|Xs], I, E) :-
  ( call(P, X) -> I = [X|I1], E = E1 ; I = I1, E = [X|E1] ), partition(P, Xs, I1, E1).
partition(P, Xs, L, E, G) :- '$partition'(Xs, P, L, E, G).
'$partition'([], _, [], [], []).
'$partition'([X|Xs], P, L, E, G) :- call(P, X, O), '$partition'(O, P, X, Xs, L, E, G).
'$partition'(<, P, X, Xs, [X|L], E, G) :- '$partition'(Xs, P, L, E, G).
'$partition'(=, P, X, Xs, L, [X|E], G) :- '$partition'(Xs, P, L, E, G).
'$partition'(>, P, X, Xs, L, E, [X|G]) :- '$partition'(Xs, P, L, E, G).

maplist(P, As) :- '$maplist'(As, P).
'$maplist'([], _).
'$maplist'([A|As], P) :- call(P, A), '$maplist'(As, P).
maplist(P, As, Bs) :- '$maplist'(As, Bs, P).
'$maplist'([], [], _).
'$maplist'([A|As], [B|Bs], P) :- call(P, A, B), '$maplist'(As, Bs, P).
maplist(P, As, Bs, Cs) :- '$maplist'(As, Bs, Cs, P).
'$maplist'([], [], [], _).
'$maplist'([A|As], [B|Bs], [C|Cs], P) :- call(P, A, B, C), '$maplist'(As, Bs, Cs, P).
maplist(P, As, Bs, Cs, Ds) :- '$maplist'(As, Bs, Cs, Ds, P).
'$maplist'([], [], [], [], _).
'$maplist'([A|As], [B|Bs], [C|Cs], [D|Ds], P) :- call(P, A, B, C, D), '$maplist'(As, Bs, Cs, Ds, P).

foldl(P, As, S0, S) :- '$foldl'(As, P, S0, S).
'$foldl'([], _, S, S).
'$foldl'([A|As], P, S0, S) :- call(P, A, S0, S1), '$foldl'(As, P, S1, S).
foldl(P, As, Bs, S0, S) :- '$foldl'(As, Bs, P, S0, S).
'$foldl'([], [], _, S, S).
'$foldl'([A|As], [B|Bs], P, S0, S) :- call(P, A, B, S0, S1), '$foldl'(As, Bs, P, S1, S).
foldl(P, As, Bs, Cs, S0, S) :- '$foldl'(As, Bs, Cs, P, S0, S).
'$foldl'([], [], [], _, S, S).
'$foldl'([A|As], [B|Bs], [C|Cs], P, S0, S) :- call(P, A, B, C, S0, S1), '$foldl'(As, Bs, Cs, P, S1, S).

nth0(I, Xs, X) :- '$nth'(I, Xs, X, 0).
nth1(I, Xs, X) :- '$nth'(I, Xs, X, 1).
'$nth'(I, Xs, X, B) :- integer(I), !, S is I - B, S >= 0, '$nth_known'(S, Xs, X).
'$nth'(I, Xs, X, B) :- var(I), !, Xs = [H|T], '$nth_any'(T, X, H, B, I).
'$nth'(I, _, _, _) :- must_be(integer, I).
'$nth_known'(0, Xs, X) :- !, Xs = [X|_].
'$nth_known'(I, [_|Xs], X) :- J is I - 1, '$nth_known'(J, Xs, X).
'$nth_any'(_, X, X, B, B).
'$nth_any'([H|T], X, _, N, I) :- M is N + 1, '$nth_any'(T, X, H, M, I).
nth0(I, Xs, X, R) :- '$nth'(I, Xs, X, R, 0).
nth1(I, Xs, X, R) :- '$nth'(I, Xs, X, R, 1).
'$nth'(I, Xs, X, R, B) :- integer(I), !, S is I - B, S >= 0, '$nth_known'(S, Xs, X, R).
'$nth'(I, Xs, X, R, B) :- var(I), !, '$nth_rest'(Xs, X, R, B, I).
'$nth'(I, _, _, _, _) :- must_be(integer, I).
'$nth_known'(0, [X|R], X, R) :- !.
'$nth_known'(I, [H|Xs], X, [H|R]) :- J is I - 1, '$nth_known'(J, Xs, X, R).
'$nth_rest'([X|R], X, R, B, B).
'$nth_rest'([H|T], X, [H|R], N, I) :- M is N + 1, '$nth_rest'(T, X, R, M, I).

last([X|Xs], L) :- '$last'(Xs, X, L).
'$last'([], L, L).
'$last'([X|Xs], _, L) :- '$last'(Xs, X, L).

reverse(Xs, Ys) :- '$reverse'(Xs, [], Ys).
'$reverse'([], Ys, Ys).
'$reverse'([X|Xs], Rs, Ys) :- '$reverse'(Xs, [X|Rs], Ys).

sum_list(Xs, S) :- '$sum'(Xs, 0, S).
sumlist(Xs, S) :- '$sum'(Xs, 0, S).
'$sum'([], S, S).
'$sum'([X|Xs], S0, S) :- S1 is S0 + X, '$sum'(Xs, S1, S).
max_list([X|Xs], M) :- '$max'(Xs, X, M).
'$max'([], M, M).
'$max'([X|Xs], M0, M) :- M1 is max(M0, X), '$max'(Xs, M1, M).
min_list([X|Xs], M) :- '$min'(Xs, X, M).
'$min'([], M, M).
'$min'([X|Xs], M0, M) :- M1 is min(M0, X), '$min'(Xs, M1, M).
max_member(M, Xs) :- '$max_member'(Xs, M).
'$max_member'([X|Xs], M) :- '$max_member'(Xs, X, M).
'$max_member'([], M, M).
'$max_member'([X|Xs], M0, M) :- ( X @=< M0 -> '$max_member'(Xs, M0, M) ; '$max_member'(Xs, X, M) ).
min_member(M, Xs) :- '$min_member'(Xs, M).
'$min_member'([X|Xs], M) :- '$min_member'(Xs, X, M).
'$min_member'([], M, M).
'$min_member'([X|Xs], M0, M) :- ( X @>= M0 -> '$min_member'(Xs, M0, M) ; '$min_member'(Xs, X, M) ).

numlist(L, H, R) :- must_be(integer, L), must_be(integer, H), L =< H, '$numlist'(L, H, R).
'$numlist'(H, H, R) :- !, R = [H].
'$numlist'(L, H, [L|R]) :- M is L + 1, '$numlist'(M, H, R).

subtract([], _, R) :- !, R = [].
subtract([X|Xs], Ys, R) :- memberchk(X, Ys), !, subtract(Xs, Ys, R).
subtract([X|Xs], Ys, [X|R]) :- subtract(Xs, Ys, R).
intersection([], _, R) :- !, R = [].
intersection([X|Xs], Ys, R) :- memberchk(X, Ys), !, R = [X|R1], intersection(Xs, Ys, R1).
intersection([_|Xs], Ys, R) :- intersection(Xs, Ys, R).
union([], Ys, R) :- !, R = Ys.
union([X|Xs], Ys, R) :- memberchk(X, Ys), !, union(Xs, Ys, R).
union([X|Xs], Ys, [X|R]) :- union(Xs, Ys, R).
subset([], _) :- !.
subset([X|Xs], Ys) :- memberchk(X, Ys), subset(Xs, Ys).

delete([], _, []).
delete([X|Xs], D, R) :- X \= D, !, R = [X|R1], delete(Xs, D, R1).
delete([_|Xs], D, R) :- delete(Xs, D, R).

permutation(Xs, Ys) :- '$skeleton'(Xs, Ys), '$permutation'(Xs, Ys).
'$skeleton'(Xs, Ys) :- is_list(Xs), !, length(Xs, N), length(Ys, N).
'$skeleton'(Xs, Ys) :- is_list(Ys), !, length(Ys, N), length(Xs, N).
'$skeleton'(Xs, Ys) :- var(Xs), var(Ys), !, length(Xs, N), length(Ys, N).
'$skeleton'(Xs, Ys) :- must_be(list, Xs), must_be(list, Ys).
'$permutation'([], []).
'$permutation'(Xs, [Y|Ys]) :- select(Y, Xs, Zs), '$permutation'(Zs, Ys).

list_to_set(Xs, Ys) :- must_be(list, Xs), '$to_set'(Xs, [], Ys).
'$to_set'([], _, []).
'$to_set'([X|Xs], Seen, R) :- '$seen'(Seen, X), !, '$to_set'(Xs, Seen, R).
'$to_set'([X|Xs], Seen, [X|R]) :- '$to_set'(Xs, [X|Seen], R).
'$seen'([Y|Ys], X) :- ( X == Y -> true ; '$seen'(Ys, X) ).

flatten(X, Ys) :- '$flatten'(X, [], Zs), !, Ys = Zs.
'$flatten'(V, T, [V|T]) :- var(V), !.
'$flatten'([], T, T) :- !.
'$flatten'([H|R], T, Ys) :- !, '$flatten'(H, Ys1, Ys), '$flatten'(R, T, Ys1).
'$flatten'(X, T, [X|T]).

pairs_keys_values([], [], []).
pairs_keys_values([K-V|Ps], [K|Ks], [V|Vs]) :- pairs_keys_values(Ps, Ks, Vs).
pairs_keys([], []).
pairs_keys([K-_|Ps], [K|Ks]) :- pairs_keys(Ps, Ks).
pairs_values([], []).
pairs_values([_-V|Ps], [V|Vs]) :- pairs_values(Ps, Vs).

predsort(P, L, Sorted) :- length(L, N), ( N == 0 -> Sorted = [] ; '$predsort'(P, N, L, _, S), !, Sorted = S ).
'$predsort'(P, 2, [A,B|L], L, R) :- !, call(P, D, A, B), '$sort2'(D, A, B, R).
'$predsort'(_, 1, [X|L], L, [X]) :- !.
'$predsort'(_, 0, L, L, []) :- !.
'$predsort'(P, N, L1, L3, R) :-
  N1 is N // 2, N2 is N - N1,
  '$predsort'(P, N1, L1, L2, R1), '$predsort'(P, N2, L2, L3, R2), '$predmerge'(P, R1, R2, R).
'$sort2'(<, A, B, [A,B]).
'$sort2'(=, A, _, [A]).
'$sort2'(>, A, B, [B,A]).
'$predmerge'(_, [], R, R) :- !.
'$predmerge'(_, R, [], R) :- !.
'$predmerge'(P, [A|As], [B|Bs], R) :- call(P, D, A, B), !, '$predmerge'(D, P, A, B, As, Bs, R).
'$predmerge'(<, P, A, B, As, Bs, [A|R]) :- '$predmerge'(P, As, [B|Bs], R).
'$predmerge'(=, P, A, _, As, Bs, [A|R]) :- '$predmerge'(P, As, Bs, R).
'$predmerge'(>, P, A, B, As, Bs, [B|R]) :- '$predmerge'(P, [A|As], Bs, R).

list_to_ord_set(Xs, Ys) :- sort(Xs, Ys).
ord_union(A, B, C) :- append(A, B, L), sort(L, C).
ord_subtract(A, B, C) :- '$ord_subtract'(A, B, C).
'$ord_subtract'([], _, []).
'$ord_subtract'([X|Xs], Ys, R) :- ( '$seen'(Ys, X) -> R = R1 ; R = [X|R1] ), '$ord_subtract'(Xs, Ys, R1).
ord_memberchk(X, Xs) :- '$seen'(Xs, X).

repeat.
repeat :- repeat.

apply(G, Args) :- must_be(callable, G), G =.. L0, append(L0, Args, L1), H =.. L1, call(H).
`;

function readPrelude(): Map<string, Predicate> {
  const predicates = new Map<string, Predicate>();
  const parser = new Parser(SOURCE);
  for (let read = parser.readClause(); read !== null; read = parser.readClause()) {
    const { head, body } = splitClause(read.term)!; // the text above holds clauses only
    const clause = compileClause(head, body, { kind: 'rule', id: null });
    const predicate = predicates.get(clause.key) ?? new Predicate();
    predicate.add(clause);
    predicates.set(clause.key, predicate);
  }
  return predicates;
}

const PREDICATES: ReadonlyMap<string, Predicate> = readPrelude();

export const PRELUDE_KEYS: readonly string[] = [...PREDICATES.keys()];

/** The clauses of a predicate that is written in Prolog; null for any other. */
export function preludePredicate(key: string): Predicate | null {
  return PREDICATES.get(key) ?? null;
}
