import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseClaimRules, parseJwksSources } from '#platform/config/jwks.ts';
import { AppError } from '#platform/errors/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import type { Authenticate } from '../identify.ts';
import { createJwtAuthenticator, type JwtOptions } from './jwt.ts';
import { type KeySetOptions, openKeySet } from './key-set.ts';

const logger = createLogger({ level: 'silent', name: 'jwt-test' });

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function keyPair(kid: string): Key {
  return { kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

async function keySetText(keys: readonly Key[], withIds = true): Promise<string> {
  const jwks = await Promise.all(
    keys.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), ...(withIds && { kid }) })),
  );
  return JSON.stringify({ keys: jwks });
}

const seconds = () => Math.floor(Date.now() / 1_000);
const CLAIMS = { iss: 'https://idp.test/', aud: 'lab', sub: 'ada' };

function sign(key: Key, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ ...CLAIMS, exp: seconds() + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header })
    .sign(key.privateKey);
}

/** An identity provider whose keys the test says. */
async function startProvider(keys: readonly Key[]) {
  const provider = { keys, asked: 0, status: 200, withIds: true, url: '' };
  const server = createServer((_, response) => {
    provider.asked += 1;
    void keySetText(provider.keys, provider.withIds).then((text) => response.writeHead(provider.status).end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return Object.assign(provider, { [Symbol.dispose]: stop });
}

function authenticator(
  sources: string,
  options: Partial<JwtOptions> = {},
  keySet: Partial<KeySetOptions> = {},
): Authenticate {
  const issuers = parseJwksSources(sources).map((source) => ({
    ...source,
    keys: openKeySet({ location: source.location, logger, ...keySet }),
  }));
  return createJwtAuthenticator({ issuers, policies: 'roles', forward: [], ...options });
}

async function refusal(authenticate: Authenticate, token: string): Promise<string> {
  try {
    await authenticate(token, 'request');
    return 'taken';
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.message}`;
    throw error;
  }
}

const key = keyPair('one');
const other = keyPair('other');
let provider: Awaited<ReturnType<typeof startProvider>>;
let authenticate: Authenticate;
beforeAll(async () => {
  provider = await startProvider([key]);
  authenticate = authenticator(`${provider.url};issuer=${CLAIMS.iss};audience=lab`);
});
afterAll(() => provider[Symbol.dispose]());

describe('a token is taken', () => {
  test('that a key of its issuer signed, until it expires; without one the caller is nobody', async () => {
    const identified = await authenticate(await sign(key, { exp: seconds() + 60 }), 'request');
    expect(identified).toMatchObject({ person: '["https://idp.test/","ada"]', identityHeader: null });
    expect(identified.access.authenticated).toBe(true);
    expect((identified.expiresAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(50_000);
    expect((await authenticate(null, 'request')).person).toBeNull();
  });

  test('with an audience that is one of several, and a clock that differs by no more than is tolerated', async () => {
    expect(await refusal(authenticate, await sign(key, { aud: ['x', 'lab'] }))).toBe('taken');
    expect(await refusal(authenticate, await sign(key, { exp: seconds() - 1 }))).toBe('taken');
    const tolerant = authenticator(`${provider.url};tolerance=60`);
    expect(await refusal(tolerant, await sign(key, { exp: seconds() - 30, nbf: seconds() + 30 }))).toBe('taken');
  });

  test('without a key id, of an issuer with several keys', async () => {
    using several = await startProvider([other, key]);
    several.withIds = false;
    const taking = authenticator(several.url);
    expect(await refusal(taking, await sign(key, {}, { kid: undefined }))).toBe('taken');
    expect(await refusal(taking, await sign(keyPair('third'), {}, { kid: undefined }))).toMatch(
      /^UNAUTHENTICATED .*not signed/,
    );
  });

  test('of each of several issuers, with its own keys alone', async () => {
    using second = await startProvider([other]);
    const both = authenticator(`${provider.url};issuer=${CLAIMS.iss}, ${second.url};issuer=https://second.test/`);
    expect(await refusal(both, await sign(key))).toBe('taken');
    expect(await refusal(both, await sign(other, { iss: 'https://second.test/' }))).toBe('taken');
    expect(await refusal(both, await sign(other, { iss: CLAIMS.iss }))).toMatch(
      /^UNAUTHENTICATED .*not signed by a key/,
    );
  });
});

describe('a token is refused as UNAUTHENTICATED, with what is wrong', () => {
  test.each([
    ['expired', { exp: seconds() - 60 }, /has expired/],
    ['of another issuer', { iss: 'https://evil.test/' }, /issued by "https:\/\/evil.test\/", which is not trusted/],
    ['of no issuer', { iss: undefined }, /issued by nothing/],
    ['for another audience', { aud: 'other' }, /its claim "aud" is not what is expected/],
    ['not yet valid', { nbf: seconds() + 60 }, /its claim "nbf"/],
    ['without an end', { exp: undefined }, /its claim "exp" is missing/],
    ['of nobody', { sub: undefined }, /its claim "sub" is missing/],
  ])('one %s', async (_, claims, message) => {
    const said = await refusal(authenticate, await sign(key, claims));
    expect(said).toMatch(/^UNAUTHENTICATED/);
    expect(said).toMatch(message);
  });

  test('one that another key signed, also under the right key’s id', async () => {
    expect(await refusal(authenticate, await sign({ ...other, kid: 'one' }))).toMatch(/^UNAUTHENTICATED .*not signed/);
    expect(await refusal(authenticate, await sign(other))).toMatch(/^UNAUTHENTICATED .*not signed/);
  });

  test('one without a signature, or signed with what everybody knows', async () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ ...CLAIMS, exp: seconds() + 60 })).toString('base64url')}.`;
    expect(await refusal(authenticate, unsigned)).toMatch(/^UNAUTHENTICATED .*signed with "none"/);
    // The public key, taken as if it were a shared secret.
    const secret = new TextEncoder().encode(key.publicKey.export({ type: 'spki', format: 'pem' }) as string);
    const confused = await new SignJWT({ ...CLAIMS, exp: seconds() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(secret);
    expect(await refusal(authenticate, confused)).toMatch(/^UNAUTHENTICATED .*signed with "HS256"/);
  });

  test.each(['', 'abc', 'a.b.c', '..', `${'a'.repeat(20_000)}.b.c`])('what is no token at all', async (text) => {
    expect(await refusal(authenticate, text)).toMatch(/^UNAUTHENTICATED .*not a JSON Web Token/);
  });
});

describe('keys', () => {
  test('that were added are found at the first token that names one; what is unknown then asks no more for a while', async () => {
    using rotating = await startProvider([key]);
    const rotated = authenticator(rotating.url, {}, { cooldownMs: 0 });
    await rotated(await sign(key), 'request');
    rotating.keys = [key, other];
    expect(await refusal(rotated, await sign(other))).toBe('taken');
    const calm = authenticator(rotating.url, {}, { cooldownMs: 60_000 });
    await calm(await sign(key), 'request');
    const before = rotating.asked;
    for (let count = 0; count < 20; count++)
      expect(await refusal(calm, await sign(keyPair(`k${count}`)))).toMatch(/not signed/);
    expect(rotating.asked).toBe(before);
  });

  test('that were withdrawn count no more once they have been asked for anew', async () => {
    using rotating = await startProvider([key]);
    const rotated = authenticator(rotating.url, {}, { cooldownMs: 0 });
    await rotated(await sign(key), 'request');
    rotating.keys = [other];
    await rotated(await sign(other), 'request');
    expect(await refusal(rotated, await sign(key, { sub: 'bob' }))).toMatch(/^UNAUTHENTICATED .*not signed/);
  });

  test('that are known stay good while their source is away', async () => {
    using failing = await startProvider([key]);
    const keys = openKeySet({ location: failing.url, logger, refreshMs: 5, retryMs: 1 });
    const taking = createJwtAuthenticator({
      issuers: [{ issuer: null, audiences: [], toleranceSeconds: 5, keys }],
      policies: 'roles',
      forward: [],
    });
    expect(await refusal(taking, await sign(key))).toBe('taken');
    failing.status = 503;
    const before = failing.asked;
    await vi.waitFor(() => expect(failing.asked).toBeGreaterThan(before + 2));
    expect(await refusal(taking, await sign(key, { sub: 'bob' }))).toBe('taken');
    keys[Symbol.dispose]();
  });

  test('that were never had make the token’s answer UNAVAILABLE, without asking again for each', async () => {
    using failing = await startProvider([key]);
    failing.status = 500;
    const keys = openKeySet({ location: failing.url, logger, retryMs: 60_000 });
    const taking = createJwtAuthenticator({
      issuers: [{ issuer: null, audiences: [], toleranceSeconds: 5, keys }],
      policies: 'roles',
      forward: [],
    });
    for (let count = 0; count < 20; count++) expect(await refusal(taking, await sign(key))).toMatch(/^UNAVAILABLE/);
    expect(failing.asked).toBe(1);
    await expect(keys.check()).rejects.toThrow(/answered 500/);
    keys[Symbol.dispose]();
  });

  test('may lie in a file, which is read again for a key that it did not have', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jwks-'));
    const file = join(folder, 'jwks.json');
    await writeFile(file, await keySetText([key]));
    const taking = authenticator(file, {}, { cooldownMs: 0 });
    expect(await refusal(taking, await sign(key))).toBe('taken');
    await writeFile(file, await keySetText([other]));
    expect(await refusal(taking, await sign(other))).toBe('taken');
    await rm(folder, { recursive: true });
  });

  test('are public: a set with a private or symmetric one is not used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jwks-'));
    const file = join(folder, 'jwks.json');
    for (const leaked of [await exportJWK(key.privateKey), { kty: 'oct', k: 'c2VjcmV0' }]) {
      await writeFile(file, JSON.stringify({ keys: [{ ...leaked, kid: 'one' }] }));
      using keys = openKeySet({ location: file, logger });
      await expect(keys.keyOf({ alg: 'ES256', kid: 'one' }, { payload: '', signature: '' })).rejects.toThrow(
        /public keys alone/,
      );
    }
    await rm(folder, { recursive: true });
  });
});

describe('claims', () => {
  const identified = async (claims: Record<string, unknown>, options: Partial<JwtOptions> = {}) =>
    authenticator(provider.url, options)(await sign(key, claims), 'request');

  test('scopes are read from scope, scp and scopes, as words or as a list', async () => {
    const scopes = async (claims: Record<string, unknown>) => [...(await identified(claims)).access.scopes].sort();
    expect(await scopes({ scope: 'a b' })).toEqual(['a', 'b']);
    expect(await scopes({ scp: ['a', 'b', 5] })).toEqual(['a', 'b']);
    expect(await scopes({ scp: 'a', scopes: ['b'], scope: 'c' })).toEqual(['a', 'b', 'c']);
    expect(await scopes({ scope: { a: 1 } })).toEqual([]);
  });

  test('policies stand in a claim of choice, also within another', async () => {
    const policies = async (claims: Record<string, unknown>, name: string) => [
      ...(await identified(claims, { policies: name })).access.policies,
    ];
    expect(await policies({ roles: ['admin'] }, 'roles')).toEqual(['admin']);
    expect(await policies({ realm_access: { roles: ['admin'] } }, 'realm_access.roles')).toEqual(['admin']);
    expect(await policies({ 'https://lab.test/roles': ['admin'] }, 'https://lab.test/roles')).toEqual(['admin']);
    expect(await policies({}, '__proto__.constructor')).toEqual([]);
  });

  test('those that are forwarded become headers that decode to what they were', async () => {
    const forward = parseClaimRules('sub>x-user-id, org.name>x-org, roles>x-roles, absent>x-absent');
    const { headers } = await identified(
      { sub: 'ada', org: { name: 'Zoë 100 %\r\nx: y' }, roles: ['a', 'b'] },
      { forward },
    );
    expect(headers).toEqual({ 'x-user-id': 'ada', 'x-org': 'Zo%C3%AB 100 %25%0D%0Ax: y', 'x-roles': '["a","b"]' });
    expect(decodeURIComponent(headers?.['x-org'] ?? '')).toBe('Zoë 100 %\r\nx: y');
  });

  test('two tokens of one caller are of one scope; another claim makes another', async () => {
    const scope = async (claims: Record<string, unknown>) => (await identified(claims)).scope;
    const first = await scope({ jti: '1', iat: 1, exp: seconds() + 60 });
    expect(await scope({ jti: '2', iat: 2, exp: seconds() + 120 })).toBe(first);
    for (const claims of [{ sub: 'bob' }, { tenant: 'x' }, { scope: 'a' }]) expect(await scope(claims)).not.toBe(first);
  });
});

test.each([
  'https://x.test/jwks;isuer=a',
  'issuer=a',
  'https://x.test/jwks;audience=',
  'https://x.test/jwks;tolerance=900',
  'a;tolerance=x',
])('the source %s says what was expected', (text) => {
  expect(() => parseJwksSources(text)).toThrow(/expected/);
});
