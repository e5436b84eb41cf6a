import type { Budget } from '../budget.ts';
import { BudgetStop } from '../faults.ts';
import { atom, int, list, type Term, text } from '../term.ts';
import { MAX_TEXT } from './arguments.ts';

/** Texts and lists of their characters, made at the expense of the budget. */

export type Make = (value: string) => Term;

/** Takes the characters of a new text from the budget. */
export function made(make: Make, value: string, budget: Budget): Term {
  if (value.length > MAX_TEXT) throw new BudgetStop('MEMORY');
  budget.keep(1 + (value.length >> 4));
  return make(value);
}

/** The characters of a text, which cost as many steps. */
export function characters(value: string, budget: Budget): string[] {
  const chars = [...value];
  budget.keep(chars.length);
  return chars;
}

export function codes(value: string, budget: Budget): Term {
  return list(characters(value, budget).map((char) => int(char.codePointAt(0) ?? 0)));
}

export function chars(value: string, budget: Budget): Term {
  return list(characters(value, budget).map(atom));
}

export const asAtom = (value: string, budget: Budget) => made(atom, value, budget);
export const asString = (value: string, budget: Budget) => made(text, value, budget);
