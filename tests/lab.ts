import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createGraphQLClient, type GraphQLClient, signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD, DEMO_USERS } from '#demo/people.ts';
import { seedCatalogue } from '#demo/seed-catalogue.ts';
import { loadSettings } from '#platform/config/index.ts';
import { cloneDatabase, type DatabaseUrls } from '#platform/database/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { startSystem } from '#system';
import { startApart } from './apart.ts';

export interface LabOptions {
  /** True also fills the catalogue of both organizations and lets client@demo.test in. */
  readonly catalogue?: boolean;
  /** Variables of the environment that the system is to see. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: () => Date;
  /** Least severe log lines that are written; default `error`. */
  readonly logLevel?: string;
}

/**
 * The system that `npm start` runs, on free ports, with a database of its own. With TEST_APART=1 the same, as one process
 * per subgraph and one for the router, over the Redis of TEST_REDIS_URL.
 */
export interface Lab extends AsyncDisposable {
  /** Where the router listens, without a path. */
  readonly url: string;
  /** The GraphQL endpoint over HTTP. */
  readonly endpoint: string;
  readonly database: DatabaseUrls;
  readonly dataDir: string;
  /** Nobody. */
  readonly anonymous: GraphQLClient;
  /** `as('manager')` is manager@demo.test; a whole address names anybody. Signs in once. */
  as(who: string): Promise<GraphQLClient>;
}

const SECRET_KEY = 'a key for tests only, thirty-two characters and more';

/** A laboratory for one test or one file: dispose of it, and nothing stays. */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await cloneDatabase(inject('template')));
  const dataDir = await mkdtemp(join(tmpdir(), 'alims-lab-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const url = await start(opening, options, database, dataDir);
  const endpoint = `${url}/graphql`;
  if (options.catalogue) await seedCatalogue(endpoint);
  const clients = new Map<string, Promise<GraphQLClient>>();
  const running = opening.move();
  return {
    url,
    endpoint,
    database,
    dataDir,
    anonymous: createGraphQLClient(endpoint),
    as(who) {
      const email = who.includes('@') ? who : `${who}@demo.test`;
      const client = clients.get(email) ?? signedIn(endpoint, email, DEMO_PASSWORD);
      clients.set(email, client);
      return client;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function start(
  stack: AsyncDisposableStack,
  options: LabOptions,
  database: DatabaseUrls,
  dataDir: string,
): Promise<string> {
  const { TEST_APART, TEST_REDIS_URL: redisUrl } = process.env;
  if (TEST_APART === '1') {
    if (!redisUrl) throw new Error('TEST_APART needs TEST_REDIS_URL: processes meet in Redis.');
    const { appUrl: databaseUrl } = database;
    const apart = await startApart({ databaseUrl, redisUrl, secretKey: SECRET_KEY, dataDir, env: options.env ?? {} });
    return stack.use(apart).url;
  }
  const system = await startSystem({
    settings: loadSettings({ ALIMS_DATA_DIR: dataDir, ...options.env }),
    secretKey: SECRET_KEY,
    logger: createLogger({ level: options.logLevel ?? 'error', name: 'lab' }),
    databaseUrl: () => database.appUrl,
    port: 0,
    graphiql: null,
    clock: options.clock,
    stopTimeoutMs: 2_000,
  });
  return `http://127.0.0.1:${stack.use(system).port}`;
}

/** Identifier of a person of the demonstration. */
export function userId(email: string): string {
  const user = DEMO_USERS.find((each) => each.email === email);
  if (!user) throw new Error(`${email} is nobody of the demonstration.`);
  return user.id;
}
