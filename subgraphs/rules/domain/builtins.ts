import { compareNumbers, evaluate } from './arithmetic.ts';
import type { Bindings } from './bindings.ts';
import type { Budget } from './budget.ts';
import { compareTerms } from './compare.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import { atom, deref, type Int, int, list, listItems, struct, type Term, variablesOf } from './term.ts';
import { writeTerm } from './writer.ts';

export interface Scope {
  readonly bindings: Bindings;
  readonly budget: Budget;
}

/** A predicate with at most one answer. */
export type Test = (args: readonly Term[], scope: Scope) => boolean;
/** A predicate with many answers: the goal holds for every option that unifies with `pattern`. Null: for none. */
export type Choices = (args: readonly Term[], scope: Scope) => Options | null;
export interface Options {
  readonly pattern: Term;
  readonly options: Iterator<Term>;
}

const MAX_LIST = 200_000;

function comparison(holds: (order: number) => boolean): Test {
  return ([a, b]) => holds(compareNumbers(evaluate(a!), evaluate(b!)));
}

function ordering(holds: (order: number) => boolean): Test {
  return ([a, b], { budget }) => holds(compareTerms(a!, b!, budget));
}

function kind(accepts: (term: Term) => boolean): Test {
  return ([a]) => accepts(deref(a!));
}

function unifiable([a, b]: readonly Term[], { bindings }: Scope): boolean {
  const mark = bindings.mark();
  const result = bindings.unify(a!, b!);
  bindings.undo(mark);
  return result;
}

function compare([order, a, b]: readonly Term[], { bindings, budget }: Scope): boolean {
  const sign = compareTerms(a!, b!, budget);
  return bindings.unify(order!, atom(sign === 0 ? '=' : sign < 0 ? '<' : '>'));
}

/** @throws RuleFault when the term is no complete list yet */
function requireList(term: Term, goal: string): Term[] {
  const items = listItems(term);
  if (items !== null) return items;
  const value = deref(term);
  if (value.kind === 'var') {
    throw new RuleFault('INSTANTIATION', `${goal} needs its list, but met a variable without a value.`);
  }
  throw new RuleFault('TYPE', `${goal} needs a complete list, but found ${writeTerm(value)}.`);
}

function requireInt(term: Term, goal: string): Int {
  const value = deref(term);
  if (value.kind === 'int') return value;
  const unbound = value.kind === 'var';
  const found = unbound ? 'a variable without a value' : writeTerm(value);
  throw new RuleFault(unbound ? 'INSTANTIATION' : 'TYPE', `${goal} needs an integer, but found ${found}.`);
}

function length([items, size]: readonly Term[], { bindings }: Scope): boolean {
  return bindings.unify(size!, int(requireList(items!, 'length/2').length));
}

function sorted(unique: boolean): Test {
  return ([items, result], { bindings, budget }) => {
    const ordered = requireList(items!, unique ? 'sort/2' : 'msort/2').toSorted((a, b) => compareTerms(a, b, budget));
    const kept = unique ? ordered.filter((t, i) => i === 0 || compareTerms(ordered[i - 1]!, t, budget) !== 0) : ordered;
    return bindings.unify(result!, list(kept));
  };
}

function fold(goal: string, operation: string, start: Term | null): Test {
  return ([items, result], { bindings, budget }) => {
    const numbers = requireList(items!, goal);
    let total = start ?? numbers[0];
    if (total === undefined) return false;
    for (const item of numbers) {
      budget.work();
      // The first item of a maximum or minimum is compared with itself, which changes nothing.
      total = evaluate(struct(operation, [total, item]));
    }
    return bindings.unify(result!, total);
  };
}

function memberCheck([item, items]: readonly Term[], { bindings, budget }: Scope): boolean {
  for (const candidate of requireList(items!, 'memberchk/2')) {
    budget.work();
    const mark = bindings.mark();
    if (bindings.unify(item!, candidate)) return true;
    bindings.undo(mark);
  }
  return false;
}

function reverse([items, result]: readonly Term[], { bindings }: Scope): boolean {
  return bindings.unify(result!, list(requireList(items!, 'reverse/2').reverse()));
}

const TESTS: readonly (readonly [string, Test])[] = [
  ['true/0', () => true],
  ['fail/0', () => false],
  ['false/0', () => false],
  ['=/2', ([a, b], { bindings }) => bindings.unify(a!, b!)],
  ['\\=/2', (args, scope) => !unifiable(args, scope)],
  ['==/2', ordering((order) => order === 0)],
  ['\\==/2', ordering((order) => order !== 0)],
  ['@</2', ordering((order) => order < 0)],
  ['@>/2', ordering((order) => order > 0)],
  ['@=</2', ordering((order) => order <= 0)],
  ['@>=/2', ordering((order) => order >= 0)],
  ['compare/3', compare],
  ['is/2', ([result, expression], { bindings }) => bindings.unify(result!, evaluate(expression!))],
  ['=:=/2', comparison((order) => order === 0)],
  ['=\\=/2', comparison((order) => order !== 0)],
  ['</2', comparison((order) => order < 0)],
  ['>/2', comparison((order) => order > 0)],
  ['=</2', comparison((order) => order <= 0)],
  ['>=/2', comparison((order) => order >= 0)],
  ['var/1', kind((t) => t.kind === 'var')],
  ['nonvar/1', kind((t) => t.kind !== 'var')],
  ['atom/1', kind((t) => t.kind === 'atom')],
  ['number/1', kind((t) => t.kind === 'int' || t.kind === 'float')],
  ['integer/1', kind((t) => t.kind === 'int')],
  ['float/1', kind((t) => t.kind === 'float')],
  ['string/1', kind((t) => t.kind === 'string')],
  ['atomic/1', kind((t) => t.kind !== 'var' && t.kind !== 'struct')],
  ['compound/1', kind((t) => t.kind === 'struct')],
  ['is_list/1', kind((t) => listItems(t) !== null)],
  ['ground/1', kind((t) => variablesOf(t).size === 0)],
  ['length/2', length],
  ['sort/2', sorted(true)],
  ['msort/2', sorted(false)],
  ['memberchk/2', memberCheck],
  ['reverse/2', reverse],
  ['sum_list/2', fold('sum_list/2', '+', int(0))],
  ['max_list/2', fold('max_list/2', 'max', null)],
  ['min_list/2', fold('min_list/2', 'min', null)],
];

function* numbersBetween(low: bigint, high: bigint): Generator<Term, undefined> {
  for (let value = low; value <= high; value++) yield int(value);
}

function between([low, high, value]: readonly Term[]): Options | null {
  const from = requireInt(low!, 'between/3').value;
  const to = requireInt(high!, 'between/3').value;
  const chosen = deref(value!);
  if (chosen.kind !== 'int') return { pattern: value!, options: numbersBetween(from, to) };
  return chosen.value >= from && chosen.value <= to ? { pattern: value!, options: [chosen].values() } : null;
}

/** Every way to cut a list in two. Each cut copies the list, so each costs its length. */
function* cuts(items: readonly Term[], { budget }: Scope): Generator<Term, undefined> {
  for (let i = 0; i <= items.length; i++) {
    for (let cost = 0; cost < items.length; cost++) budget.work();
    yield list([list(items.slice(0, i)), list(items.slice(i))]);
  }
}

function append([front, back, whole]: readonly Term[], scope: Scope): Options {
  const known = listItems(front!);
  if (known !== null) return { pattern: whole!, options: [list(known, back!)].values() };
  const items = requireList(whole!, 'append/3 without its first list');
  return { pattern: list([front!, back!]), options: cuts(items, scope) };
}

const CHOICES: readonly (readonly [string, Choices])[] = [
  ['member/2', ([item, items]) => ({ pattern: item!, options: requireList(items!, 'member/2').values() })],
  ['append/3', append],
  ['between/3', between],
];

const CONTROL = [',/2', ';/2', '->/2', '\\+/1', 'not/1', 'call/1', 'once/1', 'forall/2', 'findall/3'];

const NO_OUTPUT = 'Rules have no input and output: ask for the answer instead.';
const NO_ASSERT = 'Rules cannot change facts: use the mutation assertFacts.';
const NO_RETRACT = 'Rules cannot change facts: use the mutation retractFacts.';
const UNSUPPORTED: readonly (readonly [string, string])[] = [
  ['!/0', 'The cut is not part of ALIMS rules: write (Condition -> Then ; Else) or \\+ instead.'],
  ['assert/1', NO_ASSERT],
  ['asserta/1', NO_ASSERT],
  ['assertz/1', NO_ASSERT],
  ['retract/1', NO_RETRACT],
  ['retractall/1', NO_RETRACT],
  ['=../2', 'Terms cannot be taken apart by =.. in ALIMS rules: name their arguments.'],
  ['setof/3', 'setof is not supported: write findall/3 and sort/2.'],
  ['bagof/3', 'bagof is not supported: write findall/3.'],
  ['aggregate_all/3', 'aggregate_all is not supported: write findall/3 and length/2 or sum_list/2.'],
  ['write/1', NO_OUTPUT],
  ['writeln/1', NO_OUTPUT],
  ['print/1', NO_OUTPUT],
  ['format/2', NO_OUTPUT],
  ['nl/0', NO_OUTPUT],
  ['read/1', NO_OUTPUT],
  ['consult/1', 'Rules cannot read files: save them with saveRules.'],
  ['halt/0', 'Rules cannot stop the service.'],
  [':-/2', 'A rule is no goal: save it with saveRules.'],
  ['-->/2', 'Grammar rules (-->) are not supported.'],
];

export interface Builtin {
  readonly kind: 'test' | 'choices' | 'control' | 'refused';
  readonly test?: Test;
  readonly choices?: Choices;
  /** For goals of full Prolog that this engine refuses: what to write instead. */
  readonly advice?: string;
}

/** Everything that the engine itself carries out or refuses, by indicator. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...CONTROL.map((key): [string, Builtin] => [key, { kind: 'control' }]),
  ...UNSUPPORTED.map(([key, advice]): [string, Builtin] => [key, { kind: 'refused', advice }]),
  ...TESTS.map(([key, test]): [string, Builtin] => [key, { kind: 'test', test }]),
  ...CHOICES.map(([key, choices]): [string, Builtin] => [key, { kind: 'choices', choices }]),
]);

/** True for predicates that belong to the language: neither facts nor rules may define them. */
export function isReserved(key: string): boolean {
  return BUILTINS.has(key);
}

/** @throws BudgetStop when a list of results outgrows memory. */
export function guardResults(count: number): void {
  if (count > MAX_LIST) throw new BudgetStop('MEMORY');
}
