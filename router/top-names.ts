import { LRUCache } from 'lru-cache';

export const OTHER = 'other';

/** Which of the names that clients make up are told by name: those that are used most. */
export interface TopNames {
  /** Counts one use. The name itself, or `other`. */
  labelOf(name: string): string;
}

export interface TopNamesOptions {
  /** So many names are told at once. */
  readonly most: number;
  /** A name has made room for one that is used more. */
  readonly onDrop: (name: string) => void;
}

/** Uses are remembered of so many times more names than are told. */
const CANDIDATES_PER_NAME = 10;

/**
 * A name that is made up for one request takes the place of none that is used twice, so nobody can push out what others
 * use by sending many.
 */
export function createTopNames({ most, onDrop }: TopNamesOptions): TopNames {
  const told = new Map<string, number>();
  const candidates = new LRUCache<string, number>({ max: most * CANDIDATES_PER_NAME });
  /** No name that is told has been used less: counts only grow. */
  let least = 0;

  function leastUsed(): readonly [name: string, uses: number] {
    let found: readonly [string, number] = ['', Number.POSITIVE_INFINITY];
    for (const entry of told) if (entry[1] < found[1]) found = entry;
    return found;
  }

  function promote(name: string, uses: number): string {
    const [weakest, itsUses] = leastUsed();
    least = itsUses;
    if (uses <= least) return OTHER;
    told.delete(weakest);
    candidates.set(weakest, itsUses);
    candidates.delete(name);
    told.set(name, uses);
    onDrop(weakest);
    return name;
  }

  return {
    labelOf(name) {
      const uses = told.get(name);
      if (uses !== undefined || told.size < most) {
        told.set(name, (uses ?? 0) + 1);
        return name;
      }
      const counted = (candidates.get(name) ?? 0) + 1;
      candidates.set(name, counted);
      return counted > least ? promote(name, counted) : OTHER;
    },
  };
}
