/** `npm run create-organization`: the first organization of an installation and its administrator. */
import { parseArgs } from 'node:util';
import { v7 } from 'uuid';
import { environment, loadProcessSettings } from '#platform/config/index.ts';
import { createDatabase } from '#platform/database/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { createClient } from '#subgraphs/accounts/data/client.ts';
import { checkNewUser } from '#subgraphs/accounts/domain/user.ts';
import { foundOrganization } from '#subgraphs/accounts/service/found-organization.ts';

const USAGE =
  'Usage: DATABASE_URL=… SECRET_KEY=… ADMIN_PASSWORD=… npm run create-organization -- --name <organization> --email <address> --person <name>';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { name: { type: 'string' }, email: { type: 'string' }, person: { type: 'string' } },
  });
  const url = loadProcessSettings().secrets.databaseUrls.accounts;
  const { name, email, person } = values;
  // A password among the arguments would be seen by everybody on the machine.
  const password = environment().ADMIN_PASSWORD;
  if (!url || !name || !email || !person || !password) throw new Error(USAGE);
  const admin = { id: v7(), name: person, email, password, roles: ['admin' as const], clientId: null };
  const wrong = checkNewUser(admin);
  if (wrong) throw new Error(wrong.message);
  const logger = createLogger({ level: 'warn', name: 'create-organization' });
  await using db = await createDatabase({ subgraph: 'accounts', url, client: createClient, maxConnections: 2, logger });
  const id = v7();
  await foundOrganization({ db, clock: () => new Date(), newId: () => v7() }, { id, name, users: [admin] });
  console.log(`${name} stands (${id}); ${email} may sign in and create the other people.`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
