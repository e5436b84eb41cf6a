import type { SourceClause } from './program.ts';
import { deref, isCallable, type Term } from './term.ts';

/** Which arguments are called as goals: a variable there may become any goal at all. */
const GOAL_ARGUMENTS: ReadonlyMap<string, readonly number[]> = new Map([
  [',/2', [0, 1]],
  [';/2', [0, 1]],
  ['|/2', [0, 1]],
  ['->/2', [0, 1]],
  ['*->/2', [0, 1]],
  ['\\+/1', [0]],
  ['not/1', [0]],
  ['once/1', [0]],
  ['ignore/1', [0]],
  ['forall/2', [0, 1]],
  ['findall/3', [1]],
  ['findall/4', [1]],
  ['findnsols/4', [2]],
  ['bagof/3', [1]],
  ['setof/3', [1]],
  ['^/2', [1]],
  ['aggregate_all/3', [1]],
  ['aggregate_all/4', [2]],
  ['catch/3', [0, 2]],
  ['limit/2', [1]],
  ['order_by/2', [1]],
]);
/** Of whatever arity, these call their first argument. */
const CALLS_FIRST: ReadonlySet<string> = new Set([
  'call',
  'apply',
  'maplist',
  'foldl',
  'include',
  'exclude',
  'partition',
  'convlist',
  'predsort',
]);

interface Mentioned {
  /** Every name in the terms. A goal may be put together from a name and arguments, so arity tells nothing. */
  readonly names: Set<string>;
  /** True when something is called that only becomes known while it runs. */
  open: boolean;
}

function isOpen(key: string, name: string, args: readonly Term[]): boolean {
  const called = GOAL_ARGUMENTS.get(key) ?? (CALLS_FIRST.has(name) ? [0] : []);
  return called.some((at) => args[at] !== undefined && !isCallable(deref(args[at])));
}

/** Everything that the terms name, whether as a goal or within data. */
function mention(terms: readonly Term[]): Mentioned {
  const found: Mentioned = { names: new Set(), open: false };
  const waiting = [...terms];
  for (let term = waiting.pop(); term !== undefined; term = waiting.pop()) {
    const value = deref(term);
    if (!isCallable(value)) continue;
    found.names.add(value.name);
    if (value.kind === 'atom') continue;
    found.open ||= isOpen(value.key, value.name, value.args);
    for (const arg of value.args) waiting.push(arg);
  }
  return found;
}

export interface Dependencies {
  /** Names of predicates on which the answers rest; more than that does no harm. */
  readonly names: ReadonlySet<string>;
  /** True when the answers may rest on any predicate at all. */
  readonly open: boolean;
}

/** What the predicates of a program rest on, through all rules. */
export class DependencyGraph {
  readonly #byHead = new Map<string, Mentioned>();

  constructor(clauses: Iterable<Pick<SourceClause, 'head' | 'body'>>) {
    for (const { head, body } of clauses) {
      const { names, open } = mention(body);
      const known = this.#byHead.get(head.name) ?? { names: new Set(), open: false };
      for (const name of names) known.names.add(name);
      known.open ||= open || body.some((goal) => !isCallable(deref(goal)));
      this.#byHead.set(head.name, known);
    }
  }

  of(goal: Term): Dependencies {
    const { names, open: goalIsOpen } = mention([goal]);
    let open = goalIsOpen || !isCallable(deref(goal));
    // A set is walked in the order of insertion, what is added meanwhile included.
    for (const name of names) {
      const rule = this.#byHead.get(name);
      if (rule === undefined) continue;
      open ||= rule.open;
      for (const called of rule.names) names.add(called);
    }
    return { names, open };
  }
}
