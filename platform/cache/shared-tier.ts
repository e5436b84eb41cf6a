import type { CreateDriverResult, L2CacheDriver } from 'bentocache/types';

/** How Bentocache names the entry that says since when a tag's values are void. */
const TAG_ENTRY = '___bc:t:';
const REMEMBERED = 10_000;

/** The tier in Redis, with a memory for changes that Redis did not take: values it still has from before them are wrong. */
export interface SharedTier {
  readonly driver: CreateDriverResult<L2CacheDriver>;
  /** Makes up for them. Rejects when Redis is away again. */
  makeUp(): Promise<void>;
}

export function createSharedTier(inner: CreateDriverResult<L2CacheDriver>): SharedTier {
  /** By key: what a tag's entry has to become; undefined for a value, which only has to go. */
  const missed = new Map<string, { readonly value: string; readonly ttl: number | undefined } | undefined>();
  let lost = false;
  let opened: L2CacheDriver | null = null;

  function remember(key: string, entry?: { value: string; ttl: number | undefined }): void {
    if (missed.size >= REMEMBERED) lost = true;
    else missed.set(key, key.includes(TAG_ENTRY) ? entry : undefined);
  }

  function guarded(driver: L2CacheDriver): L2CacheDriver {
    const trying = <T>(keys: readonly string[], work: Promise<T>, entry?: { value: string; ttl: number | undefined }) =>
      work.catch((error: unknown) => {
        for (const key of keys) remember(key, entry);
        throw error;
      });
    return {
      type: 'l2',
      namespace: () => {
        throw new Error('The cache puts its scopes into its keys.');
      },
      get: (key) => driver.get(key),
      pull: (key) => driver.pull(key),
      set: (key, value, ttl) => trying([key], driver.set(key, value, ttl), { value, ttl }),
      delete: (key) => trying([key], driver.delete(key)),
      deleteMany: (keys) => trying(keys, driver.deleteMany(keys)),
      clear: () => driver.clear(),
      disconnect: async () => {},
    };
  }

  return {
    driver: {
      options: inner.options,
      factory: (config) => {
        opened = inner.factory(config);
        return guarded(opened);
      },
    },
    async makeUp() {
      if (opened === null) return;
      if (lost) await opened.clear();
      for (const [key, entry] of missed) {
        if (entry === undefined) await opened.delete(key);
        else await opened.set(key, entry.value, entry.ttl);
        missed.delete(key);
      }
      lost = false;
    },
  };
}
