import { expect, test } from 'vitest';
import { createInterrupt } from './interrupt.ts';

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
