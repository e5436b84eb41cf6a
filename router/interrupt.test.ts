import { expect, test } from 'vitest';
import { createInterrupt } from './interrupt.ts';
import { createStream } from './stream.ts';

test('an interruption answers the read that waits and all later ones', async () => {
  const interrupt = createInterrupt<string>();
  const waiting = interrupt.race(new Promise<string>(() => {}));
  interrupt.fire('stop');
  interrupt.fire('again');
  expect(await waiting).toBe('stop');
  expect(await interrupt.race(Promise.resolve('late'))).toBe('stop');
});

test('without an interruption the work answers, failures included', async () => {
  const interrupt = createInterrupt<string>();
  expect(await interrupt.race(Promise.resolve('value'))).toBe('value');
  await expect(interrupt.race(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('return() closes a stream at once, also while a next() waits', async () => {
  const silent = Promise.withResolvers<void>();
  let closed = 0;
  async function* source() {
    await silent.promise;
    yield 1;
  }
  const stream = createStream(source(), () => {
    closed += 1;
    silent.resolve();
  });
  const waiting = stream.next();
  await stream.return?.();
  expect(closed).toBe(1);
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});
