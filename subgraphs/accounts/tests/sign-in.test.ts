import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGraphQLClient } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { createLab, type Lab } from '#tests/lab.ts';

const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
  signIn(email: $email, password: $password) {
    __typename
    ... on Session { accessToken refreshToken expiresAt user { id name email roles organization { id name } } }
    ... on SignInRefused { reason retryAfterSeconds }
  }
}`;
const REFRESH = `mutation Refresh($refreshToken: String!) {
  refreshSession(refreshToken: $refreshToken) {
    __typename
    ... on Session { accessToken refreshToken expiresAt }
    ... on SignInRefused { reason }
  }
}`;
const ME = '{ me { id name email roles permissions organization { id name } } }';

interface SessionAnswer {
  readonly __typename: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly reason?: string;
}

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

async function inDatabase(statement: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: lab.database.superUrl });
  await client.connect();
  try {
    return await client.query(statement, [...values]);
  } finally {
    await client.end();
  }
}

async function signIn(email: string, password = DEMO_PASSWORD): Promise<SessionAnswer> {
  return (await lab.anonymous.request<{ signIn: SessionAnswer }>(SIGN_IN, { email, password })).signIn;
}

async function refresh(refreshToken: string): Promise<SessionAnswer> {
  return (await lab.anonymous.request<{ refreshSession: SessionAnswer }>(REFRESH, { refreshToken })).refreshSession;
}

test('signing in gives tokens and tells who signed in', async () => {
  expect(await signIn('Manager@Demo.Test')).toMatchObject({
    __typename: 'Session',
    user: { email: 'manager@demo.test', roles: ['LAB_MANAGER'], organization: { name: 'Wasatch Water Laboratory' } },
  });
});

test('an unknown address and a wrong password are refused alike', async () => {
  const refused = { __typename: 'SignInRefused', reason: 'INVALID_CREDENTIALS', retryAfterSeconds: null };
  expect(await signIn('nobody@demo.test')).toEqual(refused);
  expect(await signIn('verifier@demo.test', 'wrong password')).toEqual(refused);
});

test('ten wrong passwords lock the address, the right one included, and an unknown address behaves the same', async () => {
  for (const email of ['auditor@demo.test', 'ghost@demo.test']) {
    for (let i = 0; i < 9; i++) await signIn(email, 'wrong password');
    expect(await signIn(email, 'wrong password')).toMatchObject({ reason: 'LOCKED', retryAfterSeconds: 30 });
    expect(await signIn(email)).toMatchObject({ reason: 'LOCKED' });
  }
});

test('passwords that are tried at the same moment all count: none passes the lock', async () => {
  const email = 'many@demo.test';
  const tries = await Promise.all(Array.from({ length: 40 }, () => signIn(email, 'wrong password')));
  expect(tries.filter(({ reason }) => reason === 'INVALID_CREDENTIALS')).toHaveLength(9);
  const { rows } = await inDatabase('SELECT failures FROM accounts.sign_in_throttle ORDER BY updated_at DESC LIMIT 1');
  expect(rows).toEqual([{ failures: 10 }]);
});

test('a person who signs in twenty times at the same moment with the right password is let in each time', async () => {
  const sessions = await Promise.all(Array.from({ length: 20 }, () => signIn('manager@demo.test')));
  expect(new Set(sessions.map(({ __typename }) => __typename))).toEqual(new Set(['Session']));
});

test('the right password passes while another process drops what was counted for the address', async () => {
  const email = 'analyst@demo.test';
  const hash = createHash('sha256').update(email).digest('hex');
  await signIn(email, 'wrong password');
  const other = new pg.Client({ connectionString: lab.database.superUrl });
  await other.connect();
  try {
    // The row stands when the try looks for it, and is gone before the try has it.
    await other.query('BEGIN');
    await other.query('SELECT FROM accounts.sign_in_throttle WHERE email_hash = $1 FOR UPDATE', [hash]);
    const trying = signIn(email);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await inDatabase(waiting)).rowCount).toBe(1);
    const dropped = await other.query('DELETE FROM accounts.sign_in_throttle WHERE email_hash = $1', [hash]);
    expect(dropped.rowCount).toBe(1);
    await other.query('COMMIT');
    expect(await trying).toMatchObject({ __typename: 'Session', user: { email } });
  } finally {
    await other.end();
  }
});

test('me needs a token: without one the answer is UNAUTHENTICATED', async () => {
  expect((await lab.anonymous.send(ME)).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  expect(await (await lab.as('analyst')).request(ME)).toMatchObject({
    me: { email: 'analyst@demo.test', roles: ['ANALYST'] },
  });
});

test('a token that was tampered with is refused', async () => {
  const { accessToken } = await signIn('clerk@demo.test');
  const [head, , signature] = accessToken.split('.');
  const forged = Buffer.from(
    JSON.stringify({ sub: 'x', org: 'y', sid: 'z', exp: 9e9, iss: 'alims', aud: 'alims' }),
  ).toString('base64url');
  for (const token of [`${head}.${forged}.${signature}`, 'not a token', `${accessToken}x`]) {
    const { errors } = await createGraphQLClient(lab.endpoint, token).send(ME);
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  }
});

test('a refresh whose answer was lost may be sent again: it gives the same refresh token', async () => {
  const first = await signIn('clerk@demo.test');
  const [second, again] = await Promise.all([refresh(first.refreshToken), refresh(first.refreshToken)]);
  expect(second.__typename).toBe('Session');
  expect(again.refreshToken).toBe(second.refreshToken);
  expect((await refresh(first.refreshToken)).refreshToken).toBe(second.refreshToken);
  expect((await refresh(second.refreshToken)).__typename).toBe('Session');
});

test('a refresh token that was used ten seconds ago ends the session of whoever holds the copy', async () => {
  const first = await signIn('clerk@demo.test');
  const second = await refresh(first.refreshToken);
  await inDatabase("UPDATE accounts.session SET rotated_at = rotated_at - interval '11 seconds' WHERE id = $1", [
    first.refreshToken.split('.')[1],
  ]);
  expect(await refresh(first.refreshToken)).toMatchObject({ reason: 'SESSION_ENDED' });
  expect(await refresh(second.refreshToken)).toMatchObject({ reason: 'SESSION_ENDED' });
});

test('who knows a session’s id and guesses the rest ends nothing', async () => {
  const { refreshToken } = await signIn('clerk@demo.test');
  const [organization, session] = refreshToken.split('.');
  for (const guess of ['', 'x', refreshToken.split('.')[2]?.toLowerCase()]) {
    expect(await refresh(`${organization}.${session}.${guess}`)).toMatchObject({ reason: 'SESSION_ENDED' });
  }
  expect(await refresh(`${organization}.${session}`)).toMatchObject({ reason: 'SESSION_ENDED' });
  expect((await refresh(refreshToken)).__typename).toBe('Session');
});

test('nonsense for a refresh token is refused, not an error', async () => {
  for (const token of [
    '',
    'x',
    'a.b.c',
    `${'0'.repeat(8)}-0000-0000-0000-000000000000.${'0'.repeat(8)}-0000-0000-0000-000000000000.x`,
  ]) {
    expect(await refresh(token)).toMatchObject({ reason: 'SESSION_ENDED' });
  }
});

test('after signing out the access token is refused within a second', async () => {
  const { accessToken } = await signIn('verifier@demo.test');
  const client = createGraphQLClient(lab.endpoint, accessToken);
  await client.request(ME);
  expect(await client.request('mutation { signOut { revoked } }')).toEqual({ signOut: { revoked: true } });
  await expect
    .poll(async () => (await client.send(ME)).errors?.[0]?.extensions?.code, { interval: 50, timeout: 3_000 })
    .toBe('UNAUTHENTICATED');
});

test('signing out twice says twice that the session was ended; one that somebody else ended was not', async () => {
  const signOut = async (accessToken: string) => {
    const { data } = await createGraphQLClient(lab.endpoint, accessToken).send<{ signOut: { revoked: boolean } }>(
      'mutation { signOut { revoked } }',
    );
    return data?.signOut.revoked;
  };
  const { accessToken } = await signIn('verifier@demo.test');
  await createGraphQLClient(lab.endpoint, accessToken).request(ME);
  // Within the second in which the router still takes the token.
  expect(await Promise.all([signOut(accessToken), signOut(accessToken)])).toEqual([true, true]);

  const ended = await signIn('verifier@demo.test');
  await createGraphQLClient(lab.endpoint, ended.accessToken).request(ME);
  const id = ended.refreshToken.split('.')[1];
  await inDatabase("UPDATE accounts.session SET ended_at = now(), end_reason = 'lost' WHERE id = $1", [id]);
  expect(await signOut(ended.accessToken)).toBe(false);
});
