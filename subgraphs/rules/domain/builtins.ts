import type { Builtin } from './builtin.ts';
import { AGGREGATES } from './builtins/aggregates.ts';
import { CONTROL } from './builtins/control.ts';
import { NUMBERS } from './builtins/numbers.ts';
import { REFUSED } from './builtins/refused.ts';
import { SORTING } from './builtins/sorting.ts';
import { TERMS } from './builtins/terms.ts';
import { TEXTS } from './builtins/texts.ts';
import { UNITS } from './builtins/units.ts';
import { PRELUDE_KEYS } from './prelude.ts';

export type { Builtin } from './builtin.ts';

/** Everything that the engine itself carries out or refuses, by indicator. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...PRELUDE_KEYS.map((key) => [key, { kind: 'library' }] as const),
  ...CONTROL,
  ...AGGREGATES,
  ...NUMBERS,
  ...TERMS,
  ...SORTING,
  ...TEXTS,
  ...UNITS,
  ...REFUSED,
]);

export function builtinOf(key: string): Builtin | undefined {
  return BUILTINS.get(key);
}

/** True for predicates that belong to the language: neither facts nor rules may define them. */
export function isReserved(key: string): boolean {
  return BUILTINS.has(key);
}
