import { describe, expect, test } from 'vitest';
import { type ChannelSource, createChannel, type Subscriber } from './channel.ts';

/** An upstream of numbers that says how many were taken from it. */
function start(count: number) {
  const taken = { count: 0 };
  const closed = Promise.withResolvers<void>();
  async function* numbers(): AsyncGenerator<number> {
    for (let number = 1; number <= count; number++) {
      taken.count = number;
      yield number;
    }
  }
  const source: ChannelSource<number> = {
    open: async () => numbers(),
    complete: async (number) => ({ result: { data: String(number) }, cursor: null }),
    lost: () => ({ data: 'null' }),
    follow: () => null,
    onClose: closed.resolve,
  };
  return { channel: createChannel(source), taken, closed: closed.promise };
}

function createReader() {
  let gate: PromiseWithResolvers<void> | null = null;
  const texts: string[] = [];
  const ended = Promise.withResolvers<void>();
  const subscriber: Subscriber = {
    next: (frame) => void texts.push(frame.text('r')),
    drained: () => gate?.promise ?? null,
    end: ended.resolve,
  };
  return {
    subscriber,
    texts,
    ended: ended.promise,
    stick() {
      gate = Promise.withResolvers();
    },
    goOn() {
      gate?.resolve();
      gate = null;
    },
  };
}

describe('a channel', () => {
  test('of one client that reads slowly holds back the upstream until it has read', async () => {
    const { channel, taken } = start(100);
    const reader = createReader();
    reader.stick();
    await channel.join(reader.subscriber);
    await expect.poll(() => reader.texts.length).toBe(1);
    expect(taken.count).toBeLessThan(20);
    reader.goOn();
    await reader.ended;
    expect(reader.texts).toHaveLength(100);
    expect(reader.texts[99]).toBe('{"data":100}');
  });

  test('does not make a second client wait for a slow first one', async () => {
    const { channel } = start(100);
    const [slow, fast] = [createReader(), createReader()];
    slow.stick();
    await channel.join(slow.subscriber);
    await expect.poll(() => slow.texts.length).toBe(1);
    await channel.join(fast.subscriber);
    await fast.ended;
    expect(fast.texts).toHaveLength(99);
  });

  test('closes its upstream when the last client leaves, also while it waits for it', async () => {
    const { channel, closed } = start(100);
    const reader = createReader();
    reader.stick();
    await channel.join(reader.subscriber);
    await expect.poll(() => reader.texts.length).toBe(1);
    channel.leave(reader.subscriber);
    await closed;
    expect(reader.texts).toHaveLength(1);
  });

  test('gives every client the same last result when it is ended from outside', async () => {
    const { channel } = start(0);
    const readers = [createReader(), createReader()];
    const joined = readers.map(({ subscriber }) => channel.join(subscriber));
    channel.end({ data: 'null' });
    await Promise.all([...joined, ...readers.map(({ ended }) => ended)]);
    expect(readers.map(({ texts }) => texts)).toEqual([['{"data":null}'], ['{"data":null}']]);
  });
});
