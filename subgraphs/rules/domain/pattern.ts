import type { Term } from './term.ts';

/** What a part of a clause becomes when the clause is used. */
export const PATTERN = {
  /** A variable at its first occurrence. */
  first: 0,
  /** A variable that has a value. */
  local: 1,
  constant: 2,
  /** A compound without variables. */
  ground: 3,
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
    this.op = opOf(term);
    this.index = term.kind === 'local' ? term.index : -1;
    this.term = term;
    this.name = compound?.name ?? '';
    this.key = compound?.key ?? '';
    this.args = compound === null || compound.ground ? [] : compound.args.map((arg) => new Pattern(arg));
  }
}

function opOf(term: Term): Pattern['op'] {
  if (term.kind === 'local') return term.first ? PATTERN.first : PATTERN.local;
  if (term.kind === 'struct') return term.ground ? PATTERN.ground : PATTERN.compound;
  return PATTERN.constant;
}

/** An argument of a head that tells clauses apart. */
export interface HeadTest {
  readonly position: number;
  readonly pattern: Pattern;
}

/** The head of a clause: its arguments, and those that are no variables. */
export interface HeadPattern {
  readonly args: readonly Pattern[];
  readonly tests: readonly HeadTest[];
}

export function headPattern(args: readonly Term[]): HeadPattern {
  const patterns = args.map((arg) => new Pattern(arg));
  const tests = patterns.flatMap((pattern, position) =>
    pattern.op === PATTERN.first || pattern.op === PATTERN.local ? [] : [{ position, pattern }],
  );
  return { args: patterns, tests };
}
