import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(): Promise<RunningFixture> {
  const running = await startFixtureRouter({ maxBodyBytes: 20_000 });
  disposables.push(running);
  return running;
}

interface Exchanged {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** Nothing is unpacked or added on the way, as fetch would do. */
function send(
  url: string,
  headers: Record<string, string>,
  body?: string | Buffer,
  method = body ? 'POST' : 'GET',
): Promise<Exchanged> {
  const { promise, resolve, reject } = Promise.withResolvers<Exchanged>();
  const outgoing = request(url, { method, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }),
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };
const LONG = '{ __schema { types { name description fields { name } } } }';
const SHORT = '{ me { name } }';

const get = (endpoint: string, query: string) => `${endpoint}?query=${encodeURIComponent(query)}`;

test.each([
  ['br', (bytes: Buffer) => brotliDecompressSync(bytes)],
  ['gzip', (bytes: Buffer) => gunzipSync(bytes)],
])('a long answer is packed as %s for who accepts it, and unpacks to what others get', async (encoding, unpack) => {
  const { endpoint } = await start();
  const plain = await send(endpoint, JSON_HEADERS, JSON.stringify({ query: LONG }));
  const packed = await send(
    endpoint,
    { ...JSON_HEADERS, 'accept-encoding': encoding },
    JSON.stringify({ query: LONG }),
  );
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(packed.headers['content-encoding']).toBe(encoding);
  expect(Number(packed.headers['content-length'])).toBe(packed.bytes.length);
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
  expect(unpack(packed.bytes).toString()).toBe(plain.bytes.toString());
  for (const { headers } of [plain, packed]) expect(headers.vary).toContain('accept-encoding');
});

test.each([
  ['gzip, br', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *;q=0.1', 'gzip'],
  ['identity, br;q=0.2', undefined],
  ['br;q=0, gzip;q=0', undefined],
  ['deflate', undefined],
])('of "accept-encoding: %s" the answer is packed as %s', async (accepted, encoding) => {
  const { endpoint } = await start();
  const headers = { ...JSON_HEADERS, 'accept-encoding': accepted };
  expect((await send(endpoint, headers, JSON.stringify({ query: LONG }))).headers['content-encoding']).toBe(encoding);
});

test('short answers and event streams are never packed', async () => {
  const { endpoint } = await start();
  const headers = { ...JSON_HEADERS, 'accept-encoding': 'br, gzip' };
  const short = await send(endpoint, headers, JSON.stringify({ query: SHORT }));
  const stream = await send(
    endpoint,
    { ...headers, accept: 'text/event-stream' },
    JSON.stringify({ query: '{ __schema { types { name description } } }' }),
  );
  expect(short.headers['content-encoding']).toBeUndefined();
  expect(stream.headers['content-type']).toContain('text/event-stream');
  expect(stream.headers['content-encoding']).toBeUndefined();
});

test('a query sent with GET is answered 304 while its answer is what the client has, in the encoding it has it in', async () => {
  const { endpoint } = await start();
  const url = get(endpoint, LONG);
  const accept = 'application/json';
  const first = await send(url, { accept });
  const packed = await send(url, { accept, 'accept-encoding': 'br' });
  const [plainTag, packedTag] = [String(first.headers.etag), String(packed.headers.etag)];
  expect(plainTag).toMatch(/^"[\w-]+"$/);
  expect(packedTag).not.toBe(plainTag);
  const again = await send(url, { accept, 'if-none-match': `"other", W/${plainTag}` });
  expect(again).toMatchObject({ status: 304, headers: { etag: plainTag }, bytes: Buffer.alloc(0) });
  expect((await send(url, { accept, 'if-none-match': packedTag })).status).toBe(200);
  expect((await send(get(endpoint, SHORT), { accept, 'if-none-match': plainTag })).status).toBe(200);
  expect((await send(url, { accept, 'if-none-match': plainTag }, undefined, 'HEAD')).status).toBe(304);
});

test('answers with errors and answers to POST have no tag, and nothing is kept by anybody without a hint', async () => {
  const { endpoint } = await start();
  const failed = await send(get(endpoint, '{ broken }'), { accept: 'application/json', 'if-none-match': '*' });
  const posted = await send(endpoint, JSON_HEADERS, JSON.stringify({ query: SHORT }));
  expect(failed.status).toBe(200);
  for (const { headers } of [failed, posted]) {
    expect(headers.etag).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
  }
});

test('a request may be packed as gzip, and is refused when it unpacks to more than may be sent', async () => {
  const { endpoint } = await start();
  const headers = { ...JSON_HEADERS, 'content-encoding': 'gzip' };
  const bomb = gzipSync(JSON.stringify({ query: SHORT, variables: { a: ' '.repeat(5_000_000) } }));
  expect(bomb.length).toBeLessThan(20_000);
  const good = await send(endpoint, headers, gzipSync(JSON.stringify({ query: SHORT })));
  expect(JSON.parse(good.bytes.toString())).toEqual({ data: { me: { name: 'Ada' } } });
  expect((await send(endpoint, headers, bomb)).status).toBe(413);
  expect((await send(endpoint, headers, 'plain')).status).toBe(400);
  const other = await send(endpoint, { ...headers, 'content-encoding': 'br' }, gzipSync('{}'));
  expect(other).toMatchObject({ status: 415, headers: { 'accept-encoding': 'gzip' } });
});
