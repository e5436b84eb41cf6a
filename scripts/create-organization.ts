/** `npm run create-organization`: the first organization of an installation and its administrator. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { v7 } from 'uuid';
import { environment, loadProcessSettings, type Settings } from '#platform/config/index.ts';
import { acquireDataLock, createDatabase, startEmbeddedPostgres } from '#platform/database/index.ts';
import { prepareDatabase } from '#platform/host/index.ts';
import { createLogger, type Logger } from '#platform/logging/index.ts';
import { ownOrganizationMark, refuseDemo } from '#start/demo-refusal.ts';
import { createClient } from '#subgraphs/accounts/data/client.ts';
import { checkNewUser } from '#subgraphs/accounts/domain/user.ts';
import { foundOrganization } from '#subgraphs/accounts/service/found-organization.ts';

const USAGE = `Usage: ADMIN_PASSWORD=… npm run create-organization -- --name <organization> --email <address> --person <name>
  With DATABASE_URL and SECRET_KEY in that database, else in the embedded one of ALIMS_DATA_DIR while ALIMS is stopped.`;

/** The embedded database is opened here: one process at a time may hold it. */
async function databaseUrl({ config, secrets }: Settings, stack: AsyncDisposableStack, logger: Logger) {
  if (!config.embedded) return secrets.databaseUrls.accounts;
  stack.use(await acquireDataLock(config.dataDir));
  const postgres = stack.use(await startEmbeddedPostgres({ dataDir: config.dataDir, logger }));
  await prepareDatabase(postgres.ownerUrl);
  return postgres.appUrl;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { name: { type: 'string' }, email: { type: 'string' }, person: { type: 'string' } },
  });
  const { name, email, person } = values;
  // A password among the arguments would be seen by everybody on the machine.
  const password = environment().ADMIN_PASSWORD;
  if (!name || !email || !person || !password) throw new Error(USAGE);
  const admin = { id: v7(), name: person, email, password, roles: ['admin' as const], clientId: null };
  const wrong = checkNewUser(admin);
  if (wrong) throw new Error(wrong.message);
  const logger = createLogger({ level: 'warn', name: 'create-organization' });
  await using stack = new AsyncDisposableStack();
  const settings = loadProcessSettings();
  const url = await databaseUrl(settings, stack, logger);
  if (!url) throw new Error(USAGE);
  await refuseDemo(settings, url, logger);
  const options = { subgraph: 'accounts', url, client: createClient, maxConnections: 2, logger };
  const db = stack.use(await createDatabase(options));
  const id = v7();
  await foundOrganization({ db, clock: () => new Date(), newId: () => v7() }, { id, name, users: [admin] });
  if (settings.config.embedded) await writeFile(ownOrganizationMark(settings.config.dataDir), `${id}\n`);
  console.log(`${name} stands (${id}); ${email} may sign in and create the other people.`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
