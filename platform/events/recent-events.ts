import type { Position } from './cursor.ts';
import type { StoredEvent } from './types.ts';

/** What a reader at some place finds: the next event, nothing yet, or nothing any more. */
export type Next = StoredEvent | 'nothing newer' | 'not here';

/**
 * The newest events of one log in one piece, shared by all its readers: each reader is only a place in it, so a slow
 * one costs no memory and, once what it needs is gone from here, reads the database again.
 */
export interface RecentEvents {
  /** The place of the newest event. */
  readonly end: Position;
  next(position: Position): Next;
  /** False when the event is not the one right after `end`. An event that is here already is ignored: true. */
  append(event: StoredEvent): boolean;
}

export function createRecentEvents(start: Position, capacity: number): RecentEvents {
  let before = start.sequence;
  let events: StoredEvent[] = [];
  const newest = () => before + events.length;
  return {
    get end() {
      return { epoch: start.epoch, sequence: newest() };
    },
    next(position) {
      if (position.epoch !== start.epoch || position.sequence < before) return 'not here';
      return events[position.sequence - before] ?? 'nothing newer';
    },
    append(event) {
      if (event.epoch !== start.epoch || event.sequence > newest() + 1) return false;
      if (event.sequence <= newest()) return true;
      events.push(event);
      // Dropping half at a time costs each event one copy instead of one copy per event behind it.
      if (events.length >= 2 * capacity) {
        events = events.slice(capacity);
        before += capacity;
      }
      return true;
    },
  };
}
