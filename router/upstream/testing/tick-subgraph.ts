import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { buildSchema, GraphQLError, type GraphQLSchema, parse, subscribe } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

/** A subgraph with streams that the test watches and ends. */
export interface Ticks {
  readonly schema: GraphQLSchema;
  /** Streams open now. */
  open: number;
  /** Events that were asked of `flood`. */
  asked: number;
  /** Resolves when a stream has closed since the last call. */
  closed(): Promise<void>;
}

export function createTicks(): Ticks {
  const schema = buildSchema(`
    type Query { ok: Boolean }
    type Subscription { ticks(count: Int!): Int! silent: Int refused: Int flood(text: String!): String }
  `);
  let closing = Promise.withResolvers<void>();
  const ticks: Ticks = {
    schema,
    open: 0,
    asked: 0,
    async closed() {
      await closing.promise;
      closing = Promise.withResolvers();
    },
  };
  const stream = (next: (index: number) => Promise<IteratorResult<unknown>>): AsyncIterableIterator<unknown> => {
    let index = 0;
    ticks.open += 1;
    let open = true;
    const close = (): IteratorResult<unknown> => {
      if (open) ticks.open -= 1;
      open = false;
      closing.resolve();
      return { done: true, value: undefined };
    };
    return {
      async next() {
        const result = await next(index++);
        return result.done ? close() : result;
      },
      return: async () => close(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
  const streams: Record<string, (args: { count: number; text: string }) => AsyncIterable<unknown>> = {
    ticks: ({ count }) =>
      stream(async (index) => (index < count ? { done: false, value: { ticks: index } } : { done: true, value: null })),
    silent: () => stream(() => new Promise(() => {})),
    refused() {
      throw new GraphQLError('no stream for you', { extensions: { code: 'FORBIDDEN' } });
    },
    flood: ({ text }) =>
      stream(async () => {
        // As events of the world do: sockets get their turn in between.
        await setImmediate();
        ticks.asked += 1;
        return { done: false, value: { flood: text } };
      }),
  };
  for (const [name, field] of Object.entries(schema.getSubscriptionType()?.getFields() ?? {})) {
    field.subscribe = (_, args) => streams[name]?.(args);
  }
  return ticks;
}

/** A server on a free port of this host. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  /** Headers of every request and upgrade, in order. */
  readonly seen: IncomingHttpHeaders[];
  /** Cuts every connection, WebSockets included. */
  cut(): void;
}

export async function serve(server: Server, path = '/graphql'): Promise<Served> {
  const seen: IncomingHttpHeaders[] = [];
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  });
  server.prependListener('request', ({ headers }) => seen.push(headers));
  // A server without a listener of its own answers an upgrade like any request.
  if (server.listenerCount('upgrade') > 0) server.prependListener('upgrade', ({ headers }) => seen.push(headers));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    seen,
    cut,
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
    },
  };
}

export function yogaOf({ schema }: Ticks) {
  return createYoga({ schema, logging: false, maskedErrors: false });
}

export interface WebSocketSubgraph extends Served {
  /** Connection parameters of every socket. */
  readonly parameters: (Record<string, unknown> | undefined)[];
  readonly sockets: WebSocketServer['clients'];
}

export function listenerOf(ticks: Ticks): RequestListener {
  const yoga = yogaOf(ticks);
  return (request, response) => void yoga(request, response);
}

export async function serveWebSockets(
  { schema }: Ticks,
  options: { readonly accept?: () => boolean; readonly request?: RequestListener } = {},
): Promise<WebSocketSubgraph> {
  const server = createServer(options.request ?? ((_, response) => response.writeHead(404).end()));
  const webSockets = new WebSocketServer({ server, path: '/graphql' });
  const parameters: (Record<string, unknown> | undefined)[] = [];
  useServer(
    {
      schema,
      onConnect({ connectionParams }) {
        parameters.push(connectionParams);
        return options.accept?.() ?? true;
      },
    },
    webSockets,
  );
  return Object.assign(await serve(server), { parameters, sockets: webSockets.clients });
}

interface CallbackExtension {
  readonly callbackUrl: string;
  readonly subscriptionId: string;
  readonly verifier: string;
  readonly heartbeatIntervalMs: number;
}

export interface CallbackSubgraph extends Served {
  readonly extensions: CallbackExtension[];
  /** No heartbeats any more. */
  quiet: boolean;
}

/** A subgraph that follows the callback protocol to the letter. */
export async function serveCallbacks({ schema }: Ticks): Promise<CallbackSubgraph> {
  const extensions: CallbackExtension[] = [];
  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { query, variables, extensions: sent } = JSON.parse(body);
    const extension: CallbackExtension = sent.subscription;
    extensions.push(extension);
    const answer = (status: number, result: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    };
    if ((await post(extension, { action: 'check' })) !== 204) {
      answer(400, { errors: [{ message: 'the check failed' }] });
      return;
    }
    const events = await subscribe({ schema, document: parse(query), variableValues: variables });
    if (!(Symbol.asyncIterator in events)) {
      answer(200, { data: null, errors: events.errors });
      return;
    }
    answer(200, { data: null });
    void run(extension, events);
  }
  const server = createServer((request, response) => void answerTo(request, response));
  async function run(extension: CallbackExtension, events: AsyncGenerator<unknown>): Promise<void> {
    const check = async () => {
      if (!subgraph.quiet && (await post(extension, { action: 'check' })) === 404) await events.return(undefined);
    };
    const heartbeat = setInterval(() => void check(), extension.heartbeatIntervalMs);
    try {
      for await (const payload of events) {
        if ((await post(extension, { action: 'next', payload })) !== 204) return;
      }
      await post(extension, { action: 'complete' });
    } finally {
      clearInterval(heartbeat);
    }
  }
  const served = await serve(server);
  const subgraph: CallbackSubgraph = Object.assign(served, {
    extensions,
    quiet: false,
    async [Symbol.asyncDispose]() {
      subgraph.quiet = true;
      server.close();
      served.cut();
    },
  });
  return subgraph;
}

/** The status; 0 when the router cannot be reached. */
export async function post(extension: CallbackExtension, message: object): Promise<number> {
  const { callbackUrl, subscriptionId: id, verifier } = extension;
  const headers = { 'content-type': 'application/json', 'subscription-protocol': 'callback/1.0' };
  const body = JSON.stringify({ kind: 'subscription', id, verifier, ...message });
  return fetch(callbackUrl, { method: 'POST', headers, body }).then(
    ({ status }) => status,
    () => 0,
  );
}
