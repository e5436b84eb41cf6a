import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from '#platform/health/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { Metrics } from '#platform/metrics/index.ts';
import { completeEdge, type Edge } from './edge.ts';
import { createGraphiQL, type GraphiQLOptions } from './graphiql/page.ts';
import { withHeaders } from './headers/with-headers.ts';
import { type FetchHandler, serveFetch } from './http/bridge.ts';
import { applyCors } from './http/cors.ts';
import { createGraphQLOverHttp, type NodeHandler } from './http/graphql.ts';
import { createHeartbeats, type Heartbeats } from './http/heartbeats.ts';
import { HttpRefusal, sendRefusal } from './http/refusal.ts';
import { type Authenticate, requestIdOf } from './identify.ts';
import { createRouterMetrics, type RouterMetrics } from './metrics.ts';
import { DEFAULT_LIMITS, type OperationLimits } from './operation/limits.ts';
import type { OperationOptions } from './operation/operation.ts';
import { createPlanningWorker, DEFAULT_PLANNING_LIMITS, type PlanningLimits } from './operation/planning-worker.ts';
import { timed } from './operation/timed-planner.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { defaultPlanAccess } from './query-plan.ts';
import { createResponseCache, type ResponseCache } from './response-cache/cache.ts';
import type { Invalidation } from './response-cache/tags.ts';
import {
  DEFAULT_WARM_UP,
  type Opening,
  type ServedSupergraph,
  serveSupergraph,
  type WarmUp,
} from './served-supergraph.ts';
import { type Answering, createAnswering, stopServer } from './stop.ts';
import { createStreamQuota, DEFAULT_STREAM_LIMITS, type StreamLimits, type StreamQuota } from './stream-quota.ts';
import type { SupergraphState } from './supergraph.ts';
import { fixedSource, type SupergraphSource } from './supergraph-source.ts';
import { withTraces } from './telemetry/traced-clients.ts';
import type { Tracing } from './telemetry/tracing.ts';
import { CALLBACK_PATH, createUpstreams, type SubgraphsOptions, type Upstreams } from './upstream/subgraph-clients.ts';
import type { SubgraphFetch } from './upstream/transport.ts';
import { createUsageRecorder, type UsageRecorder } from './usage/recorder.ts';
import { createUsageRoute, USAGE_PATH } from './usage/route.ts';
import { serveWebSockets } from './websocket/server.ts';

export interface ExtraRoute {
  /** The path itself and everything below it. The longest prefix wins. */
  readonly prefix: string;
  readonly fetch: FetchHandler;
}

interface CommonOptions {
  /** Handlers of the subgraphs in this process, by name; the others are reached over HTTP. */
  readonly subgraphs?: ReadonlyMap<string, SubgraphFetch> | undefined;
  /** URLs instead of those in the supergraph, by name: also of subgraphs that only a later supergraph has. */
  readonly urls?: ReadonlyMap<string, string> | ((name: string) => string | undefined) | undefined;
  /** What is prepared before another supergraph replaces the one that is served. */
  readonly warmUp?: Partial<WarmUp> | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  readonly host?: string | undefined;
  readonly authenticate: Authenticate;
  /** Which headers go on, which documents are served, how much a caller may send. Default: none, all, anything. */
  readonly edge?: Partial<Edge> | undefined;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Serves `/health…`; it is drained when the router stops. */
  readonly health?: Health | undefined;
  readonly extraRoutes?: readonly ExtraRoute[] | undefined;
  /** Exact path to page. */
  readonly pages?: Readonly<Record<string, FetchHandler>> | undefined;
  /** Null: browsers get no GraphiQL. */
  readonly graphiql?: GraphiQLOptions | null | undefined;
  /** Origins whose pages may call the router; `*` names all. Default: none but its own. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly limits?: Partial<OperationLimits> | undefined;
  readonly streamLimits?: Partial<StreamLimits> | undefined;
  /** One execution of a query for all callers of one scope who ask the same at the same time. Default true. */
  readonly shareExecutions?: boolean | undefined;
  /** Keeps answers for as long as `@cacheControl` of the supergraph lets them be kept; default: keeps none. */
  readonly responseCache?: { readonly maxBytes: number } | undefined;
  /** What becomes of fields that a caller may not use: null with an error each (default), or the operation refused. */
  readonly unauthorized?: OperationOptions['unauthorized'] | undefined;
  /** Whether `__schema` and `__type` are answered. Default true. */
  readonly introspection?: boolean | undefined;
  /** Whether messages tell the names that a client may have meant. Default true. */
  readonly suggestions?: boolean | undefined;
  /** Bounds of planning in a thread of its own; null plans in the thread that serves, without bounds. */
  readonly planning?: Partial<PlanningLimits> | null | undefined;
  /** Operations kept ready. Default 1,000. */
  readonly maxOperations?: number | undefined;
  /** Bytes of a GraphQL request. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Operations in one HTTP request; 0 refuses lists of them. Default 10. */
  readonly maxBatch?: number | undefined;
  /** Milliseconds between signs of life on open streams and sockets. Default 12,000. */
  readonly heartbeatMs?: number | undefined;
  readonly subgraphOptions?: SubgraphsOptions | undefined;
  /** The address by which subgraphs reach this router and no other, for subscriptions by callback. */
  readonly publicUrl?: string | undefined;
  /** Where spans go; absent: nothing is traced, and `traceparent` goes to subgraphs as it came. */
  readonly tracing?: Tracing | undefined;
  /** Milliseconds that a stop waits for requests under way. Default 10,000. */
  readonly stopTimeoutMs?: number | undefined;
}

export type RouterOptions = CommonOptions &
  (
    | { readonly supergraphSdl: string }
    /** A text, or where it comes from and is watched for changes. */
    | { readonly supergraph: { readonly sdl: string } | SupergraphSource }
  );

export interface Router extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /**
   * Drops the kept answers that hold one of these entities, or any object of a type: for changes that neither a mutation
   * nor an event through this router has told of. @throws BadInputError for a type or key that does not exist.
   */
  invalidate(targets: readonly Invalidation[]): void;
}

/** Throws InvalidSupergraphError, or the system's error when the port or the supergraph cannot be read. */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const { logger } = options;
  const metrics = options.metrics && createRouterMetrics(options.metrics);
  const host = options.host ?? '127.0.0.1';
  const queryPlan = defaultPlanAccess(host, Boolean(options.graphiql));
  const edge = completeEdge({ queryPlan, ...options.edge }, logger);
  const upstreams = createUpstreams({ ...options, metrics });
  const usage = createUsageRecorder();
  metrics?.followDeprecated(usage.readDeprecated);
  const served = await openSupergraph(options, { edge, upstreams, usage, metrics });
  options.health?.tell('supergraph', () => served.describe());
  const streamLimits = { ...DEFAULT_STREAM_LIMITS, ...options.streamLimits };
  const quota = createStreamQuota(streamLimits);
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000, keepAliveTimeout: 65_000 });
  const heartbeats = createHeartbeats(options.heartbeatMs ?? 12_000);
  const { maxPendingBytes, perSocket: maxOperationsPerStream } = streamLimits;
  const answering = createAnswering();
  const streaming = { answering, edge, usage, quota, heartbeats, metrics, maxPendingBytes, maxOperationsPerStream };
  server.on('request', createRequestListener(withCallbacks(options, upstreams), served, streaming));
  const webSockets = serveWebSockets({
    server,
    path: '/graphql',
    lease: () => served.lease(),
    authenticate: options.authenticate,
    edge,
    logger,
    maxMessageBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    keepAliveMs: options.heartbeatMs ?? 12_000,
    metrics,
    quota,
    limits: streamLimits,
  });
  try {
    await listen(server, options.port, host);
  } catch (error) {
    await served[Symbol.asyncDispose]();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    options.health?.drain();
    await stopServer({ server, webSockets, served, answering, timeoutMs: options.stopTimeoutMs ?? 10_000, logger });
    heartbeats[Symbol.dispose]();
    await served[Symbol.asyncDispose]();
  };
  return {
    port,
    invalidate(targets) {
      using lease = served.lease();
      lease.pipeline.invalidate(targets);
    },
    url: `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`,
    [Symbol.asyncDispose]() {
      stopped ??= stop();
      return stopped;
    },
  };
}

interface Surroundings {
  readonly edge: Edge;
  readonly upstreams: Upstreams;
  readonly usage: UsageRecorder;
  readonly metrics: RouterMetrics | undefined;
}

function withCallbacks(options: RouterOptions, { callbackHandler }: Upstreams): RouterOptions {
  if (!callbackHandler) return options;
  const route = { prefix: CALLBACK_PATH, fetch: callbackHandler };
  return { ...options, extraRoutes: [...(options.extraRoutes ?? []), route] };
}

function openSupergraph(options: RouterOptions, surroundings: Surroundings): Promise<ServedSupergraph> {
  const { logger } = options;
  const responseCache = options.responseCache && createResponseCache(options.responseCache);
  return serveSupergraph({
    source: sourceOf(options),
    open: (opening) => openPipeline(options, { ...opening, responseCache }, surroundings),
    warmUp: { ...DEFAULT_WARM_UP, ...options.warmUp },
    logger,
    metrics: surroundings.metrics,
  });
}

function openPipeline(
  options: RouterOptions,
  { state, hold, resources, responseCache }: Opening & { readonly responseCache: ResponseCache | undefined },
  { edge, upstreams, usage, metrics }: Surroundings,
): Pipeline {
  const clients = resources.use(upstreams.open(urlsOf(options.urls, state)));
  const worker = resources.use(planningWorker(options, state));
  return createPipeline({
    state,
    usage,
    hold,
    subgraph: withTraces(withHeaders(clients.get, edge.headers), options.tracing),
    tracing: options.tracing,
    changes: upstreams.changes,
    shareExecutions: options.shareExecutions,
    responseCache,
    planner: timed(worker ?? state.planner, metrics),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ...(options.unauthorized && { unauthorized: options.unauthorized }),
    introspection: options.introspection ?? true,
    suggestions: options.suggestions ?? true,
    maxOperations: options.maxOperations ?? 1_000,
    logger: options.logger,
    metrics,
  });
}

function planningWorker({ planning, logger }: RouterOptions, { adapted }: SupergraphState) {
  if (planning === null) return null;
  const limits = { ...DEFAULT_PLANNING_LIMITS, ...planning };
  return createPlanningWorker({ supergraphSdl: adapted.sdl, limits, logger });
}

function sourceOf(options: RouterOptions): SupergraphSource {
  if (!('supergraph' in options)) return fixedSource(options.supergraphSdl);
  return 'sdl' in options.supergraph ? fixedSource(options.supergraph.sdl) : options.supergraph;
}

function urlsOf(urls: RouterOptions['urls'], state: SupergraphState): ReadonlyMap<string, string> {
  const override = typeof urls === 'function' ? urls : (name: string) => urls?.get(name);
  return new Map([...state.urls].map(([name, url]) => [name, override(name) ?? url]));
}

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const DEFAULT_MAX_BATCH = 10;

function listen(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}

interface Streaming {
  readonly answering: Answering;
  readonly edge: Edge;
  readonly usage: UsageRecorder;
  readonly quota: StreamQuota;
  readonly heartbeats: Heartbeats;
  readonly metrics: RouterMetrics | undefined;
  readonly maxPendingBytes: number;
  readonly maxOperationsPerStream: number;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function createRequestListener(options: RouterOptions, served: ServedSupergraph, streaming: Streaming): Listener {
  const { logger, allowedOrigins = [] } = options;
  const route = createRoutes(options, served, streaming);
  return (request, response) => {
    const requestId = requestIdOf(request.headers);
    response.setHeader('x-request-id', requestId);
    streaming.answering.begin(response);
    if (applyCors(request, response, allowedOrigins)) return;
    route(request)(request, response, requestId).catch((error: unknown) => {
      if (error instanceof HttpRefusal) {
        streaming.metrics?.refused([error]);
        sendRefusal(response, error, requestId);
        return;
      }
      // A client that leaves in the middle is no failure of ours, and nobody is there to be answered.
      if (response.destroyed) {
        logger.debug({ err: error, requestId }, 'a client left before its answer was complete');
        return;
      }
      logger.error({ err: error, requestId }, 'a request failed unexpectedly');
      const message = 'Unexpected error. Quote the request id when you report it.';
      sendRefusal(response, new HttpRefusal(500, 'INTERNAL', message), requestId);
    });
  };
}

function createRoutes(
  options: RouterOptions,
  served: ServedSupergraph,
  streaming: Streaming,
): (request: IncomingMessage) => NodeHandler {
  const graphql = createGraphQLOverHttp({
    lease: () => served.lease(),
    authenticate: options.authenticate,
    logger: options.logger,
    body: { maxBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES, timeoutMs: 30_000 },
    maxBatch: options.maxBatch ?? DEFAULT_MAX_BATCH,
    stopping: streaming.answering.stopping,
    ...streaming,
  });
  const usage = createUsageRoute({
    recorder: streaming.usage,
    schema: () => served.schema,
    authenticate: options.authenticate,
    mayRead: streaming.edge.usage,
  });
  const graphiql = options.graphiql && createGraphiQL(options.graphiql);
  const pages = new Map(Object.entries(options.pages ?? {}));
  const routes = [...(options.extraRoutes ?? [])].sort((a, b) => b.prefix.length - a.prefix.length);
  return (request) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/graphql') return graphiql && wantsPage(request) ? graphiql : graphql;
    const page = pages.get(path);
    if (page) return asNodeHandler(page);
    const own = routes.find(
      ({ prefix }) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
    );
    if (own) return asNodeHandler(own.fetch);
    if (options.health && /^\/health(\/|$)/.test(path)) return healthHandler(options.health);
    if (path === USAGE_PATH) return usage;
    if (path === '/' && graphiql) return redirectToGraphiQL;
    return notFound;
  };
}

// GraphiQL keeps its query in the address, so a page is wanted there as well.
function wantsPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

function asNodeHandler(handler: FetchHandler): NodeHandler {
  return (request, response, requestId) => serveFetch(request, response, handler, requestId);
}

function healthHandler(health: Health): NodeHandler {
  return asNodeHandler(async (request) => (await health.handle(request)) ?? new Response(null, { status: 404 }));
}

async function redirectToGraphiQL(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(302, { location: '/graphql' }).end();
}

async function notFound(request: IncomingMessage): Promise<void> {
  const path = JSON.stringify((request.url ?? '/').slice(0, 200));
  throw new HttpRefusal(404, 'NOT_FOUND', `Nothing is served at ${path}. GraphQL is at /graphql.`);
}
