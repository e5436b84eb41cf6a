/**
 * Cuts a waiting read short. Promise.race with one long-lived promise would do the same, but every read of a long
 * stream would leave a reaction on it that is never released.
 */
export interface Interrupt<T> {
  /** The work's outcome, or the interruption's value when that comes first. */
  race<R>(work: Promise<R>): Promise<R | T>;
  /** The first call counts; it also answers every later race. */
  fire(value: T): void;
}

export function createInterrupt<T>(): Interrupt<T> {
  let fired: { readonly value: T } | null = null;
  let waiting: ((value: T) => void) | null = null;
  return {
    race<R>(work: Promise<R>): Promise<R | T> {
      if (fired) {
        work.catch(() => {});
        return Promise.resolve(fired.value);
      }
      return new Promise<R | T>((resolve, reject) => {
        waiting = resolve;
        work.then(resolve, reject);
      });
    },
    fire(value) {
      if (fired) return;
      fired = { value };
      waiting?.(value);
      waiting = null;
    },
  };
}
