import '#platform/host/v8-flags.ts';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foundDemo } from '#demo/found.ts';
import { type GraphQLClient, signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { seedCatalogue } from '#demo/seed-catalogue.ts';
import { loadSettings } from '#platform/config/index.ts';
import { startEmbeddedPostgres } from '#platform/database/index.ts';
import { prepareDatabase } from '#platform/host/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { type System, startSystem } from '#system';

export const benchLogger = createLogger({ level: 'error', name: 'bench' });

export interface DatabaseUrls {
  readonly ownerUrl: string;
  readonly appUrl: string;
}

/** The whole system in this process over a database of its own, with the demonstration's catalogue and no sample yet. */
export interface Laboratory extends AsyncDisposable {
  readonly system: System;
  readonly endpoint: string;
  readonly manager: GraphQLClient;
}

async function temporaryFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alims-bench-'));
  // So that the database of a run as root lies within, and goes with it.
  await chmod(folder, 0o755);
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An embedded database that goes with the stack. */
export async function startDatabase(stack: AsyncDisposableStack): Promise<DatabaseUrls> {
  return stack.use(await startEmbeddedPostgres({ dataDir: await temporaryFolder(stack), logger: benchLogger }));
}

export async function startLaboratory({ ownerUrl, appUrl }: DatabaseUrls): Promise<Laboratory> {
  await using opening = new AsyncDisposableStack();
  await prepareDatabase(ownerUrl);
  await foundDemo(appUrl, benchLogger);
  const system = opening.use(
    await startSystem({
      settings: loadSettings({ ALIMS_DATA_DIR: await temporaryFolder(opening) }),
      secretKey: 'a key for benchmarks only, thirty-two characters',
      logger: benchLogger,
      databaseUrl: () => appUrl,
      port: 0,
      graphiql: null,
    }),
  );
  const endpoint = `http://127.0.0.1:${system.port}/graphql`;
  await seedCatalogue(endpoint);
  const manager = await signedIn(endpoint, 'manager@demo.test', DEMO_PASSWORD);
  const running = opening.move();
  return { system, endpoint, manager, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
