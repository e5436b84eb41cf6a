import type { Budget } from '../budget.ts';
import type { Builtin, Test } from '../builtin.ts';
import { compareTerms } from '../compare.ts';
import { domainError, existenceError, instantiationError, typeError } from '../errors.ts';
import { deref, int, list, listItems, type Term } from '../term.ts';
import { requireInt, requireList, requireOneOf } from './arguments.ts';

/** Sorting takes a step of the budget for each comparison, however small the terms. @throws BudgetStop */
export function compareCounted(a: Term, b: Term, budget: Budget): number {
  budget.work();
  return compareTerms(a, b, budget);
}

function sorted(items: readonly Term[], budget: Budget): Term[] {
  budget.keep(items.length);
  return items.toSorted((a, b) => compareCounted(a, b, budget));
}

/** In the standard order, each once. */
export function distinctSorted(items: readonly Term[], budget: Budget): Term[] {
  return sorted(items, budget).filter((term, i, all) => i === 0 || compareTerms(all[i - 1]!, term, budget) !== 0);
}

/** SWI-Prolog takes the signs of numbers for those of terms, too. */
const ORDERS = ['@<', '@=<', '@>', '@>=', '<', '=<', '>', '>='] as const;

const sort: Test = ([items, result], { bindings, budget }) =>
  bindings.unify(result!, list(distinctSorted(requireList(items!), budget)));

const msort: Test = ([items, result], { bindings, budget }) =>
  bindings.unify(result!, list(sorted(requireList(items!), budget)));

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
const sortBy: Test = ([key, order, items, result], { bindings, budget }) => {
  const places = placesOf(key!);
  const how = requireOneOf(order!, ORDERS, 'order').replace('@', '');
  const keyed = requireList(items!).map((item) => ({ item, by: places.reduce(keyAt, item) }));
  const direction = how === '<' || how === '=<' ? 1 : -1;
  budget.keep(keyed.length);
  keyed.sort((a, b) => direction * compareCounted(a.by, b.by, budget));
  const unique = how === '<' || how === '>';
  const kept = unique
    ? keyed.filter(({ by }, i) => i === 0 || compareTerms(keyed[i - 1]!.by, by, budget) !== 0)
    : keyed;
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

const keysort: Test = ([items, result], { bindings, budget }) => {
  const pairs = requireList(items!).map((item) => {
    const value = deref(item);
    if (value.kind === 'struct' && value.key === '-/2') return value;
    throw value.kind === 'var' ? instantiationError() : typeError('pair', value);
  });
  budget.keep(pairs.length);
  pairs.sort((a, b) => compareCounted(a.args[0]!, b.args[0]!, budget));
  return bindings.unify(result!, list(pairs));
};

export const SORTING: readonly (readonly [string, Builtin])[] = [
  ['sort/2', { kind: 'test', test: sort }],
  ['msort/2', { kind: 'test', test: msort }],
  ['sort/4', { kind: 'test', test: sortBy }],
  ['keysort/2', { kind: 'test', test: keysort }],
];
