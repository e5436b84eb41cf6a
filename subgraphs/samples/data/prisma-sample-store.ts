import type { Database } from '#platform/database/index.ts';
import type { SamplesTx } from './client.ts';
import { createReader } from './prisma-reader.ts';
import { createWriter } from './prisma-writer.ts';
import type { SampleStore } from './sample-store.ts';

export function createPrismaSampleStore(database: Database<SamplesTx>): SampleStore {
  return {
    read: (scope, work) => database.read(scope, (tx, query) => work(createReader({ tx, query }, scope))),
    write: (actor, clientId, work) => database.write(actor, (unit) => work(createWriter(unit, clientId))),
  };
}
