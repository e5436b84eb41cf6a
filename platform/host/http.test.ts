import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { type HttpServer, type HttpServerOptions, serveHttp } from './http.ts';

let server: HttpServer | undefined;
afterEach(() => server?.[Symbol.asyncDispose]());

const LIMITS = { maxBodyBytes: 1_000, bodyTimeoutMs: 300, streams: ['/uploads'] };

/** Answers with the length of what came. */
async function listen(more: Partial<HttpServerOptions> = {}): Promise<string> {
  const fetch = async (request: Request) => Response.json({ length: (await request.text()).length });
  server = await serveHttp({ port: 0, host: '127.0.0.1', fetch, ...LIMITS, ...more });
  return server.url;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

/** Sends the body in pieces, without saying how long it is. */
function sendPieces(url: string, pieces: number, size: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = httpRequest(url, { method: 'POST' }, (response) => {
    let text = '';
    response.on('data', (chunk) => (text += String(chunk)));
    response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
  });
  request.on('error', reject);
  for (let piece = 0; piece < pieces; piece++) request.write('x'.repeat(size));
  request.end();
  return promise;
}

const TOO_LARGE = { errors: [{ message: expect.stringContaining('1000 bytes'), extensions: { code: 'BAD_INPUT' } }] };

test('a body within the bound arrives whole, however it was sent', async () => {
  const url = await listen();
  for (const length of [0, 1, 999, 1_000]) {
    const answer = await fetch(`${url}/graphql`, { method: 'POST', body: 'x'.repeat(length) });
    expect(await answer.json()).toEqual({ length });
  }
  expect(await sendPieces(`${url}/graphql`, 4, 250)).toEqual({ status: 200, body: { length: 1_000 } });
  expect(await (await fetch(`${url}/graphql?query=x`)).json()).toEqual({ length: 0 });
});

test('a larger one is refused before it is read, also one that does not say its length', async () => {
  const url = await listen();
  for (const path of ['/graphql', '/health', '/uploads-not']) {
    const answer = await fetch(url + path, { method: 'POST', body: 'x'.repeat(1_001) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual(TOO_LARGE);
    expect(await sendPieces(url + path, 3, 500)).toEqual({ status: 413, body: TOO_LARGE });
  }
});

test('who sends too much gets the answer, and may still send the rest and ask again', async () => {
  const { hostname, port } = new URL(await listen({ bodyTimeoutMs: 30_000 }));
  const socket = connect(Number(port), hostname);
  const size = 10_000_000;
  socket.write(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n`);
  const answers = socket.setEncoding('utf8')[Symbol.asyncIterator]();
  expect((await answers.next()).value).toMatch(/^HTTP\/1\.1 413 /);
  socket.write('x'.repeat(size));
  socket.write('GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  expect((await answers.next()).value).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
});

test('who goes on sending too much is cut once the time of a body is over', async () => {
  const { hostname, port } = new URL(await listen());
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
});

test('a body that does not come is given up, and its connection closed', async () => {
  const url = new URL(await listen());
  const socket = connect(Number(url.port), url.hostname);
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(text).toMatch(/300 ms/);
});

test('uploads stream: any length, as long as they take', async () => {
  const url = await listen();
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const request = httpRequest(`${url}/uploads/1`, { method: 'PATCH' }, (response) => resolve(response.statusCode));
  request.write('x'.repeat(2_000));
  setTimeout(() => request.end('x'), 600);
  expect(await promise).toBe(200);
});

test('a path that leaves the uploads again is no upload', async () => {
  const { port } = new URL(await listen());
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const to = { host: '127.0.0.1', port, method: 'POST', path: '/uploads/../graphql' };
  const request = httpRequest(to, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  request.on('error', reject);
  request.end('x'.repeat(2_000));
  expect(await promise).toBe(413);
});

test('an answer may stream for longer than a body may take', async () => {
  const events = async function* () {
    for (const each of ['a', 'b']) {
      yield new TextEncoder().encode(each);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  };
  const fetcher = async (request: Request) => {
    await request.text();
    return new Response(Readable.toWeb(Readable.from(events())) as never);
  };
  const url = await listen({ fetch: fetcher });
  expect(await (await fetch(`${url}/graphql`, { method: 'POST', body: 'subscription' })).text()).toBe('ab');
});
