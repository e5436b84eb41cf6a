import autocannon from 'autocannon';

export interface DriveOrder {
  readonly url: string;
  /** Sent over and over by each client, which starts at another one than its neighbour. */
  readonly exchanges: readonly Exchange[];
  readonly clients: number;
  /** How long, or how many requests. */
  readonly span: { readonly seconds: number } | { readonly requests: number };
}

export interface Exchange {
  readonly body: string;
  /** What must come, to the letter: a benchmark of refusals measures nothing. */
  readonly answer: string;
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
export async function drive({ url, exchanges, clients, span }: DriveOrder): Promise<Drive> {
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const options = {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    connections: clients,
    setupClient: createTurns(exchanges),
    verifyBody: createCheck(exchanges),
    ...('seconds' in span ? { duration: span.seconds } : { amount: span.requests }),
  } as const;
  const instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
  const latencies: number[] = [];
  const started = performance.now();
  instance.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  const { errors, timeouts, mismatches } = await promise;
  const took = (performance.now() - started) / 1000;
  return { requests: latencies.length, seconds: took, latencies, failures: errors + timeouts + mismatches };
}

function createTurns(exchanges: readonly Exchange[]): (client: autocannon.Client) => void {
  const requests = exchanges.map(({ body }) => ({ body }));
  let next = 0;
  return (client) => {
    const first = next++ % requests.length;
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
  };
}

// By length first: to hash each answer would cost more than to compare it.
function createCheck(exchanges: readonly Exchange[]): (answer: unknown) => boolean {
  const byLength = Map.groupBy(
    exchanges.map(({ answer }) => answer),
    ({ length }) => length,
  );
  return (answer) => typeof answer === 'string' && byLength.get(answer.length)?.includes(answer) === true;
}
