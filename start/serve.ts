import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { examples } from '#demo/examples.ts';
import {
  ConfigurationError,
  loadSettings,
  type Settings,
  SUBGRAPH_NAMES,
  type SubgraphName,
} from '#platform/config/index.ts';
import { openResources, type Resources, serveHttp, startSubgraph } from '#platform/host/index.ts';
import { startJobs } from '#platform/jobs/index.ts';
import { createLogger, type Logger } from '#platform/logging/index.ts';
import { NOBODY, startRouter } from '#router/index.ts';
import { SUBGRAPHS } from '#subgraphs/index.ts';
import { authenticatorOf, metricsRoute } from '#system';
import { refuseDemo } from './demo-refusal.ts';
import { DEFAULT_PORT } from './preflight.ts';
import type { Tell } from './run.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
}

const USAGE = `Usage: npm run serve -- <part> [--port N]
  <part>      router, ${SUBGRAPH_NAMES.join(', ')}
  router also takes --supergraph <file or URL>, --auth on|off, --subgraph <name>=<url> (repeatable)`;

const OPTIONS = {
  port: { type: 'string' },
  supergraph: { type: 'string' },
  auth: { type: 'string' },
  subgraph: { type: 'string', multiple: true },
} as const;

/**
 * Starts one part.
 * @throws ConfigurationError naming every problem of the flags and variables at once.
 */
export async function serve(args: readonly string[], env: NodeJS.ProcessEnv, tell: Tell): Promise<Served> {
  const { part, merged, urls } = understand(args, env);
  const settings = loadSettings(merged);
  const logger = createLogger({ level: settings.config.logLevel, name: part });
  const served =
    part === 'router' ? await serveRouter(settings, urls, logger) : await serveSubgraph(part, settings, logger);
  tell(`${part} answers at ${served.url}/graphql (health: ${served.url}/health). Ctrl-C stops.`);
  return served;
}

interface Understood {
  readonly part: SubgraphName | 'router';
  /** The environment with what the flags say on top. */
  readonly merged: NodeJS.ProcessEnv;
  /** From --subgraph, also of subgraphs that are not ours. */
  readonly urls: ReadonlyMap<string, string>;
}

function understand(args: readonly string[], env: NodeJS.ProcessEnv): Understood {
  const { values, positionals } = parse(args);
  const [part] = positionals;
  if (positionals.length !== 1 || !isPart(part)) {
    throw new ConfigurationError([
      `expected one part to serve, got ${JSON.stringify(positionals.join(' '))}\n${USAGE}`,
    ]);
  }
  const merged = { ...env };
  if (values.port !== undefined) merged.PORT = values.port;
  if (values.supergraph !== undefined) merged.SUPERGRAPH = values.supergraph;
  if (values.auth !== undefined) merged.ROUTER_AUTH = values.auth;
  return { part, merged, urls: new Map((values.subgraph ?? []).map(toPair)) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ConfigurationError([`${error instanceof Error ? error.message : String(error)}\n${USAGE}`]);
  }
}

function isPart(part: string | undefined): part is SubgraphName | 'router' {
  return part === 'router' || SUBGRAPH_NAMES.some((name) => name === part);
}

function toPair(text: string): [string, string] {
  const [name = '', ...url] = text.split('=');
  if (name && URL.canParse(url.join('='))) return [name, url.join('=')];
  throw new ConfigurationError([`--subgraph: expected name=url, got ${JSON.stringify(text)}`]);
}

const DEFAULT_URLS = new Map(SUBGRAPHS.map(({ name, port }) => [name, `http://localhost:${port}/graphql`]));

/** Where each of our subgraphs is looked for unless the environment says otherwise. */
function withDefaultUrls(settings: Settings): Settings {
  const subgraphUrls = { ...Object.fromEntries(DEFAULT_URLS), ...settings.config.subgraphUrls };
  return { ...settings, config: { ...settings.config, subgraphUrls } };
}

function required(settings: Settings, part: SubgraphName): { databaseUrl: string; secretKey: string } {
  const { databaseUrls, redisUrl, secretKey } = settings.secrets;
  const databaseUrl = databaseUrls[part];
  const problems: string[] = [];
  if (!databaseUrl) {
    problems.push(
      `DATABASE_URL: required, the embedded database admits one process only; it is absent (or set ${part.toUpperCase()}_DATABASE_URL)`,
    );
  }
  if (!redisUrl) problems.push('REDIS_URL: required, events have to reach other processes; it is absent');
  if (!secretKey) problems.push('SECRET_KEY: required, and the same in every process; it is absent');
  if (problems.length > 0 || !databaseUrl || !secretKey) throw new ConfigurationError(problems);
  return { databaseUrl, secretKey };
}

async function serveSubgraph(part: SubgraphName, given: Settings, logger: Logger): Promise<Served> {
  const { databaseUrl, secretKey } = required(given, part);
  const settings = withDefaultUrls(given);
  const subgraph = SUBGRAPHS.find(({ name }) => name === part);
  if (!subgraph) throw new Error(`${part} is not one of ours.`);
  await using opening = new AsyncDisposableStack();
  // Without accounts nobody signs in: its process is the one that keeps published passwords out.
  if (part === 'accounts') await refuseDemo(settings, databaseUrl, logger);
  const resources = opening.use(await openResources({ settings, secretKey, logger }));
  let url = '';
  const publicUrl = () => settings.config.publicUrl ?? url;
  const running = opening.use(await startSubgraph(subgraph, { resources, databaseUrl, publicUrl }));
  running.relay();
  opening.use(await startJobs({ databaseUrl, subgraphs: [running], logger, metrics: resources.metrics }));
  const http = opening.use(
    await serveHttp({
      port: settings.config.port ?? subgraph.port,
      host: settings.config.host,
      fetch: withOperations(running.fetch, resources),
      maxBodyBytes: settings.config.subgraphMaxBodyBytes,
      streams: running.routes.map(({ prefix }) => prefix),
    }),
  );
  url = http.url;
  const served = opening.move();
  return { url, [Symbol.asyncDispose]: () => served.disposeAsync() };
}

type FetchHandler = (request: Request) => Promise<Response>;

/** What every process answers besides its own work. */
function withOperations(fetcher: FetchHandler, resources: Resources): FetchHandler {
  const metrics = metricsRoute(resources);
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === metrics.prefix) return metrics.fetch();
    return (await resources.health.handle(request)) ?? fetcher(request);
  };
}

const OUR_SUPERGRAPH = new URL('../schema/supergraph.graphql', import.meta.url);

async function serveRouter(given: Settings, urls: ReadonlyMap<string, string>, logger: Logger): Promise<Served> {
  const { config, secrets } = given;
  const foreign = config.router.supergraph !== null;
  const settings = foreign ? given : withDefaultUrls(given);
  const problems: string[] = [];
  if (config.router.auth && !secrets.secretKey && !secrets.identityKey) {
    problems.push(
      'ROUTER_IDENTITY_KEY: required to sign the identity that subgraphs trust (or SECRET_KEY, or --auth off); it is absent',
    );
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  await using opening = new AsyncDisposableStack();
  const resources = opening.use(await openResources({ settings, secretKey: secrets.secretKey ?? 'unused', logger }));
  const router = opening.use(
    await startRouter({
      supergraphSdl: await readSupergraph(config.router.supergraph),
      urls: new Map([...Object.entries(settings.config.subgraphUrls), ...urls]),
      port: config.port ?? DEFAULT_PORT,
      host: config.host,
      authenticate: config.router.auth ? authenticatorOf(resources) : nobody,
      logger,
      metrics: resources.metrics,
      health: resources.health,
      extraRoutes: [metricsRoute(resources)],
      graphiql: { title: 'ALIMS', tabs: foreign ? [] : examples() },
      maxBodyBytes: config.router.maxBodyBytes,
      allowedOrigins: config.router.allowedOrigins,
    }),
  );
  const served = opening.move();
  return { url: router.url, [Symbol.asyncDispose]: () => served.disposeAsync() };
}

async function nobody() {
  return NOBODY;
}

/** @throws ConfigurationError when there is nothing to read. */
async function readSupergraph(source: string | null): Promise<string> {
  try {
    if (source === null) return await readFile(OUR_SUPERGRAPH, 'utf8');
    if (!/^https?:/.test(source)) return await readFile(source, 'utf8');
    const response = await fetch(source);
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return await response.text();
  } catch (error) {
    throw new ConfigurationError([
      `SUPERGRAPH: ${source} cannot be read (${error instanceof Error ? error.message : error})`,
    ]);
  }
}
