/**
 * Writes each subgraph's Prisma client (subgraphs/<name>/data/prisma.generated) from prisma/<name>/schema.prisma, and the
 * platform's own migrations into prisma/<name>/migrations. With --check it only says what has drifted, also between the
 * migrations and the schema. With --diff it prints the SQL that the migrations lack.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { SUBGRAPH_NAMES } from '#platform/config/index.ts';
import { PLATFORM_MIGRATIONS, startEmbeddedPostgres } from '#platform/database/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { settle } from './generated-file.ts';
import { missingSql } from './schema-drift.ts';

interface Source {
  readonly subgraph: string;
  /** Folder of schema.prisma and migrations. */
  readonly folder: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GENERATED_AT_ONCE = 2;
const logger = createLogger({ level: 'warn', name: 'prisma' });

/** Subgraphs that keep state, and the one that the database's own tests use. */
function sources(): Source[] {
  const all = SUBGRAPH_NAMES.map((subgraph) => ({ subgraph, folder: join(ROOT, 'prisma', subgraph) }));
  all.push({ subgraph: 'ledger' as never, folder: join(ROOT, 'platform/database/test-fixtures/ledger') });
  return all.filter(({ folder }) => existsSync(join(folder, 'schema.prisma')));
}

function outputOf(source: Source): string {
  const schema = readFileSync(join(source.folder, 'schema.prisma'), 'utf8');
  const output = /^\s*output\s*=\s*"([^"]+)"/m.exec(schema)?.[1];
  if (!output) throw new Error(`${source.folder}/schema.prisma: its generator names no output.`);
  return resolve(source.folder, output);
}

function writePlatformMigrations({ subgraph, folder }: Source, check: boolean): boolean {
  const drifted = PLATFORM_MIGRATIONS.filter(({ name, sql }) => {
    const file = join(folder, 'migrations', name, 'migration.sql');
    if (!check) mkdirSync(dirname(file), { recursive: true });
    return settle(pathToFileURL(file), sql(subgraph), check);
  });
  return drifted.length > 0;
}

/** Generates in a tree of its own, so that nothing changes when it fails, and --check changes nothing at all. */
async function generateInto(tree: string, source: Source): Promise<string> {
  const folder = join(tree, relative(ROOT, source.folder));
  await mkdir(folder, { recursive: true });
  await cp(join(source.folder, 'schema.prisma'), join(folder, 'schema.prisma'));
  await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'node_modules/prisma/build/index.js'), 'generate', '--schema', 'schema.prisma', '--no-hints'],
    {
      cwd: folder,
      // The command looks for an engine to download before it generates, which does not need one: any file will do.
      env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
    },
  );
  return join(tree, relative(ROOT, outputOf(source)));
}

async function writeClient(tree: string, source: Source, check: boolean): Promise<boolean> {
  const generated = await generateInto(tree, source);
  const target = outputOf(source);
  const fresh = filesUnder(generated);
  const stale = filesUnder(target).filter((file) => !fresh.includes(file));
  const changed = fresh.filter((file) => textOf(join(generated, file)) !== textOf(join(target, file)));
  if (stale.length + changed.length === 0) return false;
  const name = relative(ROOT, target);
  if (check) {
    console.error(
      `${name} is not what prisma/${source.subgraph} generates: run "node scripts/prisma.ts" and commit it.`,
    );
    return true;
  }
  await rm(target, { recursive: true, force: true });
  await cp(generated, target, { recursive: true });
  console.log(`wrote ${name}`);
  return true;
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function textOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

async function writeClients(all: readonly Source[], check: boolean): Promise<boolean> {
  const cache = join(ROOT, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const tree = await mkdtemp(join(cache, 'prisma-'));
  try {
    const queue = [...all];
    let drifted = false;
    const worker = async () => {
      for (let source = queue.shift(); source; source = queue.shift()) {
        drifted = (await writeClient(tree, source, check)) || drifted;
      }
    };
    await Promise.all(Array.from({ length: GENERATED_AT_ONCE }, worker));
    return drifted;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function reportMissingSql(all: readonly Source[]): Promise<boolean> {
  const dataDir = await mkdtemp(join(tmpdir(), 'alims-drift-'));
  try {
    await using server = await startEmbeddedPostgres({ dataDir, durable: false, logger });
    let drifted = false;
    for (const source of all) {
      const sql = await missingSql(server, source);
      if (sql === '') continue;
      drifted = true;
      console.error(`The migrations of ${source.subgraph} do not make what its schema.prisma says. Missing:\n${sql}`);
    }
    return drifted;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** True when something had drifted. */
export async function generatePrisma(mode: 'write' | 'check' | 'diff', only?: string): Promise<boolean> {
  const all = sources().filter((source) => !only || source.subgraph === only);
  if (mode === 'diff') return reportMissingSql(all);
  const check = mode === 'check';
  const migrations = all.filter((source) => writePlatformMigrations(source, check)).length > 0;
  const clients = await writeClients(all, check);
  const schemas = check ? await reportMissingSql(all) : false;
  return migrations || clients || schemas;
}

if (import.meta.main) {
  const [option, only] = process.argv.slice(2);
  const mode = option === '--check' ? 'check' : option === '--diff' ? 'diff' : 'write';
  const drifted = await generatePrisma(mode, option?.startsWith('--') ? only : option);
  if (drifted && mode !== 'write') process.exitCode = 1;
}
