import { evaluate } from '../arithmetic/evaluate.ts';
import { orderOf } from '../arithmetic/numeric.ts';
import { copyTerm } from '../bindings.ts';
import type { Budget } from '../budget.ts';
import type { Builtin, Choices, Options, Scope, Test } from '../builtin.ts';
import { compareTerms } from '../compare.ts';
import { domainError, existenceError, instantiationError, typeError } from '../errors.ts';
import { BudgetStop } from '../faults.ts';
import {
  atom,
  deref,
  int,
  isAtom,
  isCallable,
  isGround,
  isNumber,
  keyOf,
  LIST_KEY,
  list,
  listItems,
  NIL,
  type Struct,
  struct,
  type Term,
  type Variable,
  variable,
  variablesOf,
} from '../term.ts';
import { variantKey } from '../variant.ts';
import { anyText, isCode, optionalInt, requireList, requireOneOf, tailOf } from './arguments.ts';

/** Comparing terms, telling their kinds, and taking them apart. */

const MAX_ARITY = 100_000;

function ordering(holds: (order: number) => boolean): Test {
  return ([a, b], { budget }) => holds(compareTerms(a!, b!, budget));
}

function kind(accepts: (term: Term) => boolean): Test {
  return ([a]) => accepts(deref(a!));
}

function unifiable(a: Term, b: Term, { bindings }: Scope): boolean {
  return bindings.tentatively(() => bindings.unify(a, b));
}

const compare: Test = ([order, a, b], { bindings, budget }) => {
  if (deref(order!).kind !== 'var') requireOneOf(order!, ['<', '=', '>'], 'order');
  const sign = compareTerms(a!, b!, budget);
  return bindings.unify(order!, atom(sign === 0 ? '=' : sign < 0 ? '<' : '>'));
};

/** Whether the first term is more general: making them equal changes nothing in the second. */
function subsumes(general: Term, specific: Term, scope: Scope): boolean {
  const { bindings, budget } = scope;
  return bindings.tentatively(() => {
    const before = [...variablesOf(specific, new Set(), budget)];
    if (!bindings.unify(general, specific)) return false;
    const after = variablesOf(list(before), new Set(), budget);
    budget.work(before.length);
    return after.size === before.length && before.every((one) => one.ref === null || deref(one).kind === 'var');
  });
}

const functor: Test = ([term, name, arity], { bindings, budget }) => {
  const value = deref(term!);
  if (value.kind !== 'var') {
    const [label, size] = value.kind === 'struct' ? [atom(value.name), value.args.length] : [value, 0];
    return bindings.unify(name!, label) && bindings.unify(arity!, int(size));
  }
  const size = optionalInt(arity!);
  const label = deref(name!);
  if (size === null || label.kind === 'var') throw instantiationError();
  if (size.value === 0) return bindings.unify(value, label);
  if (label.kind === 'struct') throw typeError('atomic', label);
  if (size.value < 0) throw domainError('not_less_than_zero', size);
  if (label.kind !== 'atom') throw typeError('atom', label);
  if (size.value > MAX_ARITY) throw new BudgetStop('MEMORY');
  budget.keep(Number(size.value));
  const fresh = Array.from({ length: Number(size.value) }, () => variable());
  return bindings.unify(value, struct(label.name, fresh));
};

const argument: Choices = ([position, term, value]): Options | null => {
  const whole = deref(term!);
  if (whole.kind !== 'struct') throw whole.kind === 'var' ? instantiationError() : typeError('compound', whole);
  const at = optionalInt(position!);
  if (at !== null) {
    if (at.value < 0) throw domainError('not_less_than_zero', at);
    const arg = whole.args[Number(at.value) - 1];
    return arg === undefined ? null : { pattern: value!, options: [arg].values() };
  }
  const options = whole.args.map((arg, i) => struct('-', [int(i + 1), arg]));
  return { pattern: struct('-', [position!, value!]), options: options.values() };
};

const univ: Test = ([term, parts], { bindings }) => {
  const value = deref(term!);
  if (value.kind === 'struct') return bindings.unify(parts!, list([atom(value.name), ...value.args]));
  if (value.kind !== 'var') return bindings.unify(parts!, list([value]));
  const [name, ...args] = requireList(parts!);
  if (name === undefined) throw domainError('non_empty_list', deref(parts!));
  const label = deref(name);
  if (label.kind === 'var') throw instantiationError();
  if (args.length === 0) {
    if (label.kind === 'struct') throw typeError('atomic', label);
    return bindings.unify(value, label);
  }
  if (label.kind !== 'atom') throw typeError('atom', label);
  return bindings.unify(value, struct(label.name, args));
};

const termVariables: Test = ([term, result], { bindings, budget }) => {
  const found = [...variablesOf(term!, new Set(), budget)];
  budget.work(found.length);
  return bindings.unify(result!, list(found));
};

const copy: Test = ([term, result], { bindings, budget }) => bindings.unify(result!, copyTerm(term!, budget));

function variant(a: Term, b: Term, { budget }: Scope): boolean {
  return variantKey(a, budget) === variantKey(b, budget);
}

/** The length of a list: of one that is not complete, ever longer lists are tried. */
const length: Choices = ([items, size], { budget }) => {
  let known = 0;
  let tail = deref(items!);
  while (tail.kind === 'struct' && tail.key === LIST_KEY) {
    budget.work();
    known += 1;
    tail = deref(tail.args[1]!);
  }
  const wanted = optionalInt(size!);
  if (wanted !== null && wanted.value < 0) throw domainError('not_less_than_zero', wanted);
  if (tail === NIL) return { pattern: size!, options: [int(known)].values() };
  if (tail.kind !== 'var') throw typeError('list', deref(items!));
  // A list that is its own length is none.
  if (tail === deref(size!)) return null;
  if (wanted === null) return { pattern: struct('-', [tail, size!]), options: openLists(known, { budget }) };
  const missing = Number(wanted.value) - known;
  if (missing < 0) return null;
  budget.keep(missing);
  return { pattern: tail, options: [freshList(missing)].values() };
};

function freshList(size: number): Term {
  return list(Array.from({ length: size }, (): Variable => variable()));
}

function* openLists(known: number, { budget }: Pick<Scope, 'budget'>): Generator<Term, undefined> {
  for (let added = 0; ; added++) {
    budget.keep(added);
    yield struct('-', [freshList(added), int(known + added)]);
  }
}

/** Terms that can name what is asked for: the empty list does not. */
const isGoal = (term: Term) => term.kind === 'struct' || isAtom(term);

const isChar = (term: Term) => isAtom(term) && [...term.name].length === 1;
const isList = (term: Term) => listItems(term) !== null;

/** The types of `must_be/2` that rules need. */
const TYPES: ReadonlyMap<string, (term: Term) => boolean> = new Map<string, (term: Term) => boolean>([
  ['any', () => true],
  ['integer', (t) => t.kind === 'int'],
  ['nonneg', (t) => t.kind === 'int' && t.value >= 0],
  ['positive_integer', (t) => t.kind === 'int' && t.value > 0],
  ['rational', (t) => t.kind === 'int'],
  ['float', (t) => t.kind === 'float'],
  ['number', isNumber],
  ['atom', isAtom],
  ['symbol', isAtom],
  ['atomic', (t) => t.kind !== 'struct'],
  ['callable', isGoal],
  ['compound', (t) => t.kind === 'struct'],
  ['string', (t) => t.kind === 'string'],
  ['text', (t) => isAtom(t) || t.kind === 'string' || anyText(t) !== null],
  ['char', isChar],
  ['code', isCode],
  ['boolean', (t) => t.kind === 'atom' && (t.name === 'true' || t.name === 'false')],
  ['pair', (t) => t.kind === 'struct' && t.key === '-/2'],
  ['list', isList],
  ['proper_list', isList],
]);

/** Types whose terms hold no variables: one that does has no value yet. */
const GROUND = new Set(['text/0', 'string/0', 'rational/0', 'oneof/1']);

/** Types with arguments: within bounds, one of some terms. */
function isOf(type: Struct, value: Term, budget: Budget): boolean {
  if (type.key === 'oneof/1') return requireList(type.args[0]!).some((one) => compareTerms(one, value, budget) === 0);
  const [low, high] = type.args.map((bound) => evaluate(bound, budget));
  if (!isNumber(value) || (low!.kind === 'int' && high!.kind === 'int' && value.kind !== 'int')) return false;
  return orderOf(value, low!) >= 0 && orderOf(value, high!) <= 0;
}

/** `list(integer)`, `chars`, `codes`: the type of the items; null for any other type. */
function itemTypeOf(type: Term): Term | null {
  if (type.kind === 'struct' && (type.key === 'list/1' || type.key === 'list_of/1')) return deref(type.args[0]!);
  if (type.kind !== 'atom') return null;
  return type.name === 'chars' ? atom('char') : type.name === 'codes' ? atom('code') : null;
}

/** @throws RuleFault unless the term is of the type */
function requireType(type: Term, value: Term, budget: Budget): void {
  budget.work();
  if (type.kind === 'var') throw instantiationError();
  const itemType = itemTypeOf(type);
  if (itemType !== null) {
    const items = listItems(value);
    if (items === null) throw tailOf(value).kind === 'var' ? instantiationError() : typeError(type, value);
    for (const item of items) requireType(itemType, deref(item), budget);
    return;
  }
  const parametric = type.kind === 'struct' && (type.key === 'between/2' || type.key === 'oneof/1');
  const accepts = type.kind === 'atom' ? TYPES.get(type.name) : undefined;
  if (!parametric && accepts === undefined) throw existenceError('type', type);
  if (value.kind === 'var' && !(accepts?.(value) && type === atom('any'))) throw instantiationError();
  if (type === atom('list') && tailOf(value).kind === 'var') throw instantiationError();
  if (isCallable(type) && GROUND.has(keyOf(type)) && !isGround(value, budget)) throw instantiationError();
  if (parametric ? !isOf(type, value, budget) : !accepts!(value)) throw typeError(type, value);
}

const mustBe: Test = ([type, term], { budget }) => {
  requireType(deref(type!), deref(term!), budget);
  return true;
};

const TESTS: readonly (readonly [string, Test])[] = [
  ['=/2', ([a, b], { bindings }) => bindings.unify(a!, b!)],
  ['unify_with_occurs_check/2', ([a, b], { bindings }) => bindings.unify(a!, b!)],
  ['\\=/2', ([a, b], scope) => !unifiable(a!, b!, scope)],
  ['==/2', ordering((order) => order === 0)],
  ['\\==/2', ordering((order) => order !== 0)],
  ['@</2', ordering((order) => order < 0)],
  ['@>/2', ordering((order) => order > 0)],
  ['@=</2', ordering((order) => order <= 0)],
  ['@>=/2', ordering((order) => order >= 0)],
  ['compare/3', compare],
  ['=@=/2', ([a, b], scope) => variant(a!, b!, scope)],
  ['\\=@=/2', ([a, b], scope) => !variant(a!, b!, scope)],
  ['?=/2', ([a, b], scope) => compareTerms(a!, b!, scope.budget) === 0 || !unifiable(a!, b!, scope)],
  ['subsumes_term/2', ([a, b], scope) => subsumes(a!, b!, scope)],
  ['var/1', kind((t) => t.kind === 'var')],
  ['nonvar/1', kind((t) => t.kind !== 'var')],
  ['atom/1', kind(isAtom)],
  ['number/1', kind(isNumber)],
  ['integer/1', kind((t) => t.kind === 'int')],
  ['rational/1', kind((t) => t.kind === 'int')],
  ['float/1', kind((t) => t.kind === 'float')],
  ['string/1', kind((t) => t.kind === 'string')],
  ['atomic/1', kind((t) => t.kind !== 'var' && t.kind !== 'struct')],
  ['compound/1', kind((t) => t.kind === 'struct')],
  ['callable/1', kind(isGoal)],
  ['is_list/1', kind((t) => listItems(t) !== null)],
  ['ground/1', ([term], { budget }) => isGround(term!, budget)],
  ['functor/3', functor],
  ['=../2', univ],
  ['copy_term/2', copy],
  ['term_variables/2', termVariables],
  ['must_be/2', mustBe],
];

export const TERMS: readonly (readonly [string, Builtin])[] = [
  ...TESTS.map(([key, test]) => [key, { kind: 'test', test }] as const),
  ['arg/3', { kind: 'choices', choices: argument }],
  ['length/2', { kind: 'choices', choices: length }],
];
