import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cache } from './types.ts';

const MINUTE = 60_000;

/** What the cache keeps with and without Redis. `create` gives one that is empty and ready. */
export function cacheContract(name: string, create: () => Promise<Cache>): void {
  describe(`${name} keeps the contract of Cache`, () => {
    let cache: Cache;
    const scope = uuidv7();
    const other = uuidv7();
    const at = (key: string) => ({ scope, key });
    let loads = 0;
    const load = async () => {
      loads += 1;
      return { loads };
    };
    beforeEach(async () => {
      loads = 0;
      cache = await create();
    });
    afterEach(() => cache[Symbol.asyncDispose]());

    test('a value is loaded once and then found', async () => {
      expect(await cache.getOrSet(at('a'), MINUTE, load)).toEqual({ loads: 1 });
      expect(await cache.getOrSet(at('a'), MINUTE, load)).toEqual({ loads: 1 });
      expect(await cache.get(at('a'))).toEqual({ loads: 1 });
    });

    test('callers that miss together share one load', async () => {
      const all = await Promise.all(Array.from({ length: 50 }, () => cache.getOrSet(at('a'), MINUTE, load)));
      expect(loads).toBe(1);
      expect(new Set(all.map((each) => each.loads))).toEqual(new Set([1]));
    });

    test('values come back as equal copies', async () => {
      const value = { at: new Date(5), map: new Map([['a', 1n]]), list: [null, 'x'], none: null };
      await cache.set(at('a'), value, MINUTE);
      const found = await cache.get<typeof value>(at('a'));
      expect(found).toEqual(value);
      expect(found).not.toBe(value);
      await cache.set(at('null'), null, MINUTE);
      expect(await cache.getOrSet(at('null'), MINUTE, load)).toBeNull();
    });

    test('what one organization caches another does not find, nor delete', async () => {
      await cache.set(at('a'), 'ours', MINUTE, { tags: ['t'] });
      expect(await cache.get({ scope: other, key: 'a' })).toBeUndefined();
      await cache.delete({ scope: other, key: 'a' });
      await cache.deleteByTag(other, 't');
      expect(await cache.get(at('a'))).toBe('ours');
      await cache.set({ scope: 'global', key: 'a' }, 'of all', MINUTE);
      expect(await cache.get(at('a'))).toBe('ours');
    });

    test.each(['', 'a:b', 'x y'])('%j is no scope', async (bad) => {
      await expect(cache.get({ scope: bad, key: 'a' })).rejects.toThrow(RangeError);
    });

    test('a deleted value is loaded anew', async () => {
      await cache.getOrSet(at('a'), MINUTE, load);
      await cache.delete(at('a'));
      expect(await cache.get(at('a'))).toBeUndefined();
      expect(await cache.getOrSet(at('a'), MINUTE, load)).toEqual({ loads: 2 });
    });

    test('a tag forgets its values and no others', async () => {
      await cache.getOrSet(at('a'), MINUTE, load, { tags: ['role', 'user'] });
      await cache.set(at('b'), 'b', MINUTE, { tags: ['user'] });
      await cache.set(at('c'), 'c', MINUTE, { tags: ['role'] });
      await cache.deleteByTag(scope, 'user');
      expect([await cache.get(at('a')), await cache.get(at('b')), await cache.get(at('c'))]).toEqual([
        undefined,
        undefined,
        'c',
      ]);
    });

    test('a value that is deleted while it loads reaches its callers and is not kept', async () => {
      for (const forget of [() => cache.delete(at('a')), () => cache.deleteByTag(scope, 't')]) {
        const begun = Promise.withResolvers<void>();
        const release = Promise.withResolvers<void>();
        const old = cache.getOrSet(
          at('a'),
          MINUTE,
          async () => {
            begun.resolve();
            await release.promise;
            return 'old';
          },
          { tags: ['t'] },
        );
        await begun.promise;
        await forget();
        release.resolve();
        expect(await old).toBe('old');
        expect(await cache.get(at('a'))).toBeUndefined();
      }
    });

    test('a failed load reaches its callers as it is and is tried again', async () => {
      const failure = new Error('away');
      await expect(cache.getOrSet(at('a'), MINUTE, () => Promise.reject(failure))).rejects.toBe(failure);
      expect(await cache.getOrSet(at('a'), MINUTE, load)).toEqual({ loads: 1 });
    });

    test('a load that finds nothing is not kept', async () => {
      expect(await cache.getOrSet(at('a'), MINUTE, async () => undefined)).toBeUndefined();
      expect(await cache.getOrSet(at('a'), MINUTE, load)).toEqual({ loads: 1 });
    });

    test('a value ends with its time', async () => {
      await cache.set(at('a'), 1, 20);
      await expect.poll(() => cache.get(at('a')), { timeout: 10_000 }).toBeUndefined();
    });

    test('a time that is none is refused', async () => {
      await expect(cache.set(at('a'), 1, 0)).rejects.toThrow(RangeError);
      await expect(cache.getOrSet(at('a'), Number.NaN, load)).rejects.toThrow(RangeError);
    });
  });
}
