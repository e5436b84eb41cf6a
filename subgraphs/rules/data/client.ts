import type { Reader } from '#platform/database/index.ts';
import { type Prisma, PrismaClient } from './prisma.generated/client.ts';

export type RulesTx = Prisma.TransactionClient;
export type RulesReader = Reader<RulesTx>;

export function createClient(adapter: NonNullable<Prisma.PrismaClientOptions['adapter']>): PrismaClient {
  return new PrismaClient({ adapter });
}
