import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineSubgraph, type Host, readSchema } from '#platform/graphql/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createContext, type MemoryContext, type MemoryDeps } from './context.ts';
import { createClient } from './data/client.ts';
import type { MemoryIndex } from './data/memory-index.ts';
import { createQdrantIndex } from './data/qdrant-index.ts';
import { createSqliteIndex } from './data/sqlite-index.ts';
import { TOPIC } from './events.ts';
import { resolvers } from './resolvers.ts';
import { catchUp, followEvent, type IndexingDeps, purgeExpired, sweep } from './service/indexing.ts';

const INDEX_FILE = 'memory-index.sqlite';

function openIndex({ config, secrets }: Host, logger: Logger): MemoryIndex {
  if (config.qdrantUrl) {
    return createQdrantIndex({ url: config.qdrantUrl, apiKey: secrets.qdrantApiKey ?? undefined });
  }
  mkdirSync(config.dataDir, { recursive: true });
  return createSqliteIndex(join(config.dataDir, INDEX_FILE), (reason) =>
    logger.warn({ err: reason }, 'the memory index cannot be read: it is built again from the database'),
  );
}

/** Serving starts at once; a search during the first moments after the loss of the index may find less. */
async function catchUpOrLog(deps: IndexingDeps, logger: Logger, signal: AbortSignal): Promise<void> {
  try {
    const added = await catchUp(deps, signal);
    if (added > 0) logger.info({ added }, 'the memory index has caught up with the database');
  } catch (error) {
    if (!signal.aborted) logger.warn({ err: error }, 'the memory index could not catch up: the daily sweep will');
  }
}

export async function createDeps(host: Host): Promise<MemoryDeps> {
  const logger = host.logger.child({ module: 'memory' });
  const db = await host.database('memory', createClient);
  const index = openIndex(host, logger);
  const stopping = new AbortController();
  const indexing = { db, index, clock: host.clock };
  const caughtUp = catchUpOrLog(indexing, logger, stopping.signal);
  return {
    ...indexing,
    newId: host.newId,
    logger,
    caughtUp,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await caughtUp;
      await index[Symbol.asyncDispose]();
    },
  };
}

export const memory = defineSubgraph<MemoryDeps, MemoryContext>({
  name: 'memory',
  port: 4005,
  typeDefs: readSchema('memory'),
  resolvers,
  createDeps,
  createContext,
  consumers: (deps) => [{ group: 'memory-index', topics: [TOPIC], handle: (event) => followEvent(deps, event) }],
  jobs: (deps) => [
    {
      name: 'memory.purge-expired',
      cron: '*/5 * * * *',
      handle: async () => {
        await purgeExpired(deps);
      },
    },
    { name: 'memory.sweep-index', cron: '41 3 * * *', handle: () => sweep(deps) },
  ],
});
