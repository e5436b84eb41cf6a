/** Whoever waits for something away waits as long as it takes; after so long somebody must be told, and again each hour. */
const FIRST_MS = 10 * 60_000;
const AGAIN_MS = 3_600_000;
/** What is forgotten begins to wait anew. */
const REMEMBERED = 100_000;

export interface Patience {
  /** `key` still waits. For how many minutes, at the moments when that is to be told; null otherwise. */
  wait(key: string): number | null;
  /** `key` goes on, or waits for nothing that is away. */
  over(key: string): void;
}

export function createPatience(clock: () => Date = () => new Date()): Patience {
  const waits = new Map<string, { readonly since: number; tellAt: number }>();
  return {
    wait(key) {
      const now = clock().getTime();
      const wait = waits.get(key) ?? { since: now, tellAt: now + FIRST_MS };
      waits.set(key, wait);
      const oldest = waits.size > REMEMBERED ? waits.keys().next().value : undefined;
      if (oldest !== undefined) waits.delete(oldest);
      if (now < wait.tellAt) return null;
      wait.tellAt = now + AGAIN_MS;
      return Math.floor((now - wait.since) / 60_000);
    },
    over(key) {
      waits.delete(key);
    },
  };
}
