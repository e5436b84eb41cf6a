import { SubgraphFailure } from '../execution/errors.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import { createEventQueue } from './event-queue.ts';
import { clientLeft, timedOut } from './failure.ts';

export interface SubscriptionRequest {
  readonly service: string;
  /** Milliseconds until the stream stands. */
  readonly timeoutMs: number;
  /** Milliseconds without a sign of life after which a standing stream is lost; null when it may be silent for ever. */
  readonly silenceMs: number | null;
  readonly signal: AbortSignal | null;
  /** Called before an event reaches the reader. */
  onEvent(): void;
}

/** Where the events come from. */
export interface EventSource {
  /** The reader is behind. */
  pause(): void;
  resume(): void;
  /** Called once: the stream is over, whoever ended it. */
  close(): void;
}

/** The side of a stream that its source drives. After end, fail, or the reader's leaving all calls count for nothing. */
export interface SubscriptionStream {
  /** Settles when the subgraph has accepted or refused: a refusal is a stream of one event with errors. */
  readonly opened: Promise<AsyncIterable<SubscriptionEvent>>;
  stand(): void;
  /** Any sign of life. */
  alive(): void;
  next(event: SubscriptionEvent): void;
  end(): void;
  fail(failure: SubgraphFailure): void;
  readonly over: boolean;
}

/** What all roads of subscriptions have in common: a time limit, silence, back-pressure and an end that takes effect at once. */
export function createSubscriptionStream(request: SubscriptionRequest, source: EventSource): SubscriptionStream {
  const { service, signal, timeoutMs, silenceMs } = request;
  const { promise, resolve, reject } = Promise.withResolvers<AsyncIterable<SubscriptionEvent>>();
  // Whoever fails a stream before it stands need not be the one who awaits it.
  promise.catch(() => {});
  const queue = createEventQueue<SubscriptionEvent>({
    onPause: () => source.pause(),
    onResume: () => source.resume(),
    onReturn: finish,
  });
  let over = false;
  let silence: NodeJS.Timeout | null = null;
  const timeout = setTimeout(() => fail(timedOut(service, timeoutMs)), timeoutMs);

  function finish(): void {
    if (over) return;
    over = true;
    clearTimeout(timeout);
    if (silence) clearTimeout(silence);
    signal?.removeEventListener('abort', onAbort);
    source.close();
  }

  function onAbort(): void {
    reject(clientLeft(service));
    queue.cut();
    finish();
  }

  function fail(failure: SubgraphFailure): void {
    if (over) return;
    reject(failure);
    queue.fail(failure);
    finish();
  }

  function onSilence(): void {
    fail(new SubgraphFailure(service, 'unreachable', `the stream gave no sign of life for ${silenceMs} ms`));
  }

  signal?.addEventListener('abort', onAbort);
  return {
    opened: promise,
    stand() {
      if (over) return;
      clearTimeout(timeout);
      if (silenceMs !== null) silence ??= setTimeout(onSilence, silenceMs);
      resolve(queue);
    },
    alive() {
      if (!over) silence?.refresh();
    },
    next(event) {
      if (over) return;
      request.onEvent();
      queue.push(event);
    },
    end() {
      if (over) return;
      queue.end();
      resolve(queue);
      finish();
    },
    fail,
    get over() {
      return over;
    },
  };
}
