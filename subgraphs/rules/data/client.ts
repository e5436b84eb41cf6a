import { type Prisma, PrismaClient } from './prisma.generated/client.ts';

export type RulesTx = Prisma.TransactionClient;

export function createClient(adapter: NonNullable<Prisma.PrismaClientOptions['adapter']>): PrismaClient {
  return new PrismaClient({ adapter });
}
