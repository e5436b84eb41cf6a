import type { Settings, SubgraphName } from '#platform/config/index.ts';
import { openResources, type Resources, serveHttp, startSubgraph } from '#platform/host/index.ts';
import { startJobs } from '#platform/jobs/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { SUBGRAPHS } from '#subgraphs/index.ts';
import { refuseDemo } from './demo-refusal.ts';
import { metricsRoute } from './metrics-route.ts';
import type { Served } from './serve.ts';

export interface SubgraphStart {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly databaseUrl: string;
  readonly secretKey: string;
}

/** @throws ConfigurationError when the demonstration stands in the database of accounts. */
export async function serveSubgraph(part: SubgraphName, given: SubgraphStart): Promise<Served> {
  const { logger, databaseUrl, secretKey } = given;
  const settings = withDefaultUrls(given.settings);
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

const DEFAULT_URLS = new Map(SUBGRAPHS.map(({ name, port }) => [name, `http://localhost:${port}/graphql`]));

/** Where each of our subgraphs is looked for unless the environment says otherwise. */
function withDefaultUrls(settings: Settings): Settings {
  const subgraphUrls = { ...Object.fromEntries(DEFAULT_URLS), ...settings.config.subgraphUrls };
  return { ...settings, config: { ...settings.config, subgraphUrls } };
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
