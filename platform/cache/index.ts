import { BentoCache, bentostore, errors } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import type { L1CacheDriver } from 'bentocache/types';
import superjson from 'superjson';
import type { Logger } from '#platform/logging/index.ts';
import type { Metrics } from '#platform/metrics/index.ts';
import { createLoads } from './loads.ts';
import { openRedisLink, type RedisLink } from './redis-link.ts';
import { createSharedTier } from './shared-tier.ts';
import type { Cache, CacheKey, TagOptions } from './types.ts';

export type { Cache, CacheKey, CacheScope, TagOptions } from './types.ts';

export interface CacheOptions {
  /** Without it the cache is this process's own. */
  readonly redisUrl: string | undefined;
  /** Starts every key: installations that share a Redis need different ones. */
  readonly prefix: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Entries of the memory tier; the least recently used go first. Default 10,000. */
  readonly maxItems?: number;
}

/** Values in memory, and with Redis also shared by all processes, which tell each other what changed. */
export function createCache(options: CacheOptions): Cache {
  const { cache, link } = openTiers(options);
  const loads = createLoads();
  const requests = options.metrics.counter({
    name: 'alims_cache_requests_total',
    help: 'Reads of the cache: hit and miss by tier, and bypass while Redis is away.',
    labels: ['result', 'tier'],
  });
  cache.on('cache:hit', ({ layer }) => requests.inc({ result: 'hit', tier: layer }));
  cache.on('cache:miss', () => requests.inc({ result: 'miss', tier: 'none' }));
  const usable = () => link === null || link.up;
  const bypass = () => requests.inc({ result: 'bypass', tier: 'none' });

  return {
    async getOrSet<T>(at: CacheKey, ttlMs: number, load: () => Promise<T>, { tags = [] }: TagOptions = {}): Promise<T> {
      checkTtl(ttlMs);
      const key = keyOf(at);
      if (!usable()) {
        bypass();
        return loads.share(key, load);
      }
      const fullTags = tags.map((tag) => tagOf(at.scope, tag));
      const loading = loads.begin<T>(key, fullTags);
      try {
        const found = await cache.getOrSet<T | undefined>({
          key,
          ttl: ttlMs,
          tags: fullTags,
          factory: async ({ skip }) => {
            const value = await loading.run(load);
            // Undefined cannot be kept, and what was deleted meanwhile must not be.
            return value === undefined || loading.outdated ? skip() : value;
          },
        });
        if (loading.outdated) await cache.delete({ key });
        // What this call has not loaded was found, and only values of this key's kind are kept under it.
        return loading.result === null ? (found as T) : loading.result.value;
      } catch (error) {
        throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error;
      } finally {
        loading.end();
      }
    },
    async get(at) {
      if (usable()) return cache.get({ key: keyOf(at) });
      bypass();
      return undefined;
    },
    async set(at, value, ttlMs, { tags = [] } = {}) {
      checkTtl(ttlMs);
      const key = keyOf(at);
      if (value === undefined) await cache.delete({ key });
      else await cache.set({ key, value, ttl: ttlMs, tags: tags.map((tag) => tagOf(at.scope, tag)) });
    },
    async delete(at) {
      const key = keyOf(at);
      loads.outdateKey(key);
      await cache.delete({ key });
    },
    async deleteByTag(scope, tag) {
      const full = tagOf(scope, tag);
      loads.outdateTag(full);
      await cache.deleteByTag({ tags: [full] });
    },
    async [Symbol.asyncDispose]() {
      await cache.disconnectAll();
      link?.disconnect();
    },
  };
}

interface Tiers {
  readonly cache: BentoCache<{ readonly main: ReturnType<typeof bentostore> }>;
  readonly link: RedisLink | null;
}

function openTiers(options: CacheOptions): Tiers {
  const memory = memoryDriver({ maxItems: options.maxItems ?? 10_000 });
  let ownTier: L1CacheDriver | null = null;
  const store = bentostore({ prefix: options.prefix, grace: false }).useL1Layer({
    options: memory.options,
    factory: (config) => {
      ownTier = memory.factory(config);
      return ownTier;
    },
  });
  let link: RedisLink | null = null;
  if (options.redisUrl !== undefined) {
    let makeUp = async () => {};
    link = openRedisLink({
      url: options.redisUrl,
      prefix: options.prefix,
      logger: options.logger,
      beforeUp: async () => {
        await makeUp();
        ownTier?.clear();
      },
    });
    const shared = createSharedTier(redisDriver({ connection: link.commands }));
    makeUp = shared.makeUp;
    store.useL2Layer(shared.driver).useBus(link.busDriver);
  }
  const cache = new BentoCache({
    default: 'main',
    stores: { main: store },
    serializer: { serialize: (value) => superjson.stringify(value), deserialize: (text) => superjson.parse(text) },
    // Redis's coming and going is logged once, by its link, and not at every operation.
    logger: options.logger.child({}, { level: 'silent' }),
  });
  return { cache, link };
}

function checkTtl(ttlMs: number): void {
  if (!(ttlMs >= 1)) throw new RangeError(`A cached value lives for 1 ms or longer, not ${ttlMs} ms.`);
}

function keyOf({ scope, key }: CacheKey): string {
  return `${checkScope(scope)}:${key}`;
}

function tagOf(scope: string, tag: string): string {
  return `${checkScope(scope)}:${tag}`;
}

/** An empty or composite scope would let one organization's key equal another's. */
function checkScope(scope: string): string {
  if (!/^[A-Za-z0-9-]+$/.test(scope)) {
    throw new RangeError(`A cache scope is an organization's id or "global", not ${JSON.stringify(scope)}.`);
  }
  return scope;
}
