import type { Bindings } from './bindings.ts';
import type { Budget } from './budget.ts';
import type { Code } from './instructions.ts';
import type { Slices } from './slices.ts';
import type { Term } from './term.ts';

export interface Scope {
  readonly bindings: Bindings;
  readonly budget: Budget;
}

/** A predicate with at most one answer. */
export type Test = (args: readonly Term[], scope: Scope) => boolean;
/** A predicate with many answers: the goal holds for every option that unifies with `pattern`. Null: for none. */
export type Choices = (args: readonly Term[], scope: Scope) => Options | null;
export interface Options {
  readonly pattern: Term;
  readonly options: Iterator<Term>;
}

/** The variables of a running predicate of the engine, with what it has collected. */
export interface Collected {
  readonly vars: readonly Term[];
  readonly bag: Term[];
}
export type Outcome = boolean | Options;
/** One step of such a predicate: whether it goes on, or in which ways. What may take long is work in slices. */
export type SystemStep = (collected: Collected, scope: Scope) => Outcome | Slices<Outcome>;

export function inSlices(result: Outcome | Slices<Outcome>): result is Slices<Outcome> {
  return typeof result === 'object' && 'next' in result;
}

/** A predicate that calls other goals. */
export interface Control {
  readonly code: Code;
  readonly vars: (args: readonly Term[], scope: Scope) => readonly Term[];
}

/**
 * `test`, `choices`: carried out by a function. `control`: calls goals. `inline`: part of the clause that it stands in.
 * `call`: `call/N`. `library`: written in Prolog. `refused`: not for rules.
 */
export type BuiltinKind = 'test' | 'choices' | 'control' | 'inline' | 'call' | 'library' | 'refused';

export interface Builtin {
  readonly kind: BuiltinKind;
  readonly test?: Test;
  readonly choices?: Choices;
  readonly control?: Control;
  /** For comparisons of calculations: which orders are right. */
  readonly order?: (order: number) => boolean;
  readonly step?: SystemStep;
  /** For goals of full Prolog that this engine refuses: what to write instead. */
  readonly advice?: string;
}
