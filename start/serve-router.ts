import { ConfigurationError, type Settings } from '#platform/config/index.ts';
import { createHealth } from '#platform/health/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { type Authenticate, NOBODY } from '#router/identify.ts';
import { startRouter } from '#router/server.ts';
import { buildSupergraph, InvalidSupergraphError } from '#router/supergraph.ts';
import type { SupergraphSource } from '#router/supergraph-source.ts';
import type { CommandLine } from './command-line.ts';
import { metricsRoute } from './metrics-route.ts';
import { DEFAULT_PORT, portProblems } from './preflight.ts';
import type { Served } from './serve.ts';
import { callerDirectory, openSource, saidUrls, subgraphUrls, urlsIn } from './supergraph-source.ts';

export interface RouterStart {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly line: CommandLine;
  /** With what the flags say on top. */
  readonly env: NodeJS.ProcessEnv;
  /** What is known to be wrong before anything was tried. */
  readonly problems: readonly string[];
}

/**
 * The router alone: no database, no Redis, no subgraph of ours in the process.
 * @throws ConfigurationError with everything that is wrong or missing.
 */
export async function serveRouter(given: RouterStart): Promise<Served> {
  const { settings, logger } = given;
  const { config } = settings;
  const problems = [...given.problems];
  const port = config.port ?? DEFAULT_PORT;
  if (port !== 0) problems.push(...(await portProblems(config.host, port)));
  const supergraph = await openSupergraph(given, problems);
  const authenticate = await chooseAuthentication(given, supergraph.urls, problems);
  if (problems.length > 0) throw new ConfigurationError([...problems, ...supergraph.faults()]);
  const foreign = config.router.supergraph !== null;
  const metrics = createMetrics();
  const start = startRouter({
    supergraph: supergraph.source,
    urls: saidUrls({ flags: given.line.subgraphs, env: given.env }),
    port,
    host: config.host,
    authenticate,
    logger,
    metrics,
    health: createHealth(),
    extraRoutes: [metricsRoute({ metrics })],
    graphiql: foreign
      ? { title: 'GraphQL', tabs: [] }
      : { title: 'ALIMS', tabs: (await import('#demo/examples.ts')).examples() },
    maxBodyBytes: config.router.maxBodyBytes,
    allowedOrigins: config.router.allowedOrigins,
  });
  return start.catch((error: unknown) => {
    throw error instanceof InvalidSupergraphError ? new ConfigurationError(supergraph.faults()) : error;
  });
}

interface OpenedSupergraph {
  readonly source: SupergraphSource;
  /** Where its subgraphs are now. */
  readonly urls: ReadonlyMap<string, string>;
  /** What makes it impossible to serve; takes as long as building it. */
  faults(): string[];
}

async function openSupergraph({ settings, line, env }: RouterStart, problems: string[]): Promise<OpenedSupergraph> {
  const { supergraph } = settings.config.router;
  const source = openSource(supergraph, callerDirectory(env));
  const shown = supergraph ?? 'schema/supergraph.graphql';
  let sdl = '';
  let named: ReadonlyMap<string, string> = new Map();
  try {
    sdl = await source.read();
    named = urlsIn(sdl);
  } catch (error) {
    problems.push(`SUPERGRAPH: ${shown} cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  return {
    source,
    urls: subgraphUrls(named, { flags: line.subgraphs, env }, problems),
    faults: () =>
      named.size === 0 && problems.length > 0 ? [] : faultsOf(sdl).map((fault) => `SUPERGRAPH: ${shown}: ${fault}`),
  };
}

function faultsOf(sdl: string): readonly string[] {
  try {
    buildSupergraph(sdl);
    return [];
  } catch (error) {
    if (error instanceof InvalidSupergraphError) return error.problems;
    throw error;
  }
}

async function nobody() {
  return NOBODY;
}

/** Sessions of our accounts; nobody with `--auth off`. */
async function chooseAuthentication(
  { settings }: RouterStart,
  urls: ReadonlyMap<string, string>,
  problems: string[],
): Promise<Authenticate> {
  const { config, secrets } = settings;
  if (!config.router.auth) return nobody;
  const accounts = config.subgraphUrls.accounts ?? urls.get('accounts');
  const { identityKey } = secrets;
  if (!identityKey) {
    problems.push(
      'ROUTER_IDENTITY_KEY: required to sign the identity that subgraphs of ours trust; it is absent (set it or SECRET_KEY; or serve without identities: --auth off)',
    );
  }
  if (!accounts) {
    problems.push(
      'ACCOUNTS_URL: required because the sessions of callers are asked of accounts, which the supergraph does not have; it is absent (or serve without identities: --auth off)',
    );
  }
  if (!identityKey || !accounts) return nobody;
  const [{ authenticatorOf }, { createAskAs }, { remote }] = await Promise.all([
    import('./sessions.ts'),
    import('#platform/graphql/ask.ts'),
    import('#platform/host/remote.ts'),
  ]);
  const fetchers = new Map([['accounts', remote(accounts)]]);
  return authenticatorOf({ fetchers, askAs: createAskAs(fetchers, identityKey), identityKey });
}
