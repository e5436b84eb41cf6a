import { Redis } from 'ioredis';
import type { Logger } from '#platform/logging/index.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly logger: Logger;
  /** What the connection is for, in log lines. */
  readonly purpose: string;
  /** Commands of a blocking connection wait for as long as Redis makes them wait, and through reconnects. */
  readonly blocking?: boolean;
}

/** A connection that comes back by itself, at the latest every 2 s, and logs each loss and each return once. */
export function connectRedis(options: ConnectionOptions): Redis {
  const redis = new Redis(options.url, {
    connectionName: `alims:${options.purpose}`,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
    connectTimeout: 5_000,
    maxRetriesPerRequest: 2,
    ...(options.blocking === true ? { autoResendUnfulfilledCommands: false } : { commandTimeout: 5_000 }),
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) options.logger.warn({ purpose: options.purpose, reason: error.message }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) options.logger.info({ purpose: options.purpose }, 'Redis is back');
    away = false;
  });
  return redis;
}
