import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseRateRules } from '#platform/config/rate-rules.ts';
import { RateLimitedError } from '#platform/errors/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { openQuickRedis, type QuickRedis } from '#platform/redis/index.ts';
import { redisAbsent, startTestRedis, type TestRedis } from '#platform/testing/redis.ts';
import { createRateLimiter } from './limiter.ts';
import type { RateLimiter } from './rate.ts';

const logger = createLogger({ level: 'silent', name: 'rate-test' });

const limiterOf = (rules: string, redis?: { client: unknown; prefix: string }) =>
  createRateLimiter({ rules: parseRateRules(rules), redis, logger });

interface Taken {
  readonly person: string | null;
  readonly address: string;
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly cost: number;
}

/** 'ok', or what the refusal says. */
async function take(limiter: RateLimiter, taken: Partial<Taken> = {}): Promise<string> {
  const { person = 'ada', address = '10.0.0.1', name = null, kind = 'query', cost = 1 } = taken;
  try {
    await limiter.takeRequest({ person, address });
    await limiter.takeOperation({ person, address }, { name, kind, cost: () => cost });
    return 'ok';
  } catch (error) {
    if (!(error instanceof RateLimitedError)) throw error;
    expect(error.extensions.retryAfterSeconds).toBeGreaterThan(0);
    return error.message;
  }
}

async function served(limiter: RateLimiter, times: number, taken: Partial<Taken> = {}): Promise<number> {
  let count = 0;
  for (let index = 0; index < times; index++) if ((await take(limiter, taken)) === 'ok') count += 1;
  return count;
}

describe('in one process', () => {
  test('each person has a budget of their own, over all addresses; without a token each address has', async () => {
    const limiter = limiterOf('requests=3/1m');
    expect(await served(limiter, 5, { address: '10.0.0.1' })).toBe(3);
    expect(await served(limiter, 5, { address: '10.0.0.2' })).toBe(0);
    expect(await served(limiter, 5, { person: 'bob' })).toBe(3);
    expect(await served(limiter, 5, { person: null })).toBe(3);
    expect(await served(limiter, 5, { person: null, address: '10.0.0.2' })).toBe(3);
  });

  test('a window that has ended begins anew', async () => {
    vi.useFakeTimers();
    const limiter = limiterOf('requests=1/10s');
    expect(await served(limiter, 2)).toBe(1);
    expect(await take(limiter)).toBe('One caller may send 1 requests within 10 s: try again in 10 s.');
    vi.advanceTimersByTime(10_000);
    expect(await take(limiter)).toBe('ok');
    vi.useRealTimers();
  });

  test('a stricter rule may hold for callers without a token alone', async () => {
    const limiter = limiterOf('requests=5/1m, anonymous.requests=2/1m');
    expect(await served(limiter, 9, { person: null })).toBe(2);
    expect(await served(limiter, 9)).toBe(5);
  });

  test('or for callers with one alone', async () => {
    const limiter = limiterOf('person.cost=100/1m');
    expect(await served(limiter, 9, { person: null, cost: 60 })).toBe(9);
    expect(await served(limiter, 9, { cost: 60 })).toBe(1);
  });

  test('kinds and operations are counted apart', async () => {
    const limiter = limiterOf('mutations=1/1m, subscriptions=2/1m, operation.SignIn=3/1m');
    expect(await served(limiter, 5, { kind: 'mutation' })).toBe(1);
    expect(await served(limiter, 5, { kind: 'subscription' })).toBe(2);
    expect(await served(limiter, 5, { name: 'SignIn' })).toBe(3);
    expect(await served(limiter, 50, { name: 'Other' })).toBe(50);
  });

  test('cost is spent from one budget; what is refused costs nothing', async () => {
    const limiter = limiterOf('cost=100/1m');
    expect(await take(limiter, { cost: 60.5 })).toBe('ok');
    expect(await take(limiter, { cost: 60 })).toMatch(/costs 60, more than is left of 100 within 60 s/);
    expect(await take(limiter, { cost: 39 })).toBe('ok');
    expect(await take(limiter, { cost: 1 })).toMatch(/more than is left/);
    expect(await take(limiter, { person: 'bob', cost: 101 })).toMatch(
      /may spend 100 within 60 s: ask for less at a time/,
    );
  });

  test('what no rule is about is not even asked for', () => {
    const limiter = limiterOf('requests=1/1m');
    const cost = () => {
      throw new Error('the cost must not be estimated');
    };
    const operation = { name: null, kind: 'query', cost } as const;
    expect(limiter.takeOperation({ person: null, address: 'a' }, operation)).toBeUndefined();
  });
});

test.each([
  'requests',
  'requests=0/1m',
  'requests=5',
  'requests=5/0s',
  'requests=x/1m',
  'request=5/1m',
  'operation=5/1m',
  'operation.a b=1/m',
])('the rule %s says what was expected', (rule) => {
  expect(() => parseRateRules(rule)).toThrow(/expected rules such as/);
});

test('off is no rule', () => {
  expect(parseRateRules('off')).toEqual([]);
});

test('a window may leave out its number', () => {
  expect(parseRateRules('requests=5/m, operation.A=2/3h')).toEqual([
    { unit: 'requests', operation: null, callers: null, limit: 5, seconds: 60 },
    { unit: 'operation', operation: 'A', callers: null, limit: 2, seconds: 10_800 },
  ]);
});

describe.skipIf(redisAbsent)('with Redis', () => {
  let redis: TestRedis;
  const opened: QuickRedis[] = [];
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(async () => {
    for (const each of opened) await each[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  async function connected(): Promise<QuickRedis> {
    const quick = openQuickRedis({ url: redis.url, purpose: 'rate', logger });
    opened.push(quick);
    await vi.waitFor(() => expect(quick.client.status).toBe('ready'));
    return quick;
  }

  test('all routers count together, and installations with another prefix apart', async () => {
    const rules = 'requests=4/1m, cost=100/1m';
    const one = limiterOf(rules, { client: (await connected()).client, prefix: 'shared' });
    const other = limiterOf(rules, { client: (await connected()).client, prefix: 'shared' });
    expect(await served(one, 2)).toBe(2);
    expect(await served(other, 9)).toBe(2);
    expect(await served(one, 9)).toBe(0);
    expect(await take(one, { person: 'bob', cost: 90 })).toBe('ok');
    expect(await take(other, { person: 'bob', cost: 20 })).toMatch(/more than is left/);
    expect(await take(other, { person: 'bob', cost: 10 })).toBe('ok');
    const elsewhere = limiterOf(rules, { client: (await connected()).client, prefix: 'elsewhere' });
    expect(await take(elsewhere)).toBe('ok');
  });

  test.skipIf(process.env.REDIS_URL)('while it is away each counts for itself, and together again after', async () => {
    const quick = await connected();
    const limiter = limiterOf('requests=2/1m', { client: quick.client, prefix: 'away' });
    expect(await served(limiter, 1)).toBe(1);
    await redis.stop();
    expect(await served(limiter, 5)).toBe(2);
    await redis.start();
    await vi.waitFor(() => expect(quick.client.status).toBe('ready'));
    expect(await served(limiter, 5)).toBe(1);
  });
});
