/** One timer for everything that has to show life now and then. */
export interface Heartbeats extends Disposable {
  /** `beat` is called every so often until the answer is disposed of. */
  add(beat: () => void): Disposable;
}

export function createHeartbeats(intervalMs: number): Heartbeats {
  const beats = new Set<() => void>();
  const timer = setInterval(() => {
    for (const beat of beats) beat();
  }, intervalMs).unref();
  return {
    add(beat) {
      beats.add(beat);
      return { [Symbol.dispose]: () => void beats.delete(beat) };
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
