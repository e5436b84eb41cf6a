import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { UnavailableError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { Metrics } from '#platform/metrics/index.ts';
import { connectRedis } from './redis-connection.ts';
import { replyToStreams, startRedisConsumer } from './redis-consumer.ts';
import { keysOf } from './redis-keys.ts';
import type { EventBus, StoredEvent } from './types.ts';
import { readEvent, writeEvent } from './wire.ts';

export interface RedisBusOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** Starts every key: installations that share a Redis need different ones. */
  readonly prefix: string;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** A delivery that a member has not confirmed for so long goes to another one. Default 30,000 ms. */
  readonly staleAfterMs?: number;
  /** After so many deliveries in vain an event goes to the group's dead letters. Default 10. */
  readonly maxDeliveries?: number;
  /** About so many events stay in each topic's stream, as hot history for consumers that are away. Default 100,000. */
  readonly keptPerTopic?: number;
  /** Tells for how long an event has waited for what its consumer needs. */
  readonly clock?: () => Date;
}

const LISTEN_BLOCK_MS = 5_000;

/**
 * The bus between processes, on Redis Streams: one stream per topic, one consumer group per consumer.
 * `publish` resolves when Redis has stored the events and rejects with UnavailableError while Redis is away.
 * A group sees every event at least once; with several members, or after a failure, not always in order.
 */
export function createRedisBus(options: RedisBusOptions): EventBus {
  const { logger } = options;
  const resources = new Set<AsyncDisposable>();
  const commands = connectRedis({ url: options.url, logger, purpose: 'events' });
  const { streamOf, deadLettersOf } = keysOf(options.prefix);
  const given = options.metrics?.counter({
    name: 'alims_events_dead_letters_total',
    help: 'Events given up after too many deliveries in vain.',
    labels: ['where'],
  });

  function owned(resource: AsyncDisposable): AsyncDisposable {
    const disposable = {
      async [Symbol.asyncDispose]() {
        resources.delete(disposable);
        await resource[Symbol.asyncDispose]();
      },
    };
    resources.add(disposable);
    return disposable;
  }

  return {
    async publish(events) {
      if (events.length === 0) return;
      const pipeline = commands.pipeline();
      for (const event of events) {
        const limit = options.keptPerTopic ?? 100_000;
        pipeline.xadd(streamOf(event.topic), 'MAXLEN', '~', limit, '*', 'event', writeEvent(event));
      }
      const results = await pipeline.exec().catch((error: unknown) => [[error, null]]);
      const failed = results?.find(([error]) => error !== null);
      if (failed !== undefined) throw new UnavailableError('Redis did not take the events.', failed[0]);
    },
    async consume(consumer) {
      const reader = connectRedis({ url: options.url, logger, purpose: `consumer ${consumer.group}`, blocking: true });
      return owned(
        await startRedisConsumer({
          consumer,
          reader,
          commands,
          streamOf,
          deadLetters: deadLettersOf(consumer.group),
          logger,
          onDeadLetter: () => given?.inc({ where: consumer.group }),
          staleAfterMs: options.staleAfterMs ?? 30_000,
          maxDeliveries: options.maxDeliveries ?? 10,
          clock: options.clock,
        }).catch((error: unknown) => {
          reader.disconnect();
          throw new UnavailableError(`Redis did not accept the consumer ${consumer.group}.`, error);
        }),
      );
    },
    async listen(topics, onEvents) {
      const reader = connectRedis({ url: options.url, logger, purpose: 'listener', blocking: true });
      try {
        const positions = await newestEntries(commands, topics.map(streamOf));
        return owned(startListener({ reader, positions, onEvents, logger }));
      } catch (error) {
        reader.disconnect();
        throw new UnavailableError('Redis did not accept the listener.', error);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...resources].map((resource) => resource[Symbol.asyncDispose]()));
      commands.disconnect();
    },
  };
}

interface ListenerOptions {
  readonly reader: Redis;
  /** By stream, the last entry that needs no telling. */
  readonly positions: Map<string, string>;
  readonly onEvents: (events: readonly StoredEvent[]) => void;
  readonly logger: Logger;
}

function startListener({ reader, positions, onEvents, logger }: ListenerOptions): AsyncDisposable {
  const stop = new AbortController();

  async function readOnce(): Promise<void> {
    const answer = await reader.xread(
      'COUNT',
      1_000,
      'BLOCK',
      LISTEN_BLOCK_MS,
      'STREAMS',
      ...positions.keys(),
      ...positions.values(),
    );
    for (const [stream, entries] of replyToStreams(answer)) {
      const events: StoredEvent[] = [];
      for (const [id, fields] of entries) {
        positions.set(stream, id);
        // Put back for one group that had given it up: listeners had it in its time.
        if (fields[2] === 'for') continue;
        try {
          events.push(readEvent(fields[1]));
        } catch (error) {
          logger.warn({ stream, entry: id, err: error }, 'an entry of the event stream cannot be read');
        }
      }
      if (events.length > 0) tell(events);
    }
  }

  function tell(events: readonly StoredEvent[]): void {
    try {
      onEvents(events);
    } catch (error) {
      logger.error({ err: error }, 'a listener of the event bus threw');
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        await readOnce();
        failures = 0;
      } catch (error) {
        if (stop.signal.aborted) return;
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, 'listening for events failed; going on from the last one seen');
        await delay(Math.min(50 * 2 ** failures, 2_000), undefined, { signal: stop.signal }).catch(() => {});
      }
    }
  }

  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      reader.disconnect();
      await running;
    },
  };
}

/** `$` would mean another place at every read, so its place is looked up once. */
async function newestEntries(commands: Redis, streams: readonly string[]): Promise<Map<string, string>> {
  const newest = await Promise.all(streams.map((stream) => commands.xrevrange(stream, '+', '-', 'COUNT', 1)));
  return new Map(streams.map((stream, index) => [stream, newest[index]?.[0]?.[0] ?? '0-0']));
}
