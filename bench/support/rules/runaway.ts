import { ask } from '../../../subgraphs/rules/domain/ask.ts';
import { DEFAULT_LIMITS } from '../../../subgraphs/rules/domain/budget.ts';
import { readTerm } from '../../../subgraphs/rules/domain/parser.ts';
import { clock, knowledgeOf } from './engine.ts';
import { swiplLines } from './swipl.ts';

/** Goals that never end by themselves, or only after ages, and how soon they are ended. */

interface Runaway {
  readonly what: string;
  readonly program: string;
  readonly goal: string;
}

const RUNAWAYS: readonly Runaway[] = [
  { what: 'endless loop', program: 'loop :- loop.', goal: 'loop' },
  { what: 'left recursion', program: 'l(X) :- l(Y), X is Y + 1.\nl(0).', goal: 'l(X)' },
  { what: 'growing list', program: 'g(L) :- g([x|L]).', goal: 'g([])' },
  { what: 'counting spin', program: 'n(X) :- Y is X + 1, n(Y).', goal: 'n(0)' },
  { what: 'exponential blow-up', program: 'b(0).\nb(N) :- M is N - 1, b(M), b(M).', goal: 'b(60)' },
  { what: 'growing term', program: 't(X) :- t(f(X, X)).', goal: 't(a)' },
  { what: 'doubling text', program: 'd(A) :- atom_concat(A, A, B), d(B).', goal: 'd(x)' },
  {
    what: 'every part of a long text',
    program: 'long(A) :- numlist(1, 2000, L), atomic_list_concat(L, A).',
    goal: 'long(A), sub_atom(A, _, _, _, S), sub_atom(S, _, _, _, zz)',
  },
  { what: 'power of a power', program: 'p.', goal: 'X is 7 ^ 7 ^ 7 ^ 7' },
  { what: 'all numbers', program: 'p.', goal: 'findall(X, between(1, inf, X), L)' },
  { what: 'all permutations', program: 'p.', goal: 'numlist(1, 12, L), findall(P, permutation(L, P), Ps)' },
  {
    what: 'sorting again and again',
    program: 's(L) :- msort(L, M), reverse(M, R), s(R).',
    goal: 'numlist(1, 5000, L), s(L)',
  },
  { what: 'table of ever new values', program: ':- table q/1.\nq(0).\nq(X) :- q(Y), X is Y + 1.', goal: 'q(X)' },
];

export interface Ended {
  readonly what: string;
  readonly stoppedBy: string;
  readonly millis: number;
  /** Milliseconds past the budget of time where time ended it, else all there were. */
  readonly past: number;
  /** How native SWI-Prolog ended it within its own limit of the same time, and after how many milliseconds. */
  readonly swipl: string | null;
}

function ours({ program, goal }: Runaway): Pick<Ended, 'stoppedBy' | 'millis' | 'past'> {
  const knowledge = knowledgeOf(program);
  const { term } = readTerm(goal);
  const start = clock();
  const { stoppedBy } = ask(
    knowledge,
    { goal: term, variables: new Map(), limits: DEFAULT_LIMITS, distinct: false },
    clock,
  );
  const millis = clock() - start;
  const past = stoppedBy === 'TIME' ? millis - DEFAULT_LIMITS.millis : millis;
  return { stoppedBy: stoppedBy ?? 'ended', millis, past };
}

function native({ program, goal }: Runaway): string {
  const seconds = DEFAULT_LIMITS.millis / 1_000;
  const lines = swiplLines(
    `:- use_module(library(time)).\n${program}
main :- get_time(From_), catch(( call_with_time_limit(${seconds}, (${goal})) -> How_ = ended ; How_ = failed ), Ball_, told(Ball_, How_)),
  get_time(To_), Millis_ is round((To_ - From_) * 1000), format("~w ~w ms~n", [How_, Millis_]).
told(E, R) :- ( E = error(resource_error(W), _) -> R = W ; functor(E, R, _) ).
`,
    20_000,
  );
  return lines?.at(-1) ?? 'not within 20 s';
}

export function endRunaways(withSwipl: boolean): Ended[] {
  return RUNAWAYS.map((runaway) => {
    ours(runaway); // compiled before it is measured
    return { what: runaway.what, ...ours(runaway), swipl: withSwipl ? native(runaway) : null };
  });
}
