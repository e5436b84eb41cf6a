export interface BulkheadOptions {
  /** Calls under way at the same time. */
  readonly maxConcurrent: number;
  /** Calls that wait for one of them to end. */
  readonly maxQueued: number;
}

/** Keeps one slow subgraph from taking all there is. First come, first served. Whoever has begun calls leave() at the end. */
export interface Bulkhead {
  /** Whether the call may begin now. */
  enter(): boolean;
  /** The call begins when `onTurn` is called. False: the queue is full. */
  queue(onTurn: () => void): boolean;
  /** Takes a queued call out of the queue. */
  withdraw(onTurn: () => void): void;
  leave(): void;
}

export function createBulkhead({ maxConcurrent, maxQueued }: BulkheadOptions): Bulkhead {
  const waiting = new Set<() => void>();
  let underWay = 0;
  return {
    enter() {
      if (underWay >= maxConcurrent) return false;
      underWay += 1;
      return true;
    },
    queue(onTurn) {
      if (waiting.size >= maxQueued) return false;
      waiting.add(onTurn);
      return true;
    },
    withdraw(onTurn) {
      waiting.delete(onTurn);
    },
    leave() {
      if (waiting.size === 0) {
        underWay -= 1;
        return;
      }
      // The place goes from one to the other.
      for (const onTurn of waiting) {
        waiting.delete(onTurn);
        onTurn();
        return;
      }
    },
  };
}
