/**
 * Thousands of subscribers in a process of their own, which look at no more of an event than when it was published.
 * PORT=4100. POST /open with an OpenOrder opens them, GET /heard tells what came so far, POST /reset forgets it,
 * POST /close closes all.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { WebSocket } from 'ws';
import { microsecondsNow } from './shop/streams.ts';
import { quantile } from './table.ts';

export interface OpenOrder {
  readonly endpoint: string;
  readonly transport: 'WebSocket' | 'SSE';
  readonly count: number;
  /** Null: a WebSocket that is acknowledged and then says nothing. */
  readonly query: string | null;
}

export interface Heard {
  /** Subscribers that had an event since they were opened. */
  readonly reached: number;
  /** Events that came since the last reset, counted for each subscriber. */
  readonly received: number;
  /** Those of them that were also published since. */
  readonly deliveries: number;
  /** Milliseconds from publication to receipt of these. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Of the first answer that was no event, for the message when nothing comes. */
  readonly unexpected: string | null;
}

interface Subscriber {
  reached: boolean;
  close(): void;
}

const OPENING_AT_ONCE = 50;
const SUBSCRIBERS_OF_ADDRESS = 8;
const PUBLISHED_AT = /"at":\s*([\d.]+)/;
const subscribers: Subscriber[] = [];
let latencies: number[] = [];
let opened = 0;
let received = 0;
let since = 0;
let unexpected: string | null = null;

function hear(subscriber: Subscriber, message: string): void {
  const at = Number(PUBLISHED_AT.exec(message)?.[1]);
  if (Number.isNaN(at)) {
    unexpected ??= message.slice(0, 500);
    return;
  }
  subscriber.reached = true;
  received += 1;
  if (at >= since) latencies.push((microsecondsNow() - at) / 1_000);
}

/** Few subscribers share an address, because gateways bound what one address may hold. */
function nextAddress(): string {
  const address = Math.floor(opened++ / SUBSCRIBERS_OF_ADDRESS);
  return `127.0.${1 + Math.floor(address / 250)}.${1 + (address % 250)}`;
}

async function openWebSocket({ endpoint, query }: OpenOrder): Promise<Subscriber> {
  const socket = new WebSocket(endpoint.replace('http:', 'ws:'), 'graphql-transport-ws', {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    localAddress: nextAddress(),
  });
  const subscriber: Subscriber = { reached: false, close: () => socket.terminate() };
  socket.on('error', (error) => (unexpected ??= String(error)));
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send('{"type":"connection_init"}');
  await acknowledged;
  socket.on('message', (data: Buffer) => {
    const message = data.toString('latin1');
    if (message.includes('"type":"ping"')) socket.send('{"type":"pong"}');
    else hear(subscriber, message);
  });
  if (query) socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return subscriber;
}

async function openServerSentEvents({ endpoint, query }: OpenOrder): Promise<Subscriber> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const call = request(endpoint, { method: 'POST', agent: false, headers, localAddress: nextAddress() });
  const subscriber: Subscriber = { reached: false, close: () => call.destroy() };
  call.on('error', (error) => (unexpected ??= String(error)));
  call.end(JSON.stringify({ query }));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  let rest = '';
  response.setEncoding('latin1').on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) if (block.includes('data: {')) hear(subscriber, block);
  });
  response.on('error', () => {});
  return subscriber;
}

async function open(order: OpenOrder): Promise<void> {
  const one = order.transport === 'SSE' ? openServerSentEvents : openWebSocket;
  for (let left = order.count; left > 0; left -= OPENING_AT_ONCE) {
    const opening = Array.from({ length: Math.min(left, OPENING_AT_ONCE) }, () => one(order));
    subscribers.push(...(await Promise.all(opening)));
  }
}

function heard(): Heard {
  const sorted = Float64Array.from(latencies).sort();
  return {
    reached: subscribers.reduce((sum, { reached }) => sum + (reached ? 1 : 0), 0),
    received,
    deliveries: sorted.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
    unexpected,
  };
}

const ROUTES: Record<string, (body: string) => unknown> = {
  '/open': (body) => open(JSON.parse(body) as OpenOrder),
  '/heard': heard,
  '/reset': () => {
    latencies = [];
    received = 0;
    since = microsecondsNow();
  },
  '/close': () => {
    for (const subscriber of subscribers.splice(0)) subscriber.close();
  },
};

async function answer(call: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of call) chunks.push(chunk as Buffer);
  const result = await ROUTES[call.url ?? '']?.(Buffer.concat(chunks).toString());
  return JSON.stringify(result ?? null);
}

if (import.meta.main) {
  const server = createServer((call, response) => {
    answer(call).then(
      (body) => response.end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
}
