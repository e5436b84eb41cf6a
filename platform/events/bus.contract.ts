import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UnhandledEventsError } from './publish-error.ts';
import { collector, OTHER_ORGANIZATION, storedEvent } from './testing.ts';
import type { EventBus, StoredEvent } from './types.ts';

/** What every EventBus keeps, whatever carries it. `create` gives a bus over an empty store. */
export function busContract(name: string, create: () => Promise<EventBus>): void {
  describe(`${name} keeps the contract of EventBus`, () => {
    let bus: EventBus;
    let topic: string;
    beforeEach(async () => {
      bus = await create();
      topic = `t-${uuidv7()}`;
    });
    afterEach(() => bus[Symbol.asyncDispose]());

    const event = (sequence: number, fields: Partial<StoredEvent> = {}) => storedEvent(sequence, { topic, ...fields });
    const sequences = (events: readonly StoredEvent[]) => events.map((each) => each.sequence);

    async function consumeInto(group: string, got: ReturnType<typeof collector<StoredEvent>>, topics = [topic]) {
      return bus.consume({ group, topics, handle: async (each) => got.add(each) });
    }

    test('a group gets every event whole and in order', async () => {
      const got = collector<StoredEvent>();
      await consumeInto('audit', got);
      const sent = [
        event(1, { reason: 'Ünïcode "quoted"', payload: { deep: [1, { a: null }] }, requestId: 'r' }),
        event(2),
      ];
      await bus.publish(sent);
      await bus.publish([event(3)]);
      await got.reached(3);
      expect(got.items.slice(0, 2)).toEqual(sent);
      expect(sequences(got.items)).toEqual([1, 2, 3]);
    });

    test('an event without a reason stays without one', async () => {
      const got = collector<StoredEvent>();
      await consumeInto('audit', got);
      const { reason: _, ...bare } = event(1);
      await bus.publish([bare]);
      await got.reached(1);
      expect(got.items).toEqual([bare]);
    });

    test('every group gets the event, one member of each', async () => {
      const audit = collector<StoredEvent>();
      const mail = collector<StoredEvent>();
      await consumeInto('audit', audit);
      await consumeInto('mail', mail);
      await consumeInto('mail', mail);
      await bus.publish([event(1), event(2), event(3), event(4)]);
      await Promise.all([audit.reached(4), mail.reached(4)]);
      expect(sequences(mail.items).toSorted()).toEqual([1, 2, 3, 4]);
    });

    test('a consumer gets its own topics only', async () => {
      const got = collector<StoredEvent>();
      const other = `${topic}-other`;
      await consumeInto('audit', got, [topic, other]);
      await bus.publish([event(1), event(9, { topic: `${topic}-foreign` }), event(2, { topic: other })]);
      await got.reached(2);
      expect(got.items.map((each) => each.topic).toSorted()).toEqual([topic, other]);
    });

    test('what a consumer fails to handle comes again until it is handled', async () => {
      const got = collector<StoredEvent>();
      let refusals = 2;
      await bus.consume({
        group: 'flaky',
        topics: [topic],
        handle: async (each) => {
          if (each.sequence === 1 && refusals-- > 0) throw new Error('not now');
          got.add(each);
        },
      });
      await publishUntilSafe(bus, [event(1)]);
      await got.reached(1);
      expect(sequences(got.items)).toEqual([1]);
    });

    test('a failing group keeps nothing from the others', async () => {
      const got = collector<StoredEvent>();
      const failing = collector<StoredEvent>();
      await consumeInto('healthy', got);
      await bus.consume({
        group: 'broken',
        topics: [topic],
        handle: async (each) => {
          failing.add(each);
          throw new Error('broken');
        },
      });
      await bus.publish([event(1), event(2), event(1, { organizationId: OTHER_ORGANIZATION })]).catch(() => {});
      await Promise.all([got.reached(3), failing.reached(2)]);
      expect(got.items).toHaveLength(3);
    });

    test('a consumer that handles several events at once gets those of one organization and topic, in order, 100 at most', async () => {
      const got = collector<StoredEvent>();
      const batches: (readonly StoredEvent[])[] = [];
      await bus.consume({
        group: 'together',
        topics: [topic],
        handle: async (each) => got.add(each),
        async handleAll(events) {
          batches.push(events);
          got.add(...events);
        },
      });
      const own = Array.from({ length: 230 }, (_, index) => event(index + 1));
      const others = Array.from({ length: 20 }, (_, index) => event(index + 1, { organizationId: OTHER_ORGANIZATION }));
      await bus.publish([...own.slice(0, 50), ...others, ...own.slice(50)]);
      await got.reached(250);
      expect(sequences(got.items.filter((each) => each.organizationId === OTHER_ORGANIZATION))).toEqual(
        sequences(others),
      );
      expect(sequences(got.items.filter((each) => each.organizationId !== OTHER_ORGANIZATION))).toEqual(sequences(own));
      expect(batches.length).toBeGreaterThan(0);
      for (const batch of batches) {
        expect(new Set(batch.map((each) => each.organizationId)).size).toBe(1);
        expect(batch.length).toBeGreaterThan(1);
        expect(batch.length).toBeLessThanOrEqual(100);
      }
    });

    test('an event that cannot be handled takes none of its neighbours down: each is handled alone, and once', async () => {
      const got = collector<number>();
      let refusals = 3;
      const refuse = (events: readonly StoredEvent[]) => {
        if (events.some((each) => each.sequence === 3) && refusals-- > 0) throw new Error('poison');
      };
      await bus.consume({
        group: 'together',
        topics: [topic],
        async handle(each) {
          refuse([each]);
          got.add(each.sequence);
        },
        async handleAll(events) {
          refuse(events);
          got.add(...sequences(events));
        },
      });
      await publishUntilSafe(bus, [event(1), event(2), event(3), event(4), event(5)]);
      await got.reached(5);
      expect(got.items.toSorted()).toEqual([1, 2, 3, 4, 5]);
      expect(refusals).toBeLessThan(1);
    });

    test('every listener hears every event that follows, of its topics', async () => {
      const one = collector<StoredEvent>();
      const two = collector<StoredEvent>();
      await bus.publish([event(1)]);
      await bus.listen([topic], (events) => one.add(...events));
      await bus.listen([topic, 'another'], (events) => two.add(...events));
      await bus.publish([event(2), event(8, { topic: `${topic}-foreign` })]);
      await bus.publish([event(3), event(4)]);
      await Promise.all([one.reached(3), two.reached(3)]);
      expect(sequences(one.items)).toEqual([2, 3, 4]);
      expect(sequences(two.items)).toEqual([2, 3, 4]);
      expect(one.items[0]?.at).toBeInstanceOf(Date);
    });

    test('a listener that throws harms nobody', async () => {
      const got = collector<StoredEvent>();
      await bus.listen([topic], () => {
        throw new Error('bad listener');
      });
      await bus.listen([topic], (events) => got.add(...events));
      await bus.publish([event(1)]);
      await bus.publish([event(2)]);
      await got.reached(2);
      expect(sequences(got.items)).toEqual([1, 2]);
    });

    test('who has left gets nothing more', async () => {
      const left = collector<StoredEvent>();
      const stays = collector<StoredEvent>();
      const heard = collector<StoredEvent>();
      const consumer = await consumeInto('leaving', left);
      const listener = await bus.listen([topic], (events) => heard.add(...events));
      await consumeInto('staying', stays);
      await consumer[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
      await bus.publish([event(1)]);
      await stays.reached(1);
      expect([left.items, heard.items]).toEqual([[], []]);
    });

    test('leaving waits for the handler that is at work', async () => {
      const entered = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      const log: string[] = [];
      const consumer = await bus.consume({
        group: 'slow',
        topics: [topic],
        handle: async () => {
          entered.resolve();
          await release.promise;
          log.push('handled');
        },
      });
      const published = bus.publish([event(1)]);
      await entered.promise;
      const leaving = consumer[Symbol.asyncDispose]().then(() => log.push('left'));
      release.resolve();
      await Promise.all([published, leaving]);
      expect(log).toEqual(['handled', 'left']);
    });

    test('publishing nothing is fine', async () => {
      await bus.publish([]);
    });
  });
}

/** What the relay does: publishes again what no consumer has confirmed. */
export async function publishUntilSafe(bus: EventBus, events: readonly StoredEvent[]): Promise<void> {
  let left = events;
  while (left.length > 0) {
    try {
      await bus.publish(left);
      return;
    } catch (error) {
      if (!(error instanceof UnhandledEventsError)) throw error;
      left = left.filter((event) => error.eventIds.includes(event.id));
    }
  }
}
