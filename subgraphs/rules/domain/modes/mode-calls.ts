import type { SourceClause } from '../program.ts';
import type { Term, Variable } from '../term.ts';
import type { VariableNames } from '../writer.ts';

/** A negation that is asked before a variable of it has a value, where the variable comes from an argument of its rule. */
export interface Need {
  /** The argument, from 0, that has to have a value when the predicate is asked. */
  readonly position: number;
  /** The negation, as it was written, its rule, and the variable as it is called there. */
  readonly negation: string;
  readonly clause: SourceClause;
  readonly variable: string;
  /** Whether a goal behind would give it its value. */
  readonly late: boolean;
}

export type Negated = Pick<Need, 'negation' | 'clause' | 'variable'>;

/** A place at which a variable should have a value and has none. */
export interface Unsafe {
  readonly clause: SourceClause;
  readonly variable: string;
  /** What is asked there: the negation itself, or a call whose rules negate the variable. */
  readonly goal: string;
  /** Where it is negated, when `goal` is a call. */
  readonly negated: Negated | null;
  /** Whether a goal behind would give it its value. */
  readonly late: boolean;
}

/** What is known of a predicate that is asked with values for some of its arguments. */
export interface Call {
  readonly key: string;
  readonly mode: readonly boolean[];
  /** Which arguments have values when it holds. */
  success: readonly boolean[];
  needs: readonly Need[];
  unsafe: readonly Unsafe[];
  /** Calls that look at this one. */
  readonly callers: Set<Call>;
}

/** What stands behind a goal on the way through a rule. */
export interface Rest {
  readonly goals: readonly Term[];
  readonly from: number;
  readonly behind: Rest | null;
}

/** The variables of a clause, with their names. */
export interface Written {
  readonly variables: ReadonlySet<Variable>;
  readonly names: VariableNames;
}

export interface Walk extends Written {
  readonly call: Call;
  readonly clause: SourceClause;
  /** Variables of the head without a value, with the arguments they come from. */
  readonly fromHead: ReadonlyMap<Variable, readonly number[]>;
  readonly needs: Need[];
  readonly unsafe: Unsafe[];
}
