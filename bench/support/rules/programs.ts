/** The programs of bench/rules: the same text for every engine. */

const SAMPLES = 2_500;
const ANALYTES = ['nitrate', 'lead', 'ph', 'arsenic'];

/** Numbers from 0 up to 1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Some 10,000 facts of a laboratory: samples, tests, results, custody and ranges. */
export function laboratoryFacts(): string {
  const next = numbers(4);
  const lines: string[] = [];
  const each = (line: (i: number) => string) => {
    for (let i = 0; i < SAMPLES; i++) lines.push(line(i));
  };
  each((i) => `sample(s${i}, water, ${next() < 0.5 ? 'approved' : 'received'}).`);
  each((i) => `test(t${i}, s${Math.floor(next() * SAMPLES)}, ${ANALYTES[i % 4]}).`);
  each((i) => `result(t${i}, ${Math.floor(next() * 128)}).`);
  each((i) => `custody(s${i}, p${Math.floor(next() * 50)}, ${i}).`);
  for (const analyte of ANALYTES) lines.push(`range(${analyte}, 0, 99).`);
  return lines.join('\n');
}

export const LABORATORY_RULES = `
test_of(S, T) :- test(T, S, _).
outside(V, Lo, _) :- V < Lo.
outside(V, _, Hi) :- V > Hi.
out_of_range(T) :- test(T, _, A), result(T, V), range(A, Lo, Hi), outside(V, Lo, Hi).
abnormal(S) :- test_of(S, T), out_of_range(T).
clean(S) :- sample(S, _, approved), \\+ abnormal(S).
`;

/** The edges of a cyclic graph of 1,000 nodes and 5,000 edges. */
export function graphEdges(): string {
  const next = numbers(7);
  const edges = Array.from(
    { length: 5_000 },
    () => `edge(${Math.floor(next() * 1_000)}, ${Math.floor(next() * 1_000)}).`,
  );
  return edges.join('\n');
}

export const CLOSURE_RULES = `
:- table path/2.
path(X, Y) :- edge(X, Y).
path(X, Y) :- path(X, Z), edge(Z, Y).
`;

/** 496 inferences a call for 30 items. */
export const NREV_RULES = `
app([], L, L).
app([H|T], L, [H|R]) :- app(T, L, R).
nrev([], []).
nrev([H|T], R) :- nrev(T, S), app(S, [H], R).
repeat_nrev(0) :- !.
repeat_nrev(N) :- nrev([1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30], _), M is N - 1, repeat_nrev(M).
`;
export const NREV_INFERENCES = 497;

export const ZEBRA_RULES = `
right_of(X, Y, [Y,X|_]).
right_of(X, Y, [_|T]) :- right_of(X, Y, T).
next_to(X, Y, L) :- right_of(X, Y, L).
next_to(X, Y, L) :- right_of(Y, X, L).
zebra(Owner) :-
  Hs = [h(_,norwegian,_,_,_), _, h(_,_,_,milk,_), _, _],
  member(h(red,english,_,_,_), Hs), member(h(green,_,_,coffee,_), Hs), member(h(_,spanish,dog,_,_), Hs),
  member(h(_,ukrainian,_,tea,_), Hs), right_of(h(green,_,_,_,_), h(ivory,_,_,_,_), Hs),
  member(h(_,_,snails,_,winston), Hs), member(h(yellow,_,_,_,kools), Hs),
  next_to(h(_,_,_,_,chesterfield), h(_,_,fox,_,_), Hs), next_to(h(_,_,_,_,kools), h(_,_,horse,_,_), Hs),
  member(h(_,_,_,orange_juice,lucky), Hs), member(h(_,japanese,_,_,parliament), Hs),
  next_to(h(_,norwegian,_,_,_), h(blue,_,_,_,_), Hs), member(h(_,Owner,zebra,_,_), Hs).
`;
