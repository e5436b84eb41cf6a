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

const ORGANIZATIONS = [
  { ...DEMO_ORGANIZATION, people: DEMO_PEOPLE },
  { ...OTHER_ORGANIZATION, people: OTHER_PEOPLE },
];

/** Founds the demonstration organizations that do not stand yet. */
export async function foundDemo(databaseUrl: string, logger: Logger): Promise<void> {
  const options = { subgraph: 'accounts', url: databaseUrl, client: createClient, maxConnections: 2, logger };
  await using db = await createDatabase(options);
  const deps = { db, clock: () => new Date(), newId: () => v7() };
  for (const { id, name, people } of ORGANIZATIONS) {
    const standing = await db.read({ organizationId: id }, (tx) => tx.organization.findFirst({ where: { id } }));
    if (!standing) await foundOrganization(deps, { id, name, users: people.map(toNewUser) });
  }
}

function toNewUser({ id, name, email, role }: DemoUser) {
  return { id, name, email, password: DEMO_PASSWORD, roles: [role], clientId: null };
}
