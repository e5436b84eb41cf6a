import { evaluate } from '../arithmetic/evaluate.ts';
import { larger, type Numeric, orderOf, smaller } from '../arithmetic/numeric.ts';
import { copyTerm } from '../bindings.ts';
import type { Budget } from '../budget.ts';
import type { Builtin, Control, Outcome, Scope, SystemStep } from '../builtin.ts';
import { compareTerms } from '../compare.ts';
import { domainError, instantiationError } from '../errors.ts';
import type { Slices } from '../slices.ts';
import {
  argsOf,
  deref,
  int,
  isCallable,
  isGround,
  isNumber,
  keyOf,
  list,
  struct,
  type Term,
  type Variable,
  variablesOf,
} from '../term.ts';
import { variantKey } from '../variant.ts';
import { collecting, keepTemplate } from './control.ts';
import { distinctSorted, sortedByKey } from './sorting.ts';

/** All answers at once: bagof, setof and aggregate_all. */

/** A goal without the variables that `^` keeps from telling answers apart, and those variables. */
function withoutExistential(goal: Term, budget: Budget): { inner: Term; existential: Set<Variable> } {
  const existential = new Set<Variable>();
  let inner = deref(goal);
  while (inner.kind === 'struct' && inner.key === '^/2') {
    variablesOf(inner.args[0]!, existential, budget);
    inner = deref(inner.args[1]!);
  }
  return { inner, existential };
}

/** The variables: what is collected, the goal, the result, and what tells the groups of answers apart. */
const groupedVars: Control['vars'] = ([template, goal, result], { budget }) => {
  const { inner, existential } = withoutExistential(goal!, budget);
  variablesOf(template!, existential, budget);
  const free = [...variablesOf(inner, new Set(), budget)].filter((variable) => !existential.has(variable));
  const witness = struct('v', [list(free)]);
  return [struct('-', [witness, template!]), inner, result!, witness];
};

function pairOf(term: Term): readonly [Term, Term] {
  const [key, value] = argsOf(deref(term));
  return [key!, value!];
}

/** After so many items others may have their turn. */
const AT_ONCE = 512;

/** Makes free variables that no answer gave a value the same in all answers that differ in their names alone. */
function* joinVariants(bag: readonly Term[], { bindings, budget }: Scope): Slices<void> {
  const first = new Map<string, Term>();
  for (const [i, item] of bag.entries()) {
    if (i % AT_ONCE === 0) yield;
    const [witness] = pairOf(item);
    if (isGround(witness, budget)) continue;
    const key = variantKey(witness, budget);
    const known = first.get(key);
    if (known === undefined) first.set(key, witness);
    else bindings.unify(known, witness);
  }
}

/** The groups of answers whose free variables have the same values, in the order of these. */
function* groups(bag: readonly Term[], unique: boolean, scope: Scope): Slices<Term[]> {
  const { budget } = scope;
  yield* joinVariants(bag, scope);
  const pairs = yield* sortedByKey(bag.map(pairOf), budget);
  const found: Term[] = [];
  for (let from = 0; from < pairs.length; ) {
    const [witness] = pairs[from]!;
    let to = from + 1;
    for (; to < pairs.length && compareTerms(pairs[to]![0], witness, budget) === 0; to++) if (to % AT_ONCE === 0) yield;
    const values = pairs.slice(from, to).map(([, value]) => value);
    found.push(struct('-', [witness, list(unique ? yield* distinctSorted(values, budget) : values)]));
    from = to;
  }
  return found;
}

function finishGroups(unique: boolean): SystemStep {
  return function* ({ vars, bag }, scope): Slices<Outcome> {
    if (bag.length === 0) return false;
    const pattern = struct('-', [vars[3]!, vars[2]!]);
    const found = yield* groups(bag, unique, scope);
    if (found.length === 1) return scope.bindings.unify(pattern, found[0]!);
    return { pattern, options: found.values() };
  };
}

/** What `aggregate_all/3` makes of the copies of its template that it has collected; null: it fails. */
type Summary = (found: readonly Term[], scope: Scope) => Slices<Term | null>;

/** What is made of the items one after the other. */
function folding<T extends Term | readonly Term[]>(
  join: (best: T | null, item: Term, budget: Budget) => T,
  result: (best: T) => Term,
  none: Term | null,
): Summary {
  return function* (found, { budget }) {
    let best: T | null = null;
    for (const [i, item] of found.entries()) {
      if (i % AT_ONCE === 0) yield;
      best = join(best, item, budget);
    }
    return best === null ? none : result(best);
  };
}

const sum = folding<Term>(
  (total, item, budget) => evaluate(struct('+', [total ?? int(0), item]), budget),
  (total) => total,
  int(0),
);

/** The largest or smallest calculation. */
function extreme(better: (a: Numeric, b: Numeric) => Numeric): Summary {
  return folding<Numeric>(
    (best, item, budget) => {
      const value = evaluate(item, budget);
      return best === null ? value : better(best, value);
    },
    (best) => best,
    null,
  );
}

/** The first of those with the largest or smallest calculation, with its witness. */
function extremeWithWitness(name: string, sign: 1 | -1): Summary {
  return folding<readonly [Numeric, Term]>(
    (best, item, budget) => {
      const [key, witness] = pairOf(item);
      const value = evaluate(key, budget);
      return best === null || orderOf(value, best[0]) * sign > 0 ? [value, witness] : best;
    },
    (best) => struct(name, best),
    null,
  );
}

/** What is made of all items at once. */
function whole(result: (found: readonly Term[]) => Term): Summary {
  // biome-ignore lint/correctness/useYield: it takes no time
  return function* (found) {
    return result(found);
  };
}

const SUMMARIES: ReadonlyMap<string, Summary> = new Map<string, Summary>([
  ['count/0', whole((found) => int(found.length))],
  ['count/1', whole((found) => int(found.length))],
  ['sum/1', sum],
  ['max/1', extreme(larger)],
  ['min/1', extreme(smaller)],
  ['max/2', extremeWithWitness('max', 1)],
  ['min/2', extremeWithWitness('min', -1)],
  ['bag/1', whole((found) => list(found))],
  [
    'set/1',
    function* (found, { budget }) {
      return list(yield* distinctSorted(found, budget));
    },
  ],
]);

/** What is collected of each answer, the goal, the result, and the name of the summary. */
const summaryVars: Control['vars'] = ([spec, goal, result]) => {
  const value = deref(spec!);
  if (value.kind === 'var') throw instantiationError();
  if (!isCallable(value) || !SUMMARIES.has(keyOf(value))) throw domainError('aggregate_template', value);
  const args = argsOf(value);
  const template = args.length === 2 ? struct('-', args) : (args[0] ?? int(0));
  return [template, deref(goal!), result!, value];
};

const finishSummary: SystemStep = function* ({ vars, bag }, scope): Slices<Outcome> {
  const spec = vars[3]!;
  const summary = isCallable(spec) ? SUMMARIES.get(keyOf(spec)) : undefined;
  const result = summary === undefined ? null : yield* summary(bag, scope);
  return result !== null && scope.bindings.unify(vars[2]!, result);
};

/** Sums and extremes are calculated while the answer stands, as SWI-Prolog does: errors come at the answer that has them. */
const keepForSummary: SystemStep = (collected, scope) => {
  const spec = deref(collected.vars[3]!);
  const key = isCallable(spec) ? keyOf(spec) : '';
  if (key === 'sum/1' && isNumber(deref(collected.vars[0]!)) === false) {
    collected.bag.push(evaluate(copyTerm(collected.vars[0]!, scope.budget), scope.budget));
    scope.budget.row();
    scope.budget.keep(1);
    return true;
  }
  return keepTemplate(collected, scope);
};

export const AGGREGATES: readonly (readonly [string, Builtin])[] = [
  ['bagof/3', { kind: 'control', control: collecting(groupedVars, keepTemplate, finishGroups(false)) }],
  ['setof/3', { kind: 'control', control: collecting(groupedVars, keepTemplate, finishGroups(true)) }],
  ['aggregate_all/3', { kind: 'control', control: collecting(summaryVars, keepForSummary, finishSummary) }],
];
