import type { Budget } from '../budget.ts';
import type { Builtin, Choices, Options, Scope, Test } from '../builtin.ts';
import { domainError, instantiationError, syntaxError, typeError } from '../errors.ts';
import { RuleFault } from '../faults.ts';
import { SyntaxFault } from '../lexer.ts';
import { readTerm } from '../parser.ts';
import { atom, deref, int, isAtom, isNumber, list, listItems, NIL, struct, type Term, text } from '../term.ts';
import { TermTooLarge, writeTerm } from '../writer.ts';
import {
  anyText,
  atomicText,
  badItems,
  optionalInt,
  requireInt,
  requireList,
  requireOneOf,
  requireText,
} from './arguments.ts';

/** Atoms, strings and the characters in them. Lengths and places count code points. */

type Make = (value: string) => Term;

/** Takes the characters of a new text from the budget. */
function made(make: Make, value: string, budget: Budget): Term {
  budget.keep(1 + (value.length >> 4));
  return make(value);
}

/** The characters of a text, which cost as many steps. */
function characters(value: string, budget: Budget): string[] {
  const chars = [...value];
  budget.keep(chars.length);
  return chars;
}

function codes(value: string, budget: Budget): Term {
  return list(characters(value, budget).map((char) => int(char.codePointAt(0) ?? 0)));
}

function chars(value: string, budget: Budget): Term {
  return list(characters(value, budget).map(atom));
}

/** The number that a text writes; null when it writes none. A sign stands directly before its digits. */
export function numberOf(value: string): Term | null {
  if (value === '' || value.trim() !== value) return null;
  try {
    const { term } = readTerm(value.replace(/^\+(?=\d)/, ''));
    return isNumber(term) ? term : null;
  } catch (error) {
    if (error instanceof SyntaxFault) return null;
    throw error;
  }
}

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

const asAtom = (value: string, budget: Budget) => made(atom, value, budget);
const asString = (value: string, budget: Budget) => made(text, value, budget);

/** Layout may stand before the number, as ISO has it. */
function numberOrFault(value: string): Term {
  const number = numberOf(value.trimStart());
  if (number === null) throw syntaxError('illegal_number');
  return number;
}

/** `atom_length/2`, `string_length/2` */
const textLength: Test = ([value, size], { bindings, budget }) => {
  optionalInt(size!);
  return bindings.unify(size!, int(characters(requireText(value!), budget).length));
};

/** An atom of what may be a number: `atom_number('3', X)`. */
const atomNumber: Test = ([left, right], { bindings, budget }) => {
  const value = deref(left!);
  if (value.kind === 'var') {
    const number = deref(right!);
    if (number.kind === 'var') throw instantiationError();
    if (!isNumber(number)) throw typeError('number', number);
    return bindings.unify(value, asAtom(atomicText(number)!, budget));
  }
  if (!isAtom(value) && value.kind !== 'string') throw typeError('atom', value);
  const found = numberOf(atomicText(value)!);
  return found !== null && bindings.unify(right!, found);
};

const numberString: Test = ([number, value], { bindings, budget }) => {
  const source = anyText(value!);
  if (source !== null) {
    const found = numberOf(source);
    return found !== null && bindings.unify(number!, found);
  }
  const given = deref(value!);
  if (given.kind !== 'var') throw badItems(given) ?? typeError('list', given);
  return bindings.unify(value!, asString(requireText(number!), budget));
};

const numberCodes = (toList: typeof codes): Test => {
  return ([number, parts], { bindings, budget }) => {
    const source = anyText(parts!);
    if (source !== null) return bindings.unify(number!, numberOrFault(source));
    const value = deref(number!);
    if (value.kind === 'var') throw badItems(parts!) ?? instantiationError();
    if (!isNumber(value)) throw typeError('number', value);
    return bindings.unify(parts!, toList(atomicText(value)!, budget));
  };
};

const charCode: Test = ([char, code], { bindings }) => {
  const value = deref(char!);
  if (value === NIL) throw typeError('character', value);
  if (value.kind === 'atom') {
    const point = value.name.codePointAt(0);
    if (point === undefined || String.fromCodePoint(point) !== value.name) throw typeError('character', value);
    return bindings.unify(code!, int(point));
  }
  const point = optionalInt(code!);
  if (point === null) throw instantiationError();
  return bindings.unify(char!, atom(String.fromCodePoint(Number(point.value))));
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

/** Joins, or with the whole known and a separator, splits. */
const join: Test = ([items, separator, whole], { bindings, budget }) => {
  const between = requireText(separator!);
  const known = listItems(items!)?.map((item) => atomicText(item)) ?? null;
  if (known?.every((part) => part !== null)) return bindings.unify(whole!, asAtom(known.join(between), budget));
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
  return bindings.unify(whole!, asAtom(known.join(''), budget));
};

/** `split_string/4`: cuts at each separator; padding is stripped from both ends of the whole and of each part. */
const splitString: Test = ([value, separators, padding, result], { bindings, budget }) => {
  const all = characters(requireText(value!), budget);
  const [cuts, pad] = [new Set(requireText(separators!)), new Set(requireText(padding!))];
  let end = all.length;
  while (end > 0 && pad.has(all[end - 1]!)) end -= 1;
  const found: Term[] = [];
  for (let from = 0; from <= end; ) {
    while (from < end && pad.has(all[from]!)) from += 1;
    let to = from;
    while (to < end && !cuts.has(all[to]!)) to += 1;
    let last = to;
    while (last > from && pad.has(all[last - 1]!)) last -= 1;
    found.push(text(all.slice(from, last).join('')));
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
  const char = [...requireText(value!)][Number(at.value) - 1];
  return char !== undefined && bindings.unify(code!, int(char.codePointAt(0)!));
};

/** As the C library sorts characters that SWI-Prolog asks: digits of other scripts count as letters. */
const CHAR_TYPES = {
  alpha: /^(?:\p{Alphabetic}|(?![0-9])\p{Nd})$/u,
  alnum: /^[\p{Alphabetic}\p{Nd}]$/u,
  digit: /^[0-9]$/,
  space: /^(?![\u00a0\u2007\u202f\ufeff])\s$/u,
  white: /^[ \t]$/,
  upper: /^[\p{Uppercase}\p{Lt}]$/u,
  lower: /^[\p{Lowercase}\p{Lt}]$/u,
  punct: /^(?![\p{Alphabetic}\p{Nd}])[^\p{C}\p{Z}]$/u,
} as const;

const charType: Test = ([char, type]) => {
  const name = requireOneOf(type!, Object.keys(CHAR_TYPES) as (keyof typeof CHAR_TYPES)[], 'char_type');
  const value = deref(char!);
  if (value.kind === 'var') throw instantiationError();
  const character = value.kind === 'int' ? String.fromCodePoint(Number(value.value)) : requireText(value);
  return CHAR_TYPES[name].test(character);
};

const TESTS: readonly (readonly [string, Test])[] = [
  ['atom_length/2', textLength],
  ['string_length/2', textLength],
  ['atom_codes/2', convert(codes, asAtom)],
  ['atom_chars/2', convert(chars, asAtom)],
  ['char_code/2', charCode],
  ['atom_number/2', atomNumber],
  ['number_codes/2', numberCodes(codes)],
  ['number_chars/2', numberCodes(chars)],
  ['atom_string/2', convert(asString, asAtom)],
  ['number_string/2', numberString],
  ['string_chars/2', convert(chars, asString, 'text')],
  ['string_codes/2', convert(codes, asString, 'text')],
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
  ['char_type/2', charType],
  ['code_type/2', charType],
];

export const TEXTS: readonly (readonly [string, Builtin])[] = [
  ...TESTS.map(([key, test]) => [key, { kind: 'test', test }] as const),
  ['atom_concat/3', { kind: 'choices', choices: concat(atom) }],
  ['text_concat/3', { kind: 'choices', choices: textConcat }],
  ['string_concat/3', { kind: 'choices', choices: concat(text) }],
  ['sub_atom/5', { kind: 'choices', choices: parts(atom) }],
  ['sub_string/5', { kind: 'choices', choices: parts(text) }],
];
