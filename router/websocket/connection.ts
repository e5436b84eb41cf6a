import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { admit, type Edge } from '../edge.ts';
import { isObject } from '../execution/data.ts';
import type { Lease } from '../generation.ts';
import { withConnectionParams } from '../headers/connection-params.ts';
import { type Authenticate, callerOf, type Identified, type Origin, originOf } from '../identify.ts';
import type { RouterMetrics } from '../metrics.ts';
import { refuseUnseen } from '../query-plan.ts';
import { errorResult, formatError, type GraphQLResult, writeResult } from '../results.ts';
import { STOPPING_RESULT } from '../stop.ts';
import { refuseCrowded, type StreamLimits, type StreamQuota } from '../stream-quota.ts';
import type { Subscriber } from '../subscriptions/channel.ts';
import { type ClientStream, openClientStream } from '../subscriptions/client-stream.ts';
import { UnderWay } from '../under-way.ts';
import { wishesOf, withWishes } from '../wishes.ts';

export interface ConnectionOptions {
  /** What serves an operation, for as long as it is held. */
  readonly lease: () => Lease;
  readonly authenticate: Authenticate;
  readonly edge: Edge;
  readonly logger: Logger;
  readonly metrics: RouterMetrics | undefined;
  readonly quota: StreamQuota;
  readonly limits: Pick<StreamLimits, 'perSocket' | 'initTimeoutMs' | 'maxPendingBytes'>;
}

/** The socket beneath, as far as the protocol needs it. */
export interface Wire {
  readonly headers: IncomingHttpHeaders;
  readonly address: string | undefined;
  send(text: string): void;
  /** Bytes that the client has not taken yet. */
  pendingBytes(): number;
  /** Resolves when the client has taken them, or is gone; null when none wait. */
  drained(): Promise<void> | null;
  close(code: number, reason: string): void;
  /** Without the other side's consent. */
  cut(): void;
}

/** One client's side of graphql-transport-ws. The token is checked again for each operation. */
export interface Connection {
  /** A message; null when it was binary. */
  receive(text: string | null): void;
  alive(): void;
  /** False when the last ping was not answered: the connection is cut. */
  mayLive(): boolean;
  /** Takes nothing new; closes with 1001 when what is under way has been answered. */
  stop(): Promise<void>;
  closed(): void;
}

type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** Null until the stream stands; a client may complete an operation before. */
interface Running {
  stream: ClientStream | null;
  left: boolean;
}

interface State {
  readonly running: UnderWay<Running>;
  isStopping: boolean;
  init: 'awaited' | 'received' | 'acknowledged';
  isOpen: boolean;
  isAlive: boolean;
  /** Of the handshake, with what the client has said since over them. */
  headers: IncomingHttpHeaders;
  /** Of the caller, with what is forwarded for it. */
  scope: string;
  timer: NodeJS.Timeout | undefined;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
// Streams end with an error at that moment; the socket follows when they have been told.
const CLOSE_AFTER_EXPIRY_MS = 250;
/** For a client that reads too slowly to take even the reason why it is cut. */
const CUT_AFTER_MS = 2_000;

export function openConnection(options: ConnectionOptions, wire: Wire): Connection {
  const state: State = {
    running: new UnderWay(),
    isStopping: false,
    init: 'awaited',
    isOpen: true,
    isAlive: true,
    headers: wire.headers,
    scope: '',
    timer: undefined,
  };
  const protocol = { options, wire, state };
  const { initTimeoutMs } = options.limits;
  state.timer = setTimeout(() => wire.close(4408, 'Connection initialisation timeout'), initTimeoutMs);
  return {
    receive: (text) => handle(protocol, text),
    alive() {
      state.isAlive = true;
    },
    mayLive() {
      if (!state.isAlive) wire.cut();
      const mayLive = state.isAlive;
      state.isAlive = false;
      return mayLive;
    },
    async stop() {
      state.isStopping = true;
      await state.running.ended();
      wire.close(1001, 'The router is stopping.');
    },
    closed() {
      state.isOpen = false;
      clearTimeout(state.timer);
      for (const running of state.running.values()) leave(running);
      state.running.clear();
    },
  };
}

interface Protocol {
  readonly options: ConnectionOptions;
  readonly wire: Wire;
  readonly state: State;
}

function leave(running: Running): void {
  running.left = true;
  running.stream?.leave();
}

function handle(protocol: Protocol, text: string | null): void {
  const { wire, state, options } = protocol;
  const message = text === null ? null : readMessage(text);
  if (!message) {
    wire.close(4400, 'Expected a JSON object with a "type" of graphql-transport-ws.');
    return;
  }
  const failed = (error: unknown) => {
    if (error instanceof AppError) {
      wire.close(4400, error.message);
      return;
    }
    options.logger.error({ err: error }, 'a WebSocket message failed unexpectedly');
    wire.close(4500, 'Unexpected error.');
  };
  switch (message.type) {
    case 'connection_init':
      connect(protocol, message.payload).catch(failed);
      return;
    case 'ping':
      answerPing(protocol, message.payload).catch(failed);
      return;
    case 'pong':
      state.isAlive = true;
      return;
    case 'subscribe':
      subscribe(protocol, message).catch(failed);
      return;
    case 'complete':
      complete(protocol, message.id);
      return;
    default:
      wire.close(4400, `The message type ${JSON.stringify(message.type).slice(0, 40)} is not known.`);
  }
}

function readMessage(text: string): Message | null {
  try {
    const message: unknown = JSON.parse(text);
    return isObject(message) && typeof message.type === 'string' ? (message as Message) : null;
  } catch {
    return null;
  }
}

function send({ wire, state }: Protocol, text: string): void {
  if (state.isOpen) wire.send(text);
}

async function connect(protocol: Protocol, payload: unknown): Promise<void> {
  const { wire, state } = protocol;
  if (state.init !== 'awaited') {
    wire.close(4429, 'Too many initialisation requests');
    return;
  }
  state.init = 'received';
  clearTimeout(state.timer);
  const headers = withConnectionParams(wire.headers, payload);
  const known = await identify(protocol, headers);
  if (!known || !state.isOpen) return;
  state.headers = headers;
  state.scope = known.scope;
  state.init = 'acknowledged';
  closeAtExpiry(protocol, known.identified);
  send(protocol, '{"type":"connection_ack"}');
}

interface Known {
  readonly identified: Identified;
  readonly scope: string;
}

/** Null when the token was refused, and the connection with it. */
async function identify({ options, wire }: Protocol, headers: IncomingHttpHeaders): Promise<Known | null> {
  const origin = originOf(headers, randomUUID(), options.edge.headers);
  try {
    const identified = await options.authenticate(origin.token, origin.requestId);
    return { identified, scope: callerOf(origin, identified, null).scope };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    wire.close(4403, error.message);
    return null;
  }
}

function closeAtExpiry({ wire, state }: Protocol, { expiresAt }: Identified): void {
  clearTimeout(state.timer);
  if (!expiresAt) return;
  const delay = Math.max(0, expiresAt.getTime() - Date.now()) + CLOSE_AFTER_EXPIRY_MS;
  if (delay > LONGEST_TIMER_MS) return;
  state.timer = setTimeout(() => wire.close(4401, 'The access token has expired.'), delay);
}

/** A ping may bring a fresh token of the same session: its streams go on until that one expires. */
async function answerPing(protocol: Protocol, payload: unknown): Promise<void> {
  const { wire, state } = protocol;
  const headers = withConnectionParams(state.headers, payload);
  if (headers.authorization !== state.headers.authorization && state.init === 'acknowledged') {
    const known = await identify(protocol, headers);
    if (!known || !state.isOpen) return;
    if (known.scope !== state.scope) {
      wire.close(
        4403,
        'The fresh token is of another session, or is itself forwarded: open another connection for it.',
      );
      return;
    }
    state.headers = headers;
    closeAtExpiry(protocol, known.identified);
    for (const { stream } of state.running.values()) stream?.extend(known.identified.expiresAt);
  }
  send(protocol, '{"type":"pong"}');
}

function complete({ state }: Protocol, id: unknown): void {
  const running = state.running.get(String(id));
  if (!running) return;
  state.running.delete(String(id));
  leave(running);
}

async function subscribe(protocol: Protocol, { id, payload }: Message): Promise<void> {
  const { wire, state, options } = protocol;
  if (state.init !== 'acknowledged') {
    wire.close(4401, 'Unauthorized: send connection_init first and wait for connection_ack.');
    return;
  }
  if (typeof id !== 'string' || id === '' || !isObject(payload)) {
    wire.close(4400, '"subscribe" needs an "id" and a "payload" with a "query".');
    return;
  }
  if (state.running.has(id)) {
    wire.close(4409, `Subscriber for ${id} already exists`);
    return;
  }
  const requestId = randomUUID();
  const running: Running = { stream: null, left: false };
  state.running.set(id, running);
  const origin = originOf(state.headers, requestId, options.edge.headers);
  const operation = { id, running, origin, reply: createReplies(protocol, id, requestId) };
  if (state.isStopping) {
    operation.reply.refuse(STOPPING_RESULT);
    return;
  }
  try {
    refuseCrowded(state.running.size, options.limits.perSocket);
    await run(protocol, operation, payload);
  } catch (error) {
    options.metrics?.refused([error]);
    operation.reply.refuse(errorResult(error, requestId, options.logger));
  }
}

interface Operation {
  readonly id: string;
  readonly running: Running;
  readonly origin: Origin;
  readonly reply: Replies;
}

async function run(
  { wire, options }: Protocol,
  { running, origin, reply }: Operation,
  payload: Readonly<Record<string, unknown>>,
): Promise<void> {
  const wishes = wishesOf({}, payload.extensions);
  using lease = options.lease();
  const { pipeline } = lease;
  const identified = await options.authenticate(origin.token, origin.requestId);
  refuseUnseen(wishes.plan, options.edge.queryPlan, identified);
  const { address } = wire;
  const { request, prepared } = await admit(options.edge, pipeline, { person: identified.person, address }, payload);
  if ('errors' in prepared) {
    options.metrics?.refused(prepared.errors);
    reply.refuse(prepared);
    return;
  }
  if (prepared.kind !== 'subscription' || wishes.plan === 'dry-run') {
    const run = () => pipeline.execute(prepared, request, callerOf(origin, identified, null));
    reply.finish(await withWishes(wishes, { pipeline, prepared, request, access: identified.access }, run));
    return;
  }
  const client = { origin, identified, lastEventId: null, address, transport: 'websocket' as const };
  const opened = await openClientStream({ ...options, pipeline, client }, { prepared, request }, reply);
  if (!('leave' in opened)) {
    reply.finish(opened);
    return;
  }
  running.stream = opened;
  if (running.left) opened.leave();
}

interface Replies extends Subscriber {
  /** Never ran. */
  refuse(result: GraphQLResult): void;
  /** Its only result. */
  finish(result: GraphQLResult): void;
}

function createReplies(protocol: Protocol, id: string, requestId: string): Replies {
  const { wire, state, options } = protocol;
  const name = JSON.stringify(id);
  const head = `{"id":${name},"type":"next","payload":`;
  const isRunning = () => state.running.has(id);
  const end = () => {
    if (state.running.delete(id)) send(protocol, `{"id":${name},"type":"complete"}`);
  };
  return {
    next(frame) {
      if (!isRunning()) return;
      if (wire.pendingBytes() > options.limits.maxPendingBytes) {
        cutSlow(protocol, requestId);
        return;
      }
      send(protocol, `${head}${frame.text(requestId)}}`);
    },
    drained: () => wire.drained(),
    end,
    refuse({ errors = [] }) {
      if (!state.running.delete(id)) return;
      const payload = JSON.stringify(errors.map((error) => formatError(error, requestId)));
      send(protocol, `{"id":${name},"type":"error","payload":${payload}}`);
    },
    finish(result) {
      if (isRunning()) send(protocol, `${head}${writeResult(result, requestId)}}`);
      end();
    },
  };
}

function cutSlow({ wire, state, options }: Protocol, requestId: string): void {
  const { maxPendingBytes } = options.limits;
  options.metrics?.slowSubscriber('websocket');
  options.logger.warn({ requestId, maxPendingBytes }, 'a client read its streams too slowly and was cut');
  wire.close(1013, 'You read too slowly: connect again and resume at your cursor.');
  setTimeout(() => wire.cut(), CUT_AFTER_MS).unref();
  for (const running of state.running.values()) leave(running);
  state.running.clear();
}
