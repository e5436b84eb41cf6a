import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { fetchApi } from './fetch-api.ts';

export interface TransportRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  readonly contentType: string;
  text(): Promise<string>;
  /** The body as it comes, for streams of events: use this or text(), once. */
  stream(): ByteStream;
}

export interface ByteStream {
  /** Undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** Also ends a read that is still waiting, which an iterator's return() would not. */
  close(): void;
}

/** How a subgraph is reached: its own handler in this process, or HTTP. Both answer alike. */
export interface Transport extends AsyncDisposable {
  post(request: TransportRequest): Promise<TransportResponse>;
}

export type SubgraphFetch = (request: Request) => Promise<Response>;

export function createFetchTransport(url: string, fetch: SubgraphFetch): Transport {
  return {
    async post({ body, headers, signal }) {
      const response = await fetch(new fetchApi.Request(url, { method: 'POST', headers, body, signal }));
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        text: () => response.text(),
        stream: () => webStream(response.body),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

function webStream(body: ReadableStream<Uint8Array> | null): ByteStream {
  const reader = body?.getReader();
  return {
    read: async () => (await reader?.read())?.value,
    close() {
      reader?.cancel().catch(() => {});
    },
  };
}

function nodeStream(body: Readable): ByteStream {
  const iterator: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return {
    async read() {
      const result = await iterator.next();
      return result.done ? undefined : result.value;
    },
    close() {
      body.on('error', () => {}).destroy();
    },
  };
}

export interface HttpTransportOptions {
  /** Connections kept to one origin. */
  readonly maxConnections?: number;
}

/** Keep-alive connections by undici. Time limits are the caller's, through the signal: a stream may be silent for hours. */
export function createHttpTransport(url: string, options: HttpTransportOptions = {}): Transport {
  const target = new URL(url);
  const agent = new Agent({
    connections: options.maxConnections ?? 128,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 5_000 },
  });
  const { origin } = target;
  const path = `${target.pathname}${target.search}`;
  return {
    async post({ body, headers, signal }) {
      const response = await agent.request({ origin, path, method: 'POST', headers, body, signal });
      const contentType = response.headers['content-type'];
      return {
        status: response.statusCode,
        contentType: (Array.isArray(contentType) ? contentType[0] : contentType) ?? '',
        text: () => response.body.text(),
        stream: () => nodeStream(response.body),
      };
    },
    async [Symbol.asyncDispose]() {
      await agent.destroy();
    },
  };
}
