import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_ORGANIZATION, OTHER_ORGANIZATION } from '#demo/people.ts';
import { ConfigurationError, type Settings } from '#platform/config/index.ts';
import { createDatabase } from '#platform/database/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createClient } from '#subgraphs/accounts/data/client.ts';

/**
 * Anybody may know the passwords of the demonstration: nothing starts where it stands unless that is asked for.
 * @throws ConfigurationError when a demonstration organization is in the database of accounts.
 */
export async function refuseDemo({ config }: Settings, accountsUrl: string, logger: Logger): Promise<void> {
  if (config.demo.admitted) return;
  const options = { subgraph: 'accounts', url: accountsUrl, client: createClient, maxConnections: 1, logger };
  await using db = await createDatabase(options);
  for (const { id, name } of [DEMO_ORGANIZATION, OTHER_ORGANIZATION]) {
    if (!(await db.read({ organizationId: id }, (tx) => tx.organization.findFirst({ where: { id } })))) continue;
    const mend = config.embedded ? 'another ALIMS_DATA_DIR' : 'a database without it';
    throw new ConfigurationError([
      `${config.embedded ? 'ALIMS_DATA_DIR' : 'DATABASE_URL'}: the demonstration organization ${name} is in this database, and its passwords are published; name ${mend} (npm run create-organization founds your own), or set ALIMS_DEMO=on to show or test it`,
    ]);
  }
}

/** Marks a data folder whose first organization create-organization founded: no forgotten variable adds the demonstration. */
export function ownOrganizationMark(dataDir: string): string {
  return join(dataDir, 'own-organization');
}

/** Whether this start founds the demonstration. */
export function foundsDemo({ config: { demo, dataDir } }: Settings): boolean {
  return demo.founded && (demo.admitted || !existsSync(ownOrganizationMark(dataDir)));
}
