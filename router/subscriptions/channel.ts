import type { FollowedIdentity } from '#platform/identity/index.ts';
import { resolveAhead } from '../resolve-ahead.ts';
import type { GraphQLResult } from '../results.ts';
import { createFrame, type Frame } from './frame.ts';

/** One client of a stream. It must not throw: a client that cannot follow a shared stream is cut by its transport. */
export interface Subscriber {
  next(frame: Frame): void;
  /** Resolves when the client has taken what was sent, or is gone; null when nothing waits for it. */
  drained(): Promise<void> | null;
  /** Called once, unless the subscriber left before: there is nothing more to come. */
  end(): void;
}

/** What one event has become. */
export interface Completed {
  readonly result: GraphQLResult;
  readonly cursor: string | null;
}

export interface ChannelSource<Event> {
  /** Opens the upstream; a result is its refusal. */
  open(signal: AbortSignal, followed: FollowedIdentity | null): Promise<AsyncIterable<Event> | GraphQLResult>;
  /** Turns an event into a result: several are under way at once. */
  complete(event: Event, followed: FollowedIdentity | null): Promise<Completed>;
  /** The last result of a stream that was lost. */
  lost(error: unknown): GraphQLResult;
  /** Watches over the session that all subscribers share. */
  follow(onEnd: (last: GraphQLResult) => void): FollowedIdentity | null;
  /** The channel is over: nobody may join it any more. */
  onClose(): void;
}

/**
 * One upstream for every client that asked the same: an event is completed once and written once, for all of them. A
 * stream of one client waits for it, so that it can catch up with much at its own pace; a shared one waits for nobody.
 */
export interface Channel {
  /** Waits until the upstream stands; a result is its refusal, and nothing was joined. */
  join(subscriber: Subscriber): Promise<GraphQLResult | null>;
  /** The last one closes the upstream at once. */
  leave(subscriber: Subscriber): void;
  /** Gives every subscriber this result as its last. */
  end(last: GraphQLResult): void;
  readonly size: number;
}

/** So many events are completed at the same time; each may hold what its subgraphs answered. */
const EVENTS_AHEAD = 8;

export function createChannel<Event>(source: ChannelSource<Event>): Channel {
  const subscribers = new Set<Subscriber>();
  const closing = new AbortController();
  let opened: Promise<GraphQLResult | null> | undefined;
  let followed: FollowedIdentity | null = null;
  let stopWaiting: (() => void) | null = null;

  /** Until the only client has taken what it was sent, another one joins, or the channel closes. */
  async function waitForOnlyOne(): Promise<void> {
    const [only] = subscribers;
    const drained = subscribers.size === 1 ? only?.drained() : null;
    if (!drained) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    stopWaiting = resolve;
    drained.then(resolve, resolve);
    await promise;
    stopWaiting = null;
  }

  function deliver(frame: Frame): void {
    for (const subscriber of subscribers) subscriber.next(frame);
  }

  function close(): void {
    if (closing.signal.aborted) return;
    closing.abort();
    stopWaiting?.();
    followed?.[Symbol.dispose]();
    source.onClose();
  }

  function end(last: GraphQLResult | null): void {
    if (last) deliver(createFrame(last));
    const leaving = [...subscribers];
    subscribers.clear();
    close();
    for (const subscriber of leaving) subscriber.end();
  }

  async function open(): Promise<GraphQLResult | null> {
    try {
      followed = source.follow(end);
      const upstream = await source.open(closing.signal, followed);
      if (!(Symbol.asyncIterator in upstream)) {
        close();
        return upstream;
      }
      void run(upstream);
      return null;
    } catch (error) {
      close();
      throw error;
    }
  }

  async function run(upstream: AsyncIterable<Event>): Promise<void> {
    const { signal } = closing;
    const complete = (event: Event) => source.complete(event, followed);
    try {
      for await (const { result, cursor } of resolveAhead(upstream, EVENTS_AHEAD, complete)) {
        // What is ready waits until it is known that its readers may still have it.
        await followed?.header();
        if (signal.aborted) return;
        deliver(createFrame(result, cursor));
        await waitForOnlyOne();
        if (signal.aborted) return;
      }
      if (!signal.aborted) end(null);
    } catch (error) {
      if (!signal.aborted) end(source.lost(error));
    }
  }

  return {
    async join(subscriber) {
      subscribers.add(subscriber);
      stopWaiting?.();
      opened ??= open();
      try {
        const refusal = await opened;
        if (refusal) subscribers.delete(subscriber);
        return refusal;
      } catch (error) {
        subscribers.delete(subscriber);
        throw error;
      }
    },
    leave(subscriber) {
      if (subscribers.delete(subscriber) && subscribers.size === 0) close();
    },
    end,
    get size() {
      return subscribers.size;
    },
  };
}
