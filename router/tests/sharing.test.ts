import { createClient } from 'graphql-ws';
import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { openStream, TRANSPORTS } from '#tests/streams.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const REVIEWS = 'subscription { reviewAdded(count: 3) { __typename ... on Review { id author { name email } } } }';
const SILENT = 'subscription { slowReviews { id } }';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(): Promise<RunningFixture> {
  const running = await startFixtureRouter({ stopTimeoutMs: 2_000 });
  disposables.push(running);
  return running;
}

test('identical subscriptions of any transport share one upstream and one execution of each event', async () => {
  const running = await start();
  const { seen, open } = running.fixture;
  const streams = Array.from({ length: 20 }, (_, index) =>
    openStream<{ reviewAdded: { id?: string } }>(TRANSPORTS[index % 2] ?? 'SSE', running.router.url, {
      query: SILENT,
      token: 'good',
    }),
  );
  const answers = streams.map((stream) => stream.next());
  await expect.poll(() => running.fixture.open.count).toBe(1);
  const asked = seen.filter(({ subgraph }) => subgraph === 'reviews').length;
  expect(asked).toBe(1);
  open.slow.resolve();
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => null));
});

test('what every subscriber of a shared stream gets is the same, with the other subgraphs asked once', async () => {
  const running = await start();
  const token = 'good';
  const client = createClient({
    url: running.endpoint.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const received: unknown[][] = [[], []];
  const subscribe = (index: number) =>
    client.subscribe(
      { query: REVIEWS },
      { next: (value) => received[index]?.push(value), error: () => {}, complete: () => {} },
    );
  subscribe(0);
  subscribe(1);
  await expect.poll(() => received.map((each) => each.length)).toEqual([3, 3]);
  expect(received[0]).toEqual(received[1]);
  expect(received[0]?.[0]).toEqual({
    data: { reviewAdded: { __typename: 'Review', id: 'r1', author: { name: 'Ada', email: 'ada@x.test' } } },
  });
  const events = received[0]?.filter((each) => JSON.stringify(each).includes('"Review"')).length ?? 0;
  expect(running.fixture.seen.filter(({ subgraph }) => subgraph === 'people')).toHaveLength(events);
  await client.dispose();
});

test('callers of different identities never share a stream', async () => {
  const running = await start();
  running.tokens.set('other', null);
  const streams = ['good', 'other', null].map((token) =>
    openStream('SSE', running.router.url, { query: SILENT, token }),
  );
  for (const stream of streams) stream.next().catch(() => {});
  await expect.poll(() => running.fixture.open.count).toBe(3);
  for (const stream of streams) stream.leave();
});

test('the upstream lives as long as one of those who share it, and no longer', async () => {
  const running = await start();
  const [one, two] = [0, 1].map((index) =>
    openStream(TRANSPORTS[index] ?? 'SSE', running.router.url, { query: SILENT, token: 'good' }),
  );
  const waiting = one?.next().catch(() => 'left');
  const staying = two?.next();
  await expect.poll(() => running.fixture.open.count).toBe(1);
  one?.leave();
  await waiting;
  expect(running.fixture.open.count).toBe(1);
  running.fixture.open.slow.resolve();
  expect(await staying).toBeNull();
});
