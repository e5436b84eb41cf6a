import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Logger } from '#platform/logging/index.ts';
import { admit, type Edge } from '../edge.ts';
import type { Lease } from '../generation.ts';
import { type Authenticate, callerOf, type Identified, type Origin, originOf } from '../identify.ts';
import type { RouterMetrics } from '../metrics.ts';
import type { GraphQLRequest, Pipeline, Prepared } from '../pipeline.ts';
import { refuseUnseen } from '../query-plan.ts';
import { errorResult, type GraphQLResult, writeResult } from '../results.ts';
import type { StreamQuota } from '../stream-quota.ts';
import { openClientStream } from '../subscriptions/client-stream.ts';
import { createFrame } from '../subscriptions/frame.ts';
import { wishesOf, withWishes } from '../wishes.ts';
import { headOf, httpRefusal, sendResult, sendText } from './answer.ts';
import { type BodyLimits, readJsonBody } from './body.ts';
import { leavingSignal, urlOf } from './bridge.ts';
import { createEventStream } from './event-stream.ts';
import type { Heartbeats } from './heartbeats.ts';
import { JSON_TYPE, negotiate, type StreamType, type Wanted } from './negotiation.ts';
import type { Params } from './params.ts';
import { HttpRefusal } from './refusal.ts';
import { createSingleConnections, type SingleConnections } from './single-connection.ts';

export interface GraphQLOverHttpOptions {
  /** What serves the request, for as long as it is held. */
  readonly lease: () => Lease;
  readonly authenticate: Authenticate;
  readonly edge: Edge;
  readonly logger: Logger;
  readonly metrics: RouterMetrics | undefined;
  readonly body: BodyLimits;
  readonly quota: StreamQuota;
  readonly heartbeats: Heartbeats;
  /** Aborted when the router stops. */
  readonly stopping: AbortSignal;
  /** Bytes that may wait for a client of a stream. */
  readonly maxPendingBytes: number;
  /** Operations in one request. */
  readonly maxBatch: number;
  /** Operations under way in one event stream that serves several. */
  readonly maxOperationsPerStream: number;
}

export type NodeHandler = (request: IncomingMessage, response: ServerResponse, requestId: string) => Promise<void>;

/** One HTTP request, with what is known before its operations are looked at. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly origin: Origin;
  readonly wanted: Wanted;
  readonly signal: AbortSignal;
}

/** GraphQL over HTTP, over server-sent events (each its own connection) and over multipart HTTP. */
export function createGraphQLOverHttp(options: GraphQLOverHttpOptions): NodeHandler {
  const single = createSingleConnections(options);
  return async (request, response, requestId) => {
    if (single.isFor(request) && request.method !== 'POST') {
      await manageSingle(single, request, response, requestId);
      return;
    }
    const params = await readParams(request, options);
    if (single.isFor(request)) {
      if (Array.isArray(params))
        throw new HttpRefusal(400, 'BAD_INPUT', 'A single connection takes one operation at a time.');
      await single.run(request, response, requestId, params);
      return;
    }
    const origin = originOf(request.headers, requestId, options.edge.headers);
    const wanted = negotiate(request.headers.accept);
    const exchange = { request, response, origin, wanted, signal: leavingSignal(response) };
    if (Array.isArray(params)) await answerBatch(options, exchange, params);
    else await answerOne(options, exchange, params);
  };
}

async function manageSingle(
  single: SingleConnections,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  if (request.method === 'PUT') await single.reserve(request, response, requestId);
  else if (request.method === 'DELETE') single.end(request, response);
  else single.open(request, response, requestId);
}

async function readParams(request: IncomingMessage, options: GraphQLOverHttpOptions): Promise<Params | Params[]> {
  switch (request.method) {
    case 'POST':
      return readJsonBody(request, options.body, options.maxBatch);
    case 'GET':
    case 'HEAD':
      return readQuery(urlOf(request).searchParams);
    default:
      throw new HttpRefusal(405, 'BAD_INPUT', 'Send the operation with POST, or a query with GET.', {
        allow: 'GET, POST',
      });
  }
}

function readQuery(search: URLSearchParams): Params {
  const params: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'documentId', 'doc_id'])
    if (search.has(name)) params[name] = search.get(name);
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name);
    if (text !== null && text !== '') params[name] = parseParameter(name, text);
  }
  return params;
}

function parseParameter(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const message = `The parameter "${name}" is not JSON: send it as an object like {"id": "…"}, URL-encoded.`;
    throw new HttpRefusal(400, 'BAD_INPUT', message);
  }
}

async function answerOne(options: GraphQLOverHttpOptions, exchange: Exchange, params: Params): Promise<void> {
  const { response, origin, wanted } = exchange;
  const outcome = await serve(options, exchange, params);
  if (outcome === 'streaming') return;
  if (wanted.stream && (wanted.prefersStream || !wanted.result)) {
    await sendAsStream(options, exchange, outcome, wanted.stream);
    return;
  }
  await sendResult(response, outcome, wanted.result ?? JSON_TYPE, origin.requestId, options.edge.headers.vary);
}

async function answerBatch(options: GraphQLOverHttpOptions, exchange: Exchange, batch: Params[]): Promise<void> {
  const { response, origin } = exchange;
  const single = { ...exchange, wanted: { ...exchange.wanted, stream: null, prefersStream: false } };
  const results: (GraphQLResult | 'streaming')[] = await Promise.all(
    batch.map((params) => serve(options, single, params)),
  );
  const texts = results.map((result) => (result === 'streaming' ? '{}' : writeResult(result, origin.requestId)));
  await sendText(response, { status: 200, headers: {} }, exchange.wanted.result ?? JSON_TYPE, `[${texts.join(',')}]`);
}

/** Never throws: what goes wrong is a result. */
async function serve(
  options: GraphQLOverHttpOptions,
  exchange: Exchange,
  params: Params,
): Promise<GraphQLResult | 'streaming'> {
  const { origin, signal } = exchange;
  try {
    refuseUnservable(exchange.wanted);
    const wishes = wishesOf(exchange.request.headers, params.extensions);
    using lease = options.lease();
    const { pipeline } = lease;
    // Before the document is looked at: planning is dear, and a wrong token buys none.
    const identified = await options.authenticate(origin.token, origin.requestId);
    refuseUnseen(wishes.plan, options.edge.queryPlan, identified);
    const caller = { person: identified.person, address: options.edge.addressOf(exchange.request) };
    const { request, prepared } = await admit(options.edge, pipeline, caller, params);
    const kind = 'errors' in prepared ? null : prepared.kind;
    if (kind === 'mutation' && exchange.request.method !== 'POST') throw mutationOverGet();
    if (kind === 'subscription' && wishes.plan !== 'dry-run') {
      return await stream(options, exchange, { pipeline, prepared, request, identified });
    }
    return await withWishes(wishes, { pipeline, prepared, request, access: identified.access }, () =>
      pipeline.execute(prepared, request, callerOf(origin, identified, signal)),
    );
  } catch (error) {
    options.metrics?.refused([error]);
    return errorResult(error, origin.requestId, options.logger);
  }
}

function refuseUnservable({ result, stream }: Wanted): void {
  if (result || stream) return;
  throw httpRefusal(
    406,
    'None of the media types in "accept" is served: ask for application/graphql-response+json, application/json or, for a subscription, text/event-stream or multipart/mixed.',
  );
}

function mutationOverGet(): GraphQLError {
  return httpRefusal(405, 'A mutation is sent with POST: GET must not change anything.', { allow: 'POST' });
}

interface Streaming {
  readonly pipeline: Pipeline;
  readonly prepared: Prepared;
  readonly request: GraphQLRequest;
  readonly identified: Identified;
}

async function stream(
  options: GraphQLOverHttpOptions,
  exchange: Exchange,
  { pipeline, prepared, request, identified }: Streaming,
): Promise<GraphQLResult | 'streaming'> {
  const { response, origin, wanted, signal } = exchange;
  if (!wanted.stream) {
    throw httpRefusal(
      406,
      'A subscription is a stream: send "accept: text/event-stream", or use a WebSocket (graphql-ws).',
    );
  }
  const lastEventId = lastEventIdOf(exchange.request.headers['last-event-id']);
  const address = options.edge.addressOf(exchange.request);
  const client = { origin, identified, lastEventId, address, transport: wanted.stream };
  const events = eventStreamOf(options, exchange, wanted.stream);
  const opened = await openClientStream({ ...options, pipeline, client }, { prepared, request }, events);
  if (!('leave' in opened)) return opened;
  if (signal.aborted || response.writableEnded) {
    opened.leave();
    return 'streaming';
  }
  events.open();
  const beating = options.heartbeats.add(() => events.beat());
  response.once('close', () => {
    beating[Symbol.dispose]();
    opened.leave();
  });
  return 'streaming';
}

const LONGEST_CURSOR = 512;

/** Sent by browsers that reconnect a stream of events by themselves. */
function lastEventIdOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header !== '' && header.length <= LONGEST_CURSOR ? header : null;
}

function eventStreamOf(options: GraphQLOverHttpOptions, { response, origin }: Exchange, type: StreamType) {
  const { maxPendingBytes, metrics, logger } = options;
  const { requestId } = origin;
  return createEventStream(type, {
    response,
    requestId,
    maxPendingBytes,
    onSlow() {
      metrics?.slowSubscriber(type);
      logger.warn({ requestId, maxPendingBytes }, 'a client read its stream too slowly and was cut');
    },
  });
}

/** A client that wants streams gets one for a single result too: the result, and the end. */
async function sendAsStream(
  options: GraphQLOverHttpOptions,
  exchange: Exchange,
  result: GraphQLResult,
  type: StreamType,
): Promise<void> {
  const { status } = headOf(result, JSON_TYPE);
  if (status !== 200) {
    await sendResult(exchange.response, result, JSON_TYPE, exchange.origin.requestId);
    return;
  }
  const events = eventStreamOf(options, exchange, type);
  events.next(createFrame(result));
  events.end();
}
