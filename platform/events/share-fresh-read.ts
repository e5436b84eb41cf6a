/**
 * Lets any number of callers share reads, each of which begins after its callers asked: an answer from before could
 * deny what a caller knows already, for example the event whose cursor it holds.
 */
export function shareFreshRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let queued: Promise<T> | null = null;

  function begin(): Promise<T> {
    queued = null;
    const current = read();
    running = current;
    const finish = () => {
      if (running === current) running = null;
    };
    current.then(finish, finish);
    return current;
  }

  return () => {
    if (running === null) return begin();
    queued ??= running.then(begin, begin);
    return queued;
  };
}
