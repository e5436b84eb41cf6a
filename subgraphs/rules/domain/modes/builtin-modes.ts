import { deref, extendGoal, type Struct, type Term, type Variable, variable, variablesOf } from '../term.ts';
import type { KnownValues } from './known-values.ts';

/** To which of its arguments a goal of the language's own gives values. Those that are not named here: to all of them. */
const GIVES: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ['findall/3', [2]],
  ['findall/4', [2, 3]],
  ['aggregate_all/3', [2]],
  ['compare/3', [0]],
  ['term_variables/2', [1]],
  ['copy_term/2', [1]],
]);
const GIVES_NOTHING: ReadonlySet<string> = new Set(
  '\\+/1 not/1 forall/2 ignore/1 var/1 ==/2 \\==/2 @</2 @>/2 @=</2 @>=/2 \\=/2 =@=/2 \\=@=/2 ?=/2 subsumes_term/2'.split(
    ' ',
  ),
);

/** The terms to which a goal may give values. */
export function given({ key, args }: Struct): readonly Term[] {
  if (GIVES_NOTHING.has(key)) return [];
  const positions = GIVES.get(key);
  return positions === undefined ? args : positions.map((at) => args[at]!);
}

const SEQUENCES: ReadonlySet<string> = new Set([',/2', ';/2', '|/2', '->/2', '*->/2', 'call/1', 'once/1']);

/** Adds the variables to which a goal may give values, on whichever way through it. */
export function givenBy(goal: Term, found: Set<Variable>): void {
  const value = deref(goal);
  if (value.kind !== 'struct') return;
  if (SEQUENCES.has(value.key)) for (const arg of value.args) givenBy(arg, found);
  else for (const term of given(value)) variablesOf(term, found);
}

const INSIDE: ReadonlyMap<string, readonly number[]> = new Map([
  ['forall/2', [0, 1]],
  ['ignore/1', [0]],
  ['findall/3', [1]],
  ['findall/4', [1]],
  ['bagof/3', [1]],
  ['setof/3', [1]],
  ['aggregate_all/3', [1]],
  ['catch/3', [0]],
]);

/** Goals that stand among the arguments of one that collects answers, tests them, or catches their errors. */
export function goalsInside({ key, args }: Struct): readonly Term[] {
  return (INSIDE.get(key) ?? []).map((at) => withoutQuantifiers(args[at]!));
}

function withoutQuantifiers(goal: Term): Term {
  let value = deref(goal);
  while (value.kind === 'struct' && value.key === '^/2') value = deref(value.args[1]!);
  return value;
}

/** Goals that never hold, or hold by leaving the rule. */
export const NEVER: ReadonlySet<string> = new Set(['fail/0', 'false/0', 'throw/1']);

/** With how many further arguments a goal calls its first one; null where it does not. */
function calledWith({ name, args }: Struct): number | null {
  switch (name) {
    case 'maplist':
    case 'foldl':
      return args.length - 1;
    case 'include':
    case 'exclude':
    case 'partition':
      return 1;
    case 'predsort':
      return 3;
    default:
      return null;
  }
}

/**
 * The goal that a goal calls by putting it together: `call(G, X)`, `maplist(p(X), L)`. Items of lists are taken to have
 * values. Null where none is called, or it is not known.
 */
export function calledGoal(goal: Struct, values: KnownValues): Term | null {
  const [called, ...extra] = goal.args;
  if (goal.name === 'call') return extra.length === 0 ? null : extendGoal(called!, extra);
  const count = calledWith(goal);
  if (count === null) return null;
  const items = Array.from({ length: count }, () => variable());
  for (const item of items) values.bind(item);
  return extendGoal(called!, items);
}
