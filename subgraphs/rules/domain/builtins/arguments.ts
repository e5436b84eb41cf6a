import { domainError, instantiationError, shown, typeError } from '../errors.ts';
import type { RuleFault } from '../faults.ts';
import { BudgetStop } from '../faults.ts';
import { type Atom, deref, type Int, isAtom, LIST_KEY, listItems, NIL, type Term } from '../term.ts';
import { writeFloat } from '../writer.ts';

/** What predicates of the engine expect of their arguments, with the errors that SWI-Prolog gives. */

/** The items of a list. @throws RuleFault when the term is no complete list (yet) */
export function requireList(term: Term): Term[] {
  const items = listItems(term);
  if (items !== null) return items;
  const tail = tailOf(term);
  if (tail.kind === 'var')
    throw instantiationError('A goal needs a complete list, but met a variable that has no value yet.');
  throw typeError('list', deref(term), `Expected a complete list, but found ${shown(deref(term))}.`);
}

/** What stands behind the items of a list, complete or not. */
export function tailOf(term: Term): Term {
  let current = deref(term);
  while (current.kind === 'struct' && current.key === LIST_KEY) current = deref(current.args[1]!);
  return current;
}

/** @throws RuleFault unless the term is an integer */
export function requireInt(term: Term): Int {
  const value = deref(term);
  if (value.kind === 'int') return value;
  if (value.kind === 'var')
    throw instantiationError('A goal needs an integer, but met a variable that has no value yet.');
  throw typeError('integer', value);
}

/** The integer of a term; null for a variable. @throws RuleFault for anything else */
export function optionalInt(term: Term): Int | null {
  return deref(term).kind === 'var' ? null : requireInt(term);
}

/** An integer from 0 to 2^53 - 1. @throws RuleFault */
export function requireSize(term: Term): number {
  const { value } = requireInt(term);
  if (value < 0) throw typeError('not_less_than_zero', deref(term));
  return Number(value);
}

/** @throws RuleFault unless the term is an atom */
export function requireAtom(term: Term): Atom {
  const value = deref(term);
  if (isAtom(value)) return value;
  throw value.kind === 'var' ? instantiationError() : typeError('atom', value);
}

/** The text of an atom, a string or a number; null for anything else, such as the empty list. */
export function atomicText(term: Term): string | null {
  const value = deref(term);
  switch (value.kind) {
    case 'atom':
      return isAtom(value) ? value.name : null;
    case 'string':
      return value.text;
    case 'int':
      return value.value.toString();
    case 'float':
      return writeFloat(value.value);
    case 'struct':
    case 'var':
    case 'local':
      return null;
  }
}

/** The text of anything that stands for text, lists of codes and of characters with it; null for anything else. */
export function anyText(term: Term): string | null {
  const value = deref(term);
  if (value === NIL) return '';
  const text = atomicText(value);
  if (text !== null) return text;
  const items = value.kind === 'struct' ? listItems(value) : null;
  return items === null ? null : textOfItems(items);
}

/** Why a list stands for no text: it is not complete, or an item is no character. Null for anything but a list. */
export function badItems(term: Term): RuleFault | null {
  const value = deref(term);
  if (value.kind !== 'struct' || value.key !== LIST_KEY) return null;
  const first = deref(value.args[0]!);
  for (let at: Term = value; at.kind === 'struct' && at.key === LIST_KEY; at = deref(at.args[1]!)) {
    const item = deref(at.args[0]!);
    if (item.kind === 'var') return instantiationError();
    if (textOfItems([item]) === null || item.kind !== first.kind)
      return typeError(first.kind === 'int' ? 'character_code' : 'character', item);
  }
  return tailOf(value).kind === 'var' ? instantiationError() : typeError('list', value);
}

/** @throws RuleFault unless the term stands for text */
export function requireText(term: Term, type = 'text'): string {
  const text = anyText(term);
  if (text !== null) return text;
  const value = deref(term);
  throw value.kind === 'var'
    ? instantiationError('A goal needs a text, but met a variable that has no value yet.')
    : (badItems(value) ?? typeError(type, value));
}

/** True for the code of a character; halves of characters have none. */
export function isCode(term: Term): term is Int {
  if (term.kind !== 'int' || term.value < 0 || term.value > 0x10ffff) return false;
  return term.value < 0xd800 || term.value > 0xdfff;
}

/** The most characters of one text: what looks at all of them cannot stop in between. */
export const MAX_TEXT = 100_000;

/** The text of a list of codes or of characters; null when it is none. */
export function textOfItems(items: readonly Term[]): string | null {
  if (items.length > MAX_TEXT) throw new BudgetStop('MEMORY');
  let text = '';
  const kind = items.length === 0 ? null : deref(items[0]!).kind;
  for (const item of items) {
    const value = deref(item);
    if (value.kind !== kind) return null;
    if (isCode(value)) text += String.fromCodePoint(Number(value.value));
    else if (value.kind === 'atom' && [...value.name].length === 1) text += value.name;
    else return null;
  }
  return text;
}

/** One of some atoms. @throws RuleFault */
export function requireOneOf<Name extends string>(term: Term, names: readonly Name[], domain: string): Name {
  const { name } = requireAtom(term);
  const found = names.find((known) => known === name);
  if (found === undefined) throw domainError(domain, deref(term));
  return found;
}
