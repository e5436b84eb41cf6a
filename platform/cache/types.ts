/** Whose value it is: an organization's id, or `global` for what belongs to none. It is part of every key and tag. */
export type CacheScope = string;

export interface CacheKey {
  readonly scope: CacheScope | 'global';
  /** Unique within the scope; begin it with the kind of thing, as in `role:01990000-…`. */
  readonly key: string;
}

export interface TagOptions {
  /** deleteByTag() with any of these forgets the value. */
  readonly tags?: readonly string[];
}

/** Values come back as equal copies, whichever tier had them: plain data, dates, maps, sets and big integers survive. */
export interface Cache extends AsyncDisposable {
  /**
   * The value, loaded when it is not there; callers of one process that miss together share one load. `ttlMs`: 1 or more.
   * A load that fails is not remembered: its error reaches the callers. What is deleted while it loads is not kept.
   * Without its Redis the cache calls `load` every time.
   */
  getOrSet<T>(at: CacheKey, ttlMs: number, load: () => Promise<T>, options?: TagOptions): Promise<T>;
  /** Undefined when it is not there. */
  get<T>(at: CacheKey): Promise<T | undefined>;
  set<T>(at: CacheKey, value: T, ttlMs: number, options?: TagOptions): Promise<void>;
  delete(at: CacheKey): Promise<void>;
  deleteByTag(scope: CacheScope | 'global', tag: string): Promise<void>;
}
