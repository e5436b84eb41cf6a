import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningFixture, readResults, startFixtureRouter } from './fixture/router.ts';

type Behaviour = (response: ServerResponse, request: IncomingMessage) => unknown;

const QUERY = '{ latest { id author { email } } }';
const IDS = ['r1', 'r2', 'r3', 'r4'];
const PEOPLE = ['ada', 'bob', 'cy', 'dee'].map((name) => ({ __typename: 'Person', email: `${name}@x.test` }));
const GOOD = JSON.stringify({ data: { _entities: PEOPLE } });
const MAX_ANSWER_BYTES = 1024 * 1024;

let running: RunningFixture;
let behaviour: Behaviour;
/** What the router has written to its log. */
const log: { msg: string; reason?: string; subgraph?: string; err?: { message: string } }[] = [];
const sockets = new Set<Socket>();

const server = createServer((request, response) => {
  request.resume().on('end', () => behaviour(response, request));
}).on('connection', (socket) => {
  sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { fixture, ...first } = await startFixtureRouter();
  await first[Symbol.asyncDispose]();
  fixture.subgraphs.delete('people');
  running = await startFixtureRouter({
    subgraphs: fixture.subgraphs,
    urls: new Map([['people', `http://127.0.0.1:${port}/graphql`]]),
    subgraphOptions: { all: { queryTimeoutMs: 1_500, maxAnswerBytes: MAX_ANSWER_BYTES } },
    logger: pino({ base: {} }, { write: (line: string) => log.push(JSON.parse(line)) }),
  });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

async function ask(query = QUERY) {
  log.length = 0;
  const response = await running.post({ query });
  expect(response.status).toBe(200);
  return (await response.json()) as {
    data: { latest: { id: string; author: { email: unknown } | null }[] };
    errors?: { message: string; path: unknown; extensions: Record<string, unknown> }[];
  };
}

const answer =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

/** Bytes of its own on the connection, in place of what HTTP would have. */
const raw =
  (bytes: string): Behaviour =>
  (response) =>
    response.socket?.end(bytes);

const entities = (value: unknown) => JSON.stringify({ data: { _entities: value } });

/** Gzip may come in several members, each of them unpacked in turn. */
function gigabyte(): Buffer {
  const member = gzipSync(Buffer.alloc(16 * 1024 ** 2, 32));
  return Buffer.concat(Array.from({ length: 64 }, () => member));
}

/** Goes on until the other side has had enough. */
const forever =
  (chunk: Buffer): Behaviour =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };

const trickle: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

const bad: [what: string, behaviour: Behaviour, client: RegExp, cause: RegExp][] = [
  ['HTML', answer('<html>Welcome</html>', { 'content-type': 'text/html' }), /could not be used/, /not JSON.*<html>/],
  ['half of its JSON', answer(GOOD.slice(0, 40)), /could not be used/, /not JSON \(HTTP 200/],
  ['an empty body', answer(''), /could not be used/, /the answer is empty \(HTTP 200/],
  ['500 and nothing else', answer('', {}, 500), /could not be used/, /the answer is empty \(HTTP 500/],
  ['500 and HTML', answer('<h1>Oops</h1>', {}, 500), /could not be used/, /not JSON \(HTTP 500, starts "<h1>/],
  ['404 and text', answer('no such page', {}, 404), /could not be used/, /not JSON \(HTTP 404, starts "no such/],
  ['a list', answer('[]'), /could not be used/, /not an object/],
  ['a number', answer('7'), /could not be used/, /not an object/],
  ['data that is a list', answer('{"data":[]}'), /could not be used/, /"data" is not an object/],
  ['data that is text', answer('{"data":"yes"}'), /could not be used/, /"data" is not an object/],
  ['errors that are an object', answer('{"data":{},"errors":{}}'), /could not be used/, /"errors" is not a list/],
  ['neither data nor errors', answer('{"data":null}'), /could not be used/, /neither data nor errors/],
  ['errors that are no objects', answer('{"errors":["x",7]}'), /could not be used/, /neither data nor errors/],
  ['entities that are no list', answer(entities({})), /could not be used/, /_entities is not a list/],
  ['too few entities', answer(entities([null])), /could not be used/, /1 elements for 4 representations/],
  ['too many entities', answer(entities([...PEOPLE, null])), /could not be used/, /5 elements for 4/],
  ['no entities', answer('{"data":{}}'), /could not be used/, /_entities is not a list/],
  ['text that is not UTF-8', answer(Buffer.from(GOOD.replace('ada', '\xff'), 'latin1')), /not be used/, /not UTF-8/],
  ['gzip that is none', answer(GOOD, { 'content-encoding': 'gzip' }), /could not be used/, /labelled as gzip, which/],
  [
    'gzip that is cut off',
    answer(gzipSync(GOOD).subarray(0, 30), { 'content-encoding': 'gzip' }),
    /could not be used/,
    /labelled as gzip, which/,
  ],
  [
    'a packing nobody knows',
    answer(GOOD, { 'content-encoding': 'lzma' }),
    /could not be used/,
    /encoded as "lzma", which cannot be read/,
  ],
  [
    'little gzip that unpacks to a gigabyte',
    answer(gigabyte(), { 'content-encoding': 'gzip' }),
    /could not be used/,
    /longer than 1048576 bytes/,
  ],
  ['an answer without end', forever(Buffer.alloc(65_536, 32)), /could not be used/, /longer than 1048576 bytes/],
  [
    'the announcement of a gigabyte',
    (response) => response.writeHead(200, { 'content-length': String(1024 ** 3) }).write('{'),
    /could not be used/,
    /longer than 1048576 bytes/,
  ],
  [
    'a redirect',
    answer('', { location: 'http://127.0.0.1:1/elsewhere' }, 307),
    /could not be used/,
    /a redirect to "http:\/\/127\.0\.0\.1:1\/elsewhere" is not followed: configure the URL/,
  ],
  ['silence', () => {}, /did not answer in time/, /no answer within 1500 ms/],
  ['headers and then silence', (response) => response.flushHeaders(), /in time/, /no answer within 1500 ms/],
  ['a byte now and then, for ever', trickle, /did not answer in time/, /no answer within 1500 ms/],
  ['nothing: it hangs up', raw(''), /could not be reached/, /the request failed/],
  ['a reset', (response) => response.socket?.resetAndDestroy(), /could not be reached/, /the request failed/],
  [
    'a reset in the middle',
    (response) => response.writeHead(200).write(GOOD.slice(0, 20), () => response.socket?.resetAndDestroy()),
    /could not be reached/,
    /the request failed/,
  ],
  [
    'less than it announced',
    raw(`HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${GOOD}`),
    /could not be reached/,
    /the request failed/,
  ],
  ['another protocol', raw('SSH-2.0-OpenSSH_9.6\r\n'), /could not be reached/, /the request failed/],
  ['broken chunks', raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'), /be reached/, /request failed/],
  ['headers without end', raw(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`), /be reached/, /request failed/],
];

describe('a subgraph gives no usable answer: the rest stands, the client learns what, the log learns why', () => {
  test.each(bad)('%s', async (_, behave, client, cause) => {
    behaviour = behave;
    const { data, errors } = await ask();
    expect(data.latest).toEqual(IDS.map((id) => ({ id, author: { email: null } })));
    expect(errors?.map(({ path }) => path)).toEqual(IDS.map((_id, index) => ['latest', index, 'author']));
    expect(errors?.[0]?.message).toMatch(client);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', service: 'people' });
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ msg: 'a subgraph gave no usable answer', subgraph: 'people' });
    expect(log[0]?.err?.message).toMatch(cause);
  });

  test('and none of this is left behind: the next answer is whole, and no connection of a cut answer stays', async () => {
    behaviour = answer(GOOD);
    expect((await ask()).errors).toBeUndefined();
    await expect.poll(() => sockets.size).toBe(1);
  });
});

describe('an odd answer that is usable is used', () => {
  const odd: [what: string, behaviour: Behaviour][] = [
    ['gzip', answer(gzipSync(GOOD), { 'content-encoding': 'gzip' })],
    ['gzip by its old name in capitals', answer(gzipSync(GOOD), { 'content-encoding': 'X-GZIP' })],
    ['deflate', answer(deflateSync(GOOD), { 'content-encoding': 'deflate' })],
    ['brotli', answer(brotliCompressSync(GOOD), { 'content-encoding': 'br' })],
    ['zstandard', answer(zstdCompressSync(GOOD), { 'content-encoding': 'zstd' })],
    ['packed as nothing', answer(GOOD, { 'content-encoding': 'identity' })],
    ['a byte order mark', answer(`\ufeff${GOOD}`)],
    ['another media type', answer(GOOD, { 'content-type': 'text/plain' })],
    ['a key that comes twice: the last counts', answer(GOOD.replace('{"data"', '{"data":7,"data"'))],
    ['keys nobody asked for', answer(GOOD.replace('{"data"', '{"extensions":{"cost":1},"hasNext":false,"data"'))],
    ['500 with a whole result', answer(GOOD, {}, 500)],
    [
      'letters cut by the bounds of chunks',
      (response) => {
        const bytes = Buffer.from(GOOD.replace('{"data"', '{"é😀":1,"data"'));
        for (const byte of bytes) response.write(Buffer.of(byte));
        response.end();
      },
    ],
  ];
  test.each(odd)('%s', async (_, behave) => {
    behaviour = behave;
    const { data, errors } = await ask();
    expect(errors).toBeUndefined();
    expect(data.latest.map(({ author }) => author?.email)).toEqual(PEOPLE.map(({ email }) => email));
  });

  test('the errors of a 500 reach the client as the subgraph wrote them', async () => {
    behaviour = answer('{"errors":[{"message":"Not now.","extensions":{"code":"BUSY"}}]}', {}, 500);
    const { errors } = await ask();
    expect(errors?.[0]).toMatchObject({ message: 'Not now.', extensions: { code: 'BUSY', service: 'people' } });
  });

  test('a key __proto__ changes no object, at the top, in an entity or in a list', async () => {
    const hostile = '"__proto__":{"email":"evil@x.test","polluted":true}';
    const people = PEOPLE.map(() => `{"__typename":"Person",${hostile}}`);
    behaviour = answer(`{${hostile},"data":{${hostile},"_entities":[${people}]}}`);
    const { data } = await ask();
    expect(data.latest.map(({ author }) => author?.email)).toEqual(IDS.map(() => null));
    expect({}).not.toHaveProperty('polluted');
  });

  test('a redirect is not followed even when its target would answer', async () => {
    let followed = 0;
    behaviour = (response, request) => {
      if (request.url === '/graphql') return answer('', { location: '/other' }, 308)(response, request);
      followed += 1;
      return answer(GOOD)(response, request);
    };
    await ask();
    expect(followed).toBe(0);
  });
});

test('a key __proto__ in an event gives no field a value', async () => {
  const { fixture, ...first } = await startFixtureRouter();
  await first[Symbol.asyncDispose]();
  const event = '{"data":{"__proto__":{"slowReviews":{"id":"evil"}}}}';
  const headers = { 'content-type': 'text/event-stream' };
  const reviews = async () => new Response(`event: next\ndata: ${event}\n\nevent: complete\ndata:\n\n`, { headers });
  await using streaming = await startFixtureRouter({ subgraphs: new Map(fixture.subgraphs).set('reviews', reviews) });
  const query = 'subscription { slowReviews { id } }';
  const results = readResults(await streaming.post({ query }, { accept: 'text/event-stream' }));
  expect((await results.next()).value).toEqual({ data: { slowReviews: null } });
});
