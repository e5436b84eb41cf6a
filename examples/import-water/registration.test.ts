import { expect, test } from 'vitest';
import { AlimsRefusal } from '../alims-client.ts';
import { idempotencyKey, inHalves } from './registration.ts';

test('one input that spoils a request is found, and the others get their answers', async () => {
  const asked: number[] = [];
  const answers = await inHalves([1, 2, 3, 13, 5], async (some) => {
    asked.push(some.length);
    if (some.includes(13)) throw new AlimsRefusal([{ message: 'No 13.', extensions: { code: 'BAD_INPUT' } }]);
    return some.map((number) => number * 10);
  });
  expect(answers).toEqual([10, 20, 30, { code: 'BAD_INPUT', message: 'No 13.' }, 50]);
  expect(asked[0]).toBe(5);
});

test('a refusal that is not about the inputs goes on to the caller', async () => {
  const forbidden = new AlimsRefusal([{ message: 'No.', extensions: { code: 'FORBIDDEN' } }]);
  await expect(inHalves([1, 2], () => Promise.reject(forbidden))).rejects.toBe(forbidden);
});

test('the key of a request depends on its content alone', () => {
  expect(idempotencyKey([{ a: 1 }])).toBe(idempotencyKey([{ a: 1 }]));
  expect(idempotencyKey([{ a: 1 }])).not.toBe(idempotencyKey([{ a: 2 }]));
});
