import type { Topic } from './program.ts';
import { AGGREGATES, LISTS, SORTING, TERMS } from './topics/data.ts';
import { CONTROL, FACTS, JOINS, NEGATION, RECURSION, TABLING } from './topics/logic.ts';
import { COLLECTING_PROGRAMS } from './topics/programs/collecting.ts';
import { ERROR_PROGRAMS } from './topics/programs/errors.ts';
import { RECURSIVE_PROGRAMS } from './topics/programs/genealogy.ts';
import { LABORATORY_PROGRAMS } from './topics/programs/laboratory.ts';
import { LOGIC_PROGRAMS } from './topics/programs/logic.ts';
import { NUMBER_PROGRAMS } from './topics/programs/numbers.ts';
import { SHORT_COLLECTED } from './topics/programs/short-collected.ts';
import { SHORT_LOGIC } from './topics/programs/short-logic.ts';
import { SHORT_VALUES } from './topics/programs/short-values.ts';
import { TABLE_PROGRAMS } from './topics/programs/tables.ts';
import { TERM_PROGRAMS } from './topics/programs/terms.ts';
import { TEXT_PROGRAMS } from './topics/programs/texts.ts';
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
  LABORATORY_PROGRAMS,
  LOGIC_PROGRAMS,
  COLLECTING_PROGRAMS,
  RECURSIVE_PROGRAMS,
  TEXT_PROGRAMS,
  NUMBER_PROGRAMS,
  TERM_PROGRAMS,
  ERROR_PROGRAMS,
  TABLE_PROGRAMS,
  SHORT_LOGIC,
  SHORT_VALUES,
  SHORT_COLLECTED,
];
