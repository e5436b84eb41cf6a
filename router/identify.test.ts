import { expect, test, vi } from 'vitest';
import { UnauthenticatedError } from '#platform/errors/index.ts';
import { createRenew, tokenOf } from './identify.ts';

const ORIGIN = { token: 't', requestId: 'request-1', traceparent: null };

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  ['abc', 'abc'],
  ['Bearer', null],
  ['  ', null],
  [undefined, null],
])('the token of %s is %s', (authorization, token) => {
  expect(tokenOf(authorization)).toBe(token);
});

test('a stream asks again who its caller is within a second, and a revoked session ends it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let revoked = false;
  const first = { viewer: null, identityHeader: 'first', expiresAt: null };
  const renew = createRenew(
    async () => {
      if (revoked) throw new UnauthenticatedError();
      return { ...first, identityHeader: 'second' };
    },
    ORIGIN,
    first,
  );
  expect((await renew()).identityHeader).toBe('first');
  vi.advanceTimersByTime(1_000);
  expect((await renew()).identityHeader).toBe('second');
  revoked = true;
  vi.advanceTimersByTime(1_000);
  await expect(renew()).rejects.toThrow(UnauthenticatedError);
  vi.useRealTimers();
});
