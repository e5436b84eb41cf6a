import { programs } from '../../program.ts';

/** Balls that are thrown, caught and told. */
export const ERROR_PROGRAMS = programs('programs: errors', [
  [
    String.raw`check(X, ok) :- integer(X), X >= 0, !.
check(X, _) :- var(X), !, throw(error(instantiation_error, check/2)).
check(X, _) :- \+ integer(X), !, throw(error(type_error(integer, X), check/2)).
check(X, _) :- throw(error(domain_error(not_negative, X), check/2)).
safe(X, R) :- catch(check(X, R), error(E, _), R = failed(E)).`,
    'safe(1, R)',
    'safe(-1, R)',
    'safe(a, R)',
    'safe(_, R)',
    'check(a, R)',
    'catch(check(-2, R), error(domain_error(D, V), W), true)',
    'findall(R, (member(X, [1, a, -1]), safe(X, R)), L)',
  ],
  [
    `p(1). p(2). p(3).
stop_at(N, X) :- p(X), ( X =:= N -> throw(reached(X)) ; true ).
all(N, L) :- catch(findall(X, stop_at(N, X), L), reached(Y), L = stopped(Y)).
retry(N, X) :- catch(stop_at(N, X), reached(Y), ( X = again(Y) )).
outer(R) :- catch(inner, E, R = outer(E)).
inner :- catch(throw(a), b, true).
rethrow(R) :- catch(catch(throw(x), x, throw(y)), y, R = y).`,
    'stop_at(3, X)',
    'all(2, L)',
    'all(9, L)',
    'retry(2, X)',
    'outer(R)',
    'rethrow(R)',
    'catch(p(X), _, true), X > 1, !',
    'catch((p(X), X > 1, throw(done(X))), done(Y), true)',
  ],
  [
    `goal(atom_length(_, _)). goal(atom_length(f(x), _)). goal(atom_length(a, b)). goal(functor(_, _, _)). goal(functor(_, f, a)). goal(functor(_, f(x), 2)). goal(arg(a, f(x), _)). goal(arg(_, a, _)). goal(_ =.. [f|b]). goal(_ =.. [1, 2]). goal(atom_codes(_, _)). goal(atom_chars(_, [a|_])). goal(atom_chars(_, [a, f(x)])). goal(char_code(_, _)). goal(char_code(_, a)). goal(number_codes(_, [0'a])). goal(number_chars(_, ['1', _])). goal(sub_atom(_, _, _, _, _)). goal(atom_concat(_, a, _)). goal(call(1)). goal(call((fail, 1))). goal(call((fail, _))). goal(findall(_, _, _)). goal(findall(_, true, a)). goal(bagof(_, _, _)). goal(setof(_, 1, _)). goal(throw(_)). goal(msort(a, _)). goal(sort([a|_], _)). goal(keysort([a], _)). goal(length(_, a)). goal(length(a, _)). goal(length(_, -1)). goal(number_string(_, f(x))). goal(atom_number(_, _)). goal(atom_number(1, _)). goal(upcase_atom(_, _)). goal(string_length(_, _)). goal(split_string(_, "", "", _)). goal(atomic_list_concat([a, _], _)). goal(atomic_list_concat(_, ',', _)). goal(atomic_list_concat([a, f(x)], _)). goal(nth0(a, [a], _)). goal(numlist(a, 2, _)). goal(numlist(_, 2, _)). goal(must_be(integer, a)). goal(must_be(integer, _)). goal(must_be(foo, a)). goal(must_be(between(1, 3), 4)). goal(must_be(oneof([a, b]), c)). goal(must_be(list, a)). goal(must_be(list(integer), [a])). goal(must_be(atom, 1)). goal(must_be(callable, 3)). goal(must_be(boolean, x)).
told(G, E) :- goal(G), catch(( call(G) -> E = true ; E = false ), error(F, _), E = F).`,
    'told(atom_length(A, B), E)',
    'told(functor(A, B, C), E)',
    'told(arg(A, B, C), E)',
    'told(_ =.. L, E)',
    'told(G, E), functor(G, N, 2), memberchk(N, [atom_codes, atom_chars, char_code, number_codes, number_chars])',
    'told(G, E), functor(G, N, _), memberchk(N, [sub_atom, atom_concat, call, findall, bagof, setof, throw])',
    'told(G, E), functor(G, N, _), memberchk(N, [msort, sort, keysort, length])',
    'told(G, E), functor(G, N, _), memberchk(N, [number_string, atom_number, upcase_atom, string_length, split_string])',
    'told(G, E), functor(G, N, _), memberchk(N, [atomic_list_concat, nth0, numlist])',
    'told(must_be(A, B), E)',
  ],
  [
    `a(X) :- b(X), true. b(X) :- c(X), true. c(X) :- Y is X / 0, Y > 1.
d(0, deep) :- throw(bottom). d(N, X) :- N > 0, M is N - 1, d(M, X).
f(L) :- catch(maplist(g, L), E, ( E = error(type_error(T, V), _), throw(bad(T, V)) )).
g(X) :- X > 0.`,
    'catch(a(1), error(E, _), true)',
    'a(1)',
    'a(_)',
    'catch(d(500, X), E, true)',
    'f([1, 2])',
    'f([1, a])',
    'catch(f([a]), bad(T, V), true)',
    'catch(f([_]), error(E, _), true)',
    'f([-1])',
  ],
  [
    String.raw`undo(X) :- catch(( X = 1, throw(oops) ), oops, true).
keep(X, Y) :- Y = kept, catch(( X = 1, throw(ball(Y, Z)) ), ball(A, B), ( X = A, Z = B )).
copy(Z) :- catch(throw(f(X, Y, X)), Z, true).
alternatives(X) :- catch(member(X, [1, 2, 3]), _, true).
cut(X) :- catch(( member(X, [1, 2, 3]), ! ), _, true).
cut(9).
if(R) :- ( catch(fail, _, true) -> R = yes ; R = no ).
neg(R) :- \+ catch(throw(a), a, fail), R = held.`,
    'undo(X)',
    'keep(X, Y)',
    'copy(Z)',
    'alternatives(X)',
    'cut(X)',
    'if(R)',
    'neg(R)',
    'catch(throw(X), error(E, _), true)',
    'catch(throw("a string"), S, string(S))',
    'catch(throw([1, 2]), [A|B], true)',
    'catch(throw(1), N, integer(N))',
    'catch(call(throw, t), t, X = caught)',
    'catch(catch(throw(a), X, throw(X)), Y, true)',
    'catch((catch(true, _, true), throw(late)), late, X = ok)',
    'catch(once(throw(o)), o, X = ok)',
    'catch(forall(member(X, [1]), throw(x(X))), x(Y), true)',
    'catch(findall(X, throw(in), L), in, L = none)',
    'catch(maplist(throw, [a, b]), X, true)',
    'G = throw(g), catch(G, X, true)',
    'catch((X = 1 ; throw(second)), second, X = 2)',
  ],
  [
    `ensure(G, _) :- call(G), !.
ensure(_, Why) :- throw(error(failed(Why), _)).
first_error(Gs, E) :- member(G, Gs), catch(( G, fail ), E, true), !.
count_errors(Gs, N) :- aggregate_all(count, ( member(G, Gs), catch(( G -> fail ; fail ), _, true) ), N).
default(G, X, D) :- catch(G, _, fail) -> true ; X = D.`,
    'ensure(true, w)',
    'ensure(fail, w)',
    'first_error([true, X is 1 / 0, throw(z)], error(E, _))',
    'first_error([true, fail], E)',
    'count_errors([true, X is a, throw(b), fail, atom_length(_, _)], N)',
    'default(X is 1 / 0, X, none)',
    'default(X is 4 / 2, X, none)',
    'default(fail, X, none)',
  ],
]);
