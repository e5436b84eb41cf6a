/**
 * Resolves what comes from a source, several at a time, and gives the results in the source's order. At most `limit` are
 * under way or wait for the reader, which also bounds what is read from the source. A failure, of the source or of one
 * result, comes after all the results before it. Nothing is read or resolved any more once the reader has left; whoever
 * made the source ends a read that is still waiting then.
 */
export async function* resolveAhead<In, Out>(
  source: AsyncIterable<In>,
  limit: number,
  resolve: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const iterator = source[Symbol.asyncIterator]();
  const results: { readonly result: Promise<Out> }[] = [];
  const state: {
    over: boolean;
    failure: { readonly error: unknown } | null;
    reading: Promise<void> | null;
  } = { over: false, failure: null, reading: null };

  function read(): void {
    if (state.reading || state.over || results.length >= limit) return;
    state.reading = iterator.next().then(
      (step) => {
        state.reading = null;
        if (step.done) state.over = true;
        if (state.over || step.done) return;
        const result = resolve(step.value);
        // It is told when its turn comes, or never when the reader leaves before.
        result.catch(() => {});
        results.push({ result });
        read();
      },
      (error: unknown) => {
        state.reading = null;
        state.over = true;
        state.failure = { error };
      },
    );
  }

  try {
    while (true) {
      read();
      const [first] = results;
      if (first) {
        const result = await first.result;
        results.shift();
        read();
        yield result;
      } else if (state.reading) {
        await state.reading;
      } else {
        break;
      }
    }
    if (state.failure) throw state.failure.error;
  } finally {
    // Not awaited: it may be behind a read that still waits.
    if (!state.over) iterator.return?.().catch(() => {});
    state.over = true;
  }
}
