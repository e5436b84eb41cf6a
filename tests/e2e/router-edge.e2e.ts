import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Command, type Foreign, serveCommand, startForeign } from '../foreign.ts';

const ISSUER = 'https://idp.test/';
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const LIST = 'query List { products { name cost } }';

let foreign: Foreign;
let folder: string;
let provider: Server;
let jwksUrl: string;
const commands: Command[] = [];

beforeAll(async () => {
  foreign = await startForeign();
  folder = await mkdtemp(join(tmpdir(), 'router-edge-'));
  await writeFile(join(folder, 'supergraph.graphql'), foreign.supergraphSdl);
  await writeFile(join(folder, 'documents.json'), JSON.stringify({ list: LIST }));
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one' }] });
  await writeFile(join(folder, 'jwks.json'), jwks);
  provider = createServer((_, response) => response.end(jwks));
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  jwksUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks.json`;
});

afterAll(async () => {
  for (const command of commands) await command[Symbol.asyncDispose]();
  await foreign?.[Symbol.asyncDispose]();
  provider?.closeAllConnections();
  provider?.close();
  await rm(folder, { recursive: true, force: true });
});

async function serving(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const command = serveCommand(['router', '--supergraph', 'supergraph.graphql', '--port', '0', ...args], {
    cwd: folder,
    env,
  });
  commands.push(command);
  const [, url = ''] = await command.says(/router answers at (\S+)\/graphql/);
  return url;
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return response.json() as Promise<{ data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] }>;
}

function token(claims: Record<string, unknown>): Promise<string> {
  return new SignJWT({ iss: ISSUER, aud: 'lab', sub: 'ada', exp: Math.floor(Date.now() / 1_000) + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(keys.privateKey);
}

const bearer = async (claims: Record<string, unknown>) => ({ authorization: `Bearer ${await token(claims)}` });
const WITH_COST = {
  products: [
    { name: 'Pipette', cost: 40 },
    { name: 'Flask', cost: 5 },
  ],
};

describe('tokens of an identity provider', () => {
  test('identify callers by its key set alone: scopes open fields, claims and headers reach subgraphs', async () => {
    const url = await serving([
      ...['--jwks', `${jwksUrl};issuer=${ISSUER};audience=lab`],
      ...['--forward-claims', 'sub>x-user-id', '--forward-headers', 'authorization, x-trace-*'],
    ]);
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(200);
    const headers = { ...(await bearer({ scope: 'cost:read' })), 'x-trace-a': 't', 'x-user-id': 'forged' };
    expect(await post(url, { query: LIST }, headers)).toEqual({ data: WITH_COST });
    expect(foreign.seen.at(-1)?.headers).toMatchObject({ ...headers, 'x-user-id': 'ada' });

    const without = await post(url, { query: LIST }, await bearer({ scope: 'other' }));
    expect(without.data).toEqual({ products: WITH_COST.products.map(({ name }) => ({ name, cost: null })) });
    expect(without.errors?.map(({ extensions }) => extensions.code)).toContain('FORBIDDEN');

    for (const claims of [{ exp: 1 }, { aud: 'other' }, { iss: 'https://evil.test/' }]) {
      const refused = await post(url, { query: LIST }, await bearer(claims));
      expect(refused.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
  });

  test('may be checked with keys in a file', async () => {
    const url = await serving(['--jwks', 'jwks.json']);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await post(url, { query: LIST }, await bearer({ scp: ['cost:read'] }))).toEqual({ data: WITH_COST });
  });

  test('keep the router from being ready until the keys have been had', async () => {
    const url = await serving(['--jwks', 'http://127.0.0.1:1/jwks.json']);
    const health = await fetch(`${url}/health/ready`);
    expect(health.status).toBe(503);
    expect(JSON.stringify(await health.json())).toContain('keys.1');
    const refused = await post(url, { query: LIST }, await bearer({}));
    expect(refused.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
  });
});

test('trusted documents and limits hold as flags and variables say', async () => {
  const url = await serving(['--auth', 'off', '--documents', 'documents.json', '--trusted-proxies', 'loopback'], {
    ROUTER_RATE_LIMITS: 'requests=3/1h',
  });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  expect((await post(url, { documentId: 'list' }, from('203.0.113.1'))).data).toBeDefined();
  const refused = await post(url, { query: '{ reviewCount }' }, from('203.0.113.1'));
  expect(refused.errors?.[0]?.extensions.code).toBe('DOCUMENT_NOT_TRUSTED');
  expect((await post(url, { query: LIST }, from('203.0.113.1'))).data).toBeDefined();
  const limited = await post(url, { documentId: 'list' }, from('203.0.113.1'));
  expect(limited.errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
  expect((await post(url, { documentId: 'list' }, from('203.0.113.2'))).data).toBeDefined();
});

test('how much may be asked, what is denied, and how subgraphs are dealt with are flags', async () => {
  const url = await serving(
    ['--auth', 'off', '--unauthorized', 'reject', '--limits', 'depth=2, batch=0', '--response-cache-bytes', '1000'],
    { ROUTER_SUBGRAPH_OPTIONS: 'reviews/max-answer-bytes=10' },
  );
  expect(await post(url, { query: '{ products { name } }' })).toEqual({
    data: { products: WITH_COST.products.map(({ name }) => ({ name })) },
  });
  const denied = await post(url, { query: LIST });
  expect(denied).toEqual({
    errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) })],
  });
  const deep = await post(url, { query: '{ products { reviews { text } } }' });
  expect(deep.errors).toMatchObject([{ extensions: { limit: { name: 'maxDepth', max: 2 } } }]);
  const listed = await post(url, [{ query: '{ products { name } }' }]);
  expect(listed.errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
  const long = await post(url, { query: '{ reviewCount }' });
  expect(long.errors).toMatchObject([{ extensions: { service: 'reviews' } }]);
});

test('keys, documents and rules that are wrong are named together, each under its flag', async () => {
  await writeFile(join(folder, 'private.json'), JSON.stringify({ keys: [await exportJWK(keys.privateKey)] }));
  await writeFile(join(folder, 'broken.json'), JSON.stringify({ broken: '{ a(' }));
  const command = serveCommand(
    [
      'router',
      '--supergraph',
      'supergraph.graphql',
      '--port',
      '0',
      '--jwks',
      'private.json',
      '--documents',
      'broken.json',
      '--rate-limits',
      'requests=many',
      '--limits',
      'deep=1',
      '--subgraph-options',
      'retries=many',
    ],
    { cwd: folder },
  );
  expect(await command.ended).toBe(1);
  for (const text of [
    /--jwks: .*private\.json cannot be used \(expected public keys alone/,
    /--documents: .*broken\.json, broken: line 1/,
    /--rate-limits: expected rules such as/,
    /--limits: expected tokens, .* got "deep=1"/,
    /--subgraph-options: retries: expected a whole number from 0 to 10, got "many"/,
  ]) {
    expect(command.output).toMatch(text);
  }
});
