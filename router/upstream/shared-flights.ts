import type { SubgraphFailure } from '../execution/errors.ts';
import { clientLeft } from './failure.ts';

/** A fetch under way. */
export interface Flight<T> {
  readonly outcome: Promise<T>;
  /** Nobody waits any more: the outcome rejects with the reason. */
  cancel(reason: SubgraphFailure): void;
}

/**
 * Counts what may have changed the data of subgraphs: ends of mutations, events of streams. Whoever has heard of a
 * change must not get the answer to a question that was asked before it.
 */
export interface ChangeCounter {
  count: number;
}

/** What one caller waits for. */
export interface Seat<T> {
  readonly flight: Flight<T>;
  /** False when another caller had already asked the same. */
  readonly first: boolean;
  /** The caller does not wait any more. The flight ends when it was the last one. */
  leave(reason: SubgraphFailure): void;
}

export interface SharedFlights<T> {
  /**
   * A seat in the flight of this key, which is started when there is none or when something has changed since.
   * The key holds all that an answer depends on, the caller's scope included.
   */
  join(key: string, start: () => Flight<T>): Seat<T>;
}

interface Shared<T> {
  readonly flight: Flight<T>;
  readonly since: number;
  seats: number;
}

export function createSharedFlights<T>(changes: ChangeCounter): SharedFlights<T> {
  const underWay = new Map<string, Shared<T>>();

  function open(key: string, flight: Flight<T>): Shared<T> {
    const shared = { flight, since: changes.count, seats: 0 };
    const forget = () => {
      // A later flight of the same key may have taken the place.
      if (underWay.get(key) === shared) underWay.delete(key);
    };
    underWay.set(key, shared);
    flight.outcome.then(forget, forget);
    return shared;
  }

  return {
    join(key, start) {
      const known = underWay.get(key);
      const joined = known?.since === changes.count ? known : undefined;
      const shared = joined ?? open(key, start());
      shared.seats += 1;
      return {
        flight: shared.flight,
        first: !joined,
        leave(reason) {
          shared.seats -= 1;
          if (shared.seats > 0) return;
          if (underWay.get(key) === shared) underWay.delete(key);
          shared.flight.cancel(reason);
        },
      };
    },
  };
}

/** A flight for one caller alone. */
export function takeAlone<T>(flight: Flight<T>): Seat<T> {
  return { flight, first: true, leave: (reason) => flight.cancel(reason) };
}

/** What comes of the flight, for a caller who is still there and may leave before it comes. */
export function landing<T>(seat: Seat<T>, service: string, signal: AbortSignal | null): Promise<T> {
  const { outcome } = seat.flight;
  if (!signal) return outcome;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      const reason = clientLeft(service);
      reject(reason);
      seat.leave(reason);
    };
    const settle =
      <V>(settled: (value: V) => void) =>
      (value: V) => {
        signal.removeEventListener('abort', onAbort);
        settled(value);
      };
    outcome.then(settle(resolve), settle(reject));
    signal.addEventListener('abort', onAbort);
  });
}
