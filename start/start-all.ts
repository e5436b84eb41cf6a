import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { examples } from '#demo/examples.ts';
import { foundDemo } from '#demo/found.ts';
import { seedCatalogue } from '#demo/seed-catalogue.ts';
import { seedLaboratory } from '#demo/seed-laboratory.ts';
import type { Settings, SubgraphName } from '#platform/config/index.ts';
import { acquireDataLock, startEmbeddedPostgres } from '#platform/database/index.ts';
import { prepareDatabase } from '#platform/host/index.ts';
import { createLogger, type Logger } from '#platform/logging/index.ts';
import { startSystem } from '#system';
import { foundsDemo, refuseDemo } from './demo-refusal.ts';
import { DEFAULT_PORT, preflight } from './preflight.ts';
import type { Tell } from './run.ts';
import { installationKey } from './secret-file.ts';

export interface Started extends AsyncDisposable {
  readonly url: string;
  /** Null when nothing is kept here. */
  readonly dataDir: string | null;
  readonly seconds: number;
  /** True when the demonstration organizations were founded: on embedded defaults, unless ALIMS_DEMO is off. */
  readonly demo: boolean;
}

type DatabaseUrl = (subgraph: SubgraphName) => string;

/**
 * Everything in one process.
 * @throws ConfigurationError with all that stands in the way; ConflictError when another process holds the folder.
 */
export async function startAll(env: NodeJS.ProcessEnv, tell: Tell): Promise<Started> {
  const begin = performance.now();
  const settings = await preflight(env);
  const { config, secrets } = settings;
  const logger = createLogger({ level: config.logLevel, name: 'alims' });
  await using opening = new AsyncDisposableStack();
  opening.use(await acquireDataLock(config.dataDir));
  const databaseUrl = config.embedded
    ? await openEmbedded(opening, settings, logger, tell)
    : externalDatabase(settings);
  const demo = foundsDemo(settings);
  if (demo) await foundDemo(databaseUrl('accounts'), logger);
  else await refuseDemo(settings, databaseUrl('accounts'), logger);
  const system = opening.use(
    await startSystem({
      settings,
      logger,
      secretKey: secrets.secretKey ?? (await installationKey(config.dataDir)),
      databaseUrl,
      port: config.port ?? DEFAULT_PORT,
      graphiql: { title: 'ALIMS', tabs: examples(), demo },
    }),
  );
  if (demo) await fillDemo(`http://127.0.0.1:${system.port}/graphql`, config.dataDir, tell);
  const running = opening.move();
  return {
    url: system.url,
    dataDir: shown(config.dataDir),
    seconds: (performance.now() - begin) / 1000,
    demo,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : join('.', short);
}

function externalDatabase({ secrets }: Settings): DatabaseUrl {
  return (subgraph) => {
    const url = secrets.databaseUrls[subgraph];
    if (!url) throw new Error(`The settings name no database of ${subgraph}: preflight lets none of these pass.`);
    return url;
  };
}

async function openEmbedded(
  stack: AsyncDisposableStack,
  { config }: Settings,
  logger: Logger,
  tell: Tell,
): Promise<DatabaseUrl> {
  const progress = (text: string) => tell(`  … ${text}`);
  const postgres = stack.use(await startEmbeddedPostgres({ dataDir: config.dataDir, logger, onProgress: progress }));
  await prepareDatabase(postgres.ownerUrl, progress);
  return () => postgres.appUrl;
}

/** Until it has been filled whole: a first start that was killed half-way is finished by the next. */
async function fillDemo(url: string, dataDir: string, tell: Tell): Promise<void> {
  const filled = join(dataDir, 'demonstration-filled');
  if (existsSync(filled)) return;
  tell('  … filling the demonstration laboratory (once)');
  await seedCatalogue(url);
  await seedLaboratory(url);
  await writeFile(filled, new Date().toISOString());
}
