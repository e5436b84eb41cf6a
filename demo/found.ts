import { v7 } from 'uuid';
import { createDatabase } from '#platform/database/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createClient } from '#subgraphs/accounts/data/client.ts';
import { foundOrganization } from '#subgraphs/accounts/service/found-organization.ts';
import {
  DEMO_ORGANIZATION,
  DEMO_PASSWORD,
  DEMO_PEOPLE,
  type DemoUser,
  OTHER_ORGANIZATION,
  OTHER_PEOPLE,
} from './people.ts';

/** Founds both demonstration organizations. False when they stood before. */
export async function foundDemo(databaseUrl: string, logger: Logger): Promise<boolean> {
  await using db = await createDatabase({
    subgraph: 'accounts',
    url: databaseUrl,
    client: createClient,
    maxConnections: 2,
    logger,
  });
  const { id: organizationId } = DEMO_ORGANIZATION;
  const standing = await db.read({ organizationId }, (tx) =>
    tx.organization.findUnique({ where: { id: organizationId } }),
  );
  if (standing) return false;
  const deps = { db, clock: () => new Date(), newId: () => v7() };
  await foundOrganization(deps, { ...DEMO_ORGANIZATION, users: DEMO_PEOPLE.map(toNewUser) });
  await foundOrganization(deps, { ...OTHER_ORGANIZATION, users: OTHER_PEOPLE.map(toNewUser) });
  return true;
}

function toNewUser({ id, name, email, role }: DemoUser) {
  return { id, name, email, password: DEMO_PASSWORD, roles: [role], clientId: null };
}
