/** A bell that is not lost when nobody waits for it: the next wait() ends at once. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, after `ms`, or when the signal aborts; never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    wait(ms, signal) {
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', finish);
          wake = null;
          rung = false;
          resolve();
        };
        const timer = setTimeout(finish, ms);
        signal.addEventListener('abort', finish);
        wake = finish;
        if (rung || signal.aborted) finish();
      });
    },
  };
}
