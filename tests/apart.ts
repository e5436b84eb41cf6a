import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SUBGRAPH_NAMES } from '#platform/config/index.ts';
import { freePort } from '#platform/testing/free-port.ts';

export interface Apart extends AsyncDisposable {
  /** Where the router listens, without a path. */
  readonly url: string;
}

export interface ApartOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly secretKey: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The system as production runs it: `npm run serve` for each subgraph and for the router, each in its own process. */
export async function startApart(options: ApartOptions): Promise<Apart> {
  await using opening = new AsyncDisposableStack();
  const ports = new Map<string, number>();
  for (const part of [...SUBGRAPH_NAMES, 'router']) ports.set(part, await freePort());
  const at = (part: string) => `http://127.0.0.1:${ports.get(part)}`;
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    LOG_LEVEL: 'error',
    DATABASE_URL: options.databaseUrl,
    DATABASE_CONNECTIONS: '4',
    REDIS_URL: options.redisUrl,
    REDIS_PREFIX: `test-${randomUUID()}`,
    SECRET_KEY: options.secretKey,
    ALIMS_DEMO: 'on',
    ALIMS_DATA_DIR: options.dataDir,
    PUBLIC_URL: at('router'),
    FILES_PUBLIC_URL: at('files'),
    ...Object.fromEntries(SUBGRAPH_NAMES.map((name) => [`${name.toUpperCase()}_URL`, `${at(name)}/graphql`])),
    ...options.env,
  };
  const start = async (part: string) => {
    const child = spawn(process.execPath, ['subgraphs/main.mjs', part, '--port', String(ports.get(part))], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // So that a run that is cut off leaves no process behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    opening.defer(async () => {
      await stop(child);
      process.off('exit', kill);
    });
    await ready(part, child);
  };
  await Promise.all(SUBGRAPH_NAMES.map(start));
  await start('router');
  const running = opening.move();
  return { url: at('router'), [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function ready(part: string, child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('The process has no output to read.');
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('answers at')) return;
  throw new Error(`${part} ended before it was ready (exit code ${child.exitCode}).`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
