import { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { SubgraphName } from '../config/index.ts';
import { createDatabase, type Database, type DatabaseOptions } from '../database/index.ts';
import { createEventLog, type LiveEventLog, type Relay, startRelay, tellCommits } from '../events/index.ts';
import { createGraphQLHandler, type Fetch, type Host, type Route, type SubgraphModule } from '../graphql/index.ts';
import type { JobDefinition } from '../jobs/index.ts';
import type { Resources } from './resources.ts';

export interface RunningSubgraph extends AsyncDisposable {
  readonly name: SubgraphName;
  /** Its GraphQL endpoint and its other routes. */
  readonly fetch: Fetch;
  readonly routes: readonly Route[];
  readonly jobs: readonly JobDefinition[];
  /**
   * Lets its events out. Call it once every subgraph of the process listens: what the in-process bus publishes before
   * counts as handled by everybody.
   */
  relay(): void;
}

export interface SubgraphOptions {
  readonly resources: Resources;
  readonly databaseUrl: string;
  readonly publicUrl: () => string;
}

/** Opens the subgraph's store, starts its consumers, and answers how it is reached. */
export async function startSubgraph(subgraph: SubgraphModule, options: SubgraphOptions): Promise<RunningSubgraph> {
  const { resources } = options;
  const logger = resources.logger.child({ subgraph: subgraph.name });
  await using opening = new AsyncDisposableStack();
  const relays: (() => void)[] = [];
  const host = createHost(opening, options, logger, relays);
  const deps = await subgraph.createDeps(host);
  if (isAsyncDisposable(deps)) opening.use(deps);
  const routes = subgraph.routes?.(deps, host) ?? [];
  const graphql = createGraphQLHandler({
    typeDefs: subgraph.typeDefs,
    resolvers: subgraph.resolvers,
    identityKey: resources.identityKey,
    logger,
    askAs: resources.askAs,
    createContext: (request) => subgraph.createContext(deps, request),
  });
  const fetcher = dispatch(routes, graphql);
  for (const consumer of subgraph.consumers?.(deps, host) ?? []) opening.use(await resources.bus.consume(consumer));
  resources.fetchers.set(subgraph.name, fetcher);
  const running = opening.move();
  return {
    name: subgraph.name,
    fetch: fetcher,
    routes,
    jobs: subgraph.jobs?.(deps, host) ?? [],
    relay: () => {
      for (const start of relays) start();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function isAsyncDisposable(value: unknown): value is AsyncDisposable {
  return typeof value === 'object' && value !== null && Symbol.asyncDispose in value;
}

function dispatch(routes: readonly Route[], graphql: Fetch): Fetch {
  if (routes.length === 0) return graphql;
  const fetch = (request: Request) => {
    const { pathname } = new URL(request.url);
    const route = routes.find(({ prefix }) => pathname === prefix || pathname.startsWith(`${prefix}/`));
    return route ? route.fetch(nodeRequest(request)) : graphql(request);
  };
  return Object.assign(fetch, { Request: graphql.Request });
}

function createHost(
  stack: AsyncDisposableStack,
  options: SubgraphOptions,
  logger: Host['logger'],
  relays: (() => void)[],
): Host {
  const { resources } = options;
  const { settings, bus, metrics, health } = resources;
  const logs = new Set<LiveEventLog>();
  return {
    ...settings,
    ...resources,
    logger,
    publicUrl: options.publicUrl,
    async database<Tx>(subgraph: SubgraphName, client: DatabaseOptions<Tx>['client']): Promise<Database<Tx>> {
      let relay: Relay | undefined;
      const database = stack.use(
        await createDatabase<Tx>({
          subgraph,
          url: options.databaseUrl,
          client,
          maxConnections: settings.config.databaseConnections,
          logger,
          afterCommit: () => relay?.wake(),
        }),
      );
      relays.push(() => {
        relay = running.use(startRelay({ database, bus, logger, metrics }));
      });
      const running = stack.use(new AsyncDisposableStack());
      health.register(`${subgraph}.database`, async () => void (await database.pool.query('SELECT 1')));
      return tellCommits(database, (events) => {
        for (const log of logs) log.hear(events);
      });
    },
    eventLog(database) {
      const log = stack.use(createEventLog({ database, bus, source: database.subgraph, logger }));
      logs.add(log);
      return log;
    },
  };
}

/** Behind a socket a request is of the HTTP adapter's own class, whose body Node's streams refuse. */
function nodeRequest(request: Request): Request {
  if (request instanceof globalThis.Request) return request;
  const { url, method, headers, signal, body } = request;
  // Node's and the DOM's declarations of the same class differ; at run time they are one.
  const bytes = body ? (NodeReadableStream.from(body) as unknown as ReadableStream<Uint8Array>) : null;
  const streamed = bytes ? { body: bytes, duplex: 'half' as const } : {};
  return new globalThis.Request(url, { method, headers: [...headers], signal, ...streamed });
}
