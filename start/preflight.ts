import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type Config, ConfigurationError, loadSettings, type Settings } from '#platform/config/index.ts';

export const DEFAULT_PORT = 4000;

/**
 * The settings of a start that has what it needs.
 * @throws ConfigurationError with everything that stands in the way at once: variables, port and folder.
 */
export async function preflight(env: NodeJS.ProcessEnv): Promise<Settings> {
  const problems: string[] = [];
  let settings: Settings | null = null;
  try {
    settings = loadSettings(env, { whole: true });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
  }
  // What is wrong elsewhere must not hide a port or folder that is wrong too.
  const probe = settings?.config ?? probeable(env, problems);
  if (probe.port !== 0) problems.push(...(await portProblems(probe.host, probe.port ?? DEFAULT_PORT)));
  if (probe.dataDir) problems.push(...(await folderProblems(probe.dataDir)));
  if (problems.length > 0 || !settings) throw new ConfigurationError(problems);
  return settings;
}

type Probe = Pick<Config, 'host' | 'port' | 'dataDir'>;

/** The part of a broken environment that is right in itself. */
function probeable(env: NodeJS.ProcessEnv, problems: readonly string[]): Probe {
  const wrong = new Set(problems.map((problem) => problem.split(':')[0]));
  const names = ['PORT', 'HOST', 'ALIMS_DATA_DIR'];
  const rest = Object.fromEntries(names.flatMap((name) => (wrong.has(name) ? [] : [[name, env[name]]])));
  const { config } = loadSettings(rest);
  return { host: config.host, port: wrong.has('PORT') ? 0 : config.port, dataDir: config.dataDir };
}

export async function portProblems(host: string, port: number): Promise<string[]> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null>();
  server.once('error', resolve);
  server.listen(port, host, () => resolve(null));
  const error = await promise;
  if (!error) {
    await new Promise((closed) => server.close(closed));
    return [];
  }
  if (error.code === 'EADDRINUSE')
    return [`PORT: ${port} on ${host} is in use by another program; stop it or set PORT to a free one`];
  return [`PORT: ${host}:${port} cannot be listened on (${error.code ?? error.message})`];
}

async function folderProblems(folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return [`ALIMS_DATA_DIR: the folder ${folder} cannot be written (${code}); make it writable or name another`];
  }
}
