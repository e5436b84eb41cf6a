import { evaluate, larger, type Numeric, orderOf, smaller } from '../arithmetic.ts';
import { copyTerm } from '../bindings.ts';
import type { Builtin, Control, Scope, SystemStep } from '../builtin.ts';
import { compareTerms } from '../compare.ts';
import { domainError, instantiationError } from '../errors.ts';
import {
  argsOf,
  deref,
  int,
  isCallable,
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
import { compareCounted, distinctSorted } from './sorting.ts';

/** All answers at once: bagof, setof and aggregate_all. */

/** A goal without the variables that `^` keeps from telling answers apart, and those variables. */
function withoutExistential(goal: Term): { inner: Term; existential: Set<Variable> } {
  const existential = new Set<Variable>();
  let inner = deref(goal);
  while (inner.kind === 'struct' && inner.key === '^/2') {
    variablesOf(inner.args[0]!, existential);
    inner = deref(inner.args[1]!);
  }
  return { inner, existential };
}

/** The variables: what is collected, the goal, the result, and what tells the groups of answers apart. */
const groupedVars: Control['vars'] = ([template, goal, result]) => {
  const { inner, existential } = withoutExistential(goal!);
  variablesOf(template!, existential);
  const free = [...variablesOf(inner)].filter((variable) => !existential.has(variable));
  const witness = struct('v', [list(free)]);
  return [struct('-', [witness, template!]), inner, result!, witness];
};

function pairOf(term: Term): readonly [Term, Term] {
  const [key, value] = argsOf(deref(term));
  return [key!, value!];
}

/** Makes free variables that no answer gave a value the same in all answers that differ in their names alone. */
function joinVariants(bag: readonly Term[], { bindings, budget }: Scope): void {
  const first = new Map<string, Term>();
  for (const item of bag) {
    const [witness] = pairOf(item);
    if (variablesOf(witness).size === 0) continue;
    const key = variantKey(witness, budget);
    const known = first.get(key);
    if (known === undefined) first.set(key, witness);
    else bindings.unify(known, witness);
  }
}

/** The groups of answers whose free variables have the same values, in the order of these. */
function* groups(bag: readonly Term[], unique: boolean, scope: Scope): Generator<Term, undefined> {
  const { budget } = scope;
  joinVariants(bag, scope);
  const pairs = bag.map(pairOf).toSorted(([a], [b]) => compareCounted(a, b, budget));
  for (let from = 0; from < pairs.length; ) {
    const [witness] = pairs[from]!;
    let to = from + 1;
    while (to < pairs.length && compareTerms(pairs[to]![0], witness, budget) === 0) to += 1;
    const values = pairs.slice(from, to).map(([, value]) => value);
    yield struct('-', [witness, list(unique ? distinctSorted(values, budget) : values)]);
    from = to;
  }
}

function finishGroups(unique: boolean): SystemStep {
  return ({ vars, bag }, scope) => {
    if (bag.length === 0) return false;
    const pattern = struct('-', [vars[3]!, vars[2]!]);
    const found = [...groups(bag, unique, scope)];
    if (found.length === 1) return scope.bindings.unify(pattern, found[0]!);
    return { pattern, options: found.values() };
  };
}

/** What `aggregate_all/3` makes of the copies of its template that it has collected; null: it fails. */
type Summary = (found: readonly Term[], scope: Scope) => Term | null;

function sum(found: readonly Term[], { budget }: Scope): Term {
  let total: Term = int(0);
  for (const item of found) total = evaluate(struct('+', [total, item]), budget);
  return total;
}

/** The largest or smallest calculation. */
function extreme(better: (a: Numeric, b: Numeric) => Numeric): Summary {
  return (found, { budget }) => {
    let best: Numeric | null = null;
    for (const item of found) {
      const value = evaluate(item, budget);
      best = best === null ? value : better(best, value);
    }
    return best;
  };
}

/** The first of those with the largest or smallest calculation, with its witness. */
function extremeWithWitness(name: string, sign: 1 | -1): Summary {
  return (found, { budget }) => {
    let best: readonly [Numeric, Term] | null = null;
    for (const item of found) {
      const [key, witness] = pairOf(item);
      const value = evaluate(key, budget);
      if (best === null || orderOf(value, best[0]) * sign > 0) best = [value, witness];
    }
    return best === null ? null : struct(name, best);
  };
}

const SUMMARIES: ReadonlyMap<string, Summary> = new Map<string, Summary>([
  ['count/0', (found) => int(found.length)],
  ['count/1', (found) => int(found.length)],
  ['sum/1', sum],
  ['max/1', extreme(larger)],
  ['min/1', extreme(smaller)],
  ['max/2', extremeWithWitness('max', 1)],
  ['min/2', extremeWithWitness('min', -1)],
  ['bag/1', (found) => list(found)],
  ['set/1', (found, { budget }) => list(distinctSorted(found, budget))],
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

const finishSummary: SystemStep = ({ vars, bag }, scope) => {
  const spec = vars[3]!;
  const summary = isCallable(spec) ? SUMMARIES.get(keyOf(spec)) : undefined;
  const result = summary?.(bag, scope) ?? null;
  return result !== null && scope.bindings.unify(vars[2]!, result);
};

/** Sums and extremes are calculated while the answer stands, as SWI-Prolog does: errors come at the answer that has them. */
const keepForSummary: SystemStep = (collected, scope) => {
  const spec = deref(collected.vars[3]!);
  const key = isCallable(spec) ? keyOf(spec) : '';
  if (key === 'sum/1' && isNumber(deref(collected.vars[0]!)) === false) {
    collected.bag.push(evaluate(copyTerm(collected.vars[0]!, scope.budget), scope.budget));
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
