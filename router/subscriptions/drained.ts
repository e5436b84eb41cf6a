import type { Writable } from 'node:stream';

/** Resolves when what was written has gone out, or nobody is there any more to take it; null when nothing waits. */
export function drained(stream: Writable): Promise<void> | null {
  if (!stream.writableNeedDrain || stream.destroyed) return null;
  const { promise, resolve } = Promise.withResolvers<void>();
  const finish = () => {
    stream.off('drain', finish);
    stream.off('close', finish);
    resolve();
  };
  stream.on('drain', finish);
  stream.on('close', finish);
  return promise;
}
