import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { afterEach, expect, test } from 'vitest';
import { composeSupergraph } from '#router/compose.ts';
import { type Command, serveCommand } from '../foreign.ts';
import { openStream, TRANSPORTS } from '../streams.ts';

const typeDefs = parse(`
  type Query { slow: Int! }
  type Mutation { write: Int! }
  type Subscription { ticks(after: String): Tick! }
  type Tick { cursor: String! number: Int! }
`);

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

/** A subgraph with a log of ticks that grows all the time, and a query and a mutation that wait for the test. */
async function startClock() {
  const gate = Promise.withResolvers<void>();
  const state = { held: 0, writes: 0, length: 0 };
  let grown = Promise.withResolvers<void>();
  const growing = setInterval(() => {
    state.length += 1;
    grown.resolve();
    grown = Promise.withResolvers();
  }, 4);
  async function* ticks(_: unknown, { after }: { after?: string | null }) {
    for (let number = after ? Number(after) + 1 : state.length + 1; ; number++) {
      while (number > state.length) await grown.promise;
      yield { ticks: { cursor: String(number), number } };
    }
  }
  const wait = async () => {
    state.held += 1;
    await gate.promise;
  };
  const resolvers = {
    Query: { slow: () => wait().then(() => 1) },
    Mutation: { write: () => wait().then(() => ++state.writes) },
    Subscription: { ticks: { subscribe: ticks } },
  };
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]) as GraphQLSchema;
  const yoga = createYoga({ schema, logging: false, landingPage: false });
  const server = createServer((request, response) => void yoga(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  disposables.push({
    async [Symbol.asyncDispose]() {
      clearInterval(growing);
      server.closeAllConnections();
      server.close();
    },
  });
  return { state, open: gate.resolve, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` };
}

async function serve(supergraph: string): Promise<{ command: Command; url: string }> {
  const command = serveCommand(['router', '--port', '0', '--supergraph', supergraph, '--auth', 'off']);
  disposables.push(command);
  const [, url = ''] = await command.says(/router answers at (\S+)\/graphql/);
  return { command, url };
}

interface Ticks {
  readonly ticks: { readonly cursor: string; readonly number: number };
}

interface Follower {
  /** Numbers in the order in which they came. */
  readonly seen: number[];
  /** Why each of its streams ended before it had enough. */
  readonly ends: string[];
  readonly done: Promise<void>;
}

/** Reads from the first tick to the `last` one, and whenever its stream ends comes back with its cursor. */
function follow(transport: (typeof TRANSPORTS)[number], url: () => string, last: number): Follower {
  const seen: number[] = [];
  const ends: string[] = [];
  let after = '0';
  const read = async (): Promise<string | null> => {
    const query = 'subscription ($after: String) { ticks(after: $after) { cursor number } }';
    const stream = openStream<Ticks>(transport, url(), { query, variables: { after }, token: null });
    try {
      for (let answer = await stream.next(); answer; answer = await stream.next()) {
        const [error] = answer.errors ?? [];
        if (error) return error.extensions?.reconnect === true ? 'reconnect' : `error: ${error.message}`;
        if (!answer.data) return 'nothing';
        seen.push(answer.data.ticks.number);
        after = answer.data.ticks.cursor;
        if (answer.data.ticks.number >= last) return null;
      }
      return 'complete';
    } finally {
      stream.leave();
    }
  };
  const done = (async () => {
    for (let end = await read(); end !== null; end = await read()) ends.push(end);
  })();
  return { seen, ends, done };
}

async function ask(url: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

test('a router that is told to stop loses nothing: requests are answered, and who comes back with a cursor to another router sees each event once', async () => {
  const clock = await startClock();
  const folder = await mkdtemp(join(tmpdir(), 'router-stop-'));
  disposables.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
  const supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, composeSupergraph([{ name: 'clock', url: clock.url, typeDefs }]).supergraphSdl);
  const [first, second] = [await serve(supergraph), await serve(supergraph)];

  let serving = first.url;
  const last = 1_500;
  const followers = TRANSPORTS.flatMap((transport) =>
    Array.from({ length: 5 }, () => follow(transport, () => serving, last)),
  );
  await expect.poll(() => followers.every(({ seen }) => seen.length > 20)).toBe(true);
  const answers = [ask(first.url, '{ slow }'), ask(first.url, 'mutation { write }')];
  await expect.poll(() => clock.state.held).toBe(2);

  serving = second.url;
  first.command.child.kill('SIGTERM');
  await expect.poll(() => followers.every(({ ends }) => ends.length > 0)).toBe(true);
  await expect(ask(first.url, '{ __typename }')).rejects.toThrow();
  clock.open();
  expect(await Promise.all(answers)).toEqual([{ data: { slow: 1 } }, { data: { write: 1 } }]);
  expect(clock.state.writes).toBe(1);
  expect(await first.command.ended).toBe(0);

  await Promise.all(followers.map(({ done }) => done));
  const every = Array.from({ length: last }, (_, index) => index + 1);
  for (const { seen, ends } of followers) {
    expect(seen).toEqual(every);
    expect(ends).toEqual(['reconnect']);
  }
}, 120_000);
