import type { Frame } from './bindings.ts';
import type { Outcome } from './builtin.ts';
import type { Clause } from './clause.ts';
import type { Code, Instruction } from './instructions.ts';
import type { Proof } from './proof.ts';
import type { Slices } from './slices.ts';
import type { Table } from './tables.ts';
import type { Term } from './term.ts';

/** One thing proved on the way to an answer. Steps form a list from the newest to the oldest, cut back on failure. */
export interface Step {
  readonly goal: Term;
  /** What proved it; a proof where that was found before, for a table. */
  readonly by: Clause | 'absent' | 'builtin' | Proof;
  /** The variables of the clause. */
  readonly vars: Frame | null;
  readonly parent: Step | null;
  readonly previous: Step | null;
  readonly count: number;
}

/** What a goal that collects answers has of them. */
interface Collection {
  readonly bag: Term[];
  /** A step that has begun. */
  work: Slices<Outcome> | null;
  /** How each was proved, up to a number of them. */
  readonly members: Proof[];
  /** The newest step before it began. */
  readonly since: Step | null;
}

/** A clause in use: its variables, and where to go on when it is proved. */
export class Environment {
  readonly code: readonly Instruction[];
  readonly vars: Frame;
  readonly marks: number[] | null;
  readonly next: Environment | null;
  /** Where to go on in `next`. */
  readonly nextAt: number;
  /** How many choices a cut leaves. */
  readonly cut: number;
  /** How many clauses wait for each other. */
  readonly depth: number;
  /** The step whose goals these are. */
  readonly step: Step | null;
  /** True inside predicates of the library: a proof does not show how they work. */
  readonly hidden: boolean;
  /** For a predicate that collects answers. */
  collection: Collection | null = null;
  table: Table | null = null;

  constructor(
    code: Code,
    vars: Frame,
    next: Environment | null,
    nextAt: number,
    cut: number,
    step: Step | null,
    hidden: boolean,
  ) {
    this.code = code.instructions;
    this.vars = vars;
    this.marks = code.marks === 0 ? null : new Array(code.marks).fill(0);
    this.next = next;
    this.nextAt = nextAt;
    this.cut = cut;
    this.depth = next === null ? 0 : next.depth + 1;
    this.step = step;
    this.hidden = hidden;
  }
}
