import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '#platform/logging/index.ts';
import {
  createDatabase,
  type Database,
  type DatabaseUrls,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../index.ts';
import { type Prisma, PrismaClient } from './ledger/prisma.generated/client.ts';

export const logger = createLogger({ level: 'silent', name: 'test' });
export const LEDGER = { subgraph: 'ledger', directory: join(import.meta.dirname, 'ledger/migrations') };
export type LedgerTx = Prisma.TransactionClient;

/** A server of its own in a folder for temporary files, both gone when it is disposed of. */
export async function startTestServer(): Promise<EmbeddedPostgres> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'alims-test-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = cleanup.use(await startEmbeddedPostgres({ dataDir, logger, durable: false }));
  const resources = cleanup.move();
  return { ...server, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

export function openLedger(
  urls: Pick<DatabaseUrls, 'appUrl'>,
  options: { readonly afterCommit?: () => void; readonly maxConnections?: number } = {},
): Promise<Database<LedgerTx>> {
  return createDatabase<LedgerTx>({
    subgraph: 'ledger',
    url: urls.appUrl,
    client: (adapter) => new PrismaClient({ adapter }),
    maxConnections: 10,
    logger,
    ...options,
  });
}
