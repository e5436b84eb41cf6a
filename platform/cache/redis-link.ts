import type { BusDriver, CreateBusDriverResult } from 'bentocache/types';
import { Redis } from 'ioredis';
import type { Logger } from '#platform/logging/index.ts';

export interface RedisLinkOptions {
  readonly url: string;
  readonly prefix: string;
  readonly logger: Logger;
  /** Called whenever the link is about to be up: what was missed is unknown, so the memory tier must be emptied. */
  readonly beforeUp: () => Promise<void>;
}

/** The cache's two connections: commands, and the invalidations of other processes. Up only while both work. */
export interface RedisLink {
  readonly up: boolean;
  readonly commands: Redis;
  readonly busDriver: CreateBusDriverResult;
  disconnect(): void;
}

type Handler = (payload: never) => unknown;

const HEARTBEAT_MS = 3_000;
const PATIENCE_MS = 1_000;

export function openRedisLink(options: RedisLinkOptions): RedisLink {
  const { logger } = options;
  const handlers = new Map<string, Handler>();
  let subscribed = false;
  let reconnected: () => void = () => {};
  let busId = '';
  // Fast answers or none: a cache that makes its callers wait is worse than no cache.
  const connect = (purpose: string) =>
    new Redis(options.url, {
      connectionName: `alims:${purpose}`,
      connectTimeout: PATIENCE_MS,
      commandTimeout: PATIENCE_MS,
      enableOfflineQueue: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 1_000),
    });
  const commands = connect('cache');
  const subscriber = connect('cache-invalidations');
  let told = true;

  const down = () => {
    if (subscribed && !told) logger.warn({}, 'the cache lost Redis: values are loaded until it is back');
    told = true;
    subscribed = false;
  };

  async function comeUp(): Promise<void> {
    if (subscribed || subscriber.status !== 'ready' || commands.status !== 'ready') return;
    try {
      await subscriber.subscribe(...handlers.keys());
      reconnected();
      await options.beforeUp();
      subscribed = true;
      told = false;
      logger.info({}, 'the cache shares its values through Redis');
    } catch (error) {
      logger.debug({ err: error }, 'the cache cannot use Redis yet');
      subscriber.disconnect(true);
    }
  }

  for (const connection of [commands, subscriber]) {
    connection.on('error', () => {});
    connection.on('close', down);
    connection.on('ready', () => void comeUp());
  }
  subscriber.on('message', (channel: string, text: string) => {
    const message: unknown = JSON.parse(text);
    if (!isMessage(message) || message.busId === busId) return;
    handlers.get(channel)?.(message.payload);
  });
  // A connection that was cut without a word looks alike a quiet one until it is asked.
  const heartbeat = setInterval(() => {
    for (const connection of [commands, subscriber]) {
      if (connection.status === 'ready') connection.ping().catch(() => connection.disconnect(true));
    }
  }, HEARTBEAT_MS).unref();

  const driver: BusDriver = {
    setId(id) {
      busId = id;
      return driver;
    },
    onReconnect(callback) {
      reconnected = callback;
    },
    async publish(channel, payload) {
      await commands.publish(`${options.prefix}:${channel}`, JSON.stringify({ busId, payload }));
    },
    async subscribe(channel, handler) {
      // Subscribing itself belongs to comeUp(), which repeats it after every loss.
      handlers.set(`${options.prefix}:${channel}`, handler as Handler);
    },
    async unsubscribe(channel) {
      handlers.delete(`${options.prefix}:${channel}`);
    },
    async disconnect() {},
  };

  return {
    get up() {
      return subscribed;
    },
    commands,
    busDriver: { options: { retryQueue: { enabled: true, maxSize: 10_000 } }, factory: () => driver },
    disconnect() {
      clearInterval(heartbeat);
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}

function isMessage(value: unknown): value is { readonly busId: string; readonly payload: never } {
  return typeof value === 'object' && value !== null && 'busId' in value && 'payload' in value;
}
