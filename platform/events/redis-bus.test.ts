import { Redis } from 'ioredis';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UnavailableError } from '#platform/errors/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { redisAbsent, startTestRedis, type TestRedis } from '#platform/testing/redis.ts';
import { busContract } from './bus.contract.ts';
import { createRedisBus, type RedisBusOptions } from './redis-bus.ts';
import { redriveDeadLetters } from './redrive.ts';
import { collector, storedEvent } from './testing.ts';
import type { StoredEvent } from './types.ts';

describe.skipIf(redisAbsent !== null)(
  `Redis Streams${redisAbsent === null ? '' : ` (skipped: ${redisAbsent})`}`,
  () => {
    let redis: TestRedis;
    let inspect: Redis;
    beforeAll(async () => {
      redis = await startTestRedis();
      inspect = new Redis(redis.url);
      inspect.on('error', () => {});
    });
    afterAll(async () => {
      inspect.disconnect();
      await redis[Symbol.asyncDispose]();
    });

    const make = (options: Partial<RedisBusOptions> = {}) =>
      createRedisBus({
        url: redis.url,
        prefix: `test-${uuidv7()}`,
        logger: pino({ level: 'silent' }),
        staleAfterMs: 50,
        ...options,
      });

    // A delivery that counts as stale while its member is only slow would be made twice.
    busContract('the bus on Redis Streams', async () => make({ staleAfterMs: 1_000 }));

    test('a group that comes later gets what was published before', async () => {
      await using bus = make();
      const got = collector<StoredEvent>();
      await bus.publish([storedEvent(1)]);
      await bus.consume({ group: 'late', topics: ['workflow'], handle: async (event) => got.add(event) });
      await got.reached(1);
    });

    test('two processes: what one takes and never confirms, the other gets', async () => {
      const prefix = `test-${uuidv7()}`;
      const dead = make({ prefix });
      const taken = Promise.withResolvers<void>();
      const stuck = Promise.withResolvers<void>();
      await dead.consume({
        group: 'g',
        topics: ['workflow'],
        handle: () => {
          taken.resolve();
          return stuck.promise;
        },
      });
      await dead.publish([storedEvent(1)]);
      await taken.promise;
      await using alive = make({ prefix });
      const got = collector<StoredEvent>();
      await alive.consume({ group: 'g', topics: ['workflow'], handle: async (event) => got.add(event) });
      await got.reached(1);
      expect(got.items[0]?.sequence).toBe(1);
      stuck.resolve();
      await dead[Symbol.asyncDispose]();
    });

    test('an event that is never handled ends in the dead letters: logged as ERROR, counted, kept', async () => {
      const lines = collector<Record<string, unknown>>();
      const logger = pino({ level: 'error' }, { write: (line: string) => lines.add(JSON.parse(line)) });
      const metrics = createMetrics({ processMetrics: false });
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix, logger, metrics, staleAfterMs: 10, maxDeliveries: 3 });
      let deliveries = 0;
      const got = collector<StoredEvent>();
      await bus.consume({
        group: 'g',
        topics: ['workflow'],
        handle: async (event) => {
          if (event.sequence === 2) return got.add(event);
          deliveries += 1;
          throw new Error('poison');
        },
      });
      const poison = storedEvent(1);
      await bus.publish([poison, storedEvent(2)]);
      await Promise.all([lines.reached(1), got.reached(1)]);
      expect(deliveries).toBe(3);
      const letters = await inspect.xrange(`{${prefix}:events}:dead:g`, '-', '+');
      expect(letters).toHaveLength(1);
      expect(letters[0]?.[1].join(' ')).toContain(poison.id);
      expect((await inspect.xpending(`{${prefix}:events}:workflow`, 'g'))[0]).toBe(0);
      expect((await metrics.render()).body).toContain('alims_events_dead_letters_total{where="g"} 1');
    });

    test('of events that are handled together only the one that is never handled ends in the dead letters', async () => {
      const lines = collector<Record<string, unknown>>();
      const logger = pino({ level: 'error' }, { write: (line: string) => lines.add(JSON.parse(line)) });
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix, logger, staleAfterMs: 10, maxDeliveries: 3 });
      const events = Array.from({ length: 40 }, (_, index) => storedEvent(index + 1));
      await bus.publish(events);
      await inspect.xadd(`{${prefix}:events}:workflow`, '*', 'event', 'no event at all');
      const got = collector<number>();
      const handleAll = async (some: readonly StoredEvent[]) => {
        if (some.some(({ sequence }) => sequence === 7)) throw new Error('poison');
        got.add(...some.map(({ sequence }) => sequence));
      };
      await bus.consume({ group: 'g', topics: ['workflow'], handle: (event) => handleAll([event]), handleAll });
      await Promise.all([lines.reached(2), got.reached(39)]);
      expect(got.items).toEqual(events.map(({ sequence }) => sequence).filter((sequence) => sequence !== 7));
      const letters = await inspect.xrange(`{${prefix}:events}:dead:g`, '-', '+');
      expect(letters).toHaveLength(2);
      expect(letters.join(' ')).toContain(events[6]?.id);
      expect((await inspect.xpending(`{${prefix}:events}:workflow`, 'g'))[0]).toBe(0);
    });

    test('an event whose consumer misses a dependency is delivered until it is back, and costs no delivery', async () => {
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix, staleAfterMs: 10, maxDeliveries: 3 });
      let away = 10;
      let poisoned = 0;
      const got = collector<StoredEvent>();
      await bus.consume({
        group: 'g',
        topics: ['workflow'],
        handle: async (event) => {
          if (event.sequence === 1 && away-- > 0) throw new UnavailableError('The database does not answer.');
          if (event.sequence === 1 && poisoned++ < 2) throw new Error('not yet');
          got.add(event);
        },
      });
      await bus.publish([storedEvent(1), storedEvent(2)]);
      await got.reached(2);
      expect(got.items.map((event) => event.sequence)).toEqual([2, 1]);
      expect(await inspect.exists(`{${prefix}:events}:dead:g`)).toBe(0);
    });

    test('an event that has waited for a dependency for ten minutes is told as ERROR, once, and again each hour', async () => {
      const lines = collector<Record<string, unknown>>();
      const logger = pino({ level: 'error' }, { write: (line: string) => lines.add(JSON.parse(line)) });
      let minutes = 0;
      const clock = () => new Date(minutes * 60_000);
      await using bus = make({ logger, clock, staleAfterMs: 10, maxDeliveries: 3 });
      const tries = collector<StoredEvent>();
      const got = collector<StoredEvent>();
      await bus.consume({
        group: 'g',
        topics: ['workflow'],
        handle: async (event) => {
          if (event.sequence === 2) return got.add(event);
          tries.add(event);
          throw new UnavailableError('The index does not answer.');
        },
      });
      await bus.publish([storedEvent(1), storedEvent(2)]);
      const after = async (passed: number) => {
        minutes += passed;
        await tries.reached(tries.items.length + 3);
        return lines.items.map((line) => line.minutes);
      };
      expect(await after(0)).toEqual([]);
      expect(await after(9)).toEqual([]);
      expect(await after(1)).toEqual([10]);
      expect(await after(59)).toEqual([10]);
      expect(await after(1)).toEqual([10, 70]);
      expect(lines.items[0]).toMatchObject({ group: 'g', stream: expect.stringContaining('workflow') });
      expect(got.items).toHaveLength(1);
    });

    test('a redrive gives what a group has given up to that group again, and to nobody else', async () => {
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix, staleAfterMs: 10, maxDeliveries: 2 });
      let broken = true;
      const got = collector<StoredEvent>();
      const others = collector<StoredEvent>();
      const heard = collector<StoredEvent>();
      await bus.consume({
        group: 'g',
        topics: ['workflow'],
        handle: async (event) => {
          if (broken) throw new Error('a fault that a release mends');
          got.add(event);
        },
      });
      await bus.consume({ group: 'others', topics: ['workflow'], handle: async (event) => others.add(event) });
      await bus.listen(['workflow'], (events) => heard.add(...events));
      const event = storedEvent(1);
      await bus.publish([event]);
      const letters = () => inspect.xlen(`{${prefix}:events}:dead:g`);
      await expect.poll(letters, { timeout: 10_000 }).toBe(1);
      broken = false;
      const options = { url: redis.url, prefix, logger: pino({ level: 'silent' }) };
      expect(await redriveDeadLetters(options)).toEqual(new Map([['g', 1]]));
      await got.reached(1);
      expect(got.items).toEqual([event]);
      expect(await letters()).toBe(0);
      await bus.publish([storedEvent(2)]);
      await Promise.all([others.reached(2), heard.reached(2)]);
      expect(others.items.map(({ sequence }) => sequence)).toEqual([1, 2]);
      expect(heard.items.map(({ sequence }) => sequence)).toEqual([1, 2]);
      expect(await redriveDeadLetters(options)).toEqual(new Map());
    });

    test('what is no event is set aside and stops nobody', async () => {
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix, staleAfterMs: 10, maxDeliveries: 2 });
      await inspect.xadd(`{${prefix}:events}:workflow`, '*', 'event', '{"not":"ours"}');
      const got = collector<StoredEvent>();
      await bus.consume({ group: 'g', topics: ['workflow'], handle: async (event) => got.add(event) });
      await bus.publish([storedEvent(1)]);
      await got.reached(1);
      await expect.poll(() => inspect.xlen(`{${prefix}:events}:dead:g`), { timeout: 10_000 }).toBe(1);
    });

    test('a member that leaves is forgotten by its group once it has nothing unconfirmed', async () => {
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix });
      const got = collector<StoredEvent>();
      const consumer = await bus.consume({ group: 'g', topics: ['workflow'], handle: async (event) => got.add(event) });
      await bus.publish([storedEvent(1)]);
      await got.reached(1);
      await consumer[Symbol.asyncDispose]();
      expect(await inspect.xinfo('CONSUMERS', `{${prefix}:events}:workflow`, 'g')).toEqual([]);
    });

    test('a topic keeps about as many events as it is told to', async () => {
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix, keptPerTopic: 100 });
      for (let batch = 0; batch < 5; batch += 1) {
        await bus.publish(Array.from({ length: 200 }, (_, index) => storedEvent(batch * 200 + index + 1)));
      }
      expect(await inspect.xlen(`{${prefix}:events}:workflow`)).toBeLessThan(400);
    });

    test('Redis gone and back: publishing says so, and consumers and listeners go on from where they were', async ({
      skip,
    }) => {
      if (!redis.owned) skip('the Redis of REDIS_URL is not ours to stop');
      const prefix = `test-${uuidv7()}`;
      await using bus = make({ prefix });
      const got = collector<StoredEvent>();
      const heard = collector<StoredEvent>();
      await bus.consume({ group: 'g', topics: ['workflow'], handle: async (event) => got.add(event) });
      await bus.listen(['workflow'], (events) => heard.add(...events));
      await bus.publish([storedEvent(1)]);
      await Promise.all([got.reached(1), heard.reached(1)]);
      await redis.stop();
      await expect(bus.publish([storedEvent(2)])).rejects.toThrow(UnavailableError);
      await redis.start();
      // A fresh process publishes before our connections are back: only the place they remember tells them of it.
      await using other = make({ prefix });
      await other.publish([storedEvent(3)]);
      await Promise.all([got.reached(2), heard.reached(2)]);
      expect(heard.items.map((event) => event.sequence)).toEqual([1, 3]);
      await bus.publish([storedEvent(4)]);
      await heard.reached(3);
    });

    test('a Redis that lost everything gets its groups again', async () => {
      await using bus = make();
      const got = collector<StoredEvent>();
      await bus.consume({ group: 'g', topics: ['workflow'], handle: async (event) => got.add(event) });
      await bus.publish([storedEvent(1)]);
      await got.reached(1);
      await inspect.flushall();
      await expect
        .poll(
          async () => {
            await bus.publish([storedEvent(2)]);
            return got.items.length;
          },
          { timeout: 10_000 },
        )
        .toBeGreaterThan(1);
    });
  },
);
