import type { Topic } from './program.ts';
import { AGGREGATES, LISTS, SORTING, TERMS } from './topics/data.ts';
import { CONTROL, FACTS, JOINS, NEGATION, RECURSION, TABLING } from './topics/logic.ts';
import { ERRORS, STRINGS, SYNTAX, UNICODE } from './topics/texts.ts';
import { ARITHMETIC, ARITHMETIC_ERRORS, BIG_INTEGERS, FLOATS } from './topics/values.ts';

export const TOPICS: readonly Topic[] = [
  FACTS,
  JOINS,
  NEGATION,
  CONTROL,
  AGGREGATES,
  STRINGS,
  UNICODE,
  BIG_INTEGERS,
  FLOATS,
  ARITHMETIC,
  ARITHMETIC_ERRORS,
  LISTS,
  TERMS,
  SORTING,
  RECURSION,
  TABLING,
  ERRORS,
  SYNTAX,
];
