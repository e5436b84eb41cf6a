/**
 * An iterator over a generator whose return() takes effect at once. A generator's own return() waits for the next()
 * that is under way, which for a silent stream may be for ever; `close` makes that next() end.
 */
export function createStream<T>(source: AsyncGenerator<T>, close: () => void): AsyncIterableIterator<T> {
  let open = true;
  const closeOnce = () => {
    if (open) close();
    open = false;
  };
  return {
    async next() {
      if (!open) return { done: true, value: undefined };
      try {
        const result = await source.next();
        if (result.done || !open) {
          closeOnce();
          return { done: true, value: undefined };
        }
        return result;
      } catch (error) {
        closeOnce();
        throw error;
      }
    },
    async return() {
      closeOnce();
      // Not awaited: it ends when the waiting next() has, and the caller need not wait for that.
      source.return(undefined).catch(() => {});
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
