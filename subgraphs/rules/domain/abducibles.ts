/** Which facts may be named as missing: those of predicates that somebody can state. */
export class Abducibles {
  readonly #declared: ReadonlySet<string>;
  readonly #others: (key: string) => boolean;

  /** `declared`: indicators of declarations. `others` decides about what has neither rules nor a declaration. */
  constructor(declared: ReadonlySet<string>, others: (key: string) => boolean) {
    this.#declared = declared;
    this.#others = others;
  }

  /** Named in a declaration: a fact may be missing even where rules could prove as much. */
  declares(key: string): boolean {
    return this.#declared.has(key);
  }

  /** Whether a fact of a predicate without rules may be missing. */
  allows(key: string): boolean {
    return this.declares(key) || this.#others(key);
  }
}

/** Where nothing is declared. */
export const ANY_FACT = new Abducibles(new Set(), () => true);
