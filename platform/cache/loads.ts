/** One call of getOrSet(): it may load, wait for another's load, or find the value. */
export interface Loading<T> {
  /** True once the key or a tag was deleted since the load began: its result is for the caller only. */
  readonly outdated: boolean;
  /** What this call loaded; null when it found the value. */
  readonly result: { readonly value: T } | null;
  run(load: () => Promise<T>): Promise<T>;
  end(): void;
}

/** The loads under way in this process, so that a deletion reaches values that are not in the cache yet. */
export function createLoads() {
  const open = new Set<{
    readonly key: string;
    readonly tags: readonly string[];
    loading: boolean;
    outdated: boolean;
  }>();
  const shared = new Map<string, Promise<unknown>>();

  function outdate(concerned: (load: { readonly key: string; readonly tags: readonly string[] }) => boolean): void {
    for (const load of open) if (load.loading && concerned(load)) load.outdated = true;
  }

  return {
    begin<T>(key: string, tags: readonly string[]): Loading<T> {
      const load = { key, tags, loading: false, outdated: false };
      let result: { readonly value: T } | null = null;
      open.add(load);
      return {
        get outdated() {
          return load.outdated;
        },
        get result() {
          return result;
        },
        async run(work) {
          load.loading = true;
          const value = await work();
          result = { value };
          return value;
        },
        end: () => open.delete(load),
      };
    },
    /** Callers that ask while a load runs get its result; nothing is kept afterwards. */
    share<T>(key: string, load: () => Promise<T>): Promise<T> {
      const running = shared.get(key);
      // The same key means the same kind of value, here as in the cache itself.
      if (running !== undefined) return running as Promise<T>;
      const fresh = load().finally(() => shared.delete(key));
      shared.set(key, fresh);
      return fresh;
    },
    outdateKey: (key: string) => outdate((load) => load.key === key),
    outdateTag: (tag: string) => outdate((load) => load.tags.includes(tag)),
  };
}
