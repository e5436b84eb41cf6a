import type { Reader } from '#platform/database/index.ts';
import { type Prisma, PrismaClient } from './prisma.generated/client.ts';

export type SamplesTx = Prisma.TransactionClient;
export type SamplesReads = Reader<SamplesTx>;

export function createClient(adapter: NonNullable<Prisma.PrismaClientOptions['adapter']>): PrismaClient {
  return new PrismaClient({ adapter });
}
