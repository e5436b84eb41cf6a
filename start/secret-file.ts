import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, keepSecret } from '#platform/config/index.ts';

/** As SECRET_KEY demands. */
const SHORTEST = 32;

/**
 * The key of an embedded installation: made once, readable by its owner alone, and kept with the data that it seals.
 * @throws ConfigurationError when the file holds none: what other keys are derived from must not be guessable.
 */
export async function installationKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret-key');
  if (!existsSync(file)) await keepSecret(file, randomBytes(32).toString('hex'));
  const key = (await readFile(file, 'utf8')).trim();
  if (key.length >= SHORTEST) return key;
  throw new ConfigurationError([
    `ALIMS_DATA_DIR: ${file} holds ${key.length} characters, a key has at least ${SHORTEST}; restore the file, or delete it when the very first start was cut off`,
  ]);
}
