import type { Bindings, Frame } from './bindings.ts';
import type { Clause } from './clause.ts';
import { argumentsFunction, chainFunction, frameFunction } from './clause-functions.ts';
import { readArguments, readChain, readFrame } from './clause-reading.ts';
import type { Instruction } from './instructions.ts';
import type { Term } from './term.ts';

/** Before that, making a function and JavaScript's learning of it take longer than reading the patterns. */
const FUNCTIONS_FROM = 1_000;

/**
 * Uses clauses for one evaluation. They outlive it, and so does the count of their uses: those that are used often get
 * functions of their own. A head without variables gets none: it is compared, and an organization has many such facts.
 */
export class ClauseUses {
  readonly #bindings: Bindings;
  readonly #functionsFrom: number;

  /** `functionsFrom`: after how many uses; infinite for never. */
  constructor(bindings: Bindings, functionsFrom = FUNCTIONS_FROM) {
    this.#bindings = bindings;
    this.#functionsFrom = functionsFrom;
  }

  /** Whether a clause has functions, which look at its constants first. */
  hasFunctions({ uses, size }: Clause): boolean {
    return uses >= this.#functionsFrom && size > 0;
  }

  /** The frame of a clause whose head matches; null: undo. @throws BudgetStop */
  frame(clause: Clause, args: readonly Term[]): Frame | null {
    if (!this.hasFunctions(clause)) {
      if (clause.size > 0) clause.uses += 1;
      return readFrame(clause, args, this.#bindings);
    }
    clause.frame ??= frameFunction(clause);
    return clause.frame(args, this.#bindings);
  }

  /** The arguments of the call that is all of a clause's body, where its head matches; null: undo. @throws BudgetStop */
  chain(clause: Clause, { patterns }: Instruction, args: readonly Term[]): readonly Term[] | null {
    if (!this.hasFunctions(clause)) {
      if (clause.size > 0) clause.uses += 1;
      return readChain(clause, patterns, args, this.#bindings);
    }
    clause.chain ??= chainFunction(clause, patterns);
    return clause.chain(args, this.#bindings);
  }

  /** The arguments of a call in a body. */
  arguments(call: Instruction, frame: Frame): readonly Term[] {
    if (call.uses < this.#functionsFrom) {
      call.uses += 1;
      return readArguments(call.patterns, frame);
    }
    call.hand ??= argumentsFunction(call.patterns);
    return call.hand(frame);
  }
}
