import type { Reader } from '#platform/database/index.ts';
import { type Prisma, PrismaClient } from './prisma.generated/client.ts';

export type AccountsTx = Prisma.TransactionClient;
export type AccountsReader = Reader<AccountsTx>;

export function createClient(adapter: NonNullable<Prisma.PrismaClientOptions['adapter']>): PrismaClient {
  return new PrismaClient({ adapter });
}
