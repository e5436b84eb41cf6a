import { expect, test } from 'vitest';
import { busContract } from './bus.contract.ts';
import { createMemoryBus } from './memory-bus.ts';
import { UnhandledEventsError } from './publish-error.ts';
import { OTHER_ORGANIZATION, storedEvent } from './testing.ts';

busContract('the bus of one process', async () => createMemoryBus());

test('publishing resolves only when the consumers have handled the events', async () => {
  await using bus = createMemoryBus();
  const handled: number[] = [];
  const consume = async (sequence: number) => {
    await Promise.resolve();
    handled.push(sequence);
  };
  await bus.consume({ group: 'g', topics: ['workflow'], handle: (event) => consume(event.sequence) });
  await bus.publish([storedEvent(1), storedEvent(2)]);
  expect(handled).toEqual([1, 2]);
});

test('events that are handled together stop at the one that is refused, and those before it are not handled again', async () => {
  await using bus = createMemoryBus();
  const handled: number[] = [];
  const tried: number[][] = [];
  let broken = true;
  await bus.consume({
    group: 'g',
    topics: ['workflow'],
    async handle({ sequence }) {
      if (broken && sequence === 2) throw new Error('poison');
      handled.push(sequence);
    },
    async handleAll(events) {
      tried.push(events.map(({ sequence }) => sequence));
      if (broken) throw new Error('poison');
      handled.push(...events.map(({ sequence }) => sequence));
    },
  });
  const events = [storedEvent(1), storedEvent(2), storedEvent(3)];
  const error = await bus.publish(events).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: 'poison', eventIds: [events[1]?.id, events[2]?.id] });
  expect(handled).toEqual([1]);
  broken = false;
  await bus.publish(events.slice(1));
  expect(handled).toEqual([1, 2, 3]);
  expect(tried).toEqual([
    [1, 2, 3],
    [2, 3],
  ]);
});

test('listeners hear of events before any consumer and before publish() gives way', async () => {
  await using bus = createMemoryBus();
  const order: string[] = [];
  await bus.consume({ group: 'g', topics: ['workflow'], handle: async () => void order.push('consumer') });
  await bus.listen(['workflow'], () => order.push('listener'));
  const published = bus.publish([storedEvent(1)]);
  expect(order).toEqual(['listener']);
  await published;
  expect(order).toEqual(['listener', 'consumer']);
});

test('a failure stops its group within one organization and topic, names the unhandled events, and is not repeated to others', async () => {
  await using bus = createMemoryBus();
  const calls: string[] = [];
  let broken = true;
  await bus.consume({ group: 'ok', topics: ['workflow'], handle: async (e) => void calls.push(`ok ${e.sequence}`) });
  await bus.consume({
    group: 'bad',
    topics: ['workflow'],
    handle: async (e) => {
      calls.push(`bad ${e.sequence}`);
      if (broken && e.sequence === 2) throw new Error('poison');
    },
  });
  const events = [
    storedEvent(1),
    storedEvent(2),
    storedEvent(3),
    storedEvent(7, { organizationId: OTHER_ORGANIZATION }),
  ];
  const error = await bus.publish(events).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UnhandledEventsError);
  expect(error).toMatchObject({ message: 'poison', eventIds: [events[1]?.id, events[2]?.id] });
  expect(calls.filter((call) => call.startsWith('bad'))).toEqual(['bad 1', 'bad 2', 'bad 7']);
  calls.length = 0;
  broken = false;
  await bus.publish(events.slice(1, 3));
  expect(calls).toEqual(['bad 2', 'bad 3']);
});
