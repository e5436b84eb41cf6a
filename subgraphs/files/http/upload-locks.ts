import { ERRORS, type Lock, type Locker, type RequestRelease } from '@tus/server';

interface Holder {
  readonly askToRelease: RequestRelease;
  readonly released: Promise<void>;
}

/**
 * One request at a time per upload, within this process. A newcomer asks the holder to let go, because the holder is
 * most often the same client's dead connection. Two processes may write one upload at once: both write the same
 * client's bytes, and the hash of the whole decides.
 */
export function createUploadLocks(waitMs = 30_000): Locker {
  const holders = new Map<string, Holder>();
  return {
    newLock: (id) => {
      let release = () => {};
      const lock: Lock = {
        async lock(signal, askToRelease) {
          const deadline = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
          for (let holder = holders.get(id); holder; holder = holders.get(id)) {
            await holder.askToRelease();
            await Promise.race([holder.released, aborted(deadline)]);
          }
          const { promise, resolve } = Promise.withResolvers<void>();
          release = resolve;
          holders.set(id, { askToRelease, released: promise });
        },
        async unlock() {
          holders.delete(id);
          release();
        },
      };
      return lock;
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(ERRORS.ERR_LOCK_TIMEOUT);
    signal.addEventListener('abort', () => reject(ERRORS.ERR_LOCK_TIMEOUT), { once: true });
  });
}
