import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateRule } from '#platform/config/rate-rules.ts';
import { RateLimitedError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { RateLimiter, TakenOperation, Taker } from './rate.ts';

export interface RateLimiterOptions {
  readonly rules: readonly RateRule[];
  /** A client of ioredis: all routers count together. Without it, and while it is away, each counts for itself. */
  readonly redis?: { readonly client: unknown; readonly prefix: string } | undefined;
  readonly logger: Logger;
}

interface Limit {
  readonly rule: RateRule;
  readonly limiter: RateLimiterAbstract;
}

export function createRateLimiter({ rules, redis, logger }: RateLimiterOptions): RateLimiter {
  const limits = rules.map((rule) => ({ rule, limiter: createLimiter(rule, redis) }));
  const ofRequests = limits.filter(({ rule }) => rule.unit === 'requests');
  const ofOperations = limits.filter(({ rule }) => rule.unit !== 'requests');

  async function take(from: readonly Limit[], { person, address }: Taker, points: (rule: RateRule) => number) {
    for (const limit of from) {
      if (!counts(limit.rule, person)) continue;
      const wanted = points(limit.rule);
      if (wanted > 0) await consume(limit, person ?? `@${address}`, wanted, logger);
    }
  }

  return {
    takeRequest: (taker) => (ofRequests.length === 0 ? undefined : take(ofRequests, taker, () => 1)),
    takeOperation: (taker, operation) =>
      ofOperations.length === 0 ? undefined : take(ofOperations, taker, (rule) => pointsOf(rule, operation)),
  };
}

function createLimiter(rule: RateRule, redis: RateLimiterOptions['redis']): RateLimiterAbstract {
  const { limit, seconds } = rule;
  const counted = { points: limit, duration: seconds };
  const own = new RateLimiterMemory({ ...counted, keyPrefix: nameOf(rule) });
  if (!redis) return own;
  return new RateLimiterRedis({
    ...counted,
    storeClient: redis.client,
    keyPrefix: `${redis.prefix}:rate:${nameOf(rule)}`,
    insuranceLimiter: own,
    rejectIfRedisNotReady: true,
    // Whoever is over the limit costs no question to Redis until the window ends.
    ...(rule.unit !== 'cost' && { inMemoryBlockOnConsumed: limit + 1 }),
  });
}

function counts({ callers }: RateRule, person: string | null): boolean {
  return callers === null || (callers === 'person') === (person !== null);
}

/** Rules that differ in any way count apart. */
function nameOf({ unit, operation, callers, limit, seconds }: RateRule): string {
  return `${callers === null ? '' : `${callers}.`}${unit}${operation === null ? '' : `.${operation}`}=${limit}/${seconds}`;
}

const UNITS = { query: 'queries', mutation: 'mutations', subscription: 'subscriptions' } as const;

function pointsOf({ unit, operation }: RateRule, { name, kind, cost }: TakenOperation): number {
  if (unit === 'cost') return Math.ceil(cost());
  if (unit === 'operation') return name === operation ? 1 : 0;
  return UNITS[kind] === unit ? 1 : 0;
}

async function consume({ rule, limiter }: Limit, identity: string, points: number, logger: Logger): Promise<void> {
  try {
    await limiter.consume(identity, points);
  } catch (result) {
    if (!(result instanceof RateLimiterRes)) {
      // The in-process limit stands in for Redis, so this is a fault of our own: nobody is kept out for it.
      logger.error({ err: result }, 'a rate limit could not be counted');
      return;
    }
    // What did not run has cost nothing.
    if (rule.unit === 'cost') await limiter.reward(identity, points).catch(() => {});
    throw refusal(rule, points, result.msBeforeNext);
  }
}

function refusal(rule: RateRule, points: number, waitMs: number): RateLimitedError {
  const { limit, seconds } = rule;
  const seldom = `${limit} within ${seconds} s`;
  if (rule.unit === 'cost' && points > limit) {
    return new RateLimitedError(
      `The operation costs ${points}, and one caller may spend ${seldom}: ask for less at a time.`,
      seconds,
    );
  }
  const what = rule.unit === 'operation' ? `operations named ${rule.operation}` : rule.unit;
  const wait = Math.max(1, Math.ceil(waitMs / 1_000));
  return new RateLimitedError(
    rule.unit === 'cost'
      ? `The operation costs ${points}, more than is left of ${seldom} for one caller: try again in ${wait} s.`
      : `One caller may send ${limit} ${what} within ${seconds} s: try again in ${wait} s.`,
    wait,
  );
}
