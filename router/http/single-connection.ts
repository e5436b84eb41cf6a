import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { admit } from '../edge.ts';
import { callerOf, type Identified, originOf } from '../identify.ts';
import { refuseUnseen } from '../query-plan.ts';
import { errorResult, type GraphQLResult, writeResult } from '../results.ts';
import { refuseCrowded } from '../stream-quota.ts';
import type { Subscriber } from '../subscriptions/channel.ts';
import { type ClientStream, openClientStream } from '../subscriptions/client-stream.ts';
import { UnderWay } from '../under-way.ts';
import { wishesOf, withWishes } from '../wishes.ts';
import { httpRefusal, sendResult } from './answer.ts';
import { urlOf } from './bridge.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import type { GraphQLOverHttpOptions } from './graphql.ts';
import { JSON_TYPE } from './negotiation.ts';
import type { Params } from './params.ts';
import { HttpRefusal } from './refusal.ts';

/**
 * GraphQL over server-sent events in its single connection mode, for clients that may not hold many connections: PUT
 * reserves a stream, GET opens it, POST runs operations whose results come in it, DELETE ends one of them.
 */
export interface SingleConnections {
  /** Whether the request belongs to this mode. */
  isFor(request: IncomingMessage): boolean;
  reserve(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void>;
  open(request: IncomingMessage, response: ServerResponse, requestId: string): void;
  run(request: IncomingMessage, response: ServerResponse, requestId: string, params: Params): Promise<void>;
  end(request: IncomingMessage, response: ServerResponse): void;
}

/** One client's stream and what runs in it. */
interface Session {
  readonly token: string;
  readonly scope: string;
  readonly operations: UnderWay<Operation>;
  stream: EventStream | null;
  close(): void;
}

interface Operation {
  /** Of its caller, with what is forwarded for it. */
  readonly scope: string;
  stream: ClientStream | null;
  left: boolean;
}

const TOKEN_HEADER = 'x-graphql-event-stream-token';
/** Milliseconds until a reservation that nobody opens is forgotten. */
const RESERVED_MS = 30_000;

export function createSingleConnections(options: GraphQLOverHttpOptions): SingleConnections {
  const sessions = new Map<string, Session>();

  function sessionOf(request: IncomingMessage): Session {
    const session = sessions.get(tokenOf(request) ?? '');
    if (session) return session;
    throw new HttpRefusal(404, 'NOT_FOUND', 'No stream is reserved under this token: reserve one with PUT.');
  }

  return {
    isFor: (request) => request.method === 'PUT' || request.method === 'DELETE' || tokenOf(request) !== null,
    async reserve(request, response, requestId) {
      const { token } = originOf(request.headers, requestId, options.edge.headers);
      try {
        const identified = await options.authenticate(token, requestId);
        const session = openSession(options, sessions, identified, options.edge.addressOf(request));
        response.writeHead(201, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(session.token);
      } catch (error) {
        options.metrics?.refused([error]);
        await sendResult(response, errorResult(error, requestId, options.logger), JSON_TYPE, requestId);
      }
    },
    open(request, response, requestId) {
      const session = sessionOf(request);
      if (session.stream) throw new HttpRefusal(409, 'CONFLICT', 'The stream of this token is already open.');
      openStream(options, session, response, requestId);
    },
    async run(request, response, requestId, params) {
      const session = sessionOf(request);
      try {
        await runOperation(options, session, { request, response, requestId, params });
      } catch (error) {
        if (response.headersSent) throw error;
        options.metrics?.refused([error]);
        await sendResult(response, errorResult(error, requestId, options.logger), JSON_TYPE, requestId);
      }
    },
    end(request, response) {
      const session = sessionOf(request);
      const id = urlOf(request).searchParams.get('operationId') ?? '';
      const operation = session.operations.get(id);
      if (operation) {
        session.operations.delete(id);
        leave(operation);
      }
      response.writeHead(200).end();
    },
  };
}

function tokenOf(request: IncomingMessage): string | null {
  const header = request.headers[TOKEN_HEADER];
  if (typeof header === 'string') return header;
  return request.url?.includes('token=') ? urlOf(request).searchParams.get('token') : null;
}

function leave(operation: Operation): void {
  operation.left = true;
  operation.stream?.leave();
}

function openSession(
  { quota }: GraphQLOverHttpOptions,
  sessions: Map<string, Session>,
  { scope, person }: Identified,
  address: string | undefined,
): Session {
  const place = quota.take({ person, address });
  const token = randomBytes(24).toString('base64url');
  const session: Session = {
    token,
    scope,
    operations: new UnderWay(),
    stream: null,
    close() {
      clearTimeout(unopened);
      if (!sessions.delete(token)) return;
      place[Symbol.dispose]();
      for (const operation of session.operations.values()) leave(operation);
      session.operations.clear();
    },
  };
  const unopened = setTimeout(() => {
    if (!session.stream) session.close();
  }, RESERVED_MS).unref();
  sessions.set(token, session);
  return session;
}

function openStream(
  { maxPendingBytes, metrics, logger, heartbeats, stopping }: GraphQLOverHttpOptions,
  session: Session,
  response: ServerResponse,
  requestId: string,
): void {
  const stream = createEventStream('event-stream', {
    response,
    requestId,
    maxPendingBytes,
    onSlow() {
      metrics?.slowSubscriber('single-connection');
      logger.warn({ requestId, maxPendingBytes }, 'a client read its stream too slowly and was cut');
    },
  });
  session.stream = stream;
  stream.open();
  const onStop = () => void session.operations.ended().then(() => response.end());
  stopping.addEventListener('abort', onStop, { once: true });
  const beating = heartbeats.add(() => stream.beat());
  response.once('close', () => {
    stopping.removeEventListener('abort', onStop);
    beating[Symbol.dispose]();
    session.close();
  });
}

interface Posted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly params: Params;
}

async function runOperation(options: GraphQLOverHttpOptions, session: Session, posted: Posted): Promise<void> {
  const { request, response, requestId, params } = posted;
  const id = operationIdOf(params);
  if (session.operations.has(id)) throw httpRefusal(409, `An operation ${JSON.stringify(id)} is already running.`);
  const wishes = wishesOf(request.headers, params.extensions);
  refuseCrowded(session.operations.size + 1, options.maxOperationsPerStream);
  const origin = originOf(request.headers, requestId, options.edge.headers);
  const identified = await options.authenticate(origin.token, requestId);
  if (identified.scope !== session.scope) {
    throw httpRefusal(403, 'The stream was reserved by another session: reserve one of your own with PUT.');
  }
  refuseUnseen(wishes.plan, options.edge.queryPlan, identified);
  using lease = options.lease();
  const { pipeline } = lease;
  const address = options.edge.addressOf(request);
  const admitted = await admit(options.edge, pipeline, { person: identified.person, address }, params);
  const { prepared } = admitted;
  const caller = callerOf(origin, identified, null);
  const operation: Operation = { scope: caller.scope, stream: null, left: false };
  session.operations.set(id, operation);
  // A fresh token of the session lets everything in its stream go on that subgraphs are asked for in the same way.
  for (const { scope, stream } of session.operations.values()) {
    if (scope === caller.scope) stream?.extend(identified.expiresAt);
  }
  response.writeHead(202).end();
  const replies = createReplies(session, id, requestId);
  try {
    if ('errors' in prepared || prepared.kind !== 'subscription' || wishes.plan === 'dry-run') {
      const run = () => pipeline.execute(prepared, admitted.request, caller);
      replies.finish(await withWishes(wishes, { ...admitted, pipeline, access: identified.access }, run));
      return;
    }
    const client = { origin, identified, lastEventId: null, address, transport: 'single-connection' as const };
    const opened = await openClientStream({ ...options, pipeline, client }, admitted, replies);
    if (!('leave' in opened)) replies.finish(opened);
    else if (operation.left) opened.leave();
    else operation.stream = opened;
  } catch (error) {
    replies.finish(errorResult(error, requestId, options.logger));
  }
}

function operationIdOf({ extensions }: Params): string {
  const id = (extensions as Params | null | undefined)?.operationId;
  if (typeof id === 'string' && id !== '') return id;
  throw httpRefusal(400, 'Operations of a single connection need a text "operationId" in their "extensions".');
}

interface Replies extends Subscriber {
  finish(result: GraphQLResult): void;
}

function createReplies(session: Session, id: string, requestId: string): Replies {
  const name = JSON.stringify(id);
  const next = (text: string, cursor: string | null) => {
    const line = cursor === null ? '' : `id: ${cursor}\n`;
    session.stream?.write(`event: next\n${line}data: {"id":${name},"payload":${text}}\n\n`);
  };
  const isRunning = () => session.operations.has(id);
  const end = () => {
    if (session.operations.delete(id)) session.stream?.write(`event: complete\ndata: {"id":${name}}\n\n`);
  };
  return {
    next: (frame) => {
      if (isRunning()) next(frame.text(requestId), frame.cursor);
    },
    drained: () => session.stream?.drained() ?? null,
    end,
    finish(result) {
      if (isRunning()) next(writeResult(result, requestId), null);
      end();
    },
  };
}
