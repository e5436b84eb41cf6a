import { programs } from '../../program.ts';

const ESCAPED = 'term_to_atom/2 writes quotes and line ends as writeq/1 does, with escapes.';
const KINDS = 'Kinds of characters with arguments are not in the language.';

/** Atoms, strings, characters beyond the basic plane, numbers in texts. */
export const TEXT_PROGRAMS = programs('programs: strings and unicode', [
  [
    `word(nitrate). word('Lead (total)'). word(ph). word(''). word('E. coli').
initial(W, C) :- word(W), sub_atom(W, 0, 1, _, C).
vowels(W, N) :- word(W), aggregate_all(count, (sub_atom(W, _, 1, _, C), member(C, [a, e, i, o, u])), N).
spaced(W) :- word(W), once(sub_atom(W, _, _, _, ' ')).
ends(W, E) :- word(W), sub_atom(W, _, 2, 0, E).`,
    'initial(W, C)',
    'vowels(W, N)',
    'spaced(W)',
    'ends(W, E)',
    'word(W), atom_length(W, N)',
    "word(W), sub_atom(W, B, _, 0, '(total)')",
  ],
  [
    `id('UT-2026-0042'). id('UT-2026-0007'). id('NV-2025-0100'). id(bad). id('UT-x-1').
parts(I, S, Y, N) :- id(I), atomic_list_concat([S, A, B], '-', I), atom_number(A, Y), atom_number(B, N).
next(I, J) :- parts(I, S, Y, N), M is N + 1, pad(M, 4, P), atomic_list_concat([S, Y, P], '-', J).
pad(N, W, P) :- atom_length(N, L), ( L >= W -> P = N ; atom_concat('0', N, M), pad(M, W, P) ).`,
    'parts(I, S, Y, N)',
    'next(I, J)',
    'pad(7, 3, P)',
    'id(I), \\+ parts(I, _, _, _)',
    "id(I), atomic_list_concat(L, '-', I), length(L, N)",
  ],
  [
    `text("naïve café"). text("𝔘𝔫𝔦"). text("a😀b😀"). text("日本語"). text("é").
length_of(T, N) :- text(T), string_length(T, N).
at(T, I, C) :- text(T), sub_string(T, I, 1, _, C).
codes(T, Cs) :- text(T), string_codes(T, Cs).`,
    'length_of(T, N)',
    'at("a😀b😀", I, C)',
    'at(T, 0, C)',
    'codes("𝔘𝔫𝔦", C)',
    'text(T), string_upper(T, U)',
    'sub_string("a😀b😀", B, 1, A, "😀")',
    'text(T), string_concat(X, "b😀", T)',
    'string_code(2, "a😀b", X), char_code(C, X)',
    'text(T), string_chars(T, [A, B, C|_])',
    'atom_string(A, "😀"), atom_length(A, N), atom_codes(A, Cs)',
  ],
  [
    `größe('Höhe', 12). größe('Länge', 7). größe('Ωmega', 3). größe('ß', 1).
名前(水, water). 名前(土, soil).
kleiner(X, Y) :- größe(X, A), größe(Y, B), A < B.`,
    'größe(X, 7)',
    'kleiner(X, Y)',
    '名前(水, X)',
    'setof(X, N^größe(X, N), L)',
    'größe(X, _), upcase_atom(X, U)',
    'größe(X, _), downcase_atom(X, U)',
    'größe(X, _), sub_atom(X, 1, 1, _, C)',
    "compare(O, '😀', '\\xFF00\\')",
  ],
  [
    `split(T, Sep, Ps) :- split_string(T, Sep, " ", Ps).
numbers(T, Ns) :- split_string(T, ",", " ", Ps), maplist(to_number, Ps, Ns).
to_number(S, N) :- number_string(N, S).
key_value(T, K, V) :- split_string(T, "=", " ", [K0, V0]), atom_string(K, K0), ( number_string(V, V0) -> true ; V = V0 ).`,
    'split("a; b ;c", ";", P)',
    'numbers("1, 2.5, 0x1F", N)',
    'numbers("1, x", N)',
    'key_value("limit = 4.5", K, V)',
    'key_value("name=lead", K, V)',
    'split_string("a b\tc", " \t", "", L)',
    'split_string("..a..", ".", ".", L)',
    'split_string("", ",", "", L)',
    'split_string("/a/", "/", "", L)',
  ],
  [
    `try(T, N) :- catch(atom_number(T, N), error(E, _), N = error(E)).
code(T, N) :- atom_codes(T, Cs), catch(number_codes(N, Cs), error(syntax_error(E), _), N = bad(E)).
all(T) :- member(T, ['12', '-12', '+12', ' 12', '12 ', '1.5', '1.', '.5', '1e3', '1.0e3', '1.0E-2', '0x1f', '0b101', '0o17', '0''a', '1_000', '', '-', 'abc', '1.5.2', '--1', '- 1', '1e', '00012', '1r3']).`,
    "member(T, ['12', '-12', '+12', '1.5', '1.0e3', '1.0E-2', '0x1f', '0b101', '0o17', '1_000', '00012', '-', abc, '', '--1', '1.5.2']), try(T, N)",
    "member(T, ['12', '-12', '1.5', '0x1f', '00012', '1.0Inf', '-0.0']), code(T, N)",
    "member(T, [' 12', '\\n7']), code(T, N)",
    "code('12 ', N)",
    'code(abc, N)',
    "try('12 ', N)",
    "try(' 12', N)",
    "try('0''a', N)",
    "try('1e10', N)",
    'try(f(x), N)',
    'atom_number(A, 1.0e10)',
    'number_string(N, "  42")',
    ['number_string(N, "4 2")', 'Digits are grouped by _ alone.'],
    'number_string(N, "1e5")',
  ],
  [
    `palindrome(A) :- atom_chars(A, Cs), reverse(Cs, Cs).
caesar(K, A, B) :- atom_codes(A, Cs), maplist(shift(K), Cs, Ds), atom_codes(B, Ds).
shift(K, C, D) :- C >= 0'a, C =< 0'z, !, D is (C - 0'a + K) mod 26 + 0'a.
shift(_, C, C).
count_words(S, N) :- split_string(S, " ", " .,", Ws0), exclude(==(""), Ws0, Ws), length(Ws, N).
acronym(S, A) :- split_string(S, " ", "", Ws), maplist(first_upper, Ws, Cs), atomic_list_concat(Cs, A).
first_upper(W, U) :- sub_string(W, 0, 1, _, F), string_upper(F, U).`,
    'member(A, [level, abc, ressasser, noël]), palindrome(A)',
    "caesar(3, 'hello, world', B)",
    'caesar(-3, khoor, B)',
    'count_words("The sample, which was cold, is warm.", N)',
    'acronym("laboratory information management system", A)',
    'acronym("", A)',
  ],
  [
    `s(A) :- member(A, [abc, "abc", 12, 1.5, [a], [], f(x)]).
len(A, N) :- s(A), catch(atom_length(A, N), error(E, _), N = E).
slen(A, N) :- s(A), catch(string_length(A, N), error(E, _), N = E).
up(A, U) :- s(A), catch(upcase_atom(A, U), error(E, _), U = E).
con(A, R) :- s(A), catch(atom_concat(A, x, R), error(E, _), R = E).
str(A, R) :- s(A), catch(atom_string(A, R), error(E, _), R = E).
txt(A, R) :- s(A), catch(text_to_string(A, R), error(E, _), R = E).`,
    'len(abc, N) ; len("abc", N) ; len(12, N) ; len(1.5, N) ; len(f(x), N)',
    'slen(abc, N) ; slen("abc", N) ; slen(12, N) ; slen(f(x), N)',
    'up("abc", U) ; up(12, U) ; up(f(x), U)',
    'con("abc", R) ; con(12, R) ; con(1.5, R) ; con(f(x), R)',
    'str(abc, R) ; str("abc", R) ; str(12, R) ; str(f(x), R)',
    'txt(abc, R) ; txt("abc", R) ; txt([a], R) ; txt(f(x), R)',
  ],
  [
    `sub(A, P, All) :- findall(B-L-R, sub_atom(A, B, L, R, P), All).
longest(A, S) :- aggregate_all(max(L, X), (sub_atom(A, _, L, _, X), L < 3), max(_, S)).
cut(A, B, C) :- sub_atom(A, Before, _, After, ': '), !, sub_atom(A, 0, Before, _, B), sub_atom(A, _, After, 0, C).`,
    'sub(banana, an, L)',
    'sub(banana, ana, L)',
    "sub(abc, '', L)",
    'longest(abcd, S)',
    "cut('lead: 4 ug/L: high', B, C)",
    'cut(none, B, C)',
    'sub_atom(abcdef, 2, L, 1, S)',
    'sub_atom(abcdef, B, 4, A, S)',
    'sub_atom(abc, 2, 5, _, S)',
    'sub_atom(abc, B, L, A, S), B + L =:= 2',
    'sub_atom(abc, -1, _, _, S)',
    'sub_atom(abc, a, _, _, S)',
    'sub_atom(abc, _, _, _, 1)',
    'sub_atom(12345, 1, 2, _, S)',
    'findall(S, sub_atom(abc, _, _, _, S), L), length(L, N)',
    'findall(S, sub_string("abc", _, 2, _, S), L)',
  ],
  [
    String.raw`q(a). q('A'). q('it''s'). q('a b'). q("a\"b"). q('\n'). q('\\'). q([]). q('[]x'). q({}). q(;). q(!). q(','). q('|'). q(+). q('/*'). q(é). q('É'). q('😀'). q('hello.').
shown(X, T) :- q(X), term_to_atom(X, T).
again(X) :- q(X), term_to_atom(X, T), term_to_atom(Y, T), X == Y.`,
    'q(X)',
    ['shown(X, T)', ESCAPED],
    'again(X)',
    'findall(X, (q(X), \\+ again(X)), L)',
    'term_to_atom(f(X, Y, X, "s", 1.0, \'A b\', [a|T]), A)',
    "term_to_atom(T, 'p(X, Y, X, _, \"s\", 0''a)')",
    'term_to_atom(1 + (2 + 3) * -4 - (- 1), A)',
    ["term_to_atom(T, 'foo(')", 'What is wrong with a text is told by a sentence, not by an atom.'],
    'term_string(T, "a:b:c")',
    'term_to_atom(- (1), A)',
    'term_to_atom(-(-(1)), A)',
    'term_to_atom(1 - (-1), A)',
    'term_to_atom(-a, A)',
    'term_to_atom(\\+ (a, b), A)',
    'term_to_atom([(a :- b), (c, d)], A)',
    'term_to_atom(f((a :- b), (c, d)), A)',
    'term_to_atom({a, b}, A)',
    'term_to_atom(2 ** 3 ^ 4, A)',
    'term_to_atom((a -> b ; c), A)',
    'term_to_atom(- - a, A)',
    'term_to_atom(1.0e100, A)',
    'term_to_atom(a = \\+, A)',
    'term_to_atom([-], A)',
    'term_to_atom(-(2) ^ 2, A)',
    'term_to_atom((:- dynamic a), A)',
  ],
  [
    String.raw`t(C) :- member(C, [a, 'Z', '0', ' ', '_', '.', é, 'Σ', 日, '٣', '\t']).
kinds(C, Ks) :- t(C), findall(K, (member(K, [alpha, alnum, digit, space, white, upper, lower, punct]), char_type(C, K)), Ks).`,
    "kinds(a, K) ; kinds('Z', K) ; kinds('0', K) ; kinds(' ', K) ; kinds('_', K) ; kinds('.', K)",
    "kinds(é, K) ; kinds('Σ', K) ; kinds(日, K)",
    ['char_type(X, digit(5))', KINDS],
    "code_type(0'a, alpha)",
    ['char_type(a, to_lower(L))', KINDS],
    'upcase_atom(σς, U)',
    'string_lower("ΑΣ", L)',
  ],
  [
    String.raw`join([], _, "").
join([X], _, S) :- !, term_string(X, S).
join([X|Xs], Sep, S) :- term_string(X, T), join(Xs, Sep, R), string_concat(T, Sep, U), string_concat(U, R, S).
two(A, B) :- atom_concat(A, B, xyz).
strip(S, T) :- split_string(S, "", " \t\n", [T]).`,
    'join([a, 1, 2.5, "s"], "; ", S)',
    'join([f(X), \'A\'], ",", S)',
    'two(A, B)',
    'strip("  a b \\n", T)',
    'atomic_list_concat([a, "b", 1, 2.0], X)',
    "atomic_list_concat([a, B], '-', 'a-b-c')",
    "atomic_list_concat([A, B], '-', 'x-y')",
    'atomic_list_concat([a, b], X)',
    'string_concat(A, B, "ab"), string_length(A, N)',
    "text_to_string([0'a, 0'b], S)",
    "string_chars(S, ['1', a]), string_to_atom(S, A)",
    'string_codes(S, "abc")',
    'number_codes(N, "0\'a")',
    "atom_chars(X, ['1', '2']), atom(X)",
    'atom_codes(12, L)',
    "number_chars(N, ['1', '.', '5'])",
    "number_chars(N, ['1', a])",
    'number_chars(N, [1])',
  ],
]);
