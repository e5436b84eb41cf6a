import { v7 } from 'uuid';
import { type Cache, createCache } from '../cache/index.ts';
import { deriveKey, type Settings } from '../config/index.ts';
import { createMemoryBus, createRedisBus, type EventBus } from '../events/index.ts';
import { type AskAs, createAskAs, type Fetch } from '../graphql/index.ts';
import { createHealth, type Health } from '../health/index.ts';
import type { Logger } from '../logging/index.ts';
import { createMetrics, type Metrics } from '../metrics/index.ts';
import { remote } from './remote.ts';

/** What one process opens once and all of its subgraphs share. */
export interface Resources extends AsyncDisposable {
  readonly settings: Settings;
  readonly secretKey: string;
  readonly identityKey: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly bus: EventBus;
  readonly cache: Cache;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** How each subgraph is reached; filled as they start. */
  readonly fetchers: Map<string, Fetch>;
  readonly askAs: AskAs;
}

export interface ResourceOptions {
  readonly settings: Settings;
  /** Overrides SECRET_KEY: embedded installations keep theirs in the data folder. */
  readonly secretKey: string;
  readonly logger: Logger;
  readonly clock?: (() => Date) | undefined;
}

export async function openResources(options: ResourceOptions): Promise<Resources> {
  const { settings, secretKey, logger } = options;
  const { redisUrl } = settings.secrets;
  const { redisPrefix: prefix } = settings.config;
  const stack = new AsyncDisposableStack();
  const metrics = createMetrics();
  const bus = stack.use(redisUrl ? createRedisBus({ url: redisUrl, prefix, logger, metrics }) : createMemoryBus());
  const cache = stack.use(createCache({ redisUrl: redisUrl ?? undefined, prefix, logger, metrics }));
  const identityKey = settings.secrets.identityKey ?? deriveKey(secretKey, 'identity');
  const fetchers = new Map<string, Fetch>();
  for (const [name, url] of Object.entries(settings.config.subgraphUrls)) fetchers.set(name, remote(url));
  return {
    settings,
    secretKey,
    identityKey,
    logger,
    metrics,
    health: createHealth(),
    bus,
    cache,
    clock: options.clock ?? (() => new Date()),
    newId: () => v7(),
    fetchers,
    askAs: createAskAs(fetchers, identityKey),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
