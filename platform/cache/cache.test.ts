import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '#platform/metrics/index.ts';
import { redisAbsent, startTestRedis, type TestRedis } from '#platform/testing/redis.ts';
import { cacheContract } from './cache.contract.ts';
import { type Cache, createCache } from './index.ts';

const logger = pino({ level: 'silent' });
const MINUTE = 60_000;
const at = { scope: uuidv7(), key: 'a' };

function create(redisUrl: string | undefined, prefix = `test-${uuidv7()}`) {
  const metrics = createMetrics({ processMetrics: false });
  return { metrics, cache: createCache({ redisUrl, prefix, logger, metrics }) };
}

/** Resolves when the cache keeps what it is given. */
async function ready(cache: Cache): Promise<Cache> {
  const probe = { scope: 'global', key: 'probe' };
  await expect
    .poll(
      async () => {
        await cache.set(probe, 1, MINUTE);
        return cache.get(probe);
      },
      { timeout: 10_000, interval: 5 },
    )
    .toBe(1);
  return cache;
}

cacheContract('the cache of one process', async () => create(undefined).cache);

test('hits and misses are counted', async () => {
  const { cache, metrics } = create(undefined);
  await using _ = cache;
  await cache.get(at);
  await cache.getOrSet(at, MINUTE, async () => 1);
  await cache.getOrSet(at, MINUTE, async () => 1);
  const { body } = await metrics.render();
  expect(body).toContain('alims_cache_requests_total{result="miss",tier="none"} 2');
  expect(body).toContain('alims_cache_requests_total{result="hit",tier="l1"} 1');
});

test('Redis that is not there costs nothing but the cache: values are loaded, once for those who ask together', async () => {
  const { cache, metrics } = create('redis://127.0.0.1:1');
  await using _ = cache;
  let loads = 0;
  const load = async () => {
    loads += 1;
    return loads;
  };
  expect(await Promise.all([cache.getOrSet(at, MINUTE, load), cache.getOrSet(at, MINUTE, load)])).toEqual([1, 1]);
  expect(await cache.getOrSet(at, MINUTE, load)).toBe(2);
  await cache.set(at, 5, MINUTE);
  await cache.delete(at);
  await cache.deleteByTag(at.scope, 't');
  expect(await cache.get(at)).toBeUndefined();
  expect((await metrics.render()).body).toContain('alims_cache_requests_total{result="bypass",tier="none"} 4');
});

describe.skipIf(redisAbsent !== null)(`with Redis${redisAbsent === null ? '' : ` (skipped: ${redisAbsent})`}`, () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  cacheContract('the cache on Redis', () => ready(create(redis.url).cache));

  test('processes share values, and what one deletes is gone for all', async () => {
    const prefix = `test-${uuidv7()}`;
    await using one = await ready(create(redis.url, prefix).cache);
    await using two = await ready(create(redis.url, prefix).cache);
    await one.set(at, 'first', MINUTE, { tags: ['t'] });
    expect(await two.get(at)).toBe('first');
    await one.set(at, 'second', MINUTE, { tags: ['t'] });
    await expect.poll(() => two.get(at), { timeout: 10_000, interval: 1 }).toBe('second');
    await one.deleteByTag(at.scope, 't');
    await expect.poll(() => two.get(at), { timeout: 10_000, interval: 1 }).toBeUndefined();
    await one.set(at, 'third', MINUTE);
    await expect.poll(() => two.get(at), { timeout: 10_000, interval: 1 }).toBe('third');
    await one.delete(at);
    await expect.poll(() => two.get(at), { timeout: 10_000, interval: 1 }).toBeUndefined();
  });

  test('Redis gone: values are loaded; back: what changed meanwhile is not served from before', async ({ skip }) => {
    if (!redis.owned) skip('the Redis of REDIS_URL is not ours to stop');
    await using cache = await ready(create(redis.url).cache);
    const tagged = { ...at, key: 'tagged' };
    const kept = { ...at, key: 'kept' };
    await cache.set(at, 'old', MINUTE);
    await cache.set(tagged, 'old', MINUTE, { tags: ['t'] });
    await cache.set(kept, 'kept', MINUTE);
    await redis.stop();
    await expect
      .poll(() => cache.getOrSet(at, MINUTE, async () => 'loaded'), { timeout: 10_000, interval: 5 })
      .toBe('loaded');
    await cache.delete(at);
    await cache.deleteByTag(at.scope, 't');
    await redis.start();
    await ready(cache);
    expect(await cache.get(at)).toBeUndefined();
    expect(await cache.get(tagged)).toBeUndefined();
    expect(await cache.get(kept)).toBe('kept');
  });
});
