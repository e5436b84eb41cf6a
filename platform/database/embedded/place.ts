import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigurationError, keepSecret } from '#platform/config/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { type Account, canReach } from './account.ts';
import { stopLeftover } from './leftover.ts';

/** Passwords of this installation. They never leave the data folder, which they are useless without. */
export interface Credentials {
  readonly superPassword: string;
  readonly ownerPassword: string;
  readonly appPassword: string;
}

/** Where one installation keeps its server. */
export interface Place {
  /** Cluster, log, and what the server works with. */
  readonly home: string;
  /** Folder of the programs. Homes outside their data folders share one. */
  readonly programs: string;
  /** Folder of the Unix socket; null where its path would be too long for one. */
  readonly sockets: string | null;
  readonly credentials: Credentials;
}

/** Longest path of a Unix socket, less `/.s.PGSQL.65535` and the final zero. */
const LONGEST_SOCKET_FOLDER = 104 - 16;
const ELSEWHERE = '/var/lib/alims';
const THROWAWAY = 'throwaway';

/**
 * Under the data folder; when the server needs another account that cannot walk there (a private home), under
 * /var/lib/alims or the folder for temporary files, named after the data folder.
 */
export async function preparePlace(options: {
  readonly dataDir: string;
  readonly account: Account | null;
  /** Nobody minds when the database goes away together with its data folder. */
  readonly throwaway: boolean;
  readonly logger: Logger;
}): Promise<Place> {
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const inside = !options.account || (await canReach(options.account, dataDir));
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const home = inside ? join(dataDir, 'postgres') : await homeElsewhere(hash);
  await give(home, 0o700, options.account);
  if (!inside && options.throwaway) await writeFile(join(home, THROWAWAY), dataDir);
  const credentials = await readCredentials({ dataDir, home, inside, logger: options.logger });
  const programs = dirname(home) === ELSEWHERE ? ELSEWHERE : home;
  return { home, programs, sockets: await socketFolder(home, hash, options.account), credentials };
}

/** Homes that tests left outside their data folders, once those are gone. */
export async function sweepThrowaways(logger: Logger): Promise<void> {
  for (const name of await readdir(ELSEWHERE).catch(() => [])) {
    const home = join(ELSEWHERE, name);
    const dataDir = await readFile(join(home, THROWAWAY), 'utf8').catch(() => null);
    if (dataDir === null || existsSync(dataDir)) continue;
    await stopLeftover(join(home, 'cluster'), logger);
    await rm(home, { recursive: true, force: true });
  }
}

async function homeElsewhere(hash: string): Promise<string> {
  try {
    await mkdir(ELSEWHERE, { recursive: true, mode: 0o755 });
    return join(ELSEWHERE, hash);
  } catch {
    return join(tmpdir(), `alims-${hash}`);
  }
}

async function socketFolder(home: string, hash: string, account: Account | null): Promise<string | null> {
  if (process.platform === 'win32') return null;
  for (const folder of [join(home, 'run'), join(tmpdir(), `alims-run-${hash}`)]) {
    if (folder.length > LONGEST_SOCKET_FOLDER) continue;
    await give(folder, 0o700, account);
    return folder;
  }
  return null;
}

/** Makes the folder the account's own. A folder of somebody else under that name is not taken. */
async function give(folder: string, mode: number, account: Account | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode });
  const owner = account?.uid ?? process.getuid?.() ?? 0;
  const { uid } = await stat(folder);
  if (uid !== owner && uid !== process.getuid?.()) throw new Error(`${folder} belongs to another user (uid ${uid}).`);
  if (account) await chown(folder, account.uid, account.gid);
  await chmod(folder, mode);
}

async function readCredentials(options: {
  readonly dataDir: string;
  readonly home: string;
  readonly inside: boolean;
  readonly logger: Logger;
}): Promise<Credentials> {
  const file = join(options.dataDir, 'postgres-credentials.json');
  const made = existsSync(join(options.home, 'cluster'));
  const kept = existsSync(file) ? credentialsIn(await readFile(file, 'utf8')) : null;
  if (kept) return kept;
  if (made && (options.inside || existsSync(file))) {
    const state = existsSync(file) ? 'holds no credentials' : 'is gone';
    throw new ConfigurationError([
      `ALIMS_DATA_DIR: ${file} ${state}, so the database in ${options.home} cannot be opened: restore the file`,
    ]);
  }
  if (made) {
    // The data folder was deleted to begin anew; the cluster beside it is kept, in case that was a mistake.
    const left = join(options.home, `cluster-left-${Date.now()}`);
    await rename(join(options.home, 'cluster'), left);
    options.logger.warn({ left }, 'the data folder is new; the database of its predecessor was put aside');
  }
  const password = () => randomBytes(24).toString('base64url');
  const credentials = { superPassword: password(), ownerPassword: password(), appPassword: password() };
  // What a cut-off first start left of the file opens nothing.
  await rm(file, { force: true });
  await keepSecret(file, `${JSON.stringify(credentials)}\n`);
  return credentials;
}

/** Null when the text was cut off. */
function credentialsIn(text: string): Credentials | null {
  try {
    const { superPassword, ownerPassword, appPassword } = JSON.parse(text) as Credentials;
    return superPassword && ownerPassword && appPassword ? { superPassword, ownerPassword, appPassword } : null;
  } catch {
    return null;
  }
}
