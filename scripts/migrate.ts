/**
 * Prepares the database and applies migrations, with the owner's role of MIGRATION_DATABASE_URL. `--subgraph name` takes
 * one subgraph alone; `--applied <subgraph>/<migration>` and `--rolled-back <subgraph>/<migration>` settle a migration
 * that stopped half way.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadProcessSettings, SUBGRAPH_NAMES } from '#platform/config/index.ts';
import { type MigrationSource, migrate, provision, resolveMigration } from '#platform/database/index.ts';
import { migrateJobs } from '#platform/jobs/index.ts';

function sourceOf(subgraph: string): MigrationSource {
  return { subgraph, directory: fileURLToPath(new URL(`../prisma/${subgraph}/migrations`, import.meta.url)) };
}

/** Each application login and the subgraphs whose database it opens: they may lie in databases of their own. */
function loginsOf(
  urls: Readonly<Partial<Record<string, string>>>,
  subgraphs: readonly string[],
): Map<string, string[]> {
  const logins = new Map<string, string[]>();
  for (const subgraph of subgraphs) {
    const url = urls[subgraph];
    const login = url ? decodeURIComponent(new URL(url).username) : 'alims';
    logins.set(login, [...(logins.get(login) ?? []), subgraph]);
  }
  return logins;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      subgraph: { type: 'string', multiple: true },
      applied: { type: 'string' },
      'rolled-back': { type: 'string' },
    },
  });
  const { secrets } = loadProcessSettings();
  const ownerUrl = secrets.migrationDatabaseUrl;
  if (!ownerUrl)
    throw new Error('MIGRATION_DATABASE_URL: expected the URL of the database with its owner, got nothing.');
  const settled = values.applied ?? values['rolled-back'];
  if (settled) {
    const [subgraph = '', name = ''] = settled.split('/');
    const as = values.applied ? 'applied' : 'rolled-back';
    await resolveMigration({ ownerUrl, source: sourceOf(subgraph), name, as });
    console.log(`${settled} is recorded as ${as}.`);
    return;
  }
  const unknown = (values.subgraph ?? []).filter((name) => !SUBGRAPH_NAMES.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`No subgraph ${unknown.join(', ')}; there are ${SUBGRAPH_NAMES.join(', ')}.`);
  const sources = (values.subgraph ?? SUBGRAPH_NAMES).map(sourceOf).filter(({ directory }) => existsSync(directory));
  const subgraphs = sources.map(({ subgraph }) => subgraph);
  for (const [appRole, names] of loginsOf(secrets.databaseUrls, subgraphs)) {
    await provision({ ownerUrl, subgraphs: [...names, 'jobs'], appRole });
  }
  const applied = await migrate({ ownerUrl, subgraphs: sources, onProgress: (text) => console.log(text) });
  await migrateJobs(ownerUrl);
  console.log(applied.length === 0 ? 'Nothing to do.' : `${applied.length} migration(s) applied.`);
}

try {
  await main();
} catch (error) {
  // A refused connection to several addresses has no message of its own.
  const { message, code } = error as { message?: string; code?: string };
  console.error(message || `The database of MIGRATION_DATABASE_URL does not answer (${code}).`);
  process.exitCode = 1;
}
