import { ConfigurationError, type Settings } from '#platform/config/index.ts';
import { createHealth, type Health } from '#platform/health/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { type Authenticate, NOBODY } from '#router/identify.ts';
import { startRouter } from '#router/server.ts';
import { buildSupergraph, InvalidSupergraphError } from '#router/supergraph.ts';
import type { SupergraphSource } from '#router/supergraph-source.ts';
import type { CommandLine } from './command-line.ts';
import { openEdge } from './edge.ts';
import { metricsRoute } from './metrics-route.ts';
import { DEFAULT_PORT, portProblems } from './preflight.ts';
import { routerOptionsOf } from './router-options.ts';
import type { Served } from './serve.ts';
import { callerDirectory, openSource, saidUrls, subgraphUrls, urlsIn } from './supergraph-source.ts';
import { openTracing } from './tracing.ts';

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
  await using opening = new AsyncDisposableStack();
  const health = createHealth();
  const directory = callerDirectory(given.env);
  const supergraph = await openSupergraph(given, problems);
  const edge = await openEdge({ settings, logger, directory }, opening, problems);
  const authenticate = await chooseAuthentication({ ...given, health, urls: supergraph.urls, opening }, problems);
  if (problems.length > 0) throw new ConfigurationError([...problems, ...supergraph.faults()]);
  const metrics = createMetrics();
  const starting = startRouter({
    ...routerOptionsOf(config.router),
    supergraph: supergraph.source,
    urls: saidUrls({ flags: given.line.subgraphs, env: given.env }),
    port,
    host: config.host,
    authenticate,
    edge,
    logger,
    metrics,
    health,
    tracing: await openTracing(config.router, logger, opening),
    extraRoutes: [metricsRoute({ metrics }), ...(await rulesPageOf(settings))],
    graphiql: await graphiqlOf(settings),
  });
  const router = opening.use(
    await starting.catch((error: unknown) => {
      throw error instanceof InvalidSupergraphError ? new ConfigurationError(supergraph.faults()) : error;
    }),
  );
  const running = opening.move();
  return { url: router.url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function graphiqlOf({ config }: Settings) {
  if (config.router.supergraph !== null) return { title: 'GraphQL', tabs: [], signIn: false };
  const { examples } = await import('#demo/examples.ts');
  return { title: 'ALIMS', tabs: examples() };
}

/** Only where our own supergraph is served: another has no rules to ask. */
async function rulesPageOf({ config }: Settings) {
  if (config.router.supergraph !== null) return [];
  const { createRulesPage } = await import('#subgraphs/rules/page/index.ts');
  return [await createRulesPage({ demo: false })];
}

interface OpenedSupergraph {
  readonly source: SupergraphSource;
  /** Where its subgraphs are now. */
  readonly urls: ReadonlyMap<string, string>;
  /** What makes it impossible to serve; takes as long as building it. */
  faults(): string[];
}

async function openSupergraph({ settings, line, env }: RouterStart, problems: string[]): Promise<OpenedSupergraph> {
  const { supergraph, supergraphPollMs } = settings.config.router;
  const source = openSource(supergraph, callerDirectory(env), supergraphPollMs);
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

interface Identification extends RouterStart {
  readonly health: Health;
  /** Where the subgraphs are. */
  readonly urls: ReadonlyMap<string, string>;
  readonly opening: AsyncDisposableStack;
}

/** Tokens of identity providers, sessions of our accounts, or with `--auth off` nobody. */
async function chooseAuthentication(given: Identification, problems: string[]): Promise<Authenticate> {
  const { config } = given.settings;
  if (!config.router.auth) return nobody;
  if (config.router.jwks.length === 0) return accountsSessions(given, problems);
  const { openJwt } = await import('./jwt.ts');
  const { health, logger, opening } = given;
  return openJwt({ config: config.router, health, logger, directory: callerDirectory(given.env) }, opening, problems);
}

async function accountsSessions({ settings, urls }: Identification, problems: string[]): Promise<Authenticate> {
  const accounts = settings.config.subgraphUrls.accounts ?? urls.get('accounts');
  const { identityKey } = settings.secrets;
  if (!accounts) {
    problems.push(
      'ROUTER_AUTH: say how callers are identified: --jwks <sources> for the tokens of identity providers, --auth off to identify nobody, or ACCOUNTS_URL for the sessions of our accounts',
    );
  } else if (!identityKey) {
    problems.push(
      'ROUTER_IDENTITY_KEY: required to sign the identity that our subgraphs trust; it is absent (set it or SECRET_KEY; or identify callers by --jwks, or nobody with --auth off)',
    );
  }
  if (!accounts || !identityKey) return nobody;
  const [{ authenticatorOf }, { createAskAs }, { remote }] = await Promise.all([
    import('./sessions.ts'),
    import('#platform/graphql/ask.ts'),
    import('#platform/host/remote.ts'),
  ]);
  const fetchers = new Map([['accounts', remote(accounts)]]);
  return authenticatorOf({ fetchers, askAs: createAskAs(fetchers, identityKey), identityKey });
}
