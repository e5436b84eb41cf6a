import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AppError } from '../errors/index.ts';
import { UnavailableError } from '../errors/index.ts';
import { createSessions, type SessionState } from './sessions.ts';

const KEY = { organizationId: 'o', sessionId: 's' };
const ACTIVE: SessionState = { active: true, roles: ['analyst'], clientId: null };
const ENDED: SessionState = { active: false, roles: [], clientId: null };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Accounts as the test wants it to be. */
function open() {
  const asked: number[] = [];
  const accounts = { answer: (): Promise<SessionState> => Promise.resolve({ ...ACTIVE }) };
  const sessions = createSessions(() => {
    asked.push(performance.now());
    return accounts.answer();
  });
  const follow = () => {
    const ends: AppError[] = [];
    const followed = sessions.follow(KEY, 'r', (why) => ends.push(why));
    return { followed, ends };
  };
  return { asked, accounts, sessions, follow };
}

const silent = () => Promise.withResolvers<SessionState>().promise;
const failing = () => Promise.reject(new UnavailableError('accounts is away'));

/** What a promise has come to by now, if anything. */
async function soFar<T>(promise: Promise<T>): Promise<T | 'waits'> {
  return Promise.race([promise, vi.advanceTimersByTimeAsync(0).then(() => 'waits' as const)]);
}

test('a session that nobody follows is asked for only when somebody wants to know', async () => {
  const { sessions, asked } = open();
  await sessions.state(KEY, 'r');
  await sessions.state(KEY, 'r');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
  await sessions.state(KEY, 'r');
  expect(asked).toHaveLength(2);
});

test('a hundred streams of one session cost one question in 0.8 s, and requests beside them none', async () => {
  const { sessions, asked, follow } = open();
  const streams = Array.from({ length: 100 }, follow);
  for (let ms = 0; ms < 8_000; ms += 100) {
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all([sessions.state(KEY, 'r'), ...streams.map(({ followed }) => followed.state())]);
  }
  expect(asked.length).toBe(11);
  for (const { followed } of streams) followed[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBe(11);
});

test('every stream of an ended session is told within 0.8 s and the time of the answer, once', async () => {
  const { accounts, follow } = open();
  const streams = [follow(), follow()];
  await vi.advanceTimersByTimeAsync(5_000);
  accounts.answer = () => Promise.resolve(ENDED);
  await vi.advanceTimersByTimeAsync(801);
  for (const { followed, ends } of streams) {
    expect(ends).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    await expect(followed.state()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
  await vi.advanceTimersByTimeAsync(60_000);
  expect(streams.flatMap(({ ends }) => ends)).toHaveLength(2);
});

test('what a person may do is known anew with each answer', async () => {
  const { accounts, follow } = open();
  const { followed } = follow();
  expect(await followed.state()).toEqual(ACTIVE);
  accounts.answer = () => Promise.resolve({ ...ACTIVE, roles: ['auditor'] });
  await vi.advanceTimersByTimeAsync(801);
  expect((await followed.state()).roles).toEqual(['auditor']);
});

test.each([
  ['refuses', failing],
  ['is silent', silent],
])('while accounts %s streams stay and wait, and go on with its next answer', async (_, away) => {
  const { accounts, follow } = open();
  const { followed, ends } = follow();
  await vi.advanceTimersByTimeAsync(3_000);
  accounts.answer = away;
  await vi.advanceTimersByTimeAsync(6_000);
  const state = followed.state();
  expect(await soFar(state)).toBe('waits');
  accounts.answer = () => Promise.resolve({ ...ACTIVE });
  await vi.advanceTimersByTimeAsync(2_001);
  expect(await soFar(state)).toEqual(ACTIVE);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ends).toEqual([]);
});

test('a session that ended while accounts was away ends with its next answer', async () => {
  const { accounts, follow } = open();
  const { followed, ends } = follow();
  await vi.advanceTimersByTimeAsync(100);
  accounts.answer = failing;
  await vi.advanceTimersByTimeAsync(5_000);
  const state = followed.state();
  state.catch(() => {});
  accounts.answer = () => Promise.resolve(ENDED);
  await vi.advanceTimersByTimeAsync(801);
  expect(ends).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  await expect(state).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test.each([
  ['refuses', failing, 13],
  ['is silent', silent, 6],
])('when accounts %s for 10 s, streams end with a word to come back', async (_, away, questions) => {
  const { accounts, asked, follow } = open();
  const { ends } = follow();
  await vi.advanceTimersByTimeAsync(100);
  accounts.answer = away;
  await vi.advanceTimersByTimeAsync(9_800);
  expect(ends).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(ends).toMatchObject([{ code: 'UNAVAILABLE', extensions: { reconnect: true } }]);
  expect(asked.length).toBeLessThanOrEqual(questions);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBe(before);
});

test('a session may be followed again after all have left, and after it was given up', async () => {
  const { accounts, follow } = open();
  const first = follow();
  first.followed[Symbol.dispose]();
  first.followed[Symbol.dispose]();
  const second = follow();
  expect(await second.followed.state()).toEqual(ACTIVE);
  accounts.answer = failing;
  await vi.advanceTimersByTimeAsync(11_000);
  expect(second.ends).toHaveLength(1);
  accounts.answer = () => Promise.resolve({ ...ACTIVE });
  expect(await follow().followed.state()).toEqual(ACTIVE);
  expect(first.ends).toEqual([]);
});
