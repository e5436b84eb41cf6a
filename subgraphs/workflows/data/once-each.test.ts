import { expect, test } from 'vitest';
import type { OnceCall } from '#platform/database/index.ts';
import { onceEach } from './once-each.ts';

/** Keys and their answers as a database would keep them, each looked up asynchronously. */
function memoryOnce(stored: Map<string, unknown>) {
  return async <T>({ key }: OnceCall, work: () => Promise<T>): Promise<T> => {
    await Promise.resolve();
    if (!key) return await work();
    if (key === 'other') throw new Error('used for another request');
    if (stored.has(key)) return stored.get(key) as T;
    const answer = await work();
    stored.set(key, answer);
    return answer;
  };
}

function call(key: string | null): OnceCall {
  return { operation: 'x', key, request: {} };
}

test('the work is done once, for the calls without an answer, and answers keep the order of the calls', async () => {
  const stored = new Map<string, unknown>([['b', 'first b']]);
  const runs: (readonly number[])[] = [];
  const work = async (fresh: readonly number[]) => {
    runs.push([...fresh]);
    return fresh.map((index) => `answer ${index}`);
  };
  const answers = await onceEach(memoryOnce(stored), [call('a'), call('b'), call(null), call('c')], work);
  expect(answers).toEqual(['answer 0', 'first b', 'answer 2', 'answer 3']);
  expect(runs).toEqual([[0, 2, 3]]);
  expect(await onceEach(memoryOnce(stored), [call('c'), call('a')], work)).toEqual(['answer 3', 'answer 0']);
  expect(runs).toHaveLength(1);
});

test('one refused call fails all, and the work does not run', async () => {
  let ran = false;
  const work = async () => {
    ran = true;
    return [];
  };
  await expect(onceEach(memoryOnce(new Map()), [call('a'), call('other'), call('b')], work)).rejects.toThrow('another');
  expect(ran).toBe(false);
});

test('failing work fails all', async () => {
  const stored = new Map<string, unknown>();
  const work = () => Promise.reject(new Error('stale'));
  await expect(onceEach(memoryOnce(stored), [call('a'), call('b')], work)).rejects.toThrow('stale');
  expect(stored.size).toBe(0);
});
