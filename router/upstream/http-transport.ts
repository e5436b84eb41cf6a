import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';
import type { SubgraphFailure } from '../execution/errors.ts';
import { decodeUtf8, invalidAnswer } from './answer.ts';
import type { Answer, AnswerSink, AnswerSource, Exchange, Transport } from './transport.ts';

export interface HttpTransportOptions {
  /** The subgraph's name, for what is said of its answers. */
  readonly service: string;
  /** Questions under way at the same time, each on a connection of its own unless the origin speaks HTTP/2. */
  readonly maxConcurrent: number;
  /** Bytes of one answer, unpacked. A longer one is cut off and refused. */
  readonly maxAnswerBytes: number;
  /** HTTP/2 where the origin speaks it over TLS. */
  readonly allowH2: boolean;
  readonly certificateAuthorities: string | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_STREAMS = 100;

/** Keep-alive connections by undici. It has no time limits of its own here: a stream may be silent for hours. */
export function createHttpTransport(url: string, options: HttpTransportOptions): Transport {
  const { origin, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  const common = {
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS, ca: options.certificateAuthorities },
    allowH2: options.allowH2,
    pipelining: 1,
  };
  const connections = Number.isFinite(options.maxConcurrent) ? options.maxConcurrent : null;
  const questions = new Pool(origin, { ...common, connections });
  // On one HTTP/2 connection undici sends again what was under way when a server says that it goes away. So only what may
  // be repeated shares a connection.
  const repeatable = options.allowH2
    ? new Pool(origin, { ...common, connections, pipelining: MAX_STREAMS })
    : questions;
  // Open streams must not use up the connections of questions.
  const streams = new Pool(origin, { ...common, connections: null });
  return {
    ask(body, headers, mayRepeat): Exchange {
      const reader = new AnswerReader(options);
      const pool = mayRepeat ? repeatable : questions;
      pool.dispatch({ path, method: 'POST', headers, body, idempotent: mayRepeat }, reader);
      return reader;
    },
    stream(body, headers, sink): AnswerSource {
      const reader = new StreamReader(options.service, sink);
      streams.dispatch({ path, method: 'POST', headers, body }, reader);
      return reader;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...new Set([questions, repeatable, streams])].map((pool) => pool.destroy()));
    },
  };
}

/** What undici's own `request` does, without its stream, its promise for every step, and its signal. */
class AnswerReader implements Dispatcher.DispatchHandler, Exchange {
  readonly answer: Promise<Answer>;
  readonly #options: HttpTransportOptions;
  readonly #chunks: Buffer[] = [];
  #resolve!: (answer: Answer | Promise<Answer>) => void;
  #reject!: (reason: Error) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #cancelled: Error | null = null;
  #bytes = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  cancel(reason: Error): void {
    if (this.#cancelled) return;
    this.#cancelled = reason;
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cancelled) controller.abort(this.#cancelled);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
    if (Number(headers['content-length']) > this.#options.maxAnswerBytes) this.cancel(tooLong(this.#options, status));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxAnswerBytes) this.cancel(tooLong(this.#options, this.#status));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const bytes = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#bytes);
    const encoding = encodingOf(this.#headers);
    if (encoding !== null && bytes.length > 0) {
      this.#resolve(unpack(bytes, encoding, this.#options, this.#status).then((plain) => this.#read(plain)));
      return;
    }
    try {
      this.#resolve(this.#read(bytes));
    } catch (error) {
      this.#reject(error as Error);
    }
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }

  #read(bytes: Buffer): Answer {
    return {
      status: this.#status,
      text: decodeUtf8(bytes, this.#options.service, this.#status),
      location: this.#headers.location ?? null,
    };
  }
}

function tooLong({ service, maxAnswerBytes }: HttpTransportOptions, status: number): SubgraphFailure {
  return invalidAnswer(service, status, `the answer is longer than ${maxAnswerBytes} bytes`);
}

/** Null for what is not packed; graphql-yoga labels its streams `none`. */
function encodingOf(headers: IncomingHttpHeaders): string | null {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return encoding === '' || encoding === 'identity' || encoding === 'none' ? null : encoding;
}

const UNPACK = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

async function unpack(bytes: Buffer, encoding: string, options: HttpTransportOptions, status: number): Promise<Buffer> {
  if (!Object.hasOwn(UNPACK, encoding)) throw unknownEncoding(options.service, status, encoding);
  try {
    return await UNPACK[encoding as keyof typeof UNPACK](bytes, { maxOutputLength: options.maxAnswerBytes });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(options, status);
    throw invalidAnswer(options.service, status, `the answer is labelled as ${encoding}, which it is not`, '', error);
  }
}

function unknownEncoding(service: string, status: number, encoding: string): SubgraphFailure {
  const name = JSON.stringify(encoding.slice(0, 40));
  return invalidAnswer(service, status, `the answer is encoded as ${name}, which cannot be read here`);
}

class StreamReader implements Dispatcher.DispatchHandler, AnswerSource {
  readonly #service: string;
  readonly #sink: AnswerSink;
  #controller: Dispatcher.DispatchController | null = null;
  #open = true;

  constructor(service: string, sink: AnswerSink) {
    this.#service = service;
    this.#sink = sink;
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  close(): void {
    this.#open = false;
    this.#controller?.abort(new Error('The stream is not read any more.'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!this.#open) controller.abort(new Error('The stream is not read any more.'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (!this.#open || status < 200) return;
    const encoding = encodingOf(headers);
    if (encoding !== null) {
      this.#fail(unknownEncoding(this.#service, status, encoding));
      this.close();
      return;
    }
    this.#sink.open(status, headers['content-type'] ?? '');
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#open) this.#sink.data(chunk);
  }

  onResponseEnd(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#sink.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    this.#sink.fail(error);
  }
}
