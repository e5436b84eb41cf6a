import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { UnavailableError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { handleTogether, MOST_TOGETHER } from './handle-together.ts';
import { createPatience } from './patience.ts';
import type { ConsumerDefinition, StoredEvent } from './types.ts';
import { readEvent } from './wire.ts';

export interface RedisConsumerOptions {
  readonly consumer: ConsumerDefinition;
  /** Blocks in XREADGROUP: used by nothing else. */
  readonly reader: Redis;
  readonly commands: Redis;
  readonly streamOf: (topic: string) => string;
  readonly deadLetters: string;
  readonly logger: Logger;
  readonly onDeadLetter: () => void;
  /** A delivery that nobody confirmed for so long goes to whoever asks next: longer than any handler takes. */
  readonly staleAfterMs: number;
  readonly maxDeliveries: number;
  /** Tells for how long an event has waited. */
  readonly clock?: (() => Date) | undefined;
}

interface Delivery {
  readonly stream: string;
  readonly id: string;
  readonly text: string | undefined;
  /** It had been given up by another group, and was put back for that one alone. */
  readonly others: boolean;
  /** Null when it cannot be read, or is another group's. */
  readonly event: StoredEvent | null;
}

const waitKey = ({ stream, id }: Delivery) => `${stream} ${id}`;

const LONG_WAIT = 'an event has waited long for what is away: bring it back, or mend what calls itself away';
/** Of events that are handled one by one: the last of them must not wait until it counts as stale. */
const BATCH = 16;
const DEAD_LETTERS_KEPT = 10_000;
const CONSUMER_FORGOTTEN_AFTER_MS = 86_400_000;

// Deleting a consumer deletes its unconfirmed deliveries too, so only one that has none may go.
const FORGET_CONSUMER = `
for _, c in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local info = {}
  for i = 1, #c, 2 do info[c[i]] = c[i + 1] end
  if info.pending == 0 and (info.name == ARGV[2] or info.idle > tonumber(ARGV[3])) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], info.name)
  end
end
return 1`;

/** Reads as one member of the group until it is disposed of; resolves once the group exists. */
export async function startRedisConsumer(options: RedisConsumerOptions): Promise<AsyncDisposable> {
  const { consumer, reader, commands, logger } = options;
  const streams = consumer.topics.map(options.streamOf);
  const batch = consumer.handleAll ? MOST_TOGETHER : BATCH;
  const name = `${hostname()}:${process.pid}:${randomUUID()}`;
  const patience = createPatience(options.clock);
  const stop = new AbortController();
  await Promise.all(streams.map((stream) => createGroup(commands, stream, consumer.group)));
  await forgetConsumers();

  async function forgetConsumers(): Promise<void> {
    const forget = (stream: string) =>
      commands.eval(FORGET_CONSUMER, 1, stream, consumer.group, name, CONSUMER_FORGOTTEN_AFTER_MS);
    await Promise.allSettled(streams.map(forget));
  }

  async function readNew(): Promise<void> {
    const blockMs = Math.max(10, Math.min(5_000, Math.floor(options.staleAfterMs / 2)));
    const answer = await reader.xreadgroup(
      'GROUP',
      consumer.group,
      name,
      'COUNT',
      batch,
      'BLOCK',
      blockMs,
      'STREAMS',
      ...streams,
      ...streams.map(() => '>'),
    );
    for (const [stream, entries] of replyToStreams(answer)) await deliverAll(stream, entries);
  }

  async function readStale(stream: string): Promise<void> {
    let from = '0-0';
    do {
      const answer = await commands.xautoclaim(
        stream,
        consumer.group,
        name,
        options.staleAfterMs,
        from,
        'COUNT',
        batch,
      );
      const [next, entries] = replyToClaim(answer);
      await deliverAll(stream, entries);
      from = next;
    } while (from !== '0-0' && !stop.signal.aborted);
  }

  async function deliverAll(stream: string, entries: readonly Entry[]): Promise<void> {
    const deliveries = entries.map(([id, fields]) => deliveryOf(stream, id, fields));
    for (const lane of Map.groupBy(deliveries, organizationOf).values()) {
      if (await deliverTogether(stream, lane)) continue;
      for (const delivery of lane) await deliver(delivery);
    }
  }

  /** What cannot be read, and what is for another group, is not among them. */
  async function deliverTogether(stream: string, lane: readonly Delivery[]): Promise<boolean> {
    const events = lane.flatMap(({ event }) => event ?? []);
    if (stop.signal.aborted || events.length < lane.length) return false;
    if (!(await handleTogether(consumer, events, logger))) return false;
    await commands.xack(stream, consumer.group, ...lane.map(({ id }) => id));
    for (const delivery of lane) patience.over(waitKey(delivery));
    return true;
  }

  function deliveryOf(stream: string, id: string, [, text, tag, group]: readonly string[]): Delivery {
    const others = tag === 'for' && group !== consumer.group;
    return { stream, id, text, others, event: others ? null : readable(text) };
  }

  async function deliver(delivery: Delivery): Promise<void> {
    // What is left of a batch when the process stops stays unconfirmed and goes to another member.
    if (stop.signal.aborted) return;
    try {
      if (!delivery.others) await consumer.handle(delivery.event ?? readEvent(delivery.text));
      await commands.xack(delivery.stream, consumer.group, delivery.id);
      patience.over(waitKey(delivery));
    } catch (error) {
      await keepOrBury(delivery, error);
    }
  }

  async function keepOrBury(delivery: Delivery, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const pending = await commands.xpending(delivery.stream, consumer.group, delivery.id, delivery.id, 1);
    const deliveries = deliveryCount(pending);
    const about = { group: consumer.group, stream: delivery.stream, entry: delivery.id, deliveries, err: error };
    if (error instanceof UnavailableError) {
      // Nobody refused it: the delivery is taken back from the count, and made again as long as what is needed is away.
      const count = Math.max(0, deliveries - 1);
      const { stream, id } = delivery;
      await commands.call('XCLAIM', stream, consumer.group, name, 0, id, 'RETRYCOUNT', count, 'JUSTID');
      logger.warn(about, 'what a consumer needs is away; the event will be delivered again');
      const minutes = patience.wait(waitKey(delivery));
      if (minutes !== null) logger.error({ ...about, minutes }, LONG_WAIT);
      return;
    }
    patience.over(waitKey(delivery));
    if (deliveries < options.maxDeliveries) {
      logger.warn(about, 'an event was not handled and will be delivered again');
      return;
    }
    const letter = ['event', delivery.text ?? '', 'stream', delivery.stream, 'entry', delivery.id, 'reason', reason];
    await commands
      .multi()
      .xadd(options.deadLetters, 'MAXLEN', '~', DEAD_LETTERS_KEPT, '*', ...letter)
      .xack(delivery.stream, consumer.group, delivery.id)
      .exec();
    options.onDeadLetter();
    logger.error({ ...about, deadLetters: options.deadLetters }, 'an event was given up: read it in the dead letters');
  }

  async function run(): Promise<void> {
    let claimedAt = 0;
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        if (Date.now() - claimedAt >= options.staleAfterMs / 2) {
          claimedAt = Date.now();
          for (const stream of streams) await readStale(stream);
        }
        await readNew();
        failures = 0;
      } catch (error) {
        if (stop.signal.aborted) return;
        failures += 1;
        logger.warn({ group: consumer.group, err: error }, 'reading events failed; trying again');
        await delay(Math.min(50 * 2 ** failures, 2_000), undefined, { signal: stop.signal }).catch(() => {});
        // A Redis that was emptied has lost the group with its streams.
        await Promise.allSettled(streams.map((stream) => createGroup(commands, stream, consumer.group)));
      }
    }
  }

  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      reader.disconnect();
      await running;
      await forgetConsumers();
    },
  };
}

/** From the oldest entry that the stream still has: what was published before the first member came is delivered too. */
async function createGroup(commands: Redis, stream: string, group: string): Promise<void> {
  try {
    await commands.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  }
}

function readable(text: string | undefined): StoredEvent | null {
  try {
    return readEvent(text);
  } catch {
    return null;
  }
}

function organizationOf({ event }: Delivery): string {
  return event?.organizationId ?? '';
}

type Entry = readonly [id: string, fields: readonly string[]];

// The three casts below are the boundary to Redis: ioredis types these replies as unknown.
export function replyToStreams(reply: unknown): readonly (readonly [stream: string, entries: readonly Entry[]])[] {
  return (reply ?? []) as readonly (readonly [string, readonly Entry[]])[];
}

function replyToClaim(reply: unknown): readonly [next: string, entries: readonly Entry[]] {
  return reply as readonly [string, readonly Entry[]];
}

function deliveryCount(reply: unknown): number {
  return (reply as readonly (readonly [string, string, number, number])[])[0]?.[3] ?? 0;
}
