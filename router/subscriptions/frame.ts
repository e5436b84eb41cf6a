import { type GraphQLResult, writeResult } from '../results.ts';

/** One result for many clients: its text is written once, unless an error in it has to name each client's request. */
export interface Frame {
  /** Where a client that saw this frame would resume; null when the event tells none. */
  readonly cursor: string | null;
  text(requestId: string): string;
}

export function createFrame(result: GraphQLResult, cursor: string | null = null): Frame {
  if (result.errors) return { cursor, text: (requestId) => writeResult(result, requestId) };
  let shared: string | undefined;
  return {
    cursor,
    text() {
      shared ??= writeResult(result, '');
      return shared;
    },
  };
}
