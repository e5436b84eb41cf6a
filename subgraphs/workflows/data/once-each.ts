import type { OnceCall } from '#platform/database/index.ts';

type Once = <T>(call: OnceCall, work: () => Promise<T>) => Promise<T>;

/**
 * `once` for many calls whose work is done together: all keys are claimed (on the pipelined connection, so in one round
 * trip), then `work` runs for the positions that have no answer yet and gives theirs in that order.
 * Fails with the first failure, and then `work` has not run or its transaction is to be given up.
 */
export async function onceEach<T>(
  once: Once,
  calls: readonly OnceCall[],
  work: (fresh: readonly number[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const fresh: number[] = [];
  const { promise: answers, resolve, reject } = Promise.withResolvers<readonly T[]>();
  answers.catch(() => undefined);
  let undecided = calls.length;
  let failed = false;

  function decided(): void {
    undecided -= 1;
    if (undecided > 0 || failed) return;
    fresh.sort((a, b) => a - b);
    if (fresh.length > 0) work(fresh).then(resolve, reject);
  }

  async function answerOf(call: OnceCall, index: number): Promise<T> {
    let isFresh = false;
    try {
      return await once(call, async () => {
        isFresh = true;
        fresh.push(index);
        decided();
        return (await answers)[fresh.indexOf(index)]!;
      });
    } catch (error) {
      failed = true;
      reject(error);
      throw error;
    } finally {
      if (!isFresh) decided();
    }
  }

  const settled = await Promise.allSettled(calls.map(answerOf));
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}
