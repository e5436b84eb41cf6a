import type { Database } from '#platform/database/index.ts';
import type { WorkflowsTx } from './client.ts';
import { createReader } from './prisma-reader.ts';
import { createWriter } from './prisma-writer.ts';
import type { WorkflowStore } from './workflow-store.ts';

export function createPrismaWorkflowStore(database: Database<WorkflowsTx>): WorkflowStore {
  return {
    read: (scope, work) => database.read(scope, (tx, query) => work(createReader({ tx, query }, scope))),
    write: (actor, work) => database.write(actor, (unit) => work(createWriter(unit))),
  };
}
