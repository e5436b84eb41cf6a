import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { foundDemo } from '#demo/found.ts';
import { createTemplate, type DatabaseUrls, ensureDatabase, startEmbeddedPostgres } from '#platform/database/index.ts';
import { MIGRATIONS, prepareDatabase } from '#platform/host/index.ts';
import { createLogger } from '#platform/logging/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated database with both demonstration organizations, to be cloned by each lab. */
    template: DatabaseUrls;
  }
}

const logger = createLogger({ level: 'warn', name: 'tests' });

/** One PostgreSQL for the whole run: the embedded one, or with TEST_DATABASE_URL (a superuser's) another. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = new AsyncDisposableStack();
  const template = stack.use(await createTemplate({ server: await server(stack), subgraphs: MIGRATIONS, fill }));
  const { name, superUrl, ownerUrl, appUrl } = template;
  project.provide('template', { name, superUrl, ownerUrl, appUrl });
  return () => stack.disposeAsync();
}

async function fill({ ownerUrl, appUrl }: DatabaseUrls): Promise<void> {
  await prepareDatabase(ownerUrl);
  await foundDemo(appUrl, logger);
}

type Server = Pick<DatabaseUrls, 'superUrl' | 'ownerUrl' | 'appUrl'>;

async function server(stack: AsyncDisposableStack): Promise<Server> {
  const { TEST_DATABASE_URL: superUrl } = process.env;
  if (superUrl) return externalServer(superUrl);
  const dataDir = await mkdtemp(join(tmpdir(), 'alims-tests-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  return stack.use(await startEmbeddedPostgres({ dataDir, logger, durable: false }));
}

/** A server of tests alone: the two logins get passwords that are no secret. */
async function externalServer(superUrl: string): Promise<Server> {
  await ensureDatabase({ superUrl, database: 'alims', ownerPassword: 'owner', appPassword: 'app' });
  const as = (role: string, password: string) => {
    const url = new URL(superUrl);
    [url.username, url.password, url.pathname] = [role, password, '/alims'];
    return url.href;
  };
  return { superUrl, ownerUrl: as('alims_owner', 'owner'), appUrl: as('alims', 'app') };
}
