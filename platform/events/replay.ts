import { encodeCursor, type Position } from './cursor.ts';
import type { Bounds } from './history.ts';
import type { StreamGap } from './types.ts';

/** From where to go on, and what cannot be told any more. */
export interface Start {
  readonly position: Position;
  readonly gap: StreamGap | null;
}

/** Stands for the epoch of a log that has no event yet: its first event belongs to whatever epoch then begins. */
export const NO_EPOCH = 'none';

/** Decides how a reader that stands at `from` goes on in a log with these bounds. */
export function planReplay(from: Position, bounds: Bounds): Start {
  const epoch = bounds.epoch ?? NO_EPOCH;
  const beforeOldest: Position = { epoch, sequence: bounds.oldest - 1 };
  const gap = (reason: string): Start => ({ position: beforeOldest, gap: gapBetween(from, beforeOldest, reason) });
  // Whoever stood at the beginning of an empty log has missed nothing that is still there.
  if (from.epoch === NO_EPOCH && from.sequence === 0 && bounds.oldest === 1)
    return { position: beforeOldest, gap: null };
  if (from.epoch !== epoch) return gap('The log was started anew since this cursor was given.');
  if (from.sequence > bounds.newest) return gap('The cursor lies beyond the newest event.');
  if (from.sequence < beforeOldest.sequence) return gap('Events are kept for 7 days; those after the cursor are gone.');
  return { position: from, gap: null };
}

export function gapBetween(from: Position, to: Position, reason: string): StreamGap {
  return { kind: 'gap', fromCursor: encodeCursor(from), toCursor: encodeCursor(to), reason };
}
