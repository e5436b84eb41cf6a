import { once } from 'node:events';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { createHealth } from '#platform/health/index.ts';
import type { RouterOptions } from '../index.ts';
import { createFixture } from './fixture/federation.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const ME = '{ me { name } }';
const ADA = { data: { me: { name: 'Ada' } } };

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

interface Held extends RunningFixture {
  /** Resolves when so many requests wait at the subgraph. */
  waiting(count: number): Promise<void>;
  answer(): void;
  stop(): Promise<void>;
}

/** A router whose subgraph `people` answers when the test says so. */
async function start(options: Partial<RouterOptions> = {}): Promise<Held> {
  const fixture = createFixture();
  const gate = Promise.withResolvers<void>();
  const people = fixture.subgraphs.get('people');
  let waiting = 0;
  fixture.subgraphs.set('people', async (request) => {
    waiting += 1;
    await gate.promise;
    return (await people?.(request)) as Response;
  });
  const { subgraphs } = fixture;
  // Not shared, so that each request waits for itself.
  const running = await startFixtureRouter({ subgraphs, shareExecutions: false, stopTimeoutMs: 20_000, ...options });
  disposables.push(running);
  return {
    ...running,
    waiting: (count) => expect.poll(() => waiting).toBe(count),
    answer: gate.resolve,
    stop: async () => running.router[Symbol.asyncDispose](),
  };
}

async function connect(running: RunningFixture) {
  const socket = new WebSocket(running.endpoint.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: { id?: string; type: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await expect.poll(() => messages).toEqual([{ type: 'connection_ack' }]);
  const subscribe = (id: string, query: string) =>
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
  return { socket, messages, closed, subscribe };
}

describe('what is under way when the router stops', () => {
  test('is answered over HTTP, and the answer says that its connection ends', async () => {
    const running = await start();
    const answer = running.post({ query: ME });
    await running.waiting(1);
    const stopped = running.stop();
    await expect(fetch(running.endpoint)).rejects.toThrow();
    running.answer();
    const response = await answer;
    expect(await response.json()).toEqual(ADA);
    expect(response.headers.get('connection')).toBe('close');
    await stopped;
  });

  test('is answered over WebSocket before it closes with 1001, while streams end and nothing new is taken', async () => {
    const running = await start();
    const { messages, closed, subscribe } = await connect(running);
    subscribe('q', ME);
    subscribe('s', 'subscription { slowReviews { id } }');
    await running.waiting(1);
    const stopped = running.stop();
    await expect.poll(() => messages.some(({ id, type }) => id === 's' && type === 'complete')).toBe(true);
    const ended = { id: 's', type: 'next', payload: { errors: [{ extensions: { reconnect: true } }] } };
    expect(messages.find(({ id }) => id === 's')).toMatchObject(ended);
    subscribe('late', ME);
    await expect
      .poll(() => messages.find(({ id }) => id === 'late'))
      .toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'UNAVAILABLE', reconnect: true } }],
      });
    running.answer();
    expect(await closed).toBe(1001);
    expect(messages.filter(({ id }) => id === 'q')).toEqual([
      { id: 'q', type: 'next', payload: ADA },
      { id: 'q', type: 'complete' },
    ]);
    await stopped;
  });

  test('is answered in an event stream that serves several operations, which ends then', async () => {
    const running = await start();
    const { endpoint } = running;
    const token = await (await fetch(endpoint, { method: 'PUT' })).text();
    const headers = { 'x-graphql-event-stream-token': token };
    const stream = await fetch(endpoint, { headers: { ...headers, accept: 'text/event-stream' } });
    const posted = await running.post({ query: ME, extensions: { operationId: 'one' } }, headers);
    expect(posted.status).toBe(202);
    await running.waiting(1);
    const stopped = running.stop();
    running.answer();
    const text = await stream.text();
    expect(text).toContain(`data: {"id":"one","payload":${JSON.stringify(ADA)}}`);
    expect(text).toContain('event: complete');
    await stopped;
  });

  test('is cut when the time is over, over HTTP and WebSocket, and the log says so', async () => {
    const log: Record<string, unknown>[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(JSON.parse(line)) });
    const running = await start({ stopTimeoutMs: 200, logger });
    const { closed, subscribe } = await connect(running);
    subscribe('q', ME);
    const outcome = running.post({ query: '{ me { id } }' }).catch((error: unknown) => error);
    await running.waiting(2);
    await running.stop();
    expect(await outcome).toBeInstanceOf(TypeError);
    expect(await closed).toBe(1006);
    expect(log).toMatchObject([{ timeoutMs: 200, msg: expect.stringContaining('are cut') }]);
    running.answer();
  });
});

test('readiness fails from the first moment of a stop', async () => {
  const health = createHealth();
  const running = await start({ health });
  const answer = running.post({ query: ME });
  await running.waiting(1);
  expect((await health.state()).status).toBe('up');
  const stopped = running.stop();
  expect((await health.state()).status).toBe('down');
  running.answer();
  await Promise.all([answer, stopped]);
});

test('a stop with nothing under way but idle connections and sockets ends at once', async () => {
  const running = await start();
  const { closed } = await connect(running);
  await running.post({ query: '{ __typename }' });
  await running.stop();
  expect(await closed).toBe(1001);
});
