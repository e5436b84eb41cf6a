import { expect, test } from 'vitest';
import { shareFreshRead } from './share-fresh-read.ts';

test('callers share a read, but never one that began before they asked', async () => {
  const pending: PromiseWithResolvers<number>[] = [];
  const read = shareFreshRead(() => {
    const next = Promise.withResolvers<number>();
    pending.push(next);
    return next.promise;
  });
  const first = read();
  const later = [read(), read()];
  pending[0]?.resolve(1);
  expect(await first).toBe(1);
  const latest = read();
  pending[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
  await Promise.resolve();
  pending[2]?.resolve(3);
  expect(await latest).toBe(3);
  expect(pending).toHaveLength(3);
});

test('a failed read fails its callers only', async () => {
  let fail = true;
  const read = shareFreshRead(async () => {
    if (fail) throw new Error('away');
    return 1;
  });
  const first = read();
  const second = read();
  fail = false;
  await expect(first).rejects.toThrow('away');
  expect(await second).toBe(1);
});
