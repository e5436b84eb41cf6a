import autocannon from 'autocannon';

export interface DriveOrder {
  readonly url: string;
  readonly body: string;
  readonly clients: number;
  /** How long, or how many requests. */
  readonly span: { readonly seconds: number } | { readonly requests: number };
  /** Every answer must be this one to the letter: a benchmark of refusals measures nothing. */
  readonly expect: string;
}

export interface Drive {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds per request. */
  readonly latencies: readonly number[];
  /** Answers that were others than expected, and requests without one. */
  readonly failures: number;
}

/** A closed loop: each client sends its next request when the last is answered. */
export async function drive({ url, body, clients, span, expect }: DriveOrder): Promise<Drive> {
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const until = 'seconds' in span ? { duration: span.seconds } : { amount: span.requests };
  const verifyBody = (answer: unknown) => answer === expect;
  const options = { url, method: 'POST', headers, body, connections: clients, verifyBody, ...until } as const;
  const instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
  const latencies: number[] = [];
  const started = performance.now();
  instance.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  const { errors, timeouts, mismatches } = await promise;
  const took = (performance.now() - started) / 1000;
  return { requests: latencies.length, seconds: took, latencies, failures: errors + timeouts + mismatches };
}
