import { resolve } from 'node:path';
import type { Settings } from '#platform/config/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createDocumentStore } from '#router/documents/store.ts';
import { InvalidDocumentsError, openTrustedDocuments, type TrustedDocuments } from '#router/documents/trusted.ts';
import type { Edge } from '#router/edge.ts';
import { createHeaderPolicy } from '#router/headers/policy.ts';
import { createAddressOf } from '#router/rate/address.ts';
import { UNLIMITED } from '#router/rate/rate.ts';

export interface OpenEdge {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Where relative paths start. */
  readonly directory: string;
}

/** What the settings say of headers, documents and limits. What is opened for it goes onto the stack, problems into the list. */
export async function openEdge(
  { settings, logger, directory }: OpenEdge,
  opening: AsyncDisposableStack,
  problems: string[],
): Promise<Partial<Edge>> {
  const { router } = settings.config;
  const { trusted: path, enforced, apqBytes } = router.documents;
  const redis = await openRedis({ settings, logger }, opening);
  const trusted = path === null ? undefined : await openTrusted(resolve(directory, path), logger, opening, problems);
  const shared =
    redis && apqBytes > 0
      ? (await import('#router/documents/shared.ts')).createSharedDocuments({ ...redis, logger })
      : undefined;
  return {
    headers: createHeaderPolicy({
      rules: router.forwardHeaders,
      constants: settings.secrets.subgraphHeaders,
      claims: router.forwardClaims.map(({ header }) => header),
    }),
    documents: createDocumentStore({ maxBytes: apqBytes, shared, trusted, enforced, logger }),
    rate:
      router.rateLimits.length === 0
        ? UNLIMITED
        : (await import('#router/rate/limiter.ts')).createRateLimiter({ rules: router.rateLimits, redis, logger }),
    addressOf: createAddressOf(router.trustedProxies),
  };
}

/** Null where there is nothing to share, or nobody to share it with. */
async function openRedis({ settings, logger }: Pick<OpenEdge, 'settings' | 'logger'>, opening: AsyncDisposableStack) {
  const { config, secrets } = settings;
  const { rateLimits, documents } = config.router;
  if (secrets.redisUrl === null || (rateLimits.length === 0 && documents.apqBytes === 0)) return undefined;
  const { openQuickRedis } = await import('#platform/redis/index.ts');
  const { client } = opening.use(openQuickRedis({ url: secrets.redisUrl, purpose: 'router', logger }));
  return { client, commands: client, prefix: config.redisPrefix };
}

async function openTrusted(
  path: string,
  logger: Logger,
  opening: AsyncDisposableStack,
  problems: string[],
): Promise<TrustedDocuments | undefined> {
  try {
    return opening.use(await openTrustedDocuments({ path, logger }));
  } catch (error) {
    if (!(error instanceof InvalidDocumentsError)) throw error;
    problems.push(...error.problems.map((problem) => `ROUTER_DOCUMENTS: ${problem}`));
    return undefined;
  }
}
