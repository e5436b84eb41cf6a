import { hasFunction } from '../../../arithmetic/evaluate.ts';
import { BUILTINS } from '../../../builtins.ts';
import { argsOf, deref, isCallable, keyOf, LIST_KEY, type Term } from '../../../term.ts';
import type { Clauses } from './source.ts';

/** Arguments that are called, with how many arguments are added to them. */
const CALLED: Readonly<Record<string, readonly (readonly [argument: number, added: number])[]>> = {
  ',/2': [
    [0, 0],
    [1, 0],
  ],
  ';/2': [
    [0, 0],
    [1, 0],
  ],
  '->/2': [
    [0, 0],
    [1, 0],
  ],
  '*->/2': [
    [0, 0],
    [1, 0],
  ],
  '\\+/1': [[0, 0]],
  'not/1': [[0, 0]],
  'once/1': [[0, 0]],
  'ignore/1': [[0, 0]],
  'forall/2': [
    [0, 0],
    [1, 0],
  ],
  'findall/3': [[1, 0]],
  'findall/4': [[1, 0]],
  'bagof/3': [[1, 0]],
  'setof/3': [[1, 0]],
  'aggregate_all/3': [[1, 0]],
  'catch/3': [
    [0, 0],
    [2, 0],
  ],
  'include/3': [[0, 1]],
  'exclude/3': [[0, 1]],
  'partition/4': [[0, 1]],
  'partition/6': [[0, 2]],
  'predsort/3': [[0, 3]],
  'foldl/4': [[0, 3]],
  'foldl/5': [[0, 4]],
  'foldl/6': [[0, 5]],
};

const CALCULATES = new Set(['is/2', '=:=/2', '=\\=/2', '</2', '>/2', '=</2', '>=/2']);

function calledBy(key: string, name: string, arity: number): readonly (readonly [number, number])[] {
  if (name === 'call' || name === 'maplist') return [[0, arity - 1]];
  return CALLED[key] ?? [];
}

/** A function that our arithmetic lacks; null when it has all of an expression. */
function foreignFunction(expression: Term): string | null {
  const value = deref(expression);
  if (!isCallable(value) || keyOf(value) === LIST_KEY) return null;
  const args = argsOf(value);
  if (!hasFunction(value.name, args.length)) return `${value.name}/${args.length}`;
  for (const arg of args) {
    const foreign = foreignFunction(arg);
    if (foreign !== null) return foreign;
  }
  return null;
}

/** Every name in a term: a goal may be put together from data. */
function namesIn(term: Term): Set<string> {
  const names = new Set<string>();
  const open = [term];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const value = deref(next);
    if (!isCallable(value)) continue;
    names.add(value.name);
    open.push(...argsOf(value));
  }
  return names;
}

export interface Needs {
  /** The predicates of the text that a goal needs, itself left out. */
  readonly own: ReadonlySet<string>;
  /** What it needs that is not in our language; null when there is nothing. */
  readonly foreign: string | null;
}

/** What a goal needs, directly or through clauses of its text. */
export function needsOf(goals: readonly Term[], clauses: Clauses): Needs {
  const own = new Set<string>();
  const take = (key: string) => {
    if (own.has(key)) return;
    own.add(key);
    open.push(...clauses.bodiesOf(key).map((body) => [body, 0] as const));
  };
  const open: (readonly [Term, number])[] = goals.map((goal) => [goal, 0]);
  let foreign: string | null = null;
  for (let next = open.pop(); next !== undefined && foreign === null; next = open.pop()) {
    const [goal, added] = [deref(next[0]), next[1]];
    if (!isCallable(goal)) continue;
    for (const name of namesIn(goal)) {
      if (name === ':' || name === '>>') foreign = name === ':' ? 'modules' : 'lambdas';
      for (const key of clauses.named(name)) if (!BUILTINS.has(key)) take(key);
    }
    const args = argsOf(goal);
    const key = added === 0 ? keyOf(goal) : `${goal.name}/${args.length + added}`;
    if (key === '^/2') {
      open.push([args[1]!, 0]);
      continue;
    }
    const builtin = BUILTINS.get(key);
    if (builtin === undefined) {
      if (!clauses.has(key)) foreign ??= key;
      continue;
    }
    if (builtin.kind === 'refused') foreign = key;
    if (CALCULATES.has(key)) for (const arg of args) foreign ??= foreignFunctionOf(arg);
    for (const [at, more] of calledBy(key, goal.name, args.length)) if (args[at]) open.push([args[at], more]);
  }
  return { own, foreign };
}

function foreignFunctionOf(expression: Term): string | null {
  const found = foreignFunction(expression);
  return found === null ? null : `function ${found}`;
}
