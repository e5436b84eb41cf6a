import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '#platform/metrics/index.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

let running: RunningFixture;

beforeAll(async () => {
  running = await startFixtureRouter({
    allowedOrigins: ['https://lab.test'],
    pages: { '/hello': async () => new Response('hello', { headers: { 'content-type': 'text/plain' } }) },
    extraRoutes: [
      { prefix: '/files', fetch: echoRoute },
      { prefix: '/files/special', fetch: async () => new Response('special') },
    ],
  });
});

afterAll(() => running[Symbol.asyncDispose]());

async function echoRoute(request: Request): Promise<Response> {
  const range = request.headers.get('range');
  const identity = request.headers.get('x-alims-identity');
  return new Response(request.body, {
    status: range ? 206 : 200,
    headers: { 'x-range': range ?? '', 'x-identity': String(identity), 'x-path': new URL(request.url).pathname },
  });
}

async function code(response: Response): Promise<unknown> {
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: unknown } }[] };
  expect(errors[0]?.message).toMatch(/\w+ \w+/);
  return errors[0]?.extensions.code;
}

describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => running.endpoint })) {
    test(`the published audit holds: ${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
    });
  }

  test('a query across subgraphs comes back whole, with a request id', async () => {
    const response = await running.post({ query: '{ latest { id author { name email } subject { name } } }' });
    expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    const { data } = (await response.json()) as { data: { latest: { author: unknown; subject: unknown }[] } };
    expect(data.latest[0]).toEqual({
      id: 'r1',
      author: { name: 'Ada', email: 'ada@x.test' },
      subject: { name: 'Ants' },
    });
  });

  test('every error carries the request id that the answer names', async () => {
    const response = await running.post({ query: '{ nope }' }, { 'x-request-id': 'my-request-1' });
    const { errors } = (await response.json()) as { errors: { extensions: unknown }[] };
    expect(response.headers.get('x-request-id')).toBe('my-request-1');
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_INPUT', requestId: 'my-request-1' });
  });

  test('identity, request id and trace context reach the subgraphs; a forged identity does not', async () => {
    running.fixture.seen.length = 0;
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = {
      authorization: 'Bearer good',
      'x-request-id': 'trace-me-1',
      traceparent,
      'x-alims-identity': 'forged',
    };
    await running.post({ query: '{ me { name } }' }, headers);
    const seen = running.fixture.seen[0]?.headers;
    expect(seen?.get('x-alims-identity')).toBe('signed-good');
    expect(seen?.get('x-request-id')).toBe('trace-me-1');
    expect(seen?.get('traceparent')).toBe(traceparent);
  });

  test('a bad token is answered with 200 and UNAUTHENTICATED, and no subgraph is asked', async () => {
    running.fixture.seen.length = 0;
    const response = await running.post({ query: '{ me { name } }' }, { authorization: 'Bearer expired' });
    expect(response.status).toBe(200);
    expect(await code(response)).toBe('UNAUTHENTICATED');
    expect(running.fixture.seen).toEqual([]);
  });

  test('a bad token buys no planning; without a token a document is planned as ever', async () => {
    const metrics = createMetrics();
    await using own = await startFixtureRouter({ metrics });
    const planned = async () => /^alims_router_operation_cache_size (\d+)$/m.exec((await metrics.render()).body)?.[1];
    for (const query of ['{ __typename }', '{ broken', 'subscription { slowReviews { id } }']) {
      const answer = await own.post({ query }, { authorization: 'Bearer wrong' });
      expect(await code(answer)).toBe('UNAUTHENTICATED');
    }
    expect(await planned()).toBe('0');
    await own.post({ query: '{ __typename }' });
    expect(await planned()).toBe('1');
  });

  test('a mutation is refused over GET', async () => {
    const query = encodeURIComponent('mutation { renamePerson(id: "p1", name: "x") { id } }');
    const response = await fetch(`${running.endpoint}?query=${query}`);
    expect(response.status).toBe(405);
    expect(await code(response)).toBe('BAD_INPUT');
  });

  test('a subscription without a streaming accept is told how to ask', async () => {
    const response = await running.post({ query: 'subscription { reviewAdded { __typename } }' });
    expect(response.status).toBe(406);
    expect(await code(response)).toBe('BAD_INPUT');
  });
});

describe('bad input', () => {
  test('a variable of the wrong type is BAD_INPUT and names the variable', async () => {
    const response = await running.post({ query: 'query ($id: ID!) { item(id: $id) { name } }', variables: {} });
    const text = await response.text();
    expect(text).toContain('"code":"BAD_INPUT"');
    expect(text).toContain('$id');
  });

  test('malformed JSON is 400 with a code and a sentence', async () => {
    const response = await running.post('{"query": "{ me { name } ');
    expect(response.status).toBe(400);
    expect(await code(response)).toBe('BAD_INPUT');
  });

  test('a query of 10 MB is 413 with a code and a sentence', async () => {
    const response = await running.post({ query: `{ me { name } } #${'x'.repeat(10_000_000)}` });
    expect(response.status).toBe(413);
    expect(await code(response)).toBe('BAD_INPUT');
  });

  test('who sends too much gets the answer, and may still send the rest and ask again', async () => {
    const { hostname, port } = new URL(running.endpoint);
    const socket = connect(Number(port), hostname);
    const size = 10_000_000;
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`,
    );
    const answers = socket.setEncoding('utf8')[Symbol.asyncIterator]();
    expect((await answers.next()).value).toMatch(/^HTTP\/1\.1 413 /);
    socket.write('x'.repeat(size));
    socket.write('GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect((await answers.next()).value).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test('a body without a declared length is cut off at the limit too', async () => {
    const status = await new Promise((resolve) => {
      const headers = { 'content-type': 'application/json' };
      const request = httpRequest(running.endpoint, { method: 'POST', headers }, (response) =>
        resolve(response.statusCode),
      );
      request.on('error', () => {});
      for (let index = 0; index < 40; index++) request.write('x'.repeat(64 * 1024));
      request.end();
    });
    expect(status).toBe(413);
  });

  test('a form post, which a foreign page could send unasked, is refused', async () => {
    const response = await running.post('query={me{name}}', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(response.status).toBe(415);
    expect(await code(response)).toBe('BAD_INPUT');
  });

  test('a list of operations is answered with a list, each with its own result or refusal', async () => {
    const response = await running.post([{ query: '{ me { name } }' }, { query: '{ nope }' }, {}]);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject([
      { data: { me: { name: 'Ada' } } },
      { errors: [{ extensions: { code: 'BAD_INPUT' } }] },
      { errors: [{ message: expect.stringContaining('"query"') }] },
    ]);
  });

  test('a list that is longer than the limit is refused as a whole', async () => {
    const response = await running.post(Array.from({ length: 11 }, () => ({ query: '{ me { name } }' })));
    expect(response.status).toBe(400);
    expect(await code(response)).toBe('BAD_INPUT');
  });

  test('a subscription in a list is refused: a list is one answer', async () => {
    const [result] = (await (
      await running.post([{ query: 'subscription { slowReviews { id } }' }], {
        accept: 'text/event-stream, application/json',
      })
    ).json()) as [{ errors: { extensions: { code: string } }[] }];
    expect(result.errors[0]?.extensions.code).toBe('BAD_INPUT');
  });

  test.each([
    ['too deep', `{ me { ${'manager { '.repeat(30)} name ${'}'.repeat(30)} } }`],
    ['too many aliases', `{ ${Array.from({ length: 300 }, (_, index) => `a${index}: __typename`).join(' ')} }`],
    ['too many root fields', `{ ${Array.from({ length: 60 }, (_, index) => `a${index}: __typename`).join(' ')} }`],
    ['too many directives', `{ __typename ${'@skip(if: false) '.repeat(500)} }`],
    ['too many tokens', `{ ${'__typename '.repeat(11_000)} }`],
    ['a fragment cycle', '{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }'],
    [
      'fragments that multiply',
      `{ me { ...F0 } } ${Array.from({ length: 15 }, (_, index) => `fragment F${index} on Person { friends { ...F${index + 1} } manager { ...F${index + 1} } }`).join(' ')} fragment F15 on Person { name }`,
    ],
    ['a reserved key', '{ __proto__: me { name } }'],
    ['a field that does not exist', '{ me { salary } }'],
    ['a syntax error', '{ me { name '],
  ])('%s is refused with BAD_INPUT before anything is fetched', async (_, query) => {
    running.fixture.seen.length = 0;
    expect(await code(await running.post({ query }))).toBe('BAD_INPUT');
    expect(running.fixture.seen).toEqual([]);
  });

  test('an unknown path is 404 with a sentence', async () => {
    const response = await fetch(`${running.router.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await code(response)).toBe('NOT_FOUND');
  });
});

describe('routes beside GraphQL', () => {
  test('a page is served under its exact path', async () => {
    expect(await (await fetch(`${running.router.url}/hello`)).text()).toBe('hello');
  });

  test('bodies stream both ways, Range passes, a forged identity does not', async () => {
    const body = 'y'.repeat(5_000_000);
    const headers = { range: 'bytes=1-2', 'x-alims-identity': 'forged' };
    const response = await fetch(`${running.router.url}/files/a/b`, { method: 'PUT', body, headers });
    expect(response.status).toBe(206);
    expect(response.headers.get('x-range')).toBe('bytes=1-2');
    expect(response.headers.get('x-identity')).toBe('null');
    expect(response.headers.get('x-path')).toBe('/files/a/b');
    expect((await response.text()).length).toBe(body.length);
  });

  test('the longest prefix wins, and a prefix ends at a slash', async () => {
    expect(await (await fetch(`${running.router.url}/files/special/x`)).text()).toBe('special');
    expect((await fetch(`${running.router.url}/filesystem`)).status).toBe(404);
  });

  test('pages of an allowed origin may call; others get no permission', async () => {
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'https://lab.test', 'access-control-request-method': 'POST' },
    };
    const allowed = await fetch(running.endpoint, preflight);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://lab.test');
    const other = await running.post({ query: '{ __typename }' }, { origin: 'https://evil.test' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});
