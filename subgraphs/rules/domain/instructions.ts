import type { Builtin } from './builtin.ts';
import type { ArgumentsFunction } from './clause-functions.ts';
import { Pattern } from './pattern.ts';
import type { Procedure } from './procedure.ts';
import type { Term } from './term.ts';

/** What an instruction does. */
export const OP = {
  /** Calls a predicate. */
  call: 0,
  /** Calls what a term stands for at that time, with further arguments: `call/N`. */
  callTerm: 1,
  /** Compares two calculations. */
  compare: 2,
  /** Calculates. */
  is: 3,
  /** Goes back to the choices there were when the clause was entered. */
  cut: 4,
  /** Goes back to the choices that a mark remembers, plus `target` more. */
  cutTo: 5,
  /** Remembers how many choices there are. */
  mark: 6,
  /** Leaves another way open, which begins at `target`. */
  tryElse: 7,
  jump: 8,
  /** The condition of `*->` has held: its other way is closed, its further answers are not. */
  softCut: 9,
  fail: 10,
  /** Gives fresh variables to slots that only one of several ways would fill. */
  init: 11,
  /** Notes for the proof that a goal held. */
  record: 12,
  /** The clause is proved. */
  proceed: 13,
  /** The question is proved. */
  answer: 14,
  /** A step of a predicate that the engine itself carries out. */
  system: 15,
  /** Leaves a place to which errors come. */
  catchErrors: 16,
  /** Errors come there no longer. */
  exitCatch: 17,
  /** The steps of finding the answers of a table, round by round. */
  tableRound: 18,
  tableClauses: 19,
  tableDone: 20,
  tableAdd: 21,
} as const;
export type Op = (typeof OP)[keyof typeof OP];

export interface Instruction {
  readonly op: Op;
  readonly key: string;
  readonly name: string;
  readonly args: readonly Term[];
  /** The arguments of a call as patterns. */
  readonly patterns: readonly Pattern[];
  readonly builtin: Builtin | null;
  /** The goal as a pattern, for the proof. */
  readonly goal: Term | null;
  readonly by: 'absent' | 'builtin';
  readonly slot: number;
  readonly slots: readonly number[];
  target: number;
  /** Nothing follows it in its clause: what it calls goes on where the clause would. */
  last: boolean;
  /** What the key stands for in the engine that ran the instruction last, and what stands for that engine. */
  owner: object | null;
  procedure: Procedure | null;
  /** How often its arguments were made, up to where that is worth a function of its own. */
  uses: number;
  hand: ArgumentsFunction | null;
}

export interface Code {
  readonly instructions: readonly Instruction[];
  /** How many marks a run of it remembers. */
  readonly marks: number;
  /** The call that is all of it. */
  readonly chain: Instruction | null;
}

const NO_TERMS: readonly Term[] = [];
const NO_PATTERNS: readonly Pattern[] = [];

export function instruction(op: Op, parts: Partial<Instruction> = {}): Instruction {
  return {
    op,
    key: parts.key ?? '',
    name: parts.name ?? '',
    args: parts.args ?? NO_TERMS,
    patterns:
      op === OP.call || op === OP.callTerm ? (parts.args ?? NO_TERMS).map((arg) => new Pattern(arg)) : NO_PATTERNS,
    builtin: parts.builtin ?? null,
    goal: parts.goal ?? null,
    by: parts.by ?? 'builtin',
    slot: parts.slot ?? 0,
    slots: parts.slots ?? [],
    target: parts.target ?? 0,
    last: false,
    owner: null,
    procedure: null,
    uses: 0,
    hand: null,
  };
}

/** Instructions of predicates that the engine itself carries out, given by hand. */
export function systemCode(...parts: readonly [Op, Partial<Instruction>?][]): Code {
  const instructions = parts.map(([op, rest]) => instruction(op, rest));
  markLast(instructions);
  return { instructions, marks: 0, chain: null };
}

/** A call before the end of the code is its last. */
export function markLast(instructions: readonly Instruction[]): void {
  for (const [i, { op }] of instructions.entries()) {
    if (op !== OP.call && op !== OP.callTerm) continue;
    let next = i + 1;
    while (instructions[next]?.op === OP.jump) next = instructions[next]!.target;
    instructions[i]!.last = instructions[next]?.op === OP.proceed;
  }
}
