import { topic } from '../program.ts';

const LAB = `sample(s1). sample(s2). sample(s3). sample(s4).
type(s1, water). type(s2, soil). type(s3, water). type(s4, 'Blood').
test(t1, s1, nitrate). test(t2, s1, lead). test(t3, s2, lead). test(t4, s3, nitrate). test(t5, s3, nitrate).
result(t1, 12). result(t2, 0.4). result(t3, 7). result(t4, 50). result(t4, 51). result(t5, 2.0).
range(nitrate, 0, 45). range(lead, 0, 0.3).
outside(V, Lo, _) :- V < Lo.
outside(V, _, Hi) :- V > Hi.
out_of_range(T) :- test(T, _, A), result(T, V), range(A, Lo, Hi), outside(V, Lo, Hi).
abnormal(S) :- test(T, S, _), out_of_range(T).
clean(S) :- sample(S), \\+ abnormal(S).
`;

export const FACTS = topic('facts', [
  ['p(a). p(b). p(a).', 'p(X)'],
  ['p(a). p(b).', 'p(b)'],
  ['p(a). p(b).', 'p(c)'],
  ['p(1). p(1.0). p("1"). p(\'1\').', 'p(X)'],
  ['p(1). p(1.0). p("1"). p(\'1\').', 'p(1)'],
  ['p(1). p(1.0). p("1"). p(\'1\').', 'p("1")'],
  ['p(f(X), X).', 'p(Y, a)'],
  ['p(f(X), X).', 'p(f(b), Z)'],
  ['p(_, _).', 'p(X, Y)'],
  ['p(X, X).', 'p(A, B)'],
  ['p(X, X). p(a, b).', 'p(A, b)'],
  ['p([1,2|T], T).', 'p(L, [3])'],
  ['p([H|T], H, T).', 'p([a], X, Y)'],
  ['p(f(a,g(b))). p(f(c,g(d))).', 'p(f(X, g(d)))'],
  ['p. q.', 'p, q'],
  [LAB, 'sample(S), type(S, T)'],
  [LAB, "type(S, 'Blood')"],
  [LAB, 'test(T, s3, A)'],
  ['a(1). a(2). a(3). b(2). b(3). b(4).', 'a(X), b(X)'],
  ['edge(a,b). edge(b,c). edge(a,c).', 'edge(a, X)'],
  ['edge(a,b). edge(b,c). edge(a,c).', 'edge(X, c)'],
  ["p('hello world'). p('Upper'). p([]). p('{}'). p({a}).", 'p(X)'],
  ['p(-1). p(- 1). p(-(1)). p(-a). p(1-1).', 'p(X)'],
  ['n(1). n(2). n(3). n(4). n(5). n(6). n(7). n(8). n(9). n(10). n(X) :- X = other.', 'n(9)'],
  ['n(1). n(2). n(3). n(4). n(5). n(6). n(7). n(8). n(9). n(10). n(X) :- X = other.', 'n(other)'],
  ['n(1,a). n(2,b). n(3,c). n(4,a). n(5,b). n(6,c). n(7,a). n(8,b). n(9,c).', 'n(X, a)'],
  ['n(1,a). n(2,b). n(3,c). n(4,a). n(5,b). n(6,c). n(7,a). n(8,b). n(9,c).', 'n(7, X)'],
  ['n(1,a). n(2,b). n(3,c). n(4,a). n(5,b). n(6,c). n(7,a). n(8,b). n(9,c).', 'n(7, b)'],
]);

export const JOINS = topic('joins', [
  [LAB, 'abnormal(S)'],
  [LAB, 'abnormal(s1)'],
  [LAB, 'out_of_range(T)'],
  [LAB, 'clean(S)'],
  [LAB, 'test(T, S, A), result(T, V), V > 10'],
  [LAB, 'test(T, S, A), \\+ result(T, 12)'],
  [LAB, 'sample(S), findall(T, test(T, S, _), Ts)'],
  [LAB, 'setof(S, abnormal(S), Ss)'],
  [LAB, 'findall(S, abnormal(S), Ss)'],
  [LAB, 'forall(sample(S), type(S, _))'],
  ['p(1). p(2). q(X,Y) :- p(X), p(Y).', 'q(A, B)'],
  ['p(1). p(2). q(X,Y) :- p(X), p(Y), X < Y.', 'q(A, B)'],
  ['p(1). p(2). p(3). q(X,Y,Z) :- p(X), p(Y), p(Z), X =\\= Y, Y =\\= Z, X =\\= Z.', 'q(A, B, C)'],
  ['parent(a,b). parent(b,c). parent(b,d). g(X,Z) :- parent(X,Y), parent(Y,Z).', 'g(X, Y)'],
  ['parent(a,b). parent(a,c). sib(X,Y) :- parent(P,X), parent(P,Y), X \\== Y.', 'sib(X, Y)'],
  ['a(1,x). a(2,y). b(x,red). b(y,blue). c(X,C) :- a(X,K), b(K,C).', 'c(2, C)'],
  ['a(1,x). a(2,y). b(x,red). b(y,blue). c(X,C) :- a(X,K), b(K,C).', 'c(N, red)'],
  ['r(1). r(2). s(2). s(3). t(X) :- r(X) ; s(X).', 't(X)'],
  ['r(1). r(2). s(2). s(3). t(X) :- r(X), s(X) ; X = none.', 't(X)'],
  ['p(X, Y) :- X = f(Y), Y = b.', 'p(A, B)'],
]);

export const NEGATION = topic('negation', [
  ['p(a). p(b). q(b).', 'p(X), \\+ q(X)'],
  ['p(a). p(b). q(b).', '\\+ q(X), p(X)'],
  ['p(a). p(b). q(b).', '\\+ \\+ p(X)'],
  ['p(a).', '\\+ p(b), X = yes'],
  ['p(a).', 'not(p(b))'],
  ['p(a).', '\\+ (p(X), X = b)'],
  ['p(a).', '\\+ (p(X) ; fail)'],
  ['p(1). p(2). p(3).', 'p(X), \\+ (p(Y), Y > X)'],
  ['p(1). p(2). p(3).', 'p(X), \\+ (p(Y), Y < X)'],
  ['p(1). p(2). p(3).', 'forall(p(X), X > 0)'],
  ['p(1). p(2). p(3).', 'forall(p(X), X > 1)'],
  ['p(1). p(2). q(1). q(2).', 'forall(p(X), q(X))'],
  ['win(X) :- move(X,Y), \\+ win(Y). move(a,b). move(b,c). move(c,d).', 'win(X)'],
  ['even(0). even(N) :- N > 0, M is N-1, \\+ even(M).', 'even(8)'],
  ['even(0). even(N) :- N > 0, M is N-1, \\+ even(M).', 'even(7)'],
  'X = 1, \\+ X = 2',
  '\\+ X = 1',
  '\\+ fail',
  '\\+ \\+ (X = 1, X == 1), var(X)',
  '\\+ member(z, [a,b])',
  'X \\= a',
  'f(X) \\= f(a), true',
  'a \\= b',
  'f(X, b) \\= f(a, c)',
]);

export const CONTROL = topic('control and cut', [
  ['p(1). p(2). p(3). q(X) :- p(X), !.', 'q(X)'],
  ['p(1). p(2). p(3).', 'p(X), !'],
  ['p(1). p(2). p(3).', 'p(X), X > 1, !'],
  ['p(1). p(2).', '(p(X), ! ; X = 3)'],
  ['a(X) :- b(X), !, c(X). a(9). b(1). b(2). c(2).', 'a(X)'],
  ['a(X) :- b(X), c(X), !. a(9). b(1). b(2). c(2).', 'a(X)'],
  ['max(X,Y,X) :- X >= Y, !. max(_,Y,Y).', 'max(3, 2, M)'],
  ['max(X,Y,X) :- X >= Y, !. max(_,Y,Y).', 'max(2, 3, M)'],
  ['p(1). p(2).', 'call((p(X), !))'],
  ['p(1). p(2). q(X) :- call((p(X), !)). q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- ( p(X), ! ; X = 5 ). q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- \\+ \\+ (p(X), !), p(X). q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- ( (p(X), !) -> true ; X = 4 ). q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- ( p(_) -> p(X), ! ; X = 4 ). q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- findall(Y, (p(Y), !), L), member(X, L). q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- once(p(X)). q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- G = (p(X), !), G. q(3).', 'q(X)'],
  ['p(1). p(2). q(X) :- G = !, p(X), G. q(3).', 'q(X)'],
  ['p(1). p(2).', 'forall((p(X), !), X = 1)'],
  '(true ; X = 1)',
  '(X = 1 ; X = 2 ; X = 3)',
  '(X = 1, Y = 2 ; X = 3)',
  '(true -> X = 1 ; X = 2)',
  '(fail -> X = 1 ; X = 2)',
  '(fail -> X = 1)',
  '(member(X, [1,2,3]) -> true ; X = none)',
  '(member(X, [1,2,3]) *-> true ; X = none)',
  '(member(X, []) *-> true ; X = none)',
  '(member(X, [1,2,3]), X > 1 *-> Y = X ; Y = none)',
  '(member(X, [1,2,3]) *-> member(Y, [a,b]) ; Y = none)',
  'once(member(X, [a,b]))',
  'once(fail)',
  'ignore(fail)',
  'ignore(X = 1)',
  'ignore(member(X, [1,2]))',
  'call(=, X, 1)',
  'call(=(X), 1)',
  'call(member, X, [1,2])',
  'call((fail, 1))',
  'call((fail, X))',
  'call(1)',
  'call(_)',
  'G = (X = 1 ; X = 2), call(G)',
  'G = (member(X, [1,2]), X > 1), G',
  'X = 1, (X == 1 -> Y = one ; X == 2 -> Y = two ; Y = many)',
  'X = 2, (X == 1 -> Y = one ; X == 2 -> Y = two ; Y = many)',
  'X = 3, (X == 1 -> Y = one ; X == 2 -> Y = two ; Y = many)',
  '(\\+ fail, X = 1 ; X = 2)',
  '((X = 1 ; X = 2), (Y = a ; Y = b))',
  '((X = 1 ; X = 2), ! ; X = 3)',
  'between(1, 3, X), (X =:= 2 -> fail ; true)',
  '(true, (true ; fail)) -> X = 1 ; X = 2',
  ['t(X) :- ( X > 5 -> ! , fail ; true ). t(_).', 't(6)'],
  ['t(X) :- ( X > 5 -> ! , fail ; true ). t(_).', 't(3)'],
  ['f(X, Y) :- ( X = 1 -> Y = a ; X = 2 -> Y = b ). f(_, c).', 'f(2, Y)'],
  ['f(X, Y) :- ( X = 1 -> Y = a ; X = 2 -> Y = b ). f(_, c).', 'f(3, Y)'],
  ['p(1). p(2). p(3). r(X) :- p(X), ( X >= 2, ! ; fail ).', 'r(X)'],
  ['a :- b. a. b :- !, fail. b.', 'a'],
  ['p(X) :- ( true ; X = 2 ), !. p(7).', 'p(X)'],
]);

const GENEALOGY = `parent(a1, s1). parent(a2, s1). parent(b1, a1). parent(b2, a1). parent(c1, b1). parent(c2, b2). parent(d1, c2).
derived(C, P) :- parent(C, P).
derived(C, A) :- parent(C, P), derived(P, A).
root(S, S) :- \\+ parent(S, _).
root(S, R) :- parent(S, P), root(P, R).
depth(S, 0) :- \\+ parent(S, _).
depth(S, N) :- parent(S, P), depth(P, M), N is M + 1.
path(X, X, [X]).
path(X, Y, [X|T]) :- parent(X, Z), path(Z, Y, T).
`;

export const RECURSION = topic('recursion over aliquot genealogy', [
  [GENEALOGY, 'derived(X, s1)'],
  [GENEALOGY, 'derived(d1, X)'],
  [GENEALOGY, 'derived(c1, a2)'],
  [GENEALOGY, 'derived(X, Y)'],
  [GENEALOGY, 'root(d1, R)'],
  [GENEALOGY, 'root(s1, R)'],
  [GENEALOGY, 'depth(d1, N)'],
  [GENEALOGY, 'depth(X, 2)'],
  [GENEALOGY, 'path(d1, s1, P)'],
  [GENEALOGY, 'path(d1, X, P)'],
  [GENEALOGY, 'findall(X, derived(X, a1), L), length(L, N)'],
  [GENEALOGY, 'setof(X, Y^derived(X, Y), L)'],
  [GENEALOGY, 'aggregate_all(max(N, X), depth(X, N), M)'],
  [GENEALOGY, 'parent(X, P), \\+ parent(_, X)'],
  ['len([], 0). len([_|T], N) :- len(T, M), N is M + 1.', 'len([a,b,c], N)'],
  ['app([], L, L). app([H|T], L, [H|R]) :- app(T, L, R).', 'app(X, Y, [1,2,3])'],
  [
    'app([], L, L). app([H|T], L, [H|R]) :- app(T, L, R). rev([], []). rev([H|T], R) :- rev(T, S), app(S, [H], R).',
    'rev([1,2,3,4,5], X)',
  ],
  ['fac(0, 1) :- !. fac(N, F) :- M is N - 1, fac(M, G), F is N * G.', 'fac(30, F)'],
  ['fib(0, 0). fib(1, 1). fib(N, F) :- N > 1, A is N-1, B is N-2, fib(A, X), fib(B, Y), F is X + Y.', 'fib(15, F)'],
  ['count(N, N) :- !. count(I, N) :- J is I + 1, count(J, N).', 'count(0, 30000)'],
  ['nat(0). nat(s(X)) :- nat(X).', 'nat(s(s(0)))'],
  ['add(0, Y, Y). add(s(X), Y, s(Z)) :- add(X, Y, Z).', 'add(X, Y, s(s(0)))'],
  [
    'hanoi(0, _, _, _, []) :- !. hanoi(N, A, B, C, M) :- K is N-1, hanoi(K, A, C, B, M1), hanoi(K, C, B, A, M2), append(M1, [A-B|M2], M).',
    'hanoi(3, l, r, c, M)',
  ],
  [
    'q(N, Qs) :- numlist(1, N, L), permutation(L, Qs), safe(Qs). safe([]). safe([Q|Qs]) :- no(Q, Qs, 1), safe(Qs). no(_, [], _). no(Q, [R|Rs], D) :- abs(Q - R) =\\= D, E is D + 1, no(Q, Rs, E).',
    'q(6, Q)',
  ],
  ['e(X) :- X = 0 ; o(Y), X is Y + 1, X < 6. o(X) :- e(Y), X is Y + 1, X < 6.', 'once(e(X))'],
  [
    'sel(X, [X|T], T). sel(X, [H|T], [H|R]) :- sel(X, T, R). perm([], []). perm(L, [H|T]) :- sel(H, L, R), perm(R, T).',
    'perm([a,b,c], P)',
  ],
  [
    'qs([], []). qs([H|T], S) :- partition([X]>>(X < H), T, L, G), qs(L, A), qs(G, B), append(A, [H|B], S). :- dynamic x/0.',
    'X = 1',
  ],
  [
    'part([], _, [], []). part([X|Xs], P, [X|L], G) :- X =< P, !, part(Xs, P, L, G). part([X|Xs], P, L, [X|G]) :- part(Xs, P, L, G). qs([], []). qs([H|T], S) :- part(T, H, L, G), qs(L, A), qs(G, B), append(A, [H|B], S).',
    'qs([3,1,4,1,5,9,2,6], S)',
  ],
  ['gcd(X, 0, X) :- !. gcd(X, Y, G) :- Z is X mod Y, gcd(Y, Z, G).', 'gcd(1071, 462, G)'],
  [
    'collatz(1, [1]) :- !. collatz(N, [N|T]) :- ( N mod 2 =:= 0 -> M is N // 2 ; M is 3*N+1 ), collatz(M, T).',
    'collatz(7, L)',
  ],
]);

const CYCLE = 'edge(a,b). edge(b,c). edge(c,a). edge(c,d). edge(d,e).\n';

export const TABLING = topic(
  'tabling on cyclic graphs',
  [
    [`:- table path/2.\n${CYCLE}path(X,Y) :- edge(X,Y). path(X,Y) :- path(X,Z), edge(Z,Y).`, 'path(a, X)'],
    [`:- table path/2.\n${CYCLE}path(X,Y) :- edge(X,Y). path(X,Y) :- path(X,Z), edge(Z,Y).`, 'path(X, Y)'],
    [`:- table path/2.\n${CYCLE}path(X,Y) :- edge(X,Y). path(X,Y) :- edge(X,Z), path(Z,Y).`, 'path(a, X)'],
    [`:- table path/2.\n${CYCLE}path(X,Y) :- edge(X,Y). path(X,Y) :- edge(X,Z), path(Z,Y).`, 'path(X, a)'],
    [`:- table path/2.\n${CYCLE}path(X,Y) :- path(X,Z), path(Z,Y). path(X,Y) :- edge(X,Y).`, 'path(b, X)'],
    [`:- table path/2.\n${CYCLE}path(X,Y) :- path(X,Z), path(Z,Y). path(X,Y) :- edge(X,Y).`, 'path(e, X)'],
    [`:- table path/2.\n${CYCLE}path(X,Y) :- edge(X,Y). path(X,Y) :- path(X,Z), edge(Z,Y).`, 'path(d, a)'],
    [
      `:- table path/2.\n${CYCLE}path(X,Y) :- edge(X,Y). path(X,Y) :- path(X,Z), edge(Z,Y). un(X) :- edge(X,_), \\+ path(X, a).`,
      'un(X)',
    ],
    [
      ':- table fib/2.\nfib(0, 0). fib(1, 1). fib(N, F) :- N > 1, A is N-1, B is N-2, fib(A, X), fib(B, Y), F is X + Y.',
      'fib(100, F)',
    ],
    [':- table a/1, b/1.\na(X) :- b(X). a(1). b(X) :- a(X). b(2).', 'a(X)'],
    [':- table a/1, b/1.\na(X) :- b(X). a(1). b(X) :- a(X). b(2).', 'b(X)'],
    [':- table a/1.\n:- table b/1.\na(X) :- b(Y), X is Y + 1, X < 10. a(0). b(X) :- a(X).', 'a(X)'],
    [':- table p/1.\np(X) :- p(X). p(a).', 'p(X)'],
    [':- table p/1.\np(X) :- p(X).', 'p(X)'],
    [':- table s/2.\ns(X, Y) :- s(X, Z), e(Z, Y). s(X, X). e(1,2). e(2,3). e(3,1).', 's(1, X)'],
    [':- table conn/2.\nconn(X, Y) :- conn(Y, X). conn(X, Y) :- e(X, Y). e(1,2). e(2,3).', 'conn(X, Y)'],
    [
      ':- table r/2.\nr(X, Y) :- e(X, Y). r(X, Y) :- r(X, Z), r(Z, Y). e(X, Y) :- between(1, 6, X), Y is (X mod 6) + 1.',
      'r(1, X)',
    ],
    [
      ':- table d/2.\nd(C, P) :- parent(C, P). d(C, A) :- d(C, P), parent(P, A). parent(a, b). parent(b, c). parent(c, a).',
      'd(a, X)',
    ],
    [':- table q/1.\nq(X) :- member(X, [1,2,1,3,2]).', 'q(X)'],
    [':- table q/1.\nq(X) :- member(X, [1,2,1,3,2]).', 'findall(X, q(X), _L), sort(_L, L)'],
    [':- table x/1, y/1, z/1.\nx(X) :- y(X). y(X) :- z(X). z(X) :- x(X). z(1). y(2). x(3).', 'x(X)'],
    [':- table x/1, y/1, z/1.\nx(X) :- y(X). y(X) :- z(X). z(X) :- x(X). z(1). y(2). x(3).', 'z(X), X > 1'],
    [':- table p/2.\np(X, Y) :- q(X, Y). p(X, Y) :- q(X, Z), p(Z, Y). q(f(1), f(2)). q(f(2), f(1)).', 'p(f(X), Y)'],
    [':- table p/1.\np(X) :- q(X), \\+ r(X). q(1). q(2). r(2).', 'p(X)'],
    [
      ':- table path(_,_).\nedge(1,2). edge(2,1). path(X,Y) :- edge(X,Y). path(X,Y) :- path(X,Z), edge(Z,Y).',
      'path(1,X)',
    ],
    [':- table q/1.\nq(X) :- member(X, [1,2,1,3,2]).', 'findall(X, q(X), L)', 'Answers of a table have no order.'],
  ],
  true,
);
