import type { PlannedOperation } from './operation/operation.ts';
import type { GraphQLResult } from './results.ts';
import { clientLeft } from './upstream/failure.ts';
import { type ChangeCounter, createSharedFlights, type Flight, type SharedFlights } from './upstream/shared-flights.ts';

export interface SharedExecutions {
  /**
   * Runs a query, or waits for the same one that is under way for a caller of the same scope: nothing has changed since
   * it began. The key holds the scope and the variables. It is given up when the last client that waits for it has left.
   */
  run(
    operation: PlannedOperation,
    key: string,
    signal: AbortSignal | null,
    execute: (signal: AbortSignal) => Promise<GraphQLResult>,
  ): Promise<GraphQLResult>;
}

export function createSharedExecutions(changes: ChangeCounter): SharedExecutions {
  const byOperation = new WeakMap<PlannedOperation, SharedFlights<GraphQLResult>>();

  function flightsOf(operation: PlannedOperation): SharedFlights<GraphQLResult> {
    const known = byOperation.get(operation);
    if (known) return known;
    const flights = createSharedFlights<GraphQLResult>(changes);
    byOperation.set(operation, flights);
    return flights;
  }

  return {
    async run(operation, key, signal, execute) {
      const seat = flightsOf(operation).join(key, () => start(execute));
      if (!signal) return seat.flight.outcome;
      const leave = () => seat.leave(clientLeft('the router'));
      signal.addEventListener('abort', leave);
      if (signal.aborted) leave();
      try {
        return await seat.flight.outcome;
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
  };
}

function start(execute: (signal: AbortSignal) => Promise<GraphQLResult>): Flight<GraphQLResult> {
  const leaving = new AbortController();
  return { outcome: execute(leaving.signal), cancel: () => leaving.abort() };
}
