import type { Test } from '../builtin.ts';
import { instantiationError, syntaxError, typeError } from '../errors.ts';
import { SyntaxFault } from '../lexer.ts';
import { readTerm } from '../parser.ts';
import { deref, isAtom, isNumber, listItems, type Term } from '../term.ts';
import { anyText, atomicText, badItems, requireText, tailOf } from './arguments.ts';
import { asAtom, asString, chars, codes } from './making-texts.ts';

/** Numbers and the texts that write them. */

/** The number that a text writes; null when it writes none. A sign stands directly before its digits. */
export function numberOf(value: string): Term | null {
  if (!/^[+-]?\d/.test(value) || value.endsWith('.') || value.trim() !== value) return null;
  try {
    const { term } = readTerm(value.replace(/^\+(?=\d)/, ''));
    return isNumber(term) ? term : null;
  } catch (error) {
    if (error instanceof SyntaxFault) return null;
    throw error;
  }
}

/** Layout may stand before the number, as ISO has it. */
function numberOrFault(value: string): Term {
  const number = numberOf(value.trimStart());
  if (number === null) throw syntaxError('illegal_number');
  return number;
}

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
  const known = deref(number!);
  if (known.kind !== 'var' && !isNumber(known)) throw typeError('number', known);
  const given = deref(value!);
  if (given.kind === 'var') return bindings.unify(given, asString(requireText(known), budget));
  const source = given.kind === 'string' || listItems(given) !== null ? anyText(given) : null;
  if (source === null) throw badItems(given) ?? typeError('list', given);
  const found = numberOf(source);
  return found !== null && bindings.unify(known, found);
};

const numberCodes = (toList: typeof codes): Test => {
  return ([number, parts], { bindings, budget }) => {
    const given = deref(parts!);
    const value = deref(number!);
    if (value.kind !== 'var' && !isNumber(value)) throw typeError('number', value);
    const items = listItems(given);
    const open = items === null ? tailOf(given).kind === 'var' : items.some((item) => deref(item).kind === 'var');
    if (open && value.kind === 'var') throw instantiationError();
    if (!open) {
      const source = given.kind === 'string' || items !== null ? anyText(given) : null;
      if (source === null) throw badItems(given) ?? typeError('list', given);
      return bindings.unify(value, numberOrFault(source));
    }
    return bindings.unify(parts!, toList(atomicText(value)!, budget));
  };
};

export const NUMBER_TEXTS: readonly (readonly [string, Test])[] = [
  ['atom_number/2', atomNumber],
  ['number_codes/2', numberCodes(codes)],
  ['number_chars/2', numberCodes(chars)],
  ['number_string/2', numberString],
];
