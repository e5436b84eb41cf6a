import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { RouterMetrics } from '../metrics.ts';
import { createSubgraphClient, type SubgraphCall, type SubgraphClientOptions } from './subgraph-client.ts';
import { callerIn, createHeldSubgraph } from './testing/held-subgraph.ts';
import { serve } from './testing/tick-subgraph.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

type Behaviour = (response: ServerResponse, request: IncomingMessage) => unknown;

const ok: Behaviour = (response) => response.end('{"data":{"ok":true}}');
const status =
  (code: number, body = '<html>'): Behaviour =>
  (response) =>
    response.writeHead(code).end(body);
const reset: Behaviour = (response) => response.socket?.resetAndDestroy();

const OK = { data: { ok: true }, errors: null };

/** A subgraph on a socket that does one after the other, the last for ever, and what the client's metrics were told. */
async function start(behaviours: readonly Behaviour[], options: Partial<SubgraphClientOptions> = {}) {
  let asked = 0;
  const server = await serve(
    createServer((request, response) => {
      const behave = behaviours[Math.min(asked, behaviours.length - 1)];
      asked += 1;
      request.resume().on('end', () => behave?.(response, request));
    }),
  );
  const told: string[] = [];
  const metrics = {
    subgraphFetch: (_: string, outcome: string) => told.push(outcome),
    subgraphRetry: () => told.push('retry'),
    subgraphCircuit: (_: string, open: boolean) => told.push(open ? 'opened' : 'closed'),
  };
  const client = createSubgraphClient({
    name: 'people',
    url: server.url,
    metrics: metrics as unknown as RouterMetrics,
    ...options,
  });
  disposables.push(server, client);
  const ask = (call: Partial<SubgraphCall> = {}) =>
    client.ask({ body: '{"query":"{ ok }"}', kind: 'query', operationName: null, caller: callerIn('ada'), ...call });
  const mutate = () => ask({ kind: 'mutation' });
  return { ask, mutate, told, asked: () => asked };
}

/** The reasons for which calls failed, or 'ok'. */
function reasons(calls: readonly Promise<unknown>[]): Promise<string[]> {
  return Promise.all(
    calls.map((call) =>
      call.then(
        () => 'ok',
        (error: { reason: string }) => error.reason,
      ),
    ),
  );
}

describe('asking again', () => {
  test.each<[string, Behaviour]>([
    ['a reset', reset],
    ['502', status(502)],
    ['503 with a GraphQL error', status(503, '{"errors":[{"message":"starting"}]}')],
    ['504', status(504)],
  ])('a query is asked again after %s, twice at most', async (_, fails) => {
    const { ask, told, asked } = await start([fails, fails, ok]);
    expect(await ask()).toEqual(OK);
    expect(asked()).toBe(3);
    expect(told).toEqual(['retry', 'retry', 'retried']);
  });

  test('what came last is what counts', async () => {
    const { ask, asked } = await start([reset, status(502), status(503, '{"errors":[{"message":"starting"}]}'), ok]);
    expect(await ask()).toEqual({ data: null, errors: [{ message: 'starting' }] });
    expect(asked()).toBe(3);
  });

  test.each<[string, Behaviour]>([
    ['500', status(500)],
    ['429', status(429)],
    ['garbage', status(200, 'oops')],
  ])('a query is not asked again after %s: the same would come', async (_, fails) => {
    const { ask, asked } = await start([fails, ok]);
    await expect(ask()).rejects.toMatchObject({ reason: 'invalid-answer' });
    expect(asked()).toBe(1);
  });

  test.each<[string, Behaviour]>([
    ['a reset', reset],
    ['503', status(503)],
  ])('a mutation is never asked again, not after %s either', async (_, fails) => {
    const { mutate, asked } = await start([fails, ok]);
    await expect(mutate()).rejects.toThrow();
    expect(asked()).toBe(1);
  });

  test('all attempts together have the time of one', async () => {
    const silent: Behaviour = () => {};
    const { ask, asked } = await start([reset, silent], { queryTimeoutMs: 300 });
    await expect(ask()).rejects.toMatchObject({ reason: 'timeout', message: expect.stringContaining('300 ms') });
    expect(asked()).toBe(2);
  });

  test('when everything fails, retries stay a tenth of the calls', async () => {
    const { ask, asked } = await start([reset], { circuitBreaker: null });
    for (let calls = 0; calls < 200; calls++) await reasons([ask()]);
    // Ten saved up, and one for ten calls; the first call adds nothing to what is full.
    expect(asked()).toBe(200 + 10 + 19);
  });

  test('a client that leaves while its retry waits ends it', async () => {
    const leaving = new AbortController();
    const { ask, asked } = await start([
      (response, request) => {
        reset(response, request);
        leaving.abort();
      },
      ok,
    ]);
    await expect(ask({ caller: callerIn('ada', leaving.signal) })).rejects.toMatchObject({ reason: 'aborted' });
    expect(await ask()).toEqual(OK);
    expect(asked()).toBe(2);
  });
});

describe('a circuit', () => {
  const circuitBreaker = { minimumCalls: 4, openMs: 60_000 };

  test.each<[string, Behaviour]>([
    ['resets', reset],
    ['502', status(502)],
    ['500 and HTML', status(500)],
  ])('opens after too many answers of %s: the subgraph is left alone, mutations included', async (_, fails) => {
    const { ask, mutate, asked, told } = await start([fails], { circuitBreaker, retries: 0 });
    for (let calls = 0; calls < 4; calls++) await expect(ask()).rejects.toThrow();
    expect(await reasons([ask(), mutate(), ask()])).toEqual(['circuit-open', 'circuit-open', 'circuit-open']);
    expect(asked()).toBe(4);
    expect(told).toContain('opened');
  });

  test('opens after too much silence', async () => {
    const { ask, asked } = await start([() => {}], { circuitBreaker, queryTimeoutMs: 50 });
    expect(await reasons([ask(), ask(), ask(), ask()])).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
    expect(await reasons([ask()])).toEqual(['circuit-open']);
    expect(asked()).toBe(4);
  });

  test.each<[string, Behaviour]>([
    ['garbage with 200', status(200, 'oops')],
    ['errors of GraphQL', status(200, '{"errors":[{"message":"no"}]}')],
    ['errors of GraphQL with 500', status(500, '{"errors":[{"message":"no"}]}')],
    ['404', status(404)],
  ])('stays closed after %s: the other operations need not suffer', async (_, answers) => {
    const { ask, asked } = await start([answers], { circuitBreaker });
    for (let calls = 0; calls < 10; calls++) await reasons([ask()]);
    expect(asked()).toBe(10);
  });

  test('stays closed when clients leave', async () => {
    const { ask } = await start([() => {}], { circuitBreaker });
    const leaving = new AbortController();
    const left = Array.from({ length: 10 }, () => ask({ caller: callerIn('ada', leaving.signal) }));
    leaving.abort();
    expect(new Set(await reasons(left))).toEqual(new Set(['aborted']));
    const staying = new AbortController();
    const next = ask({ caller: callerIn('ada', staying.signal) });
    staying.abort();
    expect(await reasons([next])).toEqual(['aborted']);
  });

  test('closes when the subgraph answers again', async () => {
    const { ask, told } = await start([reset, reset, reset, reset, ok], {
      circuitBreaker: { minimumCalls: 4, openMs: 1 },
      retries: 0,
    });
    for (let calls = 0; calls < 4; calls++) await expect(ask()).rejects.toThrow();
    await expect.poll(() => reasons([ask()])).toEqual(['ok']);
    expect(told.filter((what) => what === 'opened' || what === 'closed')).toEqual(['opened', 'closed']);
  });
});

describe('a bulkhead', () => {
  function held(options: Partial<SubgraphClientOptions>) {
    const subgraph = createHeldSubgraph();
    const client = createSubgraphClient({ name: 'people', url: 'http://people/', fetch: subgraph.fetch, ...options });
    const ask = (n: number, signal: AbortSignal | null = null, kind: SubgraphCall['kind'] = 'query') =>
      client.ask({ body: `{"query":"${n}"}`, kind, operationName: null, caller: callerIn('ada', signal) });
    return { subgraph, ask };
  }
  const asked = ({ subgraph }: ReturnType<typeof held>) => subgraph.requests.map(({ body }) => JSON.parse(body).query);

  test('lets so many calls through at a time, the others in the order in which they came', async () => {
    const running = held({ maxConcurrent: 2 });
    const calls = [1, 2, 3, 4].map((n) => running.ask(n));
    await running.subgraph.arrived(2);
    expect(asked(running)).toEqual(['1', '2']);
    running.subgraph.requests[1]?.answer({ data: {} });
    await running.subgraph.arrived(3);
    expect(asked(running)).toEqual(['1', '2', '3']);
    running.subgraph.release({ data: {} });
    expect(await reasons(calls)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  test('refuses what would wait behind too many, at once', async () => {
    const running = held({ maxConcurrent: 1, maxQueued: 2 });
    const calls = [1, 2, 3].map((n) => running.ask(n));
    expect(await reasons([running.ask(4), running.ask(5)])).toEqual(['overloaded', 'overloaded']);
    running.subgraph.release({ data: {} });
    expect(await reasons(calls)).toEqual(['ok', 'ok', 'ok']);
    expect(asked(running)).toEqual(['1', '2', '3']);
  });

  test('forgets who leaves the queue or has waited long enough', async () => {
    const running = held({ maxConcurrent: 1, maxQueued: 1, queryTimeoutMs: 200 });
    // A mutation has more time, so it holds the place for as long as the test wants.
    const first = running.ask(1, null, 'mutation');
    const leaving = new AbortController();
    const second = running.ask(2, leaving.signal);
    leaving.abort();
    expect(await reasons([second])).toEqual(['aborted']);
    const third = running.ask(3);
    expect(await reasons([third])).toEqual(['timeout']);
    const fourth = running.ask(4);
    running.subgraph.release({ data: {} });
    expect(await reasons([first, fourth])).toEqual(['ok', 'ok']);
    expect(asked(running)).toEqual(['1', '4']);
  });

  test('gives the place of a call that failed to the next', async () => {
    const running = held({ maxConcurrent: 1, retries: 0 });
    const first = running.ask(1);
    await running.subgraph.arrived(1);
    running.subgraph.requests[0]?.answer('not JSON');
    expect(await reasons([first])).toEqual(['invalid-answer']);
    const second = running.ask(2);
    running.subgraph.release({ data: {} });
    expect(await reasons([second])).toEqual(['ok']);
  });
});

describe('options', () => {
  test.each([
    [{ queryTimeoutMs: 0 }, 'queryTimeoutMs is expected to be from 1 to 2147483647, and is 0'],
    [{ mutationTimeoutMs: 2 ** 40 }, 'mutationTimeoutMs is expected'],
    [{ retries: -1 }, 'retries is expected to be from 0 to 10, and is -1'],
    [{ maxConcurrent: 0 }, 'maxConcurrent is expected'],
    [{ circuitBreaker: { threshold: 1.5 } }, 'circuitBreaker.threshold is expected to be from 0.01 to 1, and is 1.5'],
    [{ maxAnswerBytes: Number.NaN }, 'maxAnswerBytes is expected'],
  ])('out of their range say so: %o', (options, message) => {
    const create = () => createSubgraphClient({ name: 'people', url: 'http://people/', ...options });
    expect(create).toThrow(RangeError);
    expect(create).toThrow(`Subgraph people: ${message}`);
  });
});
