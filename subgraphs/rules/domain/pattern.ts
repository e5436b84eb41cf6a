import type { Term } from './term.ts';

/** What a part of a clause becomes when the clause is used. */
export const PATTERN = {
  /** A variable at its first occurrence. */
  first: 0,
  /** A variable that has a value. */
  local: 1,
  constant: 2,
  /** A term that stays as it is, of more than a constant: a compound without variables, or part of a running program. */
  given: 3,
  compound: 4,
} as const;

/**
 * A term of a clause, ready to be matched and made: unlike terms, which come in several shapes, all patterns are objects
 * of one, which JavaScript reads several times faster.
 */
export class Pattern {
  readonly op: (typeof PATTERN)[keyof typeof PATTERN];
  /** Of a variable, its place in the frame. */
  readonly index: number;
  /** What it was made of. */
  readonly term: Term;
  readonly name: string;
  readonly key: string;
  readonly args: readonly Pattern[];

  constructor(term: Term) {
    const compound = term.kind === 'struct' ? term : null;
    this.args = compound === null || compound.ground ? [] : compound.args.map((arg) => new Pattern(arg));
    this.op = opOf(term, this.args);
    this.index = term.kind === 'local' ? term.index : -1;
    this.term = term;
    this.name = compound?.name ?? '';
    this.key = compound?.key ?? '';
  }
}

function opOf(term: Term, args: readonly Pattern[]): Pattern['op'] {
  if (term.kind === 'local') return term.first ? PATTERN.first : PATTERN.local;
  if (term.kind === 'var') return PATTERN.given;
  if (term.kind !== 'struct') return PATTERN.constant;
  return args.every(({ op }) => op === PATTERN.constant || op === PATTERN.given) ? PATTERN.given : PATTERN.compound;
}

/** An argument of a head that tells clauses apart. */
export interface HeadTest {
  readonly position: number;
  /** Null for a compound, which has a key. */
  readonly constant: Term | null;
  readonly key: string;
}

/** The head of a clause: its arguments, and those that are no variables. */
export interface HeadPattern {
  readonly args: readonly Pattern[];
  readonly tests: readonly HeadTest[];
}

export function headPattern(args: readonly Term[]): HeadPattern {
  const patterns = args.map((arg) => new Pattern(arg));
  const tests = patterns.flatMap(({ op, term, key }, position) =>
    op === PATTERN.first || op === PATTERN.local
      ? []
      : [{ position, constant: op === PATTERN.constant ? term : null, key }],
  );
  return { args: patterns, tests };
}
