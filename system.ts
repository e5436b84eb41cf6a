import { readFile } from 'node:fs/promises';
import { ConfigurationError, type Settings, type SubgraphName } from '#platform/config/index.ts';
import { openResources, type Resources, type RunningSubgraph, startSubgraph } from '#platform/host/index.ts';
import { startJobs } from '#platform/jobs/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { Edge } from '#router/edge.ts';
import { type GraphiQLOptions, type Router, startRouter } from '#router/index.ts';
import type { Tracing } from '#router/telemetry/tracing.ts';
import { openEdge } from '#start/edge.ts';
import { metricsRoute } from '#start/metrics-route.ts';
import { routerOptionsOf } from '#start/router-options.ts';
import { authenticatorOf } from '#start/sessions.ts';
import { openTracing } from '#start/tracing.ts';
import { SUBGRAPHS } from '#subgraphs/index.ts';
import { createRulesPage } from '#subgraphs/rules/page/index.ts';

export interface SystemOptions {
  readonly settings: Settings;
  readonly secretKey: string;
  readonly logger: Logger;
  /** Connection of each subgraph's application role. */
  readonly databaseUrl: (subgraph: SubgraphName) => string;
  readonly port: number;
  readonly graphiql: GraphiQLOptions | null;
  readonly clock?: (() => Date) | undefined;
  /** Milliseconds that a stop waits for requests under way. */
  readonly stopTimeoutMs?: number | undefined;
}

/** Router and subgraphs in this one process. */
export interface System extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly resources: Resources;
  readonly subgraphs: ReadonlyMap<SubgraphName, RunningSubgraph>;
}

const SUPERGRAPH = new URL('./schema/supergraph.graphql', import.meta.url);

/** Starts everything. What was opened is closed again when a part does not start. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { settings, logger } = options;
  await using opening = new AsyncDisposableStack();
  const resources = opening.use(await openResources(options));
  let url = settings.config.publicUrl ?? `http://localhost:${options.port}`;
  const subgraphs = new Map<SubgraphName, RunningSubgraph>();
  for (const subgraph of SUBGRAPHS) {
    const databaseUrl = options.databaseUrl(subgraph.name);
    const running = opening.use(await startSubgraph(subgraph, { resources, databaseUrl, publicUrl: () => url }));
    subgraphs.set(subgraph.name, running);
  }
  for (const subgraph of subgraphs.values()) subgraph.relay();
  opening.use(
    await startJobs({
      databaseUrl: options.databaseUrl('accounts'),
      subgraphs: [...subgraphs.values()],
      logger,
      metrics: resources.metrics,
    }),
  );
  const problems: string[] = [];
  const edge = await openEdge({ settings, logger, directory: process.cwd() }, opening, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const tracing = await openTracing(settings.config.router, logger, opening);
  const parts = { edge, tracing, subgraphs: [...subgraphs.values()] };
  const router = opening.use(await openRouter(options, resources, parts));
  if (!settings.config.publicUrl) url = router.url.replace('127.0.0.1', 'localhost');
  const running = opening.move();
  return {
    url,
    port: router.port,
    resources,
    subgraphs,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface RouterParts {
  readonly edge: Partial<Edge>;
  readonly tracing: Tracing | undefined;
  readonly subgraphs: readonly RunningSubgraph[];
}

async function openRouter(
  options: SystemOptions,
  resources: Resources,
  { edge, tracing, subgraphs }: RouterParts,
): Promise<Router> {
  const { config } = options.settings;
  const rulesPage = await createRulesPage({ demo: options.graphiql?.demo === true });
  return startRouter({
    ...routerOptionsOf(config.router),
    supergraphSdl: await readFile(SUPERGRAPH, 'utf8'),
    subgraphs: new Map(subgraphs.map(({ name, fetch }) => [name, fetch])),
    port: options.port,
    host: config.host,
    authenticate: authenticatorOf(resources),
    edge,
    tracing,
    logger: options.logger,
    metrics: resources.metrics,
    health: resources.health,
    extraRoutes: [...subgraphs.flatMap(({ routes }) => routes), metricsRoute(resources), rulesPage],
    graphiql: options.graphiql,
    stopTimeoutMs: options.stopTimeoutMs,
  });
}
