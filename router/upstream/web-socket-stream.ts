import { type Client, createClient, type SubscribePayload } from 'graphql-ws';
import WebSocket from 'ws';
import { isObject } from '../execution/data.ts';
import { SubgraphFailure, type SubgraphFailureReason } from '../execution/errors.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import { createSubscriptionStream, type SubscriptionRequest, type SubscriptionStream } from './subscription-stream.ts';
import type { Headers } from './transport.ts';

export interface WebSocketRequest extends SubscriptionRequest {
  readonly body: string;
  /** Whoever has the same key may share a socket: it holds all that the socket says of its caller. */
  readonly key: string;
  /** Sent with the upgrade. */
  readonly headers: Headers;
  /** Sent in connection parameters, for servers that look there for who asks. */
  readonly parameters: Headers;
}

export interface WebSocketOptions {
  readonly service: string;
  /** The subgraph's address, by http, https, ws or wss. */
  readonly url: string;
  /** Bytes of one message. */
  readonly maxBytes: number;
  readonly certificateAuthorities: string | undefined;
}

/** Subscriptions over graphql-transport-ws: one socket for all of a key, for as long as one of them is open. */
export interface WebSocketStreams extends Disposable {
  open(request: WebSocketRequest): Promise<AsyncIterable<SubscriptionEvent>>;
}

/** There is a server, and it does not speak graphql-transport-ws at this address. */
export class WebSocketRefused extends SubgraphFailure {
  constructor(service: string, reason: SubgraphFailureReason, why: string, cause: unknown) {
    super(service, reason, `the subgraph does not speak graphql-transport-ws here (${why})`, cause);
  }
}

export function createWebSocketStreams(options: WebSocketOptions): WebSocketStreams {
  const connections = new Map<string, Connection>();

  function connectionFor(request: WebSocketRequest): Connection {
    const known = connections.get(request.key);
    if (known) return known;
    const connection = createConnection(options, request, () => {
      // Another connection may have taken the place since.
      if (connections.get(request.key) === connection) connections.delete(request.key);
    });
    connections.set(request.key, connection);
    return connection;
  }

  return {
    open: (request) => connectionFor(request).open(request),
    [Symbol.dispose]() {
      for (const connection of connections.values()) connection.terminate();
    },
  };
}

interface Connection {
  open(request: WebSocketRequest): Promise<AsyncIterable<SubscriptionEvent>>;
  terminate(): void;
}

/** `onUnused` is called when nobody may join any more. */
function createConnection(options: WebSocketOptions, first: WebSocketRequest, onUnused: () => void): Connection {
  const { service } = options;
  const { silenceMs } = first;
  const streams = new Set<SubscriptionStream>();
  const behind = new Set<SubscriptionStream>();
  let socket: WebSocket | null = null;
  let acknowledged = false;
  let silence: NodeJS.Timeout | null = null;

  function lose(failure: SubgraphFailure): void {
    if (silence) clearTimeout(silence);
    onUnused();
    for (const stream of [...streams]) stream.fail(failure);
  }

  function onSilence(): void {
    lose(new SubgraphFailure(service, 'unreachable', `the WebSocket gave no sign of life for ${silenceMs} ms`));
    client.terminate();
  }

  const client: Client = createClient({
    url: webSocketUrl(options.url),
    webSocketImpl: socketWith(first, options),
    connectionParams: { ...first.parameters },
    // A stream that is lost is told so: what came meanwhile would be missing.
    retryAttempts: 0,
    // A pong is the sign of life of a socket on which nothing happens.
    keepAlive: silenceMs === null ? 0 : silenceMs / 2,
    connectionAckWaitTimeout: first.timeoutMs,
    generateID: createIds(),
    on: {
      opened(opened) {
        socket = opened as WebSocket;
      },
      connected() {
        acknowledged = true;
        if (silenceMs !== null) silence = setTimeout(onSilence, silenceMs);
        for (const stream of streams) stream.stand();
      },
      message: () => silence?.refresh(),
      closed: (event) => lose(closeFailure(service, event, acknowledged)),
      error: (error) => lose(errorFailure(service, error, socket !== null)),
    },
  });

  function leave(stream: SubscriptionStream): void {
    streams.delete(stream);
    resume(stream);
    if (streams.size > 0) return;
    onUnused();
    if (silence) clearTimeout(silence);
    // With nothing acknowledged there is no one to say good-bye to.
    if (!acknowledged) client.terminate();
  }

  // The socket is one for all: who is behind holds up the others of this key, and no other.
  function pause(stream: SubscriptionStream): void {
    behind.add(stream);
    socket?.pause();
  }

  function resume(stream: SubscriptionStream): void {
    if (behind.delete(stream) && behind.size === 0) socket?.resume();
  }

  function open(request: WebSocketRequest): Promise<AsyncIterable<SubscriptionEvent>> {
    let unsubscribe: (() => void) | null = null;
    const stream: SubscriptionStream = createSubscriptionStream(
      { ...request, silenceMs: null },
      {
        pause: () => pause(stream),
        resume: () => resume(stream),
        close() {
          unsubscribe?.();
          leave(stream);
        },
      },
    );
    streams.add(stream);
    unsubscribe = client.subscribe<Record<string, unknown>>(payloadOf(request.body), {
      next: (result) => stream.next(result),
      error(error) {
        if (!Array.isArray(error)) return stream.fail(errorFailure(service, error, socket !== null));
        stream.next({ data: null, errors: error });
        stream.end();
      },
      complete: () => stream.end(),
    });
    if (acknowledged) stream.stand();
    return stream.opened;
  }

  return { open, terminate: () => client.terminate() };
}

function payloadOf(body: string): SubscribePayload {
  return JSON.parse(body) as SubscribePayload;
}

function createIds(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return String(last);
  };
}

function webSocketUrl(url: string): string {
  return url.replace(/^http/i, 'ws');
}

/** Of the time until a stream stands: some servers leave an upgrade that they do not know without an answer. */
const HANDSHAKE_SHARE = 1 / 3;

function socketWith({ headers, timeoutMs }: WebSocketRequest, { maxBytes, certificateAuthorities }: WebSocketOptions) {
  return class extends WebSocket {
    constructor(url: string, protocols: string | string[]) {
      super(url, protocols, {
        headers: { ...headers },
        maxPayload: maxBytes,
        handshakeTimeout: timeoutMs * HANDSHAKE_SHARE,
        perMessageDeflate: false,
        ca: certificateAuthorities,
      });
      // The client takes its own listener away before it ends a handshake: the error that follows would end the process.
      this.on('error', () => {});
    }
  };
}

const SUBPROTOCOL_NOT_ACCEPTABLE = 4406;

function closeFailure(service: string, event: unknown, acknowledged: boolean): SubgraphFailure {
  const { code, reason } = isObject(event) ? event : {};
  const why = `the WebSocket was closed with ${code}${typeof reason === 'string' && reason !== '' ? ` ${reason}` : ''}`;
  if (!acknowledged && code === SUBPROTOCOL_NOT_ACCEPTABLE)
    return new WebSocketRefused(service, 'unreachable', why, event);
  return new SubgraphFailure(service, 'unreachable', why, event);
}

/** What `ws` says when a server has answered the upgrade with something else, or hung up on it. */
const REFUSALS =
  /^(Opening handshake has timed out|Unexpected server response|Server sent (no|an invalid) subprotocol|Invalid \S+ header|socket hang up)/;

function errorFailure(service: string, error: unknown, opened: boolean): SubgraphFailure {
  const cause = isObject(error) && error.error instanceof Error ? error.error : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!opened && REFUSALS.test(message)) {
    return new WebSocketRefused(service, message.endsWith('timed out') ? 'timeout' : 'unreachable', message, cause);
  }
  if (!opened) return new SubgraphFailure(service, 'unreachable', `the WebSocket failed: ${message}`, cause);
  // On an open socket only what came can be wrong: a message that is none, or is too long.
  return new SubgraphFailure(service, 'invalid-answer', `a message of the WebSocket is unusable: ${message}`, cause);
}
