import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RouterConfig } from '#platform/config/index.ts';
import type { Health } from '#platform/health/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createJwtAuthenticator } from '#router/auth/jwt.ts';
import { checkKeys, openKeySet } from '#router/auth/key-set.ts';
import type { Authenticate } from '#router/identify.ts';

export interface OpenJwt {
  readonly config: RouterConfig;
  readonly health: Health;
  readonly logger: Logger;
  /** Where relative paths start. */
  readonly directory: string;
}

/**
 * Tokens of the identity providers that the settings name. The process is ready once it has had the keys of each; a file
 * that holds none is a problem.
 */
export async function openJwt(
  { config, health, logger, directory }: OpenJwt,
  opening: AsyncDisposableStack,
  problems: string[],
): Promise<Authenticate> {
  const issuers = [];
  for (const source of config.jwks) {
    const isUrl = /^https?:\/\//.test(source.location);
    const location = isUrl ? source.location : resolve(directory, source.location);
    if (!isUrl) problems.push(...(await problemsOf(location)));
    const keys = opening.use(openKeySet({ location, logger }));
    health.register(`keys.${issuers.length + 1}`, keys.check);
    issuers.push({ ...source, keys });
  }
  return createJwtAuthenticator({ issuers, policies: config.policyClaim, forward: config.forwardClaims });
}

async function problemsOf(file: string): Promise<string[]> {
  try {
    checkKeys(await readFile(file, 'utf8'));
    return [];
  } catch (error) {
    return [`ROUTER_JWKS: ${file} cannot be used (${error instanceof Error ? error.message : String(error)})`];
  }
}
