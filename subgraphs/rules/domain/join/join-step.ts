import type { Clause } from '../clause.ts';
import type { Term } from '../term.ts';
import type { ColumnIndex, FactTable } from './fact-table.ts';

/** What a step of a join does. */
export const JOIN = {
  /** Takes the next row of a table that agrees with what is known. */
  lookup: 0,
  /** Takes the next clause, of several, whose head agrees with what is known. */
  alternatives: 1,
  /** Two registers hold the same constant. */
  same: 2,
  /** They do not. */
  different: 3,
  /** Gives a register the constant of another. */
  copy: 4,
  /** Compares two calculations. */
  compare: 5,
  /** Calculates. */
  is: 6,
  /** Remembers the newest choice. */
  mark: 7,
  /** Remembers it, and that the other way goes on at `target` when the condition fails. */
  condition: 8,
  /** Goes back to the choices that a mark or a condition remembers. */
  cut: 9,
  jump: 10,
  fail: 11,
  /** One more solution. */
  solution: 12,
} as const;

/** Registers that must hold the same constant: first, second, first, second, … */
export type Pairs = readonly number[];

/** One step; which of the fields mean something depends on `op`. */
export interface JoinStep {
  readonly op: (typeof JOIN)[keyof typeof JOIN];
  readonly table: FactTable | null;
  /** By the column whose constant is in register `left`; null: all rows are looked at. */
  readonly index: ColumnIndex | null;
  /** Column and register, again and again: what a row must have. */
  readonly tests: readonly number[];
  /** Column and column: they must have the same. */
  readonly equal: readonly number[];
  /** Column and register: what a row gives. */
  readonly loads: readonly number[];
  /** For each clause what must agree, and where it goes on. */
  readonly clauses: readonly { readonly agree: Pairs; readonly target: number }[];
  readonly left: number;
  readonly right: number;
  readonly order: ((order: number) => boolean) | null;
  /** Calculations whose variables are registers; null where `left` or `right` holds the value. */
  readonly expressions: readonly [Term | null, Term | null];
  /** The registers in them. */
  readonly uses: readonly number[];
  /** The first of three places for what the step has to remember. */
  readonly slot: number;
  target: number;
}

export function joinStep(op: JoinStep['op'], parts: Partial<JoinStep> = {}): JoinStep {
  return {
    op,
    table: parts.table ?? null,
    index: parts.index ?? null,
    tests: parts.tests ?? [],
    equal: parts.equal ?? [],
    loads: parts.loads ?? [],
    clauses: parts.clauses ?? [],
    left: parts.left ?? -1,
    right: parts.right ?? -1,
    order: parts.order ?? null,
    expressions: parts.expressions ?? [null, null],
    uses: parts.uses ?? [],
    slot: parts.slot ?? -1,
    target: parts.target ?? -1,
  };
}

export interface ProvenClause {
  readonly clause: Clause;
  /** The registers of its variables; -1 for those that never get a value. */
  readonly registers: readonly number[];
  readonly goals: readonly ProofShape[];
}

/** What a solution's proof is made of: the goals in their order, with the places that tell which way was taken. */
export type ProofShape =
  | { readonly kind: 'row'; readonly table: FactTable; readonly slot: number }
  | {
      readonly kind: 'call';
      readonly goal: Term;
      /** Which clause; -1 where there is one only. */
      readonly slot: number;
      readonly clauses: readonly ProvenClause[];
    }
  | { readonly kind: 'ABSENT' | 'BUILTIN'; readonly goal: Term }
  | { readonly kind: 'ways'; readonly slot: number; readonly ways: readonly (readonly ProofShape[])[] };

/** A goal over facts as one loop of loops. */
export interface JoinPlan {
  readonly steps: readonly JoinStep[];
  /** What the registers hold at first: the goal's arguments come first, constants have their numbers. */
  readonly registers: Int32Array;
  readonly slots: number;
  readonly proof: ProofShape;
  /** Registers that stand for variables without a value: each proof has new ones. */
  readonly open: readonly number[];
  /** How many calls are nested in each other. */
  readonly depth: number;
}
