import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { AppError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { isObject } from './execution/data.ts';
import { type OpenStream, subscribeGuarded } from './guard.ts';
import { type Authenticate, callerOf, type Identified, NOBODY, type Origin, originOf, tokenOf } from './identify.ts';
import type { GraphQLRequest, GraphQLResult, Pipeline, ResultStream } from './pipeline.ts';
import { errorResult, formatResult, toGraphQLError, withRequestId } from './results.ts';
import { refuseCrowded, type StreamLimits, type StreamQuota } from './stream-quota.ts';

export interface WebSocketOptions {
  readonly server: Server;
  readonly path: string;
  readonly pipeline: () => Pipeline;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  /** Bytes of one message. */
  readonly maxMessageBytes: number;
  /** Milliseconds between pings. */
  readonly keepAliveMs: number;
  readonly openStreams: Set<OpenStream>;
  readonly quota: StreamQuota;
  readonly limits: Pick<StreamLimits, 'perSocket' | 'initTimeoutMs'>;
}

/** graphql-transport-ws. The token comes with the connection's parameters and is checked again for each operation. */
export function serveWebSockets(options: WebSocketOptions): AsyncDisposable {
  const { server, logger } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.maxMessageBytes });
  const graphql = useServer(createProtocol(options), sockets, options.keepAliveMs);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (pathOf(request) !== options.path) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  };
  sockets.on('wsClientError', (error) => logger.debug({ err: error }, 'a WebSocket handshake failed'));
  server.on('upgrade', onUpgrade);
  return {
    async [Symbol.asyncDispose]() {
      server.off('upgrade', onUpgrade);
      await graphql.dispose();
    },
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

interface Connection {
  readonly socket: { close(code: number, reason: string): void; once(event: 'close', listener: () => void): unknown };
  readonly request: IncomingMessage;
  /** Set when the connection is accepted. */
  token?: string | null;
}

interface Run {
  start(): Promise<GraphQLResult | ResultStream>;
}

// graphql-ws only looks at the kind of operation; the document itself is the pipeline's business.
const KIND_DOCUMENTS = {
  query: parse('query { q }', { noLocation: true }),
  mutation: parse('mutation { m }', { noLocation: true }),
  subscription: parse('subscription { s }', { noLocation: true }),
};

type ServerOptions = Parameters<typeof useServer<Record<string, unknown>, { token?: string | null }>>[0];

function createProtocol(options: WebSocketOptions): ServerOptions {
  const start = (args: { contextValue?: unknown }) => (args.contextValue as Run).start() as never;
  return {
    connectionInitWaitTimeout: options.limits.initTimeoutMs,
    isProd: true,
    onConnect: (context) => connect(options, context.extra, context.connectionParams ?? {}),
    async onSubscribe(context, _id, payload) {
      const requestId = randomUUID();
      try {
        refuseCrowded(Object.keys(context.subscriptions).length, options.limits.perSocket);
      } catch (error) {
        return [toGraphQLError(error, requestId, options.logger)];
      }
      const request = requestOf(payload);
      const origin = { ...originOf(context.extra.request.headers, requestId), token: context.extra.token ?? null };
      const address = context.extra.request.socket.remoteAddress;
      const pipeline = options.pipeline();
      const kind = pipeline.kindOf(request);
      if (kind === null) return refusalOf(options, pipeline, request, origin);
      const run: Run = { start: () => runOperation(options, pipeline, request, { origin, address }) };
      return { schema: pipeline.state.schema, document: KIND_DOCUMENTS[kind], contextValue: run };
    },
    execute: start,
    subscribe: start,
    onNext: (_context, _id, _payload, _args, result) => formatResult(result as GraphQLResult) as never,
  };
}

async function connect(
  options: WebSocketOptions,
  connection: Connection,
  params: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const token = tokenOf(authorizationIn(params)) ?? tokenOf(connection.request.headers.authorization);
  connection.token = token;
  try {
    closeAtExpiry(connection, await options.authenticate(token, randomUUID()));
    return true;
  } catch (error) {
    if (error instanceof AppError) {
      connection.socket.close(4403, error.message.slice(0, 120));
    } else {
      options.logger.error({ err: error }, 'a WebSocket could not be identified');
      connection.socket.close(4500, 'Unexpected error.');
    }
    return false;
  }
}

function authorizationIn(params: Readonly<Record<string, unknown>>): unknown {
  const key = Object.keys(params).find((name) => name.toLowerCase() === 'authorization');
  return key === undefined ? undefined : params[key];
}

// Its subscriptions end with an error at that moment; the socket follows when they have been told.
const CLOSE_AFTER_EXPIRY_MS = 250;

function closeAtExpiry(connection: Connection, { expiresAt }: Identified): void {
  if (!expiresAt) return;
  const delay = Math.max(0, expiresAt.getTime() - Date.now()) + CLOSE_AFTER_EXPIRY_MS;
  if (delay > 2 ** 31 - 1) return;
  const timer = setTimeout(() => connection.socket.close(4401, 'The access token has expired.'), delay);
  connection.socket.once('close', () => clearTimeout(timer));
}

function requestOf(payload: { query: string; operationName?: unknown; variables?: unknown }): GraphQLRequest {
  const { query, operationName, variables } = payload;
  return {
    query,
    operationName: typeof operationName === 'string' && operationName !== '' ? operationName : null,
    variables: isObject(variables) ? variables : {},
  };
}

async function refusalOf(
  options: WebSocketOptions,
  pipeline: Pipeline,
  request: GraphQLRequest,
  origin: Origin,
): Promise<readonly GraphQLError[]> {
  const anonymous = callerOf(origin, NOBODY, null);
  const { errors = [] } = formatResult(await pipeline.execute(request, anonymous));
  return errors
    .map(
      ({ message, extensions }) =>
        new GraphQLError(message, { extensions: { ...extensions, requestId: origin.requestId } }),
    )
    .map((error) => toGraphQLError(error, origin.requestId, options.logger));
}

async function runOperation(
  options: WebSocketOptions,
  pipeline: Pipeline,
  request: GraphQLRequest,
  { origin, address }: { readonly origin: Origin; readonly address: string | undefined },
): Promise<GraphQLResult | ResultStream> {
  const { logger, authenticate, openStreams, quota } = options;
  const { requestId } = origin;
  try {
    const identified = await authenticate(origin.token, requestId);
    if (pipeline.kindOf(request) === 'subscription') {
      return await quota.hold({ identified, address }, () =>
        subscribeGuarded({ pipeline, request, origin, identified, signal: null, logger, open: openStreams }),
      );
    }
    return withRequestId(await pipeline.execute(request, callerOf(origin, identified, null)), requestId);
  } catch (error) {
    return errorResult(error, requestId, logger);
  }
}
