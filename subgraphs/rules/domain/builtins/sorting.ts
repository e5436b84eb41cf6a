import type { Budget } from '../budget.ts';
import type { Builtin, Scope } from '../builtin.ts';
import { compareTerms } from '../compare.ts';
import { domainError, existenceError, instantiationError, typeError } from '../errors.ts';
import type { Slices } from '../slices.ts';
import { deref, int, list, listItems, type Term } from '../term.ts';
import { requireInt, requireList, requireOneOf } from './arguments.ts';
import { working } from './control.ts';

type Work = (args: readonly Term[], scope: Scope) => Slices<boolean>;

/** Sorting takes a step of the budget for each comparison, however small the terms. @throws BudgetStop */
export function compareCounted(a: Term, b: Term, budget: Budget): number {
  budget.work();
  return compareTerms(a, b, budget);
}

/** Items sorted without letting others between. */
const RUN = 64;
/** Comparisons after which others may have their turn. */
const AT_ONCE = 512;

/** Sorts, keeping the order of what is equal. */
function* sorted<T>(items: readonly T[], compare: (a: T, b: T) => number, budget: Budget): Slices<T[]> {
  budget.keep(items.length);
  let from: T[] = [];
  for (let at = 0; at < items.length; at += RUN) {
    from.push(...items.slice(at, at + RUN).sort(compare));
    yield;
  }
  let to = new Array<T>(items.length);
  for (let width = RUN; width < items.length; width *= 2) {
    for (let at = 0; at < items.length; at += 2 * width) yield* merge(from, to, at, width, compare);
    [from, to] = [to, from];
  }
  return from;
}

/** Merges two sorted runs, of which the first begins `at` and the second `width` behind it. */
function* merge<T>(
  from: readonly T[],
  to: T[],
  at: number,
  width: number,
  compare: (a: T, b: T) => number,
): Slices<void> {
  const middle = Math.min(at + width, from.length);
  const end = Math.min(middle + width, from.length);
  let [left, right] = [at, middle];
  for (let next = at; next < end; next++) {
    const takesLeft = left < middle && (right >= end || compare(from[left]!, from[right]!) <= 0);
    to[next] = takesLeft ? from[left++]! : from[right++]!;
    if (next % AT_ONCE === 0) yield;
  }
}

/** In the standard order. @throws BudgetStop */
export function sortedTerms(items: readonly Term[], budget: Budget): Slices<Term[]> {
  return sorted(items, (a, b) => compareCounted(a, b, budget), budget);
}

/** In the standard order of their first parts. @throws BudgetStop */
export function sortedByKey<Pair extends readonly [Term, ...unknown[]]>(
  pairs: readonly Pair[],
  budget: Budget,
): Slices<Pair[]> {
  return sorted(pairs, ([a], [b]) => compareCounted(a, b, budget), budget);
}

/** In the standard order, each once. @throws BudgetStop */
export function* distinctSorted(items: readonly Term[], budget: Budget): Slices<Term[]> {
  const all = yield* sortedTerms(items, budget);
  return yield* distinct(all, (item) => item, budget);
}

/** Without those whose key is that of the one before. */
function* distinct<T>(all: readonly T[], keyOf: (item: T) => Term, budget: Budget): Slices<T[]> {
  const kept: T[] = [];
  for (const [i, item] of all.entries()) {
    if (i === 0 || compareCounted(keyOf(all[i - 1]!), keyOf(item), budget) !== 0) kept.push(item);
    if (i % AT_ONCE === 0) yield;
  }
  return kept;
}

/** SWI-Prolog takes the signs of numbers for those of terms, too. */
const ORDERS = ['@<', '@=<', '@>', '@>=', '<', '=<', '>', '>='] as const;

const sort: Work = function* ([items, result], { bindings, budget }) {
  return bindings.unify(result!, list(yield* distinctSorted(requireList(items!), budget)));
};

const msort: Work = function* ([items, result], { bindings, budget }) {
  return bindings.unify(result!, list(yield* sortedTerms(requireList(items!), budget)));
};

/** The places of a sort key: an argument, or a list of arguments, each within the one before. 0 is the whole term. */
function placesOf(key: Term): number[] {
  const value = deref(key);
  if (value.kind === 'struct' && listItems(value) === null) throw typeError('sort_key', value);
  return (listItems(value) ?? [value]).map((item) => {
    const place = requireInt(item);
    if (place.value < 0) throw domainError('not_less_than_one', place);
    return Number(place.value);
  });
}

/** `sort/4`: by an argument (0: the whole term), up or down, each key once or not. */
const sortBy: Work = function* ([key, order, items, result], { bindings, budget }) {
  const places = placesOf(key!);
  const how = requireOneOf(order!, ORDERS, 'order').replace('@', '');
  const keyed = requireList(items!).map((item) => ({ item, by: places.reduce(keyAt, item) }));
  const direction = how === '<' || how === '=<' ? 1 : -1;
  const all = yield* sorted(keyed, (a, b) => direction * compareCounted(a.by, b.by, budget), budget);
  const kept = how === '<' || how === '>' ? yield* distinct(all, ({ by }) => by, budget) : all;
  return bindings.unify(result!, list(kept.map(({ item }) => item)));
};

function keyAt(item: Term, position: number): Term {
  if (position === 0) return item;
  const value = deref(item);
  if (value.kind === 'var') throw instantiationError();
  if (value.kind !== 'struct') throw typeError('compound', value);
  const key = value.args[position - 1];
  if (key === undefined) throw existenceError('argument', int(position), value);
  return key;
}

const keysort: Work = function* ([items, result], { bindings, budget }) {
  const pairs = requireList(items!).map((item) => {
    const value = deref(item);
    if (value.kind === 'struct' && value.key === '-/2') return value;
    throw value.kind === 'var' ? instantiationError() : typeError('pair', value);
  });
  const all = yield* sorted(pairs, (a, b) => compareCounted(a.args[0]!, b.args[0]!, budget), budget);
  return bindings.unify(result!, list(all));
};

export const SORTING: readonly (readonly [string, Builtin])[] = [
  ['sort/2', { kind: 'test', control: working(sort) }],
  ['msort/2', { kind: 'test', control: working(msort) }],
  ['sort/4', { kind: 'test', control: working(sortBy) }],
  ['keysort/2', { kind: 'test', control: working(keysort) }],
];
