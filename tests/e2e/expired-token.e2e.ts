import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGraphQLClient } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { operation } from '../documents.ts';
import { createLab, type Lab } from '../lab.ts';
import { openStream, TRANSPORTS } from '../streams.ts';

let lab: Lab;
beforeAll(async () => {
  // Three seconds: long enough to be used once on a busy machine.
  lab = await createLab({ env: { ACCESS_TOKEN_MINUTES: '0.05' } });
});
afterAll(() => lab[Symbol.asyncDispose]());

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function signIn(): Promise<Session> {
  const variables = { email: 'manager@demo.test', password: DEMO_PASSWORD };
  return (await lab.anonymous.request<{ signIn: Session }>(operation('accounts', 'SignIn'), variables)).signIn;
}

const CREATE = `mutation { assertFacts(facts: [{ text: "late(news)" }]) { added } }`;

test('an expired token reads and changes nothing, and the answer names the way out, which works', async () => {
  const { accessToken, refreshToken } = await signIn();
  const expired = createGraphQLClient(lab.endpoint, accessToken);
  const me = operation('accounts', 'Me');
  await expect
    .poll(async () => (await expired.send(me)).errors)
    .toMatchObject([
      {
        message: expect.stringMatching(/expired.*refreshSession/),
        extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
      },
    ]);
  expect((await expired.send(CREATE)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);

  const refreshed = await lab.anonymous.request<{ refreshSession: Session }>(operation('accounts', 'RefreshSession'), {
    refreshToken,
  });
  const fresh = createGraphQLClient(lab.endpoint, refreshed.refreshSession.accessToken);
  expect(await fresh.request('{ facts(first: 1) { totalCount } }')).toEqual({ facts: { totalCount: 0 } });
});

test.each(TRANSPORTS)(
  'over %s a silent subscription ends with UNAUTHENTICATED when its token expires',
  async (transport) => {
    const { accessToken } = await signIn();
    const query = operation('workflows', 'WorkflowUpdated');
    const stream = openStream(transport, lab.url, { query, token: accessToken });
    expect((await stream.next())?.errors).toMatchObject([
      { message: expect.stringContaining('expired'), extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(await stream.next().catch(() => null)).toBeNull();
  },
);
