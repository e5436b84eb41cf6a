import pg from 'pg';
import { v7 } from 'uuid';
import { createDatabase } from '#platform/database/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createClient } from '#subgraphs/samples/data/client.ts';
import { createPrismaSampleStore } from '#subgraphs/samples/data/prisma-sample-store.ts';

const BATCH = 1_000;
const MINUTE_MS = 60_000;

/** What a list has to find its rows among: copies of registered samples, written past the API and its events. */
export async function fillSamples(options: {
  readonly appUrl: string;
  readonly ownerUrl: string;
  readonly organizationId: string;
  /** Registered samples to copy, in turns. */
  readonly like: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly logger: Logger;
}): Promise<void> {
  const { appUrl: url, organizationId, logger } = options;
  await using database = await createDatabase({
    subgraph: 'samples',
    url,
    client: createClient,
    maxConnections: 2,
    logger,
  });
  const store = createPrismaSampleStore(database);
  const models = await store.read({ organizationId, clientId: null, deciding: false }, (reader) =>
    reader.samplesByIds(options.like),
  );
  const copy = (number: number) => {
    const model = models[number % models.length];
    if (!model) throw new Error('There is no sample to copy.');
    const at = new Date(Date.UTC(2026, 0, 1) + number * MINUTE_MS);
    const name = String(number).padStart(8, '0');
    const times = { collectedAt: at, receivedAt: at, registeredAt: at };
    return { ...model, ...times, id: v7(), accessionNumber: `COPY-${name}`, barcode: `BENCH-${name}` };
  };
  for (let from = options.from; from < options.to; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, options.to - from) }, (_, index) => copy(from + index));
    await store.write({ organizationId, userId: 'bench' }, null, (writer) => writer.insertSamples(rows));
  }
  await tidyTables(options.ownerUrl);
}

/**
 * What the server does by itself within a minute: until then it plans for the tables as they were before they grew, and
 * looks through a list of what its text index has not sorted in yet.
 */
export async function tidyTables(ownerUrl: string): Promise<void> {
  await using owner = await connect(ownerUrl);
  await owner.client.query('VACUUM (ANALYZE)');
}

async function connect(connectionString: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
