import type { RouterConfig } from '#platform/config/index.ts';
import type { RouterOptions } from '#router/index.ts';

/** What the configuration says of a router, wherever it runs. */
export function routerOptionsOf({ limits, ...config }: RouterConfig): Partial<RouterOptions> {
  return {
    introspection: config.introspection,
    suggestions: config.introspection,
    unauthorized: config.unauthorized,
    maxBodyBytes: config.maxBodyBytes,
    allowedOrigins: config.allowedOrigins,
    limits: limits.operation,
    streamLimits: limits.streams,
    maxBatch: limits.batch ?? undefined,
    responseCache: config.responseCacheBytes > 0 ? { maxBytes: config.responseCacheBytes } : undefined,
    subgraphOptions: config.subgraphs,
    publicUrl: config.callbackUrl ?? undefined,
  };
}
