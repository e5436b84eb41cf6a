import { PRELUDE_KEYS } from './prelude.ts';
import { type SourceClause, subgoals } from './program.ts';
import { argsOf, deref, isCallable, keyOf, listItems, type Term, type Variable } from './term.ts';

/**
 * Whether a goal of the language's own ends whatever it is given. Most do. Those that go along a list try ever longer
 * ones when the list is open; `repeat/0` and an endless `between/3` never end.
 */

const WRITTEN_IN_PROLOG: ReadonlySet<string> = new Set(PRELUDE_KEYS);
/** Where the language's own predicates give back a complete list. */
const COMPLETE: Readonly<Record<string, number>> = {
  'findall/3': 2,
  'bagof/3': 2,
  'setof/3': 2,
  'sort/2': 1,
  'msort/2': 1,
  'sort/4': 3,
  'split_string/4': 3,
  'atom_chars/2': 1,
  'atom_codes/2': 1,
  'term_variables/2': 1,
};

function alwaysEnds(goal: Term, complete: ReadonlySet<Variable>): boolean {
  if (!isCallable(goal)) return goal.kind !== 'var';
  const key = keyOf(goal);
  const args = argsOf(goal).map(deref);
  if (/^call\/\d+$/.test(key) || key === 'repeat/0') return false;
  if (key === 'between/3') return args[1]?.kind === 'int';
  if (key !== 'length/2' && !WRITTEN_IN_PROLOG.has(key)) return true;
  if (/^(maplist|foldl|include|exclude|partition|predsort|apply)\//.test(key)) return false;
  return args.some((arg) => (arg.kind === 'var' ? complete.has(arg) : listItems(arg) !== null));
}

/** Whether every goal of a clause that belongs to the language ends by itself, in the order in which they stand. */
export function goalsEnd({ body }: SourceClause): boolean {
  const complete = new Set<Variable>();
  for (const conjunct of body) {
    if (!subgoals(conjunct).every(({ goal }) => alwaysEnds(goal, complete))) return false;
    const value = deref(conjunct);
    const at = isCallable(value) ? COMPLETE[keyOf(value)] : undefined;
    const made = at === undefined ? undefined : deref(argsOf(value)[at]!);
    if (made?.kind === 'var') complete.add(made);
  }
  return true;
}

/** Whether a clause makes no new values: then a tabled recursion through it has finitely many answers. */
export function makesNoValues({ head, body }: SourceClause, isOwn: (key: string) => boolean): boolean {
  const flat = (term: Term) => argsOf(term).every((arg) => deref(arg).kind !== 'struct');
  const parts = body.flatMap(subgoals).map(({ goal }) => goal);
  return (
    flat(head) &&
    parts.every((goal) => isCallable(goal) && flat(goal) && (isOwn(keyOf(goal)) || TESTS.has(keyOf(goal))))
  );
}

const TESTS: ReadonlySet<string> = new Set(
  'true/0 fail/0 false/0 =/2 \\=/2 ==/2 \\==/2 @</2 @>/2 @=</2 @>=/2 </2 >/2 =</2 >=/2 =:=/2 =\\=/2'.split(' '),
);
