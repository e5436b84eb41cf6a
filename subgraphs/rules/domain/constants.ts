import { indexKey } from './knowledge.ts';
import type { Term } from './term.ts';

/** Whether a term of a clause has no arguments and is no variable. */
export function isConstant(term: Term): boolean {
  return term.kind !== 'struct' && term.kind !== 'local' && term.kind !== 'var';
}

/** What constants of one kind are told apart by. */
function numberKey(term: Term): unknown {
  return term.kind === 'float' && Object.is(term.value, -0) ? '-0.0' : indexKey(term);
}

/** Numbers for constants from 0, one each: the same constant always has the same. */
export class Constants {
  readonly terms: Term[] = [];
  readonly #numbers = new Map<string, Map<unknown, number>>();

  numberOf(term: Term): number {
    const known = this.known(term);
    if (known !== undefined) return known;
    const number = this.terms.length;
    const numbers = this.#numbers.get(term.kind) ?? new Map<unknown, number>();
    if (numbers.size === 0) this.#numbers.set(term.kind, numbers);
    numbers.set(numberKey(term), number);
    this.terms.push(term);
    return number;
  }

  /** The number of a constant that has one already. */
  known(term: Term): number | undefined {
    return this.#numbers.get(term.kind)?.get(numberKey(term));
  }
}

/** Constants of one evaluation on top of shared ones: its own have numbers below 0 and are forgotten with it. */
export class LocalConstants {
  readonly #shared: Constants;
  #own: Constants | null = null;

  constructor(shared: Constants) {
    this.#shared = shared;
  }

  numberOf(term: Term): number {
    const known = this.#shared.known(term);
    if (known !== undefined) return known;
    this.#own ??= new Constants();
    return -1 - this.#own.numberOf(term);
  }

  termOf(number: number): Term {
    return number >= 0 ? this.#shared.terms[number]! : this.#own!.terms[-1 - number]!;
  }
}
