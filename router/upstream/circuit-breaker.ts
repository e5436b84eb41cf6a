export interface CircuitBreakerOptions {
  /** The share of calls that failed, above 0 and up to 1, from which on the subgraph is not asked. Default 0.5. */
  readonly threshold: number;
  /** With fewer calls in the window it stays closed. Default 20. */
  readonly minimumCalls: number;
  /** Milliseconds over which calls are counted. Default 10,000. */
  readonly windowMs: number;
  /** Milliseconds that the subgraph is left alone before one call tries it. Default 5,000. */
  readonly openMs: number;
}

export const DEFAULT_CIRCUIT_BREAKER: CircuitBreakerOptions = {
  threshold: 0.5,
  minimumCalls: 20,
  windowMs: 10_000,
  openMs: 5_000,
};

/** Leave to make one call; it is given back with what came of it. */
export type Ticket = 'call' | 'probe';

/** `unknown`: the call ended for reasons that say nothing of the subgraph. */
export type CallOutcome = 'success' | 'failure' | 'unknown';

/** Leaves a failing subgraph alone, and finds out with one call at a time whether it is back. */
export interface CircuitBreaker {
  /** Null: the call must not be made. */
  enter(): Ticket | null;
  report(ticket: Ticket, outcome: CallOutcome): void;
  /** Whether enter() would give a ticket. */
  readonly admits: boolean;
  readonly open: boolean;
}

export interface BreakerObserver {
  onChange?(open: boolean): void;
  /** Milliseconds from any start, never backwards. */
  now?(): number;
}

const BUCKETS = 10;

interface Bucket {
  period: number;
  calls: number;
  failures: number;
}

export function createCircuitBreaker(options: CircuitBreakerOptions, observer: BreakerObserver = {}): CircuitBreaker {
  const { now = () => performance.now() } = observer;
  const bucketMs = options.windowMs / BUCKETS;
  const buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({ period: -BUCKETS, calls: 0, failures: 0 }));
  let openedAt: number | null = null;
  let probing = false;

  function admits(): boolean {
    return openedAt === null || (!probing && now() - openedAt >= options.openMs);
  }

  function count(failed: boolean): void {
    const period = Math.floor(now() / bucketMs);
    const bucket = buckets[period % BUCKETS] as Bucket;
    if (bucket.period !== period) Object.assign(bucket, { period, calls: 0, failures: 0 });
    bucket.calls += 1;
    if (!failed) return;
    bucket.failures += 1;
    if (isFailing(period)) change(true);
  }

  function isFailing(period: number): boolean {
    let calls = 0;
    let failures = 0;
    for (const bucket of buckets) {
      if (bucket.period <= period - BUCKETS) continue;
      calls += bucket.calls;
      failures += bucket.failures;
    }
    return calls >= options.minimumCalls && failures >= options.threshold * calls;
  }

  function change(open: boolean): void {
    const wasOpen = openedAt !== null;
    openedAt = open ? now() : null;
    // What failed before says nothing of the time after.
    if (!open) for (const bucket of buckets) bucket.period = -BUCKETS;
    if (open !== wasOpen) observer.onChange?.(open);
  }

  return {
    enter() {
      if (openedAt === null) return 'call';
      if (!admits()) return null;
      probing = true;
      return 'probe';
    },
    report(ticket, outcome) {
      if (ticket === 'probe') {
        probing = false;
        if (outcome !== 'unknown') change(outcome === 'failure');
      } else if (openedAt === null && outcome !== 'unknown') {
        count(outcome === 'failure');
      }
    },
    get admits() {
      return admits();
    },
    get open() {
      return openedAt !== null;
    },
  };
}
