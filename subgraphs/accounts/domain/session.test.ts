import { expect, test } from 'vitest';
import { afterFailure, decideRefresh, type Session, secondsLocked, type Throttle } from './session.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const SESSION: Session = {
  id: 's1',
  organizationId: 'o1',
  userId: 'u1',
  refreshHash: 'current',
  previousRefreshHash: 'previous',
  rotatedAt: NOW,
  createdAt: NOW,
  expiresAt: new Date('2026-01-02T12:00:00Z'),
  endedAt: null,
};

const later = (ms: number) => new Date(NOW.getTime() + ms);

test('the present refresh token rotates', () => {
  expect(decideRefresh(SESSION, 'current', later(60_000))).toBe('rotate');
});

test('the one before it is a repetition for ten seconds, then a copy', () => {
  expect(decideRefresh(SESSION, 'previous', later(10_000))).toBe('repeat');
  expect(decideRefresh(SESSION, 'previous', later(10_001))).toBe('reused');
});

test('any other text proves nothing, so it ends nothing', () => {
  expect(decideRefresh(SESSION, 'guessed', later(60_000))).toBe('unknown');
  expect(decideRefresh({ ...SESSION, previousRefreshHash: null, rotatedAt: null }, 'guessed', NOW)).toBe('unknown');
});

test('an ended or expired session cannot be refreshed', () => {
  expect(decideRefresh({ ...SESSION, endedAt: NOW }, 'current', NOW)).toBe('ended');
  expect(decideRefresh(SESSION, 'current', SESSION.expiresAt)).toBe('ended');
});

test('the tenth wrong password locks for 30 s, each further one doubles that up to an hour', () => {
  let throttle: Throttle | null = null;
  for (let i = 0; i < 9; i++) throttle = afterFailure(throttle, NOW);
  expect(secondsLocked(throttle, NOW)).toBe(0);
  const waits = Array.from({ length: 9 }, () => {
    throttle = afterFailure(throttle, NOW);
    return secondsLocked(throttle, NOW);
  });
  expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
});

test('wrong passwords of yesterday do not count towards the lock', () => {
  const old: Throttle = { failures: 15, lockedUntil: null, failedAt: later(-86_400_001) };
  expect(afterFailure(old, NOW)).toMatchObject({ failures: 1, lockedUntil: null });
  expect(afterFailure({ ...old, failedAt: later(-86_399_000) }, NOW).failures).toBe(16);
});
