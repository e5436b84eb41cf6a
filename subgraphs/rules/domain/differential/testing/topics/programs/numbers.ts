import { programs } from '../../program.ts';

const LOG2 = 'SWI-Prolog 9.0.4 does not have log2.';
const EXACT = 'An integer and a float are compared exactly, also beyond 2^53.';

/** Big integers, floats, rounding, errors of evaluation. */
export const NUMBER_PROGRAMS = programs('programs: numbers', [
  [
    `v(2.5). v(-2.5). v(0.5). v(-0.5). v(1.0e20). v(-7.999999999999999). v(3).
all(X, [R, T, C, F, I]) :- v(X), R is round(X), T is truncate(X), C is ceiling(X), F is floor(X), I is integer(X).
split(X, A, B) :- v(X), A is float_integer_part(X), B is float_fractional_part(X).`,
    'all(X, L)',
    'split(X, A, B)',
    'v(X), S is sign(X), A is abs(X)',
    'v(X), Y is X * 10 // 1',
    'v(X), integer(X)',
  ],
  [
    `x(1.0). x(0.1). x(100000.0). x(1000000000000000.0). x(1.0e15). x(1.0e16). x(123456789012345680.0). x(0.0001). x(0.00001). x(1.0e-7). x(5.0e-324). x(1.7976931348623157e308). x(-0.0). x(3.0e10).
sum(X, Y) :- x(X), Y is X + 1.`,
    'x(X)',
    'sum(X, Y)',
    'x(X), term_to_atom(X, A)',
    'x(X), atom_length(X, N)',
    'x(X), X =:= truncate(X)',
    'x(X), number_codes(X, C), number_codes(Y, C), X =:= Y',
  ],
  [
    `power(0, 1). power(N, P) :- N > 0, M is N - 1, power(M, Q), P is Q * 1000003.
digits(N, D) :- atom_length(N, D).
fib(0, A, _, A) :- !. fib(N, A, B, F) :- M is N - 1, C is A + B, fib(M, B, C, F).`,
    'power(12, P)',
    'power(20, P), digits(P, D)',
    'fib(300, 0, 1, F)',
    'power(10, P), Q is P mod 97, R is P // 12345678901',
    'power(10, P), Q is -P, R is Q mod 97, S is Q rem 97, T is Q div 97, U is Q // 97',
    'power(8, P), Q is P / 1000003, R is P / 2',
    'power(8, P), Q is sqrt(P), R is P * 1.0',
    'power(5, P), X is P >> 40, Y is P << 70, Z is Y /\\ P',
    'power(6, P), G is gcd(P, 1000003 ** 2 * 6)',
    'power(6, P), M is msb(P), C is popcount(P)',
  ],
  [
    `try(E, R) :- catch(R is E, error(F, _), R = F).
e(1 / 0). e(1 // 0). e(1 mod 0). e(1 / 0.0). e(0 / 0.0). e(0.0 / 0). e(foo + 1). e("ab" + 1). e(_ + 1). e(1.5 mod 2). e(2 ** -1). e(0 ** -1). e(0.0 ** -1). e(log(0)). e(log(-1)). e(sqrt(-1)). e(acos(2)). e(1.0e308 * 10). e(inf - inf). e(foo). e(f(1, 2)). e(1 << 1.5). e(max(a, 1)). e(integer(nan)). e(atan2(0, 0)). e(atan2(0.0, 0.0)). e(2 ** 2000 * 1.0).`,
    'e(E), try(E, R)',
    'catch(X is [1, 2] + 0, error(E, _), true)',
    'catch(1 < a, error(E, _), true)',
    'catch(a =:= _, error(E, _), true)',
    'X = 1 + a, catch(Y is X, error(E, _), true)',
    'catch(X is 1 + "1", error(E, _), true)',
    'catch(X is a, error(type_error(T, C), _), true)',
    'catch(between(1, x, _), error(E, _), true)',
    'catch(between(_, 3, _), error(E, _), true)',
    'catch(between(1.0, 3, _), error(E, _), true)',
    'catch(succ(a, X), error(E, _), true)',
    'catch(succ(X, -1), error(E, _), true)',
    'catch(plus(1, a, X), error(E, _), true)',
    'catch(plus(1, X, Y), error(E, _), true)',
  ],
  [
    `i(inf). i(nan). i(-inf). i(1.0). i(0).
cmp(X, Y, R) :- i(X), i(Y), A is X, B is Y, ( A < B -> R = less ; A > B -> R = more ; A =:= B -> R = same ; R = none ).`,
    'cmp(inf, Y, R)',
    'cmp(nan, Y, R)',
    'X is inf, Y is -X, Z is X + 1',
    'X is nan, X == X',
    'X is nan, Y is nan, X =:= Y',
    'X is max(1, inf), Y is min(1, -inf)',
    'X is max(nan, 1)',
    'X is inf, float(X), \\+ integer(X)',
    'X is 1.0Inf, Y is 1.5NaN',
    'catch(X is truncate(inf), error(E, _), true)',
    'X is copysign(3, -0.0)',
    'X is nan, sort(0, @<, [1, X, inf, 2.0], L)',
    'X is inf, msort([X, 1, 1.0e308], L)',
  ],
  [
    `divide(X, Y, q(A, B, C, D)) :- A is X // Y, B is X div Y, C is X mod Y, D is X rem Y.
pair(7, 2). pair(-7, 2). pair(7, -2). pair(-7, -2). pair(6, 3). pair(0, 5). pair(9007199254740993, 10). pair(-9007199254740993, 10).`,
    'pair(X, Y), divide(X, Y, Q)',
    'pair(X, Y), Q is X / Y',
    'pair(X, Y), G is gcd(X, Y)',
    'pair(X, Y), X =:= (X // Y) * Y + X rem Y',
    'pair(X, Y), P is X * Y',
    'divide(1, 0, Q)',
    'divide(1.0, 2, Q)',
  ],
  [
    `egcd(A, 0, A, 1, 0) :- !.
egcd(A, B, G, X, Y) :- Q is A // B, R is A mod B, egcd(B, R, G, S, T), X = T, Y is S - Q * T.
inverse(A, M, I) :- egcd(A, M, 1, X, _), I is X mod M.
modpow(_, 0, M, R) :- !, R is 1 mod M.
modpow(B, E, M, R) :- E mod 2 =:= 0, !, H is E // 2, modpow(B, H, M, S), R is S * S mod M.
modpow(B, E, M, R) :- D is E - 1, modpow(B, D, M, S), R is B * S mod M.`,
    'egcd(240, 46, G, X, Y)',
    'inverse(17, 3120, I)',
    'modpow(7, 2 , 5, R)',
    'E is 2 ** 127 - 1, modpow(3, E, 1000000007, R), S is powm(3, E, 1000000007)',
    'inverse(2, 4, I)',
    'egcd(12345678901234567890, 98765432109876543210, G, X, Y)',
  ],
  [
    `newton(N, R) :- step(N, N, R).
step(N, X, R) :- Y is (X + N // X) // 2, ( Y >= X -> R = X ; step(N, Y, R) ).
root(N, R) :- R is sqrt(N).`,
    'newton(2 , R)',
    'N is 10 ** 40, newton(N, R)',
    'N is 10 ** 41 + 7, newton(N, R)',
    'root(2, R)',
    'root(1.0e300, R)',
    'root(-4, R)',
  ],
  [
    `f(X, Y) :- Y is X ** 2 + 2 * X + 1.
t(X, [S, C, T]) :- S is sin(X), C is cos(X), T is tan(X).
h(X, [A, B, C]) :- A is exp(X), B is log(A), C is log2(8) + X.`,
    'f(3, Y)',
    'f(0.5, Y)',
    'f(2 ** 10, Y)',
    't(0, L)',
    't(1, L)',
    ['h(2, L)', LOG2],
    ['h(0.5, L)', LOG2],
    'X is pi, Y is e, Z is cos(pi)',
    'X is atan2(1, -1), Y is atan(1.0)',
    'X is 2 ** 3, Y is 2 ^ 3, Z is 2.0 ** 3, W is 2 ** 3.0',
    'X is 4 ** 0.5, Y is 8 ** (1 / 3.0)',
    'X is cot(1), Y is acot(2)',
    'X is ceiling(log(1000) / log(10))',
    'X is 7 xor 2, Y is \\ 7, Z is 7 /\\ 12 \\/ 16',
  ],
  [
    String.raw`n(1). n(1.0). n(2). n(1.5). n(9007199254740993). n(9007199254740992.0). n(-1). n(-1.0).
equal(X, Y) :- n(X), n(Y), X =:= Y, X \== Y.`,
    ['equal(X, Y)', EXACT],
    'setof(X, n(X), L)',
    'findall(X, n(X), Xs), sort(0, @>=, Xs, L)',
    'n(X), X @< 1',
    'n(X), compare(O, X, 1)',
    'n(X), n(Y), X =@= Y, X @>= Y, X > 1',
    ['9007199254740993 =:= 9007199254740992.0', EXACT],
    ['9007199254740993 > 9007199254740992.0', EXACT],
    'X is max(1, 1.0), Y is max(1.0, 1), Z is min(1, 1.0), W is min(1.0, 1)',
    'X is 9007199254740993 + 0.0',
    'X is 2 ** 53 + 1, Y is float(X), Z is integer(Y)',
  ],
  [
    `base(N, B, Ds) :- base(N, B, [], Ds).
base(0, _, Ds, Ds) :- !.
base(N, B, A, Ds) :- D is N mod B, M is N // B, base(M, B, [D|A], Ds).
perfect(N) :- between(2, 500, N), aggregate_all(sum(D), (between(1, N, D), D < N, N mod D =:= 0), N).`,
    'base(255, 2, L)',
    'N is 2 ** 70, base(N, 1000, L)',
    'perfect(N)',
    "X = 0xFF, Y = 0b1010, Z = 0o17, W = 36'Z",
    'X = 1_000_000, Y = 12 , X > Y',
  ],
]);
