import type { Term } from './term.ts';

/** Why an evaluation ended before it had looked everywhere. */
export type StopReason = 'INFERENCES' | 'ANSWERS' | 'ROWS' | 'DEPTH' | 'TIME' | 'MEMORY';

/** Ends an evaluation whose budget is spent. Not a mistake of the rules: the caller reports what was found so far. */
export class BudgetStop extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`The budget of ${reason.toLowerCase()} is spent.`);
    this.name = 'BudgetStop';
    this.reason = reason;
  }
}

export type RuleFaultKind = 'INSTANTIATION' | 'TYPE' | 'EVALUATION' | 'UNSUPPORTED' | 'THROWN';

/**
 * A goal that has no meaning, such as `X > 1` with X unbound, or a `throw/1`: the sentence says what was expected and
 * what came. Rules catch it (`catch/3`) as `term`; null for what no rule may catch.
 */
export class RuleFault extends Error {
  readonly kind: RuleFaultKind;
  readonly term: Term | null;

  constructor(kind: RuleFaultKind, message: string, term: Term | null = null) {
    super(message);
    this.name = 'RuleFault';
    this.kind = kind;
    this.term = term;
  }
}
