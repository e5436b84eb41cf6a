import type { Budget } from '../budget.ts';
import type { Builtin, Choices, Options, Scope, Test } from '../builtin.ts';
import { domainError, instantiationError, syntaxError, typeError } from '../errors.ts';
import { BudgetStop, RuleFault } from '../faults.ts';
import { SyntaxFault } from '../lexer.ts';
import { readTerm } from '../parser.ts';
import { atom, deref, int, isNumber, list, listItems, NIL, struct, type Term, text } from '../term.ts';
import { TermTooLarge, writeTerm } from '../writer.ts';
import {
  atomicText,
  badItems,
  isCode,
  MAX_TEXT,
  optionalInt,
  requireInt,
  requireList,
  requireText,
  tailOf,
} from './arguments.ts';
import { CHARACTER_TYPES } from './character-types.ts';
import { asAtom, asString, characters, chars, codes, type Make, made } from './making-texts.ts';
import { NUMBER_TEXTS } from './number-texts.ts';

/** Atoms, strings and the characters in them. Lengths and places count code points. */

/** Text on the left, its parts on the right: from whichever is known. */
function convert(
  toRight: (value: string, budget: Budget) => Term,
  toLeft: (value: string, budget: Budget) => Term,
  type = 'atom',
): Test {
  return ([left, right], { bindings, budget }) => {
    if (deref(left!).kind !== 'var') return bindings.unify(right!, toRight(requireText(left!, type), budget));
    return bindings.unify(left!, toLeft(requireText(right!, type), budget));
  };
}

/** A text on the left, the list of its characters on the right, or a string in place of the list. */
function spelled(toList: typeof codes, make: (value: string, budget: Budget) => Term, type: string): Test {
  return ([left, right], { bindings, budget }) => {
    const [whole, parts] = [deref(left!), deref(right!)];
    const isList = parts.kind === 'string' || tailOf(parts) === NIL || tailOf(parts).kind === 'var';
    if (whole.kind === 'var') {
      if (parts.kind !== 'var' && !isList) throw badItems(parts) ?? typeError('list', parts);
      return bindings.unify(whole, make(requireText(parts), budget));
    }
    const value = requireText(whole, type);
    if (parts.kind === 'string') return parts.text === value;
    if (!isList && type === 'atom') throw typeError('list', parts);
    return bindings.unify(parts, toList(value, budget));
  };
}

/** `atom_length/2`, `string_length/2` */
const textLength: Test = ([value, size], { bindings, budget }) => {
  optionalInt(size!);
  return bindings.unify(size!, int(characters(requireText(value!), budget).length));
};

const charCode: Test = ([char, code], { bindings }) => {
  const value = deref(char!);
  if (value === NIL) throw typeError('character', value);
  if (value.kind === 'atom') {
    const point = value.name.codePointAt(0);
    if (point === undefined || String.fromCodePoint(point) !== value.name) throw typeError('character', value);
    const wanted = optionalInt(code!);
    if (wanted !== null && !isCode(wanted)) throw typeError('character_code', wanted);
    return bindings.unify(code!, int(point));
  }
  if (value.kind !== 'var') throw typeError('character', value);
  const point = optionalInt(code!);
  if (point === null) throw instantiationError();
  if (!isCode(point)) throw typeError('character_code', point);
  return bindings.unify(value, atom(String.fromCodePoint(Number(point.value))));
};

/** Every way to cut a text in two. */
function* halves(value: string, make: Make, budget: Budget): Generator<Term, undefined> {
  const parts = characters(value, budget);
  for (let i = 0; i <= parts.length; i++) {
    budget.work(1 + parts.length);
    yield struct('-', [make(parts.slice(0, i).join('')), make(parts.slice(i).join(''))]);
  }
}

function concat(make: Make): Choices {
  return ([front, back, whole], { budget }): Options | null => {
    const [a, b] = [anyAtomic(front!), anyAtomic(back!)];
    if (a !== null && b !== null) return { pattern: whole!, options: [made(make, a + b, budget)].values() };
    const all = anyAtomic(whole!);
    if (all === null) throw instantiationError();
    if (a !== null)
      return all.startsWith(a) ? { pattern: back!, options: [made(make, all.slice(a.length), budget)].values() } : null;
    if (b !== null) {
      const cut = all.length - b.length;
      return all.endsWith(b) ? { pattern: front!, options: [made(make, all.slice(0, cut), budget)].values() } : null;
    }
    return { pattern: struct('-', [front!, back!]), options: halves(all, make, budget) };
  };
}

/** The text of an atomic term, null for a variable. @throws RuleFault for a compound */
function anyAtomic(term: Term): string | null {
  const value = deref(term);
  return value.kind === 'var' ? null : requireText(value, 'atomic');
}

/** @throws RuleFault unless the term is an integer from 0 */
function requirePlace(term: Term): number {
  const place = requireInt(term);
  if (place.value < 0) throw domainError('not_less_than_zero', place);
  return Number(place.value);
}

/** `sub_atom/5`, `sub_string/5`: every part of a text, with what stands before and behind it. */
function parts(make: Make): Choices {
  return ([whole, before, size, after, part], { budget }): Options | null => {
    const value = requireText(whole!, 'atom');
    const pattern = struct('s', [before!, size!, after!, part!]);
    const wanted = anyAtomic(part!);
    const [b, l, a] = [before!, size!, after!].map((n) => (deref(n).kind === 'var' ? null : requirePlace(n)));
    const all = characters(value, budget);
    const option = (from: number, count: number): Term =>
      struct('s', [
        int(from),
        int(count),
        int(all.length - from - count),
        made(make, all.slice(from, from + count).join(''), budget),
      ]);
    if (wanted !== null) return { pattern, options: occurrences(all, [...wanted], option, budget) };
    return { pattern, options: chosenParts(all.length, b ?? null, l ?? null, a ?? null, option) };
  };
}

function* occurrences(
  all: readonly string[],
  wanted: readonly string[],
  option: (from: number, count: number) => Term,
  budget: Budget,
): Generator<Term, undefined> {
  for (let from = 0; from + wanted.length <= all.length; from++) {
    budget.work();
    if (wanted.every((char, i) => all[from + i] === char)) yield option(from, wanted.length);
  }
}

function* chosenParts(
  total: number,
  before: number | null,
  size: number | null,
  after: number | null,
  option: (from: number, count: number) => Term,
): Generator<Term, undefined> {
  const fits = (from: number, count: number) => from >= 0 && count >= 0 && from + count <= total;
  if (before !== null && size !== null) {
    if (fits(before, size)) yield option(before, size);
  } else if (before !== null && after !== null) {
    if (fits(before, total - before - after) && after >= 0) yield option(before, total - before - after);
  } else if (size !== null && after !== null) {
    if (fits(total - size - after, size) && after >= 0) yield option(total - size - after, size);
  } else if (before !== null) {
    for (let count = 0; before >= 0 && before + count <= total; count++) yield option(before, count);
  } else if (size !== null) {
    for (let from = 0; size >= 0 && from + size <= total; from++) yield option(from, size);
  } else if (after !== null) {
    for (let from = 0; after >= 0 && from + after <= total; from++) yield option(from, total - from - after);
  } else {
    for (let from = 0; from <= total; from++)
      for (let count = 0; from + count <= total; count++) yield option(from, count);
  }
}

/** @throws BudgetStop for more than a text may hold */
function joined(parts: readonly string[], between: string, budget: Budget): Term {
  const size = parts.reduce((sum, part) => sum + part.length + between.length, 0);
  if (size - between.length > MAX_TEXT) throw new BudgetStop('MEMORY');
  return asAtom(parts.join(between), budget);
}

/** Joins, or with the whole known and a separator, splits. */
const join: Test = ([items, separator, whole], { bindings, budget }) => {
  const between = requireText(separator!);
  const known = listItems(items!)?.map((item) => atomicText(item)) ?? null;
  if (known?.every((part) => part !== null)) return bindings.unify(whole!, joined(known, between, budget));
  const all = anyAtomic(whole!);
  if (between === '') throw domainError('non_empty_atom', deref(separator!));
  if (all === null) {
    const bad = (listItems(items!) ?? []).map(deref).find((item) => item.kind === 'struct');
    if (bad !== undefined) throw typeError('text', bad);
    throw instantiationError();
  }
  budget.keep(all.length);
  return bindings.unify(items!, list(all.split(between).map(atom)));
};

const joinAll: Test = ([items, whole], { bindings, budget }) => {
  const known = requireList(items!).map((item) => {
    const part = atomicText(item);
    if (part === null) throw deref(item).kind === 'var' ? instantiationError() : typeError('text', deref(item));
    return part;
  });
  return bindings.unify(whole!, joined(known, '', budget));
};

/** @throws RuleFault unless the term is a text that is no number */
function requireWritten(term: Term): string {
  if (isNumber(deref(term))) throw typeError('text', deref(term));
  return requireText(term);
}

/**
 * `split_string/4`: cuts at each separator; padding is stripped from both ends of the whole and of each part. Behind a
 * separator that is padding, too, padding is skipped: several such separators are one.
 */
const splitString: Test = ([value, separators, padding, result], { bindings, budget }) => {
  const all = characters(requireWritten(value!), budget);
  const [cuts, pad] = [new Set(requireWritten(separators!)), new Set(requireWritten(padding!))];
  if (tailOf(result!).kind !== 'var') requireList(result!);
  let end = all.length;
  while (end > 0 && pad.has(all[end - 1]!)) end -= 1;
  const found: Term[] = [];
  let start = 0;
  while (start < end && pad.has(all[start]!)) start += 1;
  for (let from = start; from <= end; ) {
    let to = from;
    while (to < end && !cuts.has(all[to]!)) to += 1;
    let [first, last] = [from, to];
    while (first < last && pad.has(all[first]!)) first += 1;
    while (last > first && pad.has(all[last - 1]!)) last -= 1;
    found.push(text(all.slice(first, last).join('')));
    if (to < end && pad.has(all[to]!)) while (to + 1 < end && pad.has(all[to + 1]!)) to += 1;
    from = to + 1;
  }
  return bindings.unify(result!, list(found));
};

function changed(make: Make, change: (value: string) => string): Test {
  return ([value, result], { bindings, budget }) =>
    bindings.unify(result!, made(make, change(requireText(value!, 'atomic')), budget));
}

const upper = (value: string) =>
  [...value].map((char) => ([...char.toUpperCase()].length === 1 ? char.toUpperCase() : char)).join('');
const lower = (value: string) =>
  [...value].map((char) => ([...char.toLowerCase()].length === 1 ? char.toLowerCase() : char)).join('');

/** The text of a term as `writeq/1` writes it. @throws RuleFault when it is too large */
function written(term: Term, budget: Budget): string {
  try {
    const value = writeTerm(term);
    budget.work(value.length);
    return value;
  } catch (error) {
    if (!(error instanceof TermTooLarge)) throw error;
    throw new RuleFault('TYPE', error.message);
  }
}

function readText(source: string): Term {
  try {
    return readTerm(source).term;
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    throw syntaxError('cannot_read');
  }
}

function termText(make: Make): Test {
  return ([term, value], { bindings, budget }) => {
    const known = deref(term!);
    const source = deref(value!);
    if (known.kind === 'var' && source.kind !== 'var') return bindings.unify(known, readText(requireText(source)));
    if (known.kind === 'var') throw instantiationError();
    if (source.kind !== 'var') return bindings.unify(known, readText(requireText(source)));
    return bindings.unify(source, made(make, written(known, budget), budget));
  };
}

const textConcat = (args: readonly Term[], scope: Scope) => {
  const isString = args.some((arg) => deref(arg).kind === 'string');
  return concat(isString ? text : atom)(args, scope);
};

const stringCode: Test = ([position, value, code], { bindings }) => {
  const at = optionalInt(position!);
  if (at === null) throw instantiationError();
  if (at.value < 0) throw domainError('not_less_than_zero', at);
  const char = [...requireWritten(value!)][Number(at.value) - 1];
  return char !== undefined && bindings.unify(code!, int(char.codePointAt(0)!));
};

const TESTS: readonly (readonly [string, Test])[] = [
  ...NUMBER_TEXTS,
  ...CHARACTER_TYPES,
  ['atom_length/2', textLength],
  ['string_length/2', textLength],
  ['atom_codes/2', spelled(codes, asAtom, 'atom')],
  ['atom_chars/2', spelled(chars, asAtom, 'atom')],
  ['char_code/2', charCode],
  ['atom_string/2', convert(asString, asAtom)],
  ['string_chars/2', spelled(chars, asString, 'text')],
  ['string_codes/2', spelled(codes, asString, 'text')],
  ['string_to_atom/2', convert(asAtom, asString)],
  ['string_code/3', stringCode],
  [
    'text_to_string/2',
    ([value, result], { bindings, budget }) => bindings.unify(result!, asString(requireText(value!), budget)),
  ],
  ['term_to_atom/2', termText(atom)],
  ['term_string/2', termText(text)],
  ['upcase_atom/2', changed(atom, upper)],
  ['downcase_atom/2', changed(atom, lower)],
  ['string_upper/2', changed(text, upper)],
  ['string_lower/2', changed(text, lower)],
  ['split_string/4', splitString],
  ['atomic_list_concat/2', joinAll],
  ['atomic_list_concat/3', join],
];

export const TEXTS: readonly (readonly [string, Builtin])[] = [
  ...TESTS.map(([key, test]) => [key, { kind: 'test', test }] as const),
  ['atom_concat/3', { kind: 'choices', choices: concat(atom) }],
  ['text_concat/3', { kind: 'choices', choices: textConcat }],
  ['string_concat/3', { kind: 'choices', choices: concat(text) }],
  ['sub_atom/5', { kind: 'choices', choices: parts(atom) }],
  ['sub_string/5', { kind: 'choices', choices: parts(text) }],
];
