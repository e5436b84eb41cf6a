import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'graphql';
import { afterEach, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../compose.ts';
import { CompositionError, InvalidSupergraphError, NOBODY, type RouterOptions, startRouter } from '../index.ts';
import type { SubgraphFetch } from '../upstream/transport.ts';
import { silentLogger } from './fixture/logger.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

const QUERY = '{ latest { id author { name email } } }';
const LATEST = ['r1', 'r2', 'r3', 'r4'];

/** The fixture with one subgraph replaced. */
async function withSubgraph(
  name: string,
  fetch: SubgraphFetch,
  options: Partial<RouterOptions> = {},
): Promise<RunningFixture> {
  const { fixture, ...first } = await startFixtureRouter();
  await first[Symbol.asyncDispose]();
  const subgraphs = new Map(fixture.subgraphs).set(name, fetch);
  const running = await startFixtureRouter({ subgraphs, ...options });
  disposables.push(running);
  return running;
}

async function ask(running: RunningFixture, query = QUERY) {
  const response = await running.post({ query });
  expect(response.status).toBe(200);
  return (await response.json()) as {
    data: { latest: { id: string; author: { email: unknown } | null }[] } | null;
    errors?: { message: string; path: unknown; extensions: Record<string, unknown> }[];
  };
}

describe('one subgraph fails, the rest of the answer stands', () => {
  const answers: [string, SubgraphFetch][] = [
    ['it cannot be reached', async () => Promise.reject(new TypeError('fetch failed'))],
    [
      'it throws',
      () => {
        throw new TypeError('a bug');
      },
    ],
    ['it answers half of its JSON', async () => new Response('{"data": {"_entities": [')],
  ];
  test.each(answers)('%s', async (_, fetch) => {
    const { data, errors } = await ask(await withSubgraph('people', fetch));
    expect(data?.latest.map(({ id }) => id)).toEqual(LATEST);
    expect(errors?.[0]).toMatchObject({
      path: ['latest', 0, 'author'],
      extensions: { code: 'UNAVAILABLE', service: 'people', requestId: expect.any(String) },
    });
    expect(errors).toHaveLength(LATEST.length);
  });

  test('it is silent: the query is given up in time', async () => {
    const running = await withSubgraph('people', () => new Promise(() => {}), {
      subgraphOptions: { all: { queryTimeoutMs: 100 } },
    });
    const { data, errors } = await ask(running);
    expect(data?.latest).toHaveLength(4);
    expect(errors?.[0]?.message).toContain('did not answer in time');
  });

  test('nobody serves it', async () => {
    const { fixture, ...first } = await startFixtureRouter();
    await first[Symbol.asyncDispose]();
    const subgraphs = new Map(fixture.subgraphs);
    subgraphs.delete('people');
    const running = await startFixtureRouter({ subgraphs, urls: new Map([['people', 'not a URL']]) });
    disposables.push(running);
    expect((await ask(running)).errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', service: 'people' });
  });

  test('a root field of a dead subgraph is null with an error at its own path', async () => {
    const running = await withSubgraph('people', async () => Promise.reject(new Error('down')));
    const { data, errors } = await ask(running, '{ me { name } other: person(id: "p1") { name } latest { id } }');
    expect(data).toMatchObject({ me: null, other: null, latest: LATEST.map((id) => ({ id })) });
    expect(errors?.map(({ path }) => path)).toEqual([['me'], ['other']]);
  });

  test('errors of a subgraph keep their message, code and own extensions; stack traces stay inside', async () => {
    const error = {
      message: 'Changed meanwhile.',
      path: ['me'],
      extensions: { code: 'CONFLICT', currentVersion: 3, stacktrace: ['secret'] },
    };
    const running = await withSubgraph('people', async () => Response.json({ data: { me: null }, errors: [error] }));
    const { errors } = await ask(running, '{ me { name } }');
    expect(errors).toEqual([
      {
        message: 'Changed meanwhile.',
        path: ['me'],
        extensions: { code: 'CONFLICT', currentVersion: 3, service: 'people', requestId: expect.any(String) },
      },
    ]);
  });

  test('a value of the wrong type is null with an error that names the field', async () => {
    const running = await withSubgraph('people', async () =>
      Response.json({ data: { me: { email: 7, name: 'Ada' } } }),
    );
    const { data, errors } = await ask(running, '{ me { name email } }');
    expect(data).toEqual({ me: { name: 'Ada', email: null } });
    expect(errors?.[0]).toMatchObject({ path: ['me', 'email'], message: expect.stringContaining('Person.email') });
  });
});

describe('asking again', () => {
  test('a query whose connection failed is asked once more', async () => {
    let calls = 0;
    const running = await withSubgraph('people', async () => {
      calls += 1;
      if (calls === 1) throw new TypeError('connection reset');
      return Response.json({ data: { me: { name: 'Ada' } } });
    });
    expect((await ask(running, '{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });
  });

  test('a mutation is never asked twice', async () => {
    let calls = 0;
    const running = await withSubgraph('people', async () => {
      calls += 1;
      throw new TypeError('connection reset');
    });
    const { errors } = await ask(running, 'mutation { failing { id } }');
    expect(calls).toBe(1);
    expect(errors?.[0]).toMatchObject({ path: ['failing'], extensions: { code: 'UNAVAILABLE' } });
  });

  test('a mutation runs to its end although its client has left', async () => {
    const started = Promise.withResolvers<Request>();
    const finish = Promise.withResolvers<void>();
    const running = await withSubgraph('people', async (request) => {
      started.resolve(request);
      await finish.promise;
      return Response.json({ data: { failing: null } });
    });
    const leaving = new AbortController();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query: 'mutation { failing { id } }' });
    const answer = fetch(running.endpoint, { method: 'POST', headers, body, signal: leaving.signal });
    const request = await started.promise;
    leaving.abort();
    await expect(answer).rejects.toThrow();
    expect(request.signal.aborted).toBe(false);
    finish.resolve();
  });
});

describe('over HTTP', () => {
  async function serve(listener: (...exchange: Parameters<RequestListener>) => unknown) {
    const server = createServer((...exchange) => void listener(...exchange)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    disposables.push({
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        server.close();
      },
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }

  test('subgraphs, streams included, are reached by URL just as in process', async () => {
    const remote = await startFixtureRouter();
    disposables.push(remote);
    // The reviews subgraph behind a real socket.
    const reviews = remote.fixture.subgraphs.get('reviews');
    const url = await serve(async (request, response) => {
      if (request.method !== 'POST') return response.writeHead(405).end();
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const headers = request.headers as Record<string, string>;
      const answer = await reviews?.(
        new Request('http://x/graphql', { method: 'POST', headers, body: Buffer.concat(chunks) }),
      );
      response.writeHead(answer?.status ?? 500, Object.fromEntries(answer?.headers ?? []));
      const reader = answer?.body?.getReader();
      response.on('close', () => void reader?.cancel());
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) response.write(read.value);
      response.end();
    });
    const subgraphs = new Map(remote.fixture.subgraphs);
    subgraphs.delete('reviews');
    const running = await startFixtureRouter({ subgraphs, urls: new Map([['reviews', url]]) });
    disposables.push(running);
    expect((await ask(running)).data?.latest[0]).toEqual({ id: 'r1', author: { name: 'Ada', email: 'ada@x.test' } });

    const leaving = new AbortController();
    const stream = await fetch(running.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { reviewAdded(count: 1) { ... on Review { author { email } } } }' }),
      signal: leaving.signal,
    });
    const reader = stream.body?.getReader();
    let text = '';
    while (!text.includes('ada@x.test')) {
      const read = await reader?.read();
      if (read?.done) break;
      text += new TextDecoder().decode(read?.value);
    }
    expect(text).toContain('ada@x.test');
    leaving.abort();
    await remote.fixture.open.closed;
    expect(remote.fixture.open.count).toBe(0);
  });

  test('a port where nobody listens is UNAVAILABLE', async () => {
    const { fixture, ...first } = await startFixtureRouter();
    await first[Symbol.asyncDispose]();
    const subgraphs = new Map(fixture.subgraphs);
    subgraphs.delete('people');
    const running = await startFixtureRouter({ subgraphs, urls: new Map([['people', 'http://127.0.0.1:9/graphql']]) });
    disposables.push(running);
    expect((await ask(running)).errors?.[0]?.message).toContain('could not be reached');
  });
});

describe('stopping', () => {
  test('requests under way finish, new ones are not taken', async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const running = await withSubgraph('people', async () => {
      started.resolve();
      await finish.promise;
      return Response.json({ data: { me: { name: 'Ada' } } });
    });
    const answer = ask(running, '{ me { name } }');
    await started.promise;
    const stopped = running.router[Symbol.asyncDispose]();
    await expect(fetch(running.endpoint)).rejects.toThrow();
    finish.resolve();
    expect((await answer).data).toEqual({ me: { name: 'Ada' } });
    await stopped;
  });

  test('what does not finish within the bound is cut', async () => {
    const started = Promise.withResolvers<void>();
    const hanging = async (): Promise<Response> => {
      started.resolve();
      return new Promise(() => {});
    };
    const running = await withSubgraph('people', hanging, { stopTimeoutMs: 100 });
    const answer = running.post({ query: '{ me { name } }' });
    answer.catch(() => {});
    await started.promise;
    await running.router[Symbol.asyncDispose]();
    await expect(answer).rejects.toThrow();
  });
});

describe('a supergraph that cannot be served', () => {
  test('names the line of what is wrong', async () => {
    const start = startRouter({
      supergraphSdl: 'type Query {\n  a: Nowhere\n}',
      port: 0,
      authenticate: async () => NOBODY,
      logger: silentLogger,
    });
    await expect(start).rejects.toThrow(InvalidSupergraphError);
    await expect(start).rejects.toThrow(/Nowhere|supergraph/);
  });

  test('subgraphs that contradict each other are told why', () => {
    const compose = () =>
      composeSupergraph([
        { name: 'a', url: 'http://a', typeDefs: parse('type Query { x: Int }') },
        { name: 'b', url: 'http://b', typeDefs: parse('type Query { x: String }') },
      ]);
    expect(compose).toThrow(CompositionError);
    expect(compose).toThrow(/Query\.x/);
  });
});
