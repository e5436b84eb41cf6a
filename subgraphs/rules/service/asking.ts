import { BadInputError } from '#platform/errors/index.ts';
import { DEFAULT_LIMITS, type Limits, MAX_LIMITS } from '../domain/budget.ts';
import { compileClause } from '../domain/clause.ts';
import { factClause } from '../domain/facts.ts';
import { RuleFault } from '../domain/faults.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { SyntaxFault } from '../domain/lexer.ts';
import { type ReadTerm, readTerm } from '../domain/parser.ts';
import type { Slices } from '../domain/slices.ts';
import { float, struct } from '../domain/term.ts';
import { TermTooLarge } from '../domain/writer.ts';
import { isShipped } from '../library/index.ts';

const HOUR_MS = 3_600_000;
const MAX_GOAL = 4_000;
const MAX_ASSUMED = 1_000;

export type LimitsInput = { readonly [Limit in keyof Limits]?: number | null | undefined };

/** @throws BadInputError for a limit out of its range. */
export function checkLimits(given: LimitsInput): Limits {
  const limit = (name: keyof Limits) => {
    const value = given[name] ?? DEFAULT_LIMITS[name];
    if (Number.isInteger(value) && value >= 1 && value <= MAX_LIMITS[name]) return value;
    throw new BadInputError(`"limits.${name}" must be 1 to ${MAX_LIMITS[name]}, got ${value}.`);
  };
  return {
    inferences: limit('inferences'),
    answers: limit('answers'),
    rows: limit('rows'),
    depth: limit('depth'),
    memory: limit('memory'),
    millis: limit('millis'),
  };
}

/** @throws BadInputError with line and column of what cannot be read. */
export function readGoal(goal: string, place = 'goal'): ReadTerm {
  if (goal.length > MAX_GOAL) {
    throw new BadInputError(`"${place}" has ${goal.length} characters; ${MAX_GOAL} are allowed.`);
  }
  try {
    return readTerm(goal);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const { line, column } = error;
    throw new BadInputError(`"${place}", line ${line}, column ${column}: ${error.message}`, { line, column });
  }
}

/** @throws BadInputError for more than one question may assume */
export function checkAssumed(assume: readonly string[], place = 'assume'): void {
  if (assume.length <= MAX_ASSUMED) return;
  throw new BadInputError(`"${place}" has ${assume.length} items; ${MAX_ASSUMED} are allowed.`);
}

/** The knowledge with assumptions and the time on top. @throws BadInputError */
export function assuming(base: Knowledge, assume: readonly string[], at: Date, place = 'assume'): Knowledge {
  checkAssumed(assume, place);
  const knowledge = new Knowledge(base);
  assume.forEach((text, i) => {
    const clause = factClause(text, { kind: 'fact', id: null });
    if ('refused' in clause) throw new BadInputError(`${place}[${i}]: ${clause.refused}`);
    if (isShipped(clause.key)) {
      throw new BadInputError(`${place}[${i}]: ${clause.key} is defined by shipped rules and cannot be assumed.`);
    }
    knowledge.add(clause);
  });
  if (!knowledge.has('now/1')) {
    knowledge.add(compileClause(struct('now', [float(at.getTime() / HOUR_MS)]), [], { kind: 'fact', id: null }));
  }
  return knowledge;
}

/** Turns what is wrong with the question or a rule into an answer that says so. */
export function meaningful<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw meaning(error);
  }
}

/** `meaningful` for work in slices. */
export function* meaningfully<T>(work: Slices<T>): Slices<T> {
  try {
    return yield* work;
  } catch (error) {
    throw meaning(error);
  }
}

function meaning(error: unknown): unknown {
  if (error instanceof RuleFault) return new BadInputError(error.message, { fault: error.kind });
  if (error instanceof TermTooLarge) {
    return new BadInputError('An answer is too large to be written: ask for less at a time.', { fault: 'TOO_LARGE' });
  }
  return error;
}
