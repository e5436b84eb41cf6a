import type { Reader } from '#platform/database/index.ts';
import { type Prisma, PrismaClient } from './prisma.generated/client.ts';

export type WorkflowsTx = Prisma.TransactionClient;
export type WorkflowsReads = Reader<WorkflowsTx>;

export function createClient(adapter: NonNullable<Prisma.PrismaClientOptions['adapter']>): PrismaClient {
  return new PrismaClient({ adapter });
}
