import type { Answer, AnswerSink, AnswerSource, Exchange, Headers, SubgraphFetch, Transport } from './transport.ts';

/** A subgraph in this process, asked through its own handler. */
export function createFetchTransport(url: string, fetch: SubgraphFetch): Transport {
  const OwnRequest = fetch.Request ?? Request;
  const post = async (body: string, headers: Headers, signal: AbortSignal | null): Promise<Response> =>
    fetch(new OwnRequest(url, { method: 'POST', headers, body, signal }));
  return {
    ask(body, headers): Exchange {
      const leaving = new AbortController();
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      post(body, headers, leaving.signal).then(readWhole).then(resolve, reject);
      return {
        answer: promise,
        cancel(reason) {
          // A handler need not look at the signal.
          reject(reason);
          leaving.abort(reason);
        },
      };
    },
    stream(body, headers, sink) {
      const source = createPump(sink);
      // No signal: yoga drops a stream unclosed when it is aborted between subscribing and answering.
      post(body, headers, null).then(source.open, source.fail);
      return source;
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function readWhole(response: Response): Promise<Answer> {
  return { status: response.status, text: await response.text(), location: response.headers.get('location') };
}

interface Pump extends AnswerSource {
  open(response: Response): void;
  fail(error: unknown): void;
}

/** Reads a web stream for as long as it is neither paused nor closed. */
function createPump(sink: AnswerSink): Pump {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let open = true;
  let paused = false;
  let reading = false;

  async function read(): Promise<void> {
    if (reading || !reader) return;
    reading = true;
    try {
      while (open && !paused) {
        const { done, value } = await reader.read();
        if (!open) return;
        if (done) end();
        else sink.data(value);
      }
    } catch (error) {
      fail(error);
    } finally {
      reading = false;
    }
  }

  function end(): void {
    open = false;
    sink.end();
  }

  function fail(error: unknown): void {
    if (!open) return;
    open = false;
    sink.fail(error);
  }

  return {
    open(response) {
      if (open) sink.open(response.status, response.headers.get('content-type') ?? '');
      reader = response.body?.getReader();
      if (!open) discard(reader);
      else if (reader) void read();
      else end();
    },
    fail,
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      void read();
    },
    close() {
      open = false;
      reader?.cancel().catch(() => {});
    },
  };
}

/** Closes a body that nobody has read: yoga begins a stream with its first read, and cannot close what has not begun. */
function discard(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): void {
  reader?.read().catch(() => {});
  reader?.cancel().catch(() => {});
}
