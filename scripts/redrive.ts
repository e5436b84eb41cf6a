/**
 * `npm run redrive`: events that were given up go out once more, after the fault that stopped them has been mended.
 * With DATABASE_URL (and REDIS_URL) while everything runs, else in the embedded database of ALIMS_DATA_DIR while ALIMS is
 * stopped. `--subgraph name` takes one subgraph's outbox alone.
 */
import { parseArgs } from 'node:util';
import { loadProcessSettings, SUBGRAPH_NAMES } from '#platform/config/index.ts';
import { acquireDataLock, startEmbeddedPostgres } from '#platform/database/index.ts';
import { redriveDeadLetters, redriveOutbox } from '#platform/events/index.ts';
import { prepareDatabase } from '#platform/host/index.ts';
import { createLogger } from '#platform/logging/index.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { subgraph: { type: 'string' } } });
  const chosen = SUBGRAPH_NAMES.filter((name) => !values.subgraph || name === values.subgraph);
  if (chosen.length === 0) throw new Error(`No subgraph ${values.subgraph}; there are ${SUBGRAPH_NAMES.join(', ')}.`);
  const { config, secrets } = loadProcessSettings();
  const logger = createLogger({ level: 'warn', name: 'redrive' });
  await using stack = new AsyncDisposableStack();
  let embeddedUrl: string | undefined;
  if (config.embedded) {
    stack.use(await acquireDataLock(config.dataDir));
    const postgres = stack.use(await startEmbeddedPostgres({ dataDir: config.dataDir, logger }));
    await prepareDatabase(postgres.ownerUrl);
    embeddedUrl = postgres.appUrl;
  }
  for (const subgraph of chosen) {
    const url = embeddedUrl ?? secrets.databaseUrls[subgraph];
    if (url) console.log(`outbox of ${subgraph}: ${await redriveOutbox({ url, subgraph })} event(s) put back`);
  }
  if (values.subgraph || !secrets.redisUrl) return;
  const letters = await redriveDeadLetters({ url: secrets.redisUrl, prefix: config.redisPrefix, logger });
  if (letters.size === 0) console.log('dead letters in Redis: none');
  for (const [group, events] of letters) console.log(`dead letters of ${group}: ${events} event(s) put back`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
