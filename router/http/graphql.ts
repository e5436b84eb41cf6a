import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Logger } from '#platform/logging/index.ts';
import { isObject } from '../execution/data.ts';
import { fetchApi } from '../fetch-api.ts';
import { type OpenStream, subscribeGuarded } from '../guard.ts';
import { type Authenticate, callerOf, type Origin, originOf } from '../identify.ts';
import type { GraphQLRequest, GraphQLResult, Pipeline, ResultStream } from '../pipeline.ts';
import { errorResult, toGraphQLError, withRequestId } from '../results.ts';
import type { StreamQuota } from '../stream-quota.ts';
import { type BodyLimits, readJsonBody } from './body.ts';
import { leavingSignal, sendResponse, urlOf } from './bridge.ts';

export interface GraphQLOverHttpOptions {
  readonly pipeline: () => Pipeline;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly body: BodyLimits;
  readonly openStreams: Set<OpenStream>;
  readonly quota: StreamQuota;
}

export type NodeHandler = (request: IncomingMessage, response: ServerResponse, requestId: string) => Promise<void>;

interface ServerContext {
  readonly origin: Origin;
  /** Already parsed and within its limits; null for GET. */
  readonly body: Record<string, unknown> | null;
  readonly signal: AbortSignal;
  readonly address: string | undefined;
}

/**
 * GraphQL over HTTP and server-sent events. Yoga reads GET parameters, negotiates the media type and writes the
 * answer; what happens to the operation is the pipeline's.
 */
export function createGraphQLOverHttp(options: GraphQLOverHttpOptions): NodeHandler {
  const yoga = createYoga<ServerContext>({
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    logging: false,
    maskedErrors: false,
    parserAndValidationCache: false,
    maxRequestBodySize: false,
    plugins: [usePipeline(options)],
  });
  return async (request, response, requestId) => {
    const method = request.method ?? 'GET';
    const body = method === 'POST' ? await readJsonBody(request, options.body) : null;
    const signal = leavingSignal(response);
    const fetchRequest = new fetchApi.Request(urlOf(request).href, { method, headers: plainHeaders(request), signal });
    const origin = originOf(request.headers, requestId);
    const answer = await yoga.fetch(fetchRequest, { origin, body, signal, address: request.socket.remoteAddress });
    const type = answer.headers.get('content-type') ?? '';
    if (type.startsWith('text/event-stream') || type.startsWith('multipart/')) return sendResponse(response, answer);
    await sendText(response, answer, requestId);
  };
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

const EMPTY_ANSWERS: Readonly<Record<number, string>> = {
  405: 'Send the operation with POST, or a query with GET.',
  406: 'None of the media types in "accept" is served: ask for application/graphql-response+json, application/json or, for a subscription, text/event-stream.',
  415: 'Send the operation as application/json.',
};

async function sendText(response: ServerResponse, answer: Response, requestId: string): Promise<void> {
  let text = await answer.text();
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  // Yoga leaves the body of some refusals empty.
  const message = text === '' ? EMPTY_ANSWERS[answer.status] : undefined;
  if (message !== undefined) {
    text = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_INPUT', requestId } }] });
    response.setHeader('content-type', 'application/json; charset=utf-8');
  }
  response.setHeader('content-length', Buffer.byteLength(text));
  response.writeHead(answer.status);
  response.end(text);
}

function usePipeline(options: GraphQLOverHttpOptions): Plugin<object, ServerContext> {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      const { body } = serverContext;
      if (body) setRequestParser(() => body);
    },
    async onParams({ params, request, context, setResult }) {
      const { origin } = context as unknown as ServerContext;
      try {
        setResult((await serve(options, params, request, context as unknown as ServerContext)) as never);
      } catch (error) {
        setResult(errorResult(error, origin.requestId, options.logger) as never);
      }
    },
    // What yoga itself refuses, such as a wrong method, gets an id and a code too.
    onResultProcess({ result, setResult, serverContext }) {
      if (!isObject(result) || !Array.isArray(result.errors)) return;
      const { requestId } = serverContext.origin;
      const errors: readonly GraphQLError[] = result.errors;
      if (errors.every((error) => error.extensions?.requestId !== undefined)) return;
      const identified = errors.map((error) => toGraphQLError(error, requestId, options.logger));
      setResult({ ...result, errors: identified } as never);
    },
  };
}

async function serve(
  options: GraphQLOverHttpOptions,
  params: GraphQLParams,
  request: Request,
  { origin, signal, address }: ServerContext,
): Promise<GraphQLResult | ResultStream> {
  const { logger, openStreams: open } = options;
  const { requestId } = origin;
  const graphqlRequest = checkParams(params);
  const pipeline = options.pipeline();
  // Before the document is looked at: planning is dear, and a wrong token buys none.
  const identified = await options.authenticate(origin.token, requestId);
  const kind = pipeline.kindOf(graphqlRequest);
  refuseWrongTransport(kind, request);
  if (kind === 'subscription') {
    return options.quota.hold({ identified, address }, () =>
      subscribeGuarded({ pipeline, request: graphqlRequest, origin, identified, signal, logger, open }),
    );
  }
  return withRequestId(await pipeline.execute(graphqlRequest, callerOf(origin, identified, signal)), requestId);
}

function refuseWrongTransport(kind: 'query' | 'mutation' | 'subscription' | null, request: Request): void {
  if (kind === 'mutation' && request.method === 'GET') {
    throw refusal(405, 'A mutation is sent with POST: GET must not change anything.', { Allow: 'POST' });
  }
  if (kind !== 'subscription') return;
  const accept = request.headers.get('accept') ?? '';
  if (/text\/event-stream|multipart\/mixed/i.test(accept)) return;
  throw refusal(406, 'A subscription is a stream: send "accept: text/event-stream", or use a WebSocket (graphql-ws).');
}

function refusal(status: number, message: string, headers?: Record<string, string>): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_INPUT', http: { status, ...(headers && { headers }) } },
  });
}

function checkParams(params: GraphQLParams): GraphQLRequest {
  const { query, variables, operationName, extensions } = params;
  if (typeof query !== 'string' || query === '') throw refusal(400, '"query" must be the text of a GraphQL document.');
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    throw refusal(400, '"operationName" must be a string.');
  }
  if (!isAbsent(variables) && !isObject(variables)) throw refusal(400, '"variables" must be a JSON object.');
  if (!isAbsent(extensions) && !isObject(extensions)) throw refusal(400, '"extensions" must be a JSON object.');
  return { query, operationName: operationName || null, variables: variables ?? {} };
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
