import { Redis } from 'ioredis';
import type { Logger } from '../logging/index.ts';

export interface QuickRedisOptions {
  readonly url: string;
  /** What the connection is for, in log lines and in Redis' list of clients. */
  readonly purpose: string;
  readonly logger: Logger;
}

/** A connection whose commands are answered at once or fail: for what goes on without Redis. */
export interface QuickRedis extends AsyncDisposable {
  readonly client: Redis;
}

const PATIENCE_MS = 500;
const HEARTBEAT_MS = 2_000;

export function openQuickRedis({ url, purpose, logger }: QuickRedisOptions): QuickRedis {
  const client = new Redis(url, {
    connectionName: `alims:${purpose}`,
    connectTimeout: 1_000,
    commandTimeout: PATIENCE_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 1_000),
  });
  let away = false;
  client.on('error', (error: Error) => {
    if (!away) logger.warn({ purpose, reason: error.message }, 'Redis is away: this process goes on by itself');
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info({ purpose }, 'Redis is back');
    away = false;
  });
  // A connection that was cut without a word looks alike a quiet one until it is asked.
  const heartbeat = setInterval(() => {
    if (client.status === 'ready') client.ping().catch(() => client.disconnect(true));
  }, HEARTBEAT_MS).unref();
  return {
    client,
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      client.disconnect();
    },
  };
}
