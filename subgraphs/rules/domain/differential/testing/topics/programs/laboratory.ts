import { programs } from '../../program.ts';

const DAY = `
sample(w1). sample(w2). sample(w3). sample(w4).
client(w1, acme). client(w2, acme). client(w3, 'City of Ogden').
received(w1, 480000). received(w2, 480010). received(w3, 479000).
analysis(a1, w1, lead). analysis(a2, w1, nitrate). analysis(a3, w2, lead). analysis(a4, w3, ph).
result(a1, 4, 'ug/L'). result(a2, 52.5, 'mg/L'). result(a3, 16, 'ug/L'). result(a4, 7.1, ph).
`;

/** Programs as a laboratory writes them. */
export const LABORATORY_PROGRAMS = programs('laboratory rules', [
  [
    `${DAY}
limit(lead, 15). limit(nitrate, 45).
exceeds(S, A, V, Max) :- analysis(Id, S, A), result(Id, V, _), limit(A, Max), V > Max.
clean(S) :- sample(S), analysis(_, S, _), \\+ exceeds(S, _, _, _).`,
    'exceeds(S, A, V, M)',
    'clean(S)',
    'setof(S, clean(S), L)',
    'sample(S), \\+ exceeds(S, _, _, _), \\+ analysis(_, S, _)',
  ],
  [
    `${DAY}
turnaround(acme, 24). turnaround('City of Ogden', 72).
now(480040).
due(S, T) :- client(S, C), turnaround(C, H), received(S, R), T is R + H.
overdue(S, By) :- due(S, T), now(N), N > T, By is N - T.`,
    'due(S, T)',
    'overdue(S, By)',
    'aggregate_all(max(By, S), overdue(S, By), M)',
    'aggregate_all(count, overdue(_, _), N)',
  ],
  [
    `${DAY}
summary(C, N, Names) :- setof(S, client(S, C), Ss), length(Ss, N), atomic_list_concat(Ss, ', ', Names).`,
    'summary(C, N, T)',
    "summary('City of Ogden', N, T)",
    'findall(C-N, summary(C, N, _), L)',
  ],
  [
    `${DAY}
worst(A, S-V) :- aggregate_all(max(V0, S0), (analysis(Id, S0, A), result(Id, V0, _)), max(V, S)).
analyte(A) :- setof(X, Id^S^analysis(Id, S, X), L), member(A, L).`,
    'worst(lead, W)',
    'analyte(A), worst(A, W)',
    'worst(mercury, W)',
  ],
  [
    String.raw`% Westgard rules over control results, newest first.
z(i1, [0.4, 1.1, -0.2]). z(i2, [3.2, 0.1]). z(i3, [2.1, 2.4, 0.0]). z(i4, [-2.2, 2.3]). z(i5, [1.2, 1.3, 1.1, 1.4]).
broken(I, '1-3s') :- z(I, [A|_]), abs(A) > 3.
broken(I, '2-2s') :- z(I, [A, B|_]), ( A > 2, B > 2 ; A < -2, B < -2 ).
broken(I, 'R-4s') :- z(I, [A, B|_]), abs(A - B) > 4.
broken(I, '4-1s') :- z(I, [A, B, C, D|_]), ( forall(member(X, [A, B, C, D]), X > 1) ; forall(member(X, [A, B, C, D]), X < -1) ).
in_control(I) :- z(I, _), \+ broken(I, _).`,
    'broken(I, R)',
    'in_control(I)',
    'setof(R-I, broken(I, R), L)',
  ],
  [
    String.raw`% Pairs within their relative difference.
pair(d1, 10, 12). pair(d2, 100, 101). pair(d3, 0, 0). pair(d4, 5.0, 7.5).
rpd(X, Y, D) :- X + Y > 0, D is abs(X - Y) / ((X + Y) / 2) * 100.
judged(P, ok(D)) :- pair(P, X, Y), rpd(X, Y, D), D =< 20.
judged(P, failed(D)) :- pair(P, X, Y), rpd(X, Y, D), D > 20.
judged(P, undefined) :- pair(P, X, Y), \+ rpd(X, Y, _).`,
    'judged(P, J)',
    'pair(P, X, Y), \\+ judged(P, ok(_))',
    'rpd(1, 3, D)',
    'rpd(1, -1, D)',
  ],
  [
    String.raw`% Custody: each hand-over begins where the one before it ends.
handover(h1, s1, courier, reception, 10). handover(h2, s1, reception, bench, 12). handover(h3, s1, bench, archive, 30).
handover(k1, s2, courier, reception, 11). handover(k2, s2, bench, archive, 15).
chain(S, [From, To|Rest]) :- handover(_, S, From, To, T), \+ (handover(_, S, _, From, T0), T0 < T), following(S, To, T, Rest).
following(S, At, T, [To|Rest]) :- handover(_, S, At, To, T1), T1 > T, !, following(S, To, T1, Rest).
following(_, _, _, []).
gap(S, At) :- handover(_, S, At, _, T), At \== courier, \+ (handover(_, S, _, At, T0), T0 =< T).`,
    'chain(s1, C)',
    'chain(S, C)',
    'gap(S, At)',
    'forall(handover(_, s1, _, _, T), T > 9)',
  ],
  [
    `% A plate of 96 wells.
well(R, C, Name) :- member(R, [a, b, c, d, e, f, g, h]), between(1, 12, C), atom_concat(R, C, Name).
number_of(Name, N) :- well(R, C, Name), nth0(I, [a, b, c, d, e, f, g, h], R), N is C + 12 * I.
next(W, V) :- number_of(W, N), M is N + 1, number_of(V, M).`,
    'number_of(c7, N)',
    'number_of(W, 96)',
    'next(a12, W)',
    'next(h12, W)',
    'aggregate_all(count, well(_, _, _), N)',
    'findall(W, well(_, 3, W), L)',
  ],
  [
    String.raw`% Dilutions: what is in the tube, exactly.
dilution(t0, none, 1). dilution(t1, t0, 10). dilution(t2, t1, 10). dilution(t3, t2, 4). dilution(t4, t0, 3).
factor(T, 1) :- dilution(T, none, _).
factor(T, F) :- dilution(T, From, By), From \== none, factor(From, G), F is G * By.
undiluted(T, Read, V) :- factor(T, F), V is Read * F.`,
    'factor(T, F)',
    'undiluted(t3, 0.25, V)',
    'undiluted(t3, 7, V)',
    'factor(t9, F)',
    'aggregate_all(bag(T-F), factor(T, F), L)',
  ],
  [
    `% A barcode with its check digit, by the rule of EAN-13.
digits(Code, Ds) :- atom_chars(Code, Cs), maplist(digit, Cs, Ds).
digit(C, D) :- atom_number(C, D), integer(D).
weighted([], _, 0).
weighted([D|Ds], W, S) :- V is 4 - W, weighted(Ds, V, T), S is T + D * W.
valid(Code) :- digits(Code, Ds), length(Ds, 13), weighted(Ds, 1, S), S mod 10 =:= 0.`,
    "valid('4006381333931')",
    "valid('4006381333932')",
    "digits('40a6', D)",
    "digits('123', D), weighted(D, 1, S)",
  ],
  [
    String.raw`% Four eyes: who verifies is not who entered.
role(ana, analyst). role(vera, verifier). role(max, verifier). role(max, analyst).
entered(a1, ana). entered(a2, max). entered(a3, vera).
verified(a1, vera). verified(a2, max).
may_verify(U, A) :- role(U, verifier), entered(A, By), By \== U, \+ verified(A, U).
alarm(A, U) :- entered(A, U), verified(A, U).
open(A) :- entered(A, _), \+ (verified(A, U), \+ entered(A, U)).`,
    'may_verify(U, A)',
    'may_verify(ana, A)',
    'alarm(A, U)',
    'open(A)',
    'setof(A, U^may_verify(U, A), L)',
    'bagof(U, may_verify(U, A), L)',
  ],
  [
    `% Reagents: the lot that runs out first is used first.
lot(hno3, l1, 200, 40). lot(hno3, l2, 120, 10). lot(hno3, l3, 90, 0). lot(hcl, l4, 100, 5).
now(95).
usable(R, Until-L) :- lot(R, L, Until, Qty), now(N), Until >= N, Qty > 0.
pick(R, L) :- setof(X, usable(R, X), [_-L|_]).
plan(_, 0, []) :- !.
plan(R, Need, Uses) :- findall(X, usable(R, X), Xs), msort(Xs, Sorted), take(Sorted, Need, Uses).
take(_, 0, []) :- !.
take([_-L|Ls], Need, [L:Used|Rest]) :- lot(_, L, _, Qty), Used is min(Qty, Need), Left is Need - Used, take(Ls, Left, Rest).`,
    'pick(R, L)',
    'pick(hno3, L)',
    'plan(hno3, 25, P)',
    'plan(hno3, 60, P)',
    'plan(hcl, 0, P)',
  ],
  [
    `% Reflex tests: a result orders further tests, which may order others.
orders(tsh, high, ft4). orders(tsh, low, ft4). orders(ft4, low, ft3). orders(ft3, high, antibodies).
flagged(tsh, V, high) :- V > 4.5. flagged(tsh, V, low) :- V < 0.4.
flagged(ft4, V, low) :- V < 0.8. flagged(ft3, V, high) :- V > 4.4.
value(p1, tsh, 9.1). value(p1, ft4, 0.5). value(p1, ft3, 5.0). value(p2, tsh, 2.0). value(p3, tsh, 0.1). value(p3, ft4, 1.1).
ordered(P, T, [tsh-F]) :- value(P, tsh, V), flagged(tsh, V, F), orders(tsh, F, T).
ordered(P, T, [A-F|Why]) :- ordered(P, A, Why), value(P, A, V), flagged(A, V, F), orders(A, F, T).`,
    'once(ordered(P, ft4, W))',
    'ordered(p3, T, W), !',
    'value(P, tsh, V), \\+ flagged(tsh, V, _)',
    'value(P, A, V), flagged(A, V, F), orders(A, F, Next)',
  ],
  [
    `% Significant figures as a laboratory reports them.
magnitude(X, M) :- M is floor(log(abs(X)) / log(10)).
significant(0, _, 0) :- !.
significant(X, N, Y) :- magnitude(X, M), S is N - 1 - M, ( S >= 0 -> Y is round(X * 10 ** S) / 10.0 ** S ; K is -S, Y is round(X / 10 ** K) * 10 ** K ).`,
    'significant(12345, 2, Y)',
    'significant(0.012345, 3, Y)',
    'significant(0, 3, Y)',
    'significant(-98.76, 2, Y)',
    'magnitude(0.5, M)',
    'magnitude(0, M)',
  ],
  [
    String.raw`% Detection limits: what is censored enters a mean with half its limit.
measured(r1, 5). measured(r2, '<'(2)). measured(r3, 7.5). measured(r4, '<'(1)).
counted(R, V) :- measured(R, M), ( number(M) -> V = M ; M = '<'(L), V is L / 2 ).
mean(M) :- findall(V, counted(_, V), Vs), sum_list(Vs, S), length(Vs, N), N > 0, M is S / N.
censored(N, Of) :- aggregate_all(count, (measured(_, M), \+ number(M)), N), aggregate_all(count, measured(_, _), Of).`,
    'counted(R, V)',
    'mean(M)',
    'censored(N, Of)',
    'measured(R, <(X))',
  ],
  [
    `% Shelves hold what fits.
location(f1, 3). location(f2, 2). in(s1, f1). in(s2, f1). in(s3, f1). in(s4, f2). in(s5, f1).
held(L, N) :- location(L, _), aggregate_all(count, in(_, L), N).
full(L) :- location(L, C), held(L, N), N >= C.
over(L, By) :- location(L, C), held(L, N), By is N - C, By > 0.
free(L, Room) :- location(L, C), held(L, N), N < C, Room is C - N.`,
    'held(L, N)',
    'full(L)',
    'over(L, By)',
    'free(L, R)',
    'forall(location(L, _), \\+ full(L))',
  ],
  [
    String.raw`% Stages and what stands in the way of each move.
stage(s1, received). stage(s2, testing). stage(s3, results).
next(received, testing). next(testing, results). next(results, done).
hold(s3, audit).
blocker(S, _, on_hold(R)) :- hold(S, R).
blocker(S, results, no_result) :- stage(S, testing), \+ result(S, _).
result(s3, 4).
verdict(S, To, allowed) :- stage(S, From), next(From, To), \+ blocker(S, To, _).
verdict(S, To, refused(Rs)) :- stage(S, From), next(From, To), findall(R, blocker(S, To, R), Rs), Rs \== [].`,
    'verdict(S, To, V)',
    'verdict(s1, T, V)',
    'bagof(S-V, verdict(S, To, V), L)',
    'stage(S, done) ; S = nobody',
  ],
]);
