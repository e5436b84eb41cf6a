/** Maps and filters without a generator: a generator's return() would wait for the next event before it reached the source. */
export function filterMap<In, Out>(
  source: AsyncIterable<In>,
  map: (item: In) => Promise<Out | null>,
): AsyncIterableIterator<Out> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    async next() {
      for (;;) {
        const step = await iterator.next();
        if (step.done) return { done: true, value: undefined };
        const mapped = await map(step.value);
        if (mapped !== null) return { done: false, value: mapped };
      }
    },
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
