import { expect, test } from 'vitest';
import { afterFailure, decideRefresh, type Session, secondsLocked, type Throttle } from './session.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const SESSION: Session = {
  id: 's1',
  organizationId: 'o1',
  userId: 'u1',
  refreshHash: 'current',
  createdAt: NOW,
  expiresAt: new Date('2026-01-02T12:00:00Z'),
  endedAt: null,
};

test('the present refresh token rotates, an earlier one ends the session', () => {
  expect(decideRefresh(SESSION, 'current', NOW)).toBe('rotate');
  expect(decideRefresh(SESSION, 'earlier', NOW)).toBe('reused');
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
