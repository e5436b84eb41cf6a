import { UnauthenticatedError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createInterrupt, type Interrupt } from './interrupt.ts';
import type { GraphQLResult, ResultStream } from './pipeline.ts';
import { errorResult, withRequestId } from './results.ts';
import { createStream } from './stream.ts';

export interface GuardOptions {
  readonly expiresAt: Date | null;
  readonly requestId: string;
  readonly logger: Logger;
  /** Every open stream, so that a stop can end them. */
  readonly open: Set<OpenStream>;
}

export interface OpenStream {
  /** Gives the client this result as its last. */
  end(last: GraphQLResult): void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Last {
  readonly last: GraphQLResult;
}

/** Ends a stream with an error when its token expires, its session is revoked, or the router stops. */
export function guardStream(stream: ResultStream, options: GuardOptions): ResultStream {
  const { expiresAt, requestId, logger, open } = options;
  const interrupt = createInterrupt<Last>();
  const handle: OpenStream = { end: (last) => interrupt.fire({ last }) };
  const timer = expiresAt && setTimeout(() => handle.end(expired(requestId, logger)), untilExpiry(expiresAt));
  open.add(handle);
  const close = () => {
    if (timer) clearTimeout(timer);
    open.delete(handle);
    stream.return?.().catch(() => {});
  };
  return createStream(guarded(stream, interrupt, options), () => {
    // Ends a next() that is waiting when the client leaves.
    interrupt.fire({ last: {} });
    close();
  });
}

function untilExpiry(expiresAt: Date): number {
  return Math.min(Math.max(0, expiresAt.getTime() - Date.now()), LONGEST_TIMER_MS);
}

function expired(requestId: string, logger: Logger): GraphQLResult {
  const error = new UnauthenticatedError('The access token has expired: refresh the session and subscribe again.');
  return errorResult(error, requestId, logger);
}

async function* guarded(
  stream: ResultStream,
  interrupt: Interrupt<Last>,
  { requestId, logger }: GuardOptions,
): AsyncGenerator<GraphQLResult> {
  try {
    while (true) {
      const result = await interrupt.race(stream.next());
      if ('last' in result) {
        yield withRequestId(result.last, requestId);
        return;
      }
      if (result.done) return;
      yield withRequestId(result.value, requestId);
    }
  } catch (error) {
    yield errorResult(error, requestId, logger);
  }
}
