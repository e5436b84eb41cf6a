/** Keeps retries a small share of calls: when everything fails, asking twice would only double the load. */
export interface RetryBudget {
  /** A first attempt is made. */
  deposit(): void;
  /** False: no retry now. */
  withdraw(): boolean;
}

const MAX_TOKENS = 100;
const TOKENS_PER_RETRY = 10;

/** One retry for ten calls, and ten at once after a time without. */
export function createRetryBudget(): RetryBudget {
  let tokens = MAX_TOKENS;
  return {
    deposit() {
      tokens = Math.min(MAX_TOKENS, tokens + 1);
    },
    withdraw() {
      if (tokens < TOKENS_PER_RETRY) return false;
      tokens -= TOKENS_PER_RETRY;
      return true;
    },
  };
}
