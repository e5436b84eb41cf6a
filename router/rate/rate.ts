/** Whom limits count for. */
export interface Taker {
  /** Null for a caller without a token. */
  readonly person: string | null;
  readonly address: string | undefined;
}

/** One operation about to run, as far as limits look at it. */
export interface TakenOperation {
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** As estimated, 1 or more; asked for only where cost is limited. */
  cost(): number;
}

/** Both throw RateLimitedError when an identity has had what it may have for now. */
export interface RateLimiter {
  /** Counts a request, before its document is looked at. */
  takeRequest(taker: Taker): void | Promise<void>;
  /** Counts what it asks for, before that is planned. */
  takeOperation(taker: Taker, operation: TakenOperation): void | Promise<void>;
}

export const UNLIMITED: RateLimiter = { takeRequest() {}, takeOperation() {} };
