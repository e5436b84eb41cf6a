import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '#platform/logging/index.ts';
import { drained } from '../subscriptions/drained.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';

export interface WebSocketOptions extends ConnectionOptions {
  readonly server: Server;
  readonly path: string;
  readonly logger: Logger;
  /** Bytes of one message. */
  readonly maxMessageBytes: number;
  /** Milliseconds between pings; a socket that has not answered the one before is closed. */
  readonly keepAliveMs: number;
}

export const PROTOCOL = 'graphql-transport-ws';

/** Milliseconds for the other side to answer a close. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface WebSockets {
  /**
   * Closes every socket with 1001 when what is under way on it has been answered; after so many milliseconds without
   * waiting for anything.
   */
  stop(timeoutMs: number): Promise<void>;
}

/** graphql-transport-ws at one path. */
export function serveWebSockets(options: WebSocketOptions): WebSockets {
  const { server, logger } = options;
  const handleProtocols = (offered: Set<string>) => (offered.has(PROTOCOL) ? PROTOCOL : false);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    handleProtocols,
    clientTracking: false,
  });
  const open = new Map<WebSocket, Connection>();
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (pathOf(request) !== options.path) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, request));
  };

  function accept(socket: WebSocket, request: IncomingMessage): void {
    if (socket.protocol !== PROTOCOL) {
      socket.close(4406, `Ask for the subprotocol ${PROTOCOL}.`);
      return;
    }
    const { socket: tcp } = request;
    const connection = openConnection(options, {
      headers: request.headers,
      address: options.edge.addressOf(request),
      send: (text) => socket.send(text),
      pendingBytes: () => socket.bufferedAmount,
      drained: () => drained(tcp),
      close: (code, reason) => socket.close(code, reason.slice(0, 120)),
      cut: () => socket.terminate(),
    });
    open.set(socket, connection);
    socket.on('message', (data, isBinary) => connection.receive(isBinary ? null : String(data)));
    socket.on('pong', () => connection.alive());
    socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket failed'));
    socket.once('close', () => {
      open.delete(socket);
      connection.closed();
    });
  }

  const keepAlive = setInterval(() => {
    for (const [socket, connection] of open) if (connection.mayLive()) socket.ping();
  }, options.keepAliveMs).unref();
  sockets.on('wsClientError', (error) => logger.debug({ err: error }, 'a WebSocket handshake failed'));
  server.on('upgrade', onUpgrade);
  return {
    async stop(timeoutMs) {
      clearInterval(keepAlive);
      server.off('upgrade', onUpgrade);
      const cut = setTimeout(() => {
        for (const socket of open.keys()) socket.terminate();
      }, timeoutMs);
      await Promise.all([...open].map(([socket, connection]) => stopped(socket, connection)));
      clearTimeout(cut);
    },
  };
}

async function stopped(socket: WebSocket, connection: Connection): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  await Promise.race([connection.stop(), closed]);
  const cut = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
  await closed;
  clearTimeout(cut);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
