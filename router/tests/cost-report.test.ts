import { createClient } from 'graphql-ws';
import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { RouterOptions } from '../index.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(options: Partial<RouterOptions> = {}): Promise<RunningFixture> {
  const running = await startFixtureRouter({ stopTimeoutMs: 2_000, ...options });
  disposables.push(running);
  return running;
}

// Fewer are there than are asked for.
const ITEMS = 'query Items($first: Int) { items(first: $first) { name } }';
const MANY = { query: ITEMS, variables: { first: 500 } };

async function ask(running: RunningFixture, body: object, headers: Record<string, string> = {}) {
  return (await (await running.post(body, headers)).json()) as {
    readonly data?: { readonly items?: readonly unknown[] } | null;
    readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
    readonly extensions?: Record<string, unknown>;
  };
}

test('who asks is told what an operation was estimated at, what it cost, and what it may', async () => {
  const running = await start();
  const { data, extensions } = await ask(running, MANY, { 'x-alims-cost': 'include' });
  const given = data?.items?.length ?? 0;
  expect(given).toBeLessThan(500);
  expect(extensions).toEqual({ cost: { estimated: 500, actual: given, max: 100_000 } });
  expect((await ask(running, { ...MANY, extensions: { cost: true } })).extensions).toEqual(extensions);
  expect((await ask(running, MANY)).extensions).toBeUndefined();
});

test('a dry run tells the estimate, and nothing is fetched', async () => {
  const running = await start({ edge: { queryPlan: () => true } });
  const answer = await ask(running, MANY, { 'x-alims-cost': 'include', 'x-alims-query-plan': 'dry-run' });
  expect(answer.extensions?.cost).toEqual({ estimated: 500, max: 100_000 });
  expect(answer.extensions?.queryPlan).toBeDefined();
  expect(running.fixture.seen).toEqual([]);
});

test('a refusal for its cost says both', async () => {
  const running = await start();
  const { errors } = await ask(running, { query: ITEMS, variables: { first: 100_001 } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', cost: { estimated: 100_001, max: 100_000 } } }]);
});

test('a wish that is none is refused', async () => {
  const running = await start();
  const { errors } = await ask(running, MANY, { 'x-alims-cost': 'yes' });
  expect(errors?.[0]?.message).toBe('The header x-alims-cost must be "include", got "yes".');
});

test('what shares an execution is told the same, each its own wish', async () => {
  const running = await start();
  const headers = { authorization: 'Bearer good' };
  const [told, untold] = await Promise.all([
    ask(running, MANY, { ...headers, 'x-alims-cost': 'include' }),
    ask(running, MANY, headers),
  ]);
  expect(told.extensions?.cost).toMatchObject({ estimated: 500 });
  expect(untold.extensions).toBeUndefined();
});

test('over a WebSocket it is asked for by extension', async () => {
  const running = await start();
  const client = createClient({ url: running.endpoint.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: true });
  const { value } = await client.iterate({ ...MANY, extensions: { cost: 'include' } }).next();
  expect(value?.extensions).toMatchObject({ cost: { estimated: 500, max: 100_000 } });
  await client.dispose();
});
