import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '#platform/logging/index.ts';
import { acquireDataLock } from './data-lock.ts';
import { unprivilegedAccount } from './embedded/account.ts';
import { stopLeftover } from './embedded/leftover.ts';
import { type Place, preparePlace, sweepThrowaways } from './embedded/place.ts';
import { prepareRuntime } from './embedded/runtime.ts';
import { clusterOf, initCluster, type Server, type ServerOptions, startServer } from './embedded/server.ts';
import { APP_ROLE, ensureDatabase, OWNER_ROLE } from './provision.ts';

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly logger: Logger;
  /** False, for tests: fsync is off, and a later start removes the database when its data folder is gone. Default true. */
  readonly durable?: boolean;
  /** Told in a few words what takes time. */
  readonly onProgress?: (text: string) => void;
}

/** A PostgreSQL of our own. Disposing stops it. */
export interface EmbeddedPostgres extends AsyncDisposable {
  readonly port: number;
  /** Process id of the server. */
  readonly pid: number;
  /** Where its files are. */
  readonly directory: string;
  /** May change the schema; holds no other power. */
  readonly ownerUrl: string;
  /** The services' login: a member of each subgraph's role, and nothing by itself. */
  readonly appUrl: string;
  /** May do everything, for example create databases. */
  readonly superUrl: string;
}

const DATABASE = 'alims';

/**
 * Starts the PostgreSQL that npm brought, on 127.0.0.1 and a Unix socket, with its files under the data folder.
 * @throws Error with the last lines of the server's log when it does not start; ConflictError when another process runs it.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  await using cleanup = new AsyncDisposableStack();
  cleanup.use(await acquireDataLock(options.dataDir, 'postgres'));
  const { place, server } = await startOn(options);
  cleanup.defer(() => server.stop());
  const url = (role: string, password: string) => urlOf(place, server, role, password);
  const superUrl = url('postgres', place.credentials.superPassword);
  await ensureDatabase({
    superUrl,
    database: DATABASE,
    ownerPassword: place.credentials.ownerPassword,
    appPassword: place.credentials.appPassword,
  });
  const resources = cleanup.move();
  return {
    port: server.port,
    pid: server.pid,
    directory: place.home,
    ownerUrl: url(OWNER_ROLE, place.credentials.ownerPassword),
    appUrl: url(APP_ROLE, place.credentials.appPassword),
    superUrl,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function startOn(options: EmbeddedOptions): Promise<{ place: Place; server: Server }> {
  const { logger, durable = true, onProgress = () => {} } = options;
  const account = unprivilegedAccount();
  if (account) await sweepThrowaways(logger);
  const place = await preparePlace({ dataDir: options.dataDir, account, throwaway: !durable, logger });
  const runtime = await prepareRuntime(place.programs, onProgress);
  const serverOptions: ServerOptions = { place, runtime, account, durable };
  if (existsSync(join(clusterOf(place), 'PG_VERSION'))) {
    await stopLeftover(clusterOf(place), logger);
  } else {
    onProgress(`making a new database in ${clusterOf(place)}${account ? ` (as ${account.name})` : ''}`);
    await initCluster(serverOptions);
  }
  return { place, server: await startServer(serverOptions) };
}

/** Also without the `host` parameter, which names the Unix socket, the URL leads to the server. */
function urlOf(place: Place, server: Server, role: string, password: string): string {
  const socket = place.sockets ? `?host=${encodeURIComponent(place.sockets)}` : '';
  return `postgresql://${role}:${password}@127.0.0.1:${server.port}/${DATABASE}${socket}`;
}
