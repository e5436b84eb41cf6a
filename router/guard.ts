import { UnauthenticatedError } from '#platform/errors/index.ts';
import type { FollowedIdentity } from '#platform/identity/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { callerOf, type Identified, type Origin } from './identify.ts';
import { createInterrupt, type Interrupt } from './interrupt.ts';
import type { GraphQLRequest, GraphQLResult, Pipeline, ResultStream } from './pipeline.ts';
import { errorResult, withRequestId } from './results.ts';
import { createStream } from './stream.ts';

export interface SubscribeOptions {
  readonly pipeline: Pipeline;
  readonly request: GraphQLRequest;
  readonly origin: Origin;
  readonly identified: Identified;
  /** Aborts when the client leaves before the stream stands. */
  readonly signal: AbortSignal | null;
  readonly logger: Logger;
  /** Every open stream, so that a stop can end them. */
  readonly open: Set<OpenStream>;
}

export interface OpenStream {
  /** Gives the client this result as its last. */
  end(last: GraphQLResult): void;
}

interface Last {
  readonly last: GraphQLResult;
}

/** Subscribes for a client whose stream ends with an error when its token expires, its session ends, or the router stops. */
export async function subscribeGuarded(options: SubscribeOptions): Promise<GraphQLResult | ResultStream> {
  const { pipeline, request, origin, identified, signal, logger, open } = options;
  const { requestId } = origin;
  const interrupt = createInterrupt<Last>();
  const handle: OpenStream = { end: (last) => interrupt.fire({ last }) };
  using opening = new DisposableStack();
  const followed = opening.use(identified.follow?.((why) => handle.end(errorResult(why, requestId, logger))) ?? null);
  const renew = async () =>
    callerOf(origin, followed ? { ...identified, identityHeader: await followed.header() } : identified, null);
  const stream = await pipeline.subscribe(request, callerOf(origin, identified, signal), renew);
  if (!(Symbol.asyncIterator in stream)) return withRequestId(stream, requestId);
  opening.defer(() => void stream.return?.().catch(() => {}));
  open.add(handle);
  opening.defer(() => open.delete(handle));
  if (identified.expiresAt)
    opening.use(endAtExpiry(identified.expiresAt, () => handle.end(expired(requestId, logger))));
  const running = opening.move();
  return createStream(guarded(stream, { interrupt, followed, requestId, logger }), () => {
    // Ends a next() that is waiting when the client leaves.
    interrupt.fire({ last: {} });
    running.dispose();
  });
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function endAtExpiry(expiresAt: Date, end: () => void): Disposable {
  const timer = setTimeout(end, Math.min(Math.max(0, expiresAt.getTime() - Date.now()), LONGEST_TIMER_MS));
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

function expired(requestId: string, logger: Logger): GraphQLResult {
  const error = new UnauthenticatedError('The access token has expired: refresh the session and subscribe again.');
  return errorResult(error, requestId, logger);
}

interface Guard {
  readonly interrupt: Interrupt<Last>;
  readonly followed: FollowedIdentity | null;
  readonly requestId: string;
  readonly logger: Logger;
}

async function* guarded(
  stream: ResultStream,
  { interrupt, followed, requestId, logger }: Guard,
): AsyncGenerator<GraphQLResult> {
  try {
    while (true) {
      const result = await interrupt.race(confirmedNext(stream, followed));
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

/** What is ready waits until it is known that its reader may still have it. */
async function confirmedNext(stream: ResultStream, followed: FollowedIdentity | null) {
  const result = await stream.next();
  if (!result.done) await followed?.header();
  return result;
}
