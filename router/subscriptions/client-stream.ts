import { UnauthenticatedError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { RouterMetrics, StreamTransport } from '../metrics.ts';
import type { GraphQLRequest, Pipeline, Prepared, StreamClient, Subscription } from '../pipeline.ts';
import { errorResult, type GraphQLResult } from '../results.ts';
import type { StreamQuota } from '../stream-quota.ts';
import type { Subscriber } from './channel.ts';
import { createFrame } from './frame.ts';

export interface ClientStreamOptions {
  readonly pipeline: Pipeline;
  readonly quota: StreamQuota;
  readonly logger: Logger;
  readonly metrics: RouterMetrics | undefined;
  readonly client: StreamClient & { readonly address: string | undefined; readonly transport: StreamTransport };
}

/** A stream of one client, which ends when its token expires. */
export interface ClientStream {
  leave(): void;
  /** The client has shown a fresh token of the same identity. */
  extend(expiresAt: Date | null): void;
}

/**
 * Subscribes for one client; a result is a refusal.
 * @throws RateLimitedError when the client holds as many streams as it may.
 */
export async function openClientStream(
  { pipeline, quota, logger, metrics, client }: ClientStreamOptions,
  { prepared, request }: { readonly prepared: Prepared; readonly request: GraphQLRequest },
  subscriber: Subscriber,
): Promise<GraphQLResult | ClientStream> {
  const { origin, identified, lastEventId, address, transport } = client;
  using opening = new DisposableStack();
  opening.use(quota.take({ person: identified.person, address }));
  const expiry = opening.adopt(createTimer(), (timer) => timer.clear());
  let over = false;
  let subscription: Subscription | undefined;
  let counted: Disposable | undefined;
  const release = opening.move();
  const finish = () => {
    if (over) return false;
    over = true;
    subscription?.leave();
    counted?.[Symbol.dispose]();
    release.dispose();
    return true;
  };
  const guarded: Subscriber = {
    next: (frame) => {
      if (over) return;
      metrics?.delivered(transport);
      subscriber.next(frame);
    },
    drained: () => subscriber.drained(),
    end: () => {
      if (finish()) subscriber.end();
    },
  };
  const expire = () => {
    guarded.next(createFrame(expired(origin.requestId, logger)));
    guarded.end();
  };
  try {
    const opened = await pipeline.subscribe(prepared, request, { origin, identified, lastEventId }, guarded);
    if (!('leave' in opened)) {
      // Who has been told already that the stream is over gets no second answer.
      if (!finish()) return ENDED;
      if (opened.data === undefined) metrics?.refused(opened.errors ?? []);
      return opened;
    }
    if (over) {
      opened.leave();
    } else {
      subscription = opened;
      counted = metrics?.stream(transport);
    }
  } catch (error) {
    finish();
    throw error;
  }
  if (!over) expiry.set(identified.expiresAt, expire);
  return {
    leave: finish,
    extend: (expiresAt) => {
      if (!over) expiry.set(expiresAt, expire);
    },
  };
}

const ENDED: ClientStream = { leave() {}, extend() {} };

function expired(requestId: string, logger: Logger): GraphQLResult {
  const error = new UnauthenticatedError('The access token has expired: refresh the session and subscribe again.');
  return errorResult(error, requestId, logger);
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function createTimer() {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(at: Date | null, fire: () => void): void {
      clearTimeout(timer);
      if (at) timer = setTimeout(fire, Math.min(Math.max(0, at.getTime() - Date.now()), LONGEST_TIMER_MS));
    },
    clear: () => clearTimeout(timer),
  };
}
