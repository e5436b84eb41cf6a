export interface Measurement {
  readonly what: string;
  readonly program: string;
  readonly goal: string;
  /** How often the goal is asked per round. */
  readonly times: number;
  readonly proofs?: boolean;
  /** For engines thousands of times slower: a goal that asks for this part of the work; null where they cannot. */
  readonly small?: { readonly goal: string; readonly share: number } | null;
  /** The question put to an engine without joins, which are written out in JavaScript for it. */
  readonly joined?: 'all' | 's7';
}

/** Milliseconds per question, and how many answers it has. */
export interface Measured {
  readonly millis: number;
  readonly answers: number;
}
