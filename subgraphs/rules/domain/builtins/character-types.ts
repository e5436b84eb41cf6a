import type { Test } from '../builtin.ts';
import { instantiationError } from '../errors.ts';
import { deref } from '../term.ts';
import { isCode, requireOneOf, requireText } from './arguments.ts';

/** Kinds of characters. */

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
  const character =
    value.kind === 'int' && isCode(value) ? String.fromCodePoint(Number(value.value)) : requireText(value);
  return CHAR_TYPES[name].test(character);
};

export const CHARACTER_TYPES: readonly (readonly [string, Test])[] = [
  ['char_type/2', charType],
  ['code_type/2', charType],
];
