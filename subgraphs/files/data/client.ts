import type { Reader } from '#platform/database/index.ts';
import { type Prisma, PrismaClient } from './prisma.generated/client.ts';

export type FilesTx = Prisma.TransactionClient;
export type FilesReader = Reader<FilesTx>;

export function createClient(adapter: NonNullable<Prisma.PrismaClientOptions['adapter']>): PrismaClient {
  return new PrismaClient({ adapter });
}
