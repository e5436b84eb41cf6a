/** Events between a source that pushes them and a reader that pulls one at a time. */
export interface EventQueue<T> extends AsyncIterableIterator<T> {
  push(event: T): void;
  /** The reader gets what is queued, and then the end. Later calls of end and fail count for nothing. */
  end(): void;
  /** The reader gets what is queued, and then the error. */
  fail(error: Error): void;
  /** What is queued is dropped, and a waiting reader gets the end at once. */
  cut(): void;
}

export interface EventQueueOptions {
  /** So many events wait until the source is paused; it goes on when none waits. */
  readonly highWater?: number;
  onPause?(): void;
  onResume?(): void;
  /** The reader wants no more. */
  onReturn(): void;
}

/** A waiting next() ends at once when the queue is cut, which a generator's return() would not do. */
export function createEventQueue<T>(options: EventQueueOptions): EventQueue<T> {
  const { highWater = 64 } = options;
  let events: T[] = [];
  let paused = false;
  let over: { readonly error: Error | null } | null = null;
  let waiting: PromiseWithResolvers<IteratorResult<T>> | null = null;

  function settle(): void {
    const reader = waiting;
    if (!reader || !over) return;
    waiting = null;
    if (over.error) {
      reader.reject(over.error);
      over = { error: null };
    } else {
      reader.resolve({ done: true, value: undefined });
    }
  }

  function finish(error: Error | null): void {
    over ??= { error };
    settle();
  }

  function take(): IteratorResult<T> {
    const value = events.shift() as T;
    if (paused && events.length === 0) {
      paused = false;
      options.onResume?.();
    }
    return { done: false, value };
  }

  function cut(): void {
    events = [];
    over = { error: null };
    settle();
  }

  return {
    push(event) {
      if (over) return;
      if (waiting) {
        const reader = waiting;
        waiting = null;
        reader.resolve({ done: false, value: event });
        return;
      }
      events.push(event);
      if (paused || events.length < highWater) return;
      paused = true;
      options.onPause?.();
    },
    end: () => finish(null),
    fail: finish,
    cut,
    next() {
      if (events.length > 0) return Promise.resolve(take());
      waiting = Promise.withResolvers();
      const { promise } = waiting;
      settle();
      return promise;
    },
    async return() {
      cut();
      options.onReturn();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
