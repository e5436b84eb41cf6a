import { fileURLToPath } from 'node:url';
import { SUBGRAPH_NAMES } from '../config/index.ts';
import { migrate, provision } from '../database/index.ts';
import { migrateJobs } from '../jobs/index.ts';

/** Where each subgraph's migrations lie. */
export const MIGRATIONS = SUBGRAPH_NAMES.map((subgraph) => ({
  subgraph,
  directory: fileURLToPath(new URL(`../../prisma/${subgraph}/migrations`, import.meta.url)),
}));

/** Brings a database to this version: roles, schemas, migrations, job queue. Changes nothing when it is there already. */
export async function prepareDatabase(
  ownerUrl: string,
  onProgress: (text: string) => void = () => {},
): Promise<string[]> {
  await provision({ ownerUrl, subgraphs: [...SUBGRAPH_NAMES, 'jobs'] });
  const applied = await migrate({ ownerUrl, subgraphs: MIGRATIONS, onProgress });
  await migrateJobs(ownerUrl);
  return applied;
}
