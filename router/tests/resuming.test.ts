import { parse } from 'graphql';
import { afterEach, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../compose.ts';
import { NOBODY, type Router, startRouter } from '../index.ts';
import { silentLogger } from './fixture/logger.ts';
import { readResults } from './fixture/router.ts';

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key"])
  type Query { now: Int }
  type Subscription { ticks(after: String, every: Int): Tick!  sounds: Sound! }
  union Tick = Beat | Gap
  type Beat { cursor: String! number: Int! }
  type Gap { cursor: String! reason: String! }
  type Sound { loud: Int! }
`;

interface Opened {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  send(number: number): void;
  /** The connection breaks, as when the subgraph is killed. */
  lose(): void;
  complete(): void;
}

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

/** A router over one subgraph whose streams the test holds in its hands. */
async function start(): Promise<{ router: Router; opened: Opened[]; down: { refusals: number } }> {
  const opened: Opened[] = [];
  const down = { refusals: 0 };
  const subgraph = async (request: Request): Promise<Response> => {
    const { query, variables = {} } = JSON.parse(await request.text());
    if (down.refusals > 0) {
      down.refusals -= 1;
      throw new Error('connection refused');
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const write = (text: string) => controller.enqueue(new TextEncoder().encode(text));
        const key = query.includes('sounds') ? 'sounds' : 'ticks';
        opened.push({
          query,
          variables,
          send: (number) => {
            const event =
              key === 'sounds'
                ? { loud: number }
                : { __typename: 'Beat', number, cursor: `c${number}`, alims_cursor: `c${number}` };
            write(`event: next\ndata: ${JSON.stringify({ data: { [key]: event } })}\n\n`);
          },
          lose: () => controller.error(new Error('connection reset')),
          complete: () => {
            write('event: complete\ndata:\n\n');
            controller.close();
          },
        });
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  const { supergraphSdl } = composeSupergraph([{ name: 'clock', url: 'http://clock.test', typeDefs: parse(SDL) }]);
  const router = await startRouter({
    supergraphSdl,
    subgraphs: new Map([['clock', subgraph]]),
    port: 0,
    authenticate: async () => NOBODY,
    logger: silentLogger,
    stopTimeoutMs: 1_000,
  });
  disposables.push(router);
  return { router, opened, down };
}

async function subscribe(
  { url }: Router,
  query: string,
  { variables = {}, headers = {} }: { variables?: Record<string, unknown>; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
  });
}

const numberOf = async (results: ReturnType<typeof readResults>) => {
  const { value } = await results.next();
  return (value?.data?.ticks as { number?: number } | undefined)?.number ?? value;
};

const TICKS = 'subscription { ticks { __typename ... on Beat { number } } }';

describe('a stream whose subgraph went away', () => {
  test('goes on after the last event, though the client asked for no cursor', async () => {
    const { router, opened, down } = await start();
    const results = readResults(await subscribe(router, TICKS));
    opened[0]?.send(1);
    expect(await numberOf(results)).toBe(1);
    down.refusals = 2;
    opened[0]?.lose();
    await expect.poll(() => opened.length).toBe(2);
    expect(opened[1]?.variables).toEqual({ alims_after: 'c1' });
    opened[1]?.send(2);
    expect(await numberOf(results)).toBe(2);
    opened[1]?.complete();
    expect((await results.next()).done).toBe(true);
  });

  test("goes on in the client's own variable when it has one", async () => {
    const { router, opened } = await start();
    const query =
      'subscription ($from: String, $n: Int) { t: ticks(after: $from, every: $n) { ... on Beat { number } } }';
    const results = readResults(await subscribe(router, query, { variables: { n: 3, from: 'c0' } }));
    expect(opened[0]?.variables).toEqual({ n: 3, from: 'c0' });
    // Nothing came yet, but it began at a cursor: opening it again there loses nothing.
    opened[0]?.lose();
    await expect.poll(() => opened.length).toBe(2);
    expect(opened[1]?.variables).toEqual({ n: 3, from: 'c0' });
    void results;
  });

  test('is told to the client when no cursor is known: an event may have been missed', async () => {
    const { router, opened } = await start();
    for (const query of [TICKS, 'subscription { sounds { loud } }']) {
      const results = readResults(await subscribe(router, query));
      opened.at(-1)?.lose();
      const { value } = await results.next();
      expect(value?.errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', reconnect: true });
      expect((await results.next()).done).toBe(true);
    }
  });
});

describe('an event stream', () => {
  test('names the cursor of each event, and Last-Event-ID goes on from it', async () => {
    const { router, opened } = await start();
    const response = await subscribe(router, TICKS, { headers: { 'last-event-id': 'c6' } });
    expect(opened[0]?.variables).toEqual({ alims_after: 'c6' });
    opened[0]?.send(7);
    opened[0]?.complete();
    expect(await response.text()).toContain('event: next\nid: c7\ndata: {"data":{"ticks"');
  });

  test('that begins at a cursor is shared with nobody: who came later would miss what was replayed', async () => {
    const { router, opened } = await start();
    const literal = 'subscription { ticks(after: "c0") { __typename } }';
    for (const query of [literal, literal, TICKS, TICKS]) await subscribe(router, query);
    expect(opened.filter(({ query }) => query.includes('c0') || query.includes('after'))).toHaveLength(3);
    expect(opened).toHaveLength(3);
  });
});
