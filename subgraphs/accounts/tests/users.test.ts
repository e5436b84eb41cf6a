import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { createLab, type Lab, userId } from '#tests/lab.ts';

const CREATE = `mutation Create($input: CreateUserInput!) {
  createUser(input: $input) {
    __typename
    ... on UserSaved { user { id name email roles version } }
    ... on UserRefused { code message }
  }
}`;
const CHANGE = `mutation Change($input: ChangeUserInput!) {
  changeUser(input: $input) {
    __typename
    ... on UserSaved { user { id roles active version } }
    ... on UserRefused { code }
    ... on UserConflict { currentVersion }
  }
}`;
const NEW = { name: 'Nia Park', email: 'nia@demo.test', password: 'a long password', roles: ['ANALYST'] };

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Does what happens while a transaction holds the locks of `statement` and `count` others wait for them. */
async function whileHeld<T>(statement: string, count: number, work: () => Promise<T>): Promise<T> {
  const connect = async () => {
    const client = new pg.Client({ connectionString: lab.database.superUrl });
    await client.connect();
    return client;
  };
  // Two connections: a transaction sees one and the same list of waiting ones for ever.
  const [hold, watch] = [await connect(), await connect()];
  try {
    await hold.query(`BEGIN; ${statement}`);
    const done = work();
    await expect.poll(() => waiting(watch)).toBe(count);
    await hold.query('COMMIT');
    return await done;
  } finally {
    await Promise.all([hold.end(), watch.end()]);
  }
}

/** Transactions of this database that wait for another's lock. */
async function waiting(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows[0]?.count ?? 0;
}

test('an administrator creates a person, who can then sign in', async () => {
  const admin = await lab.as('admin');
  expect(await admin.request(CREATE, { input: NEW })).toMatchObject({
    createUser: { user: { version: 1, roles: ['ANALYST'] } },
  });
  await expect(signedIn(lab.endpoint, 'nia@demo.test', NEW.password)).resolves.toBeDefined();
});

test('a retry with the same key returns the first answer, another input with that key is a conflict', async () => {
  const admin = await lab.as('admin');
  const input = { ...NEW, email: 'retry@demo.test', idempotencyKey: 'k1' };
  const first = await admin.request(CREATE, { input });
  expect(await admin.request(CREATE, { input })).toEqual(first);
  const { errors } = await admin.send(CREATE, { input: { ...input, name: 'Somebody Else' } });
  expect(errors?.[0]?.extensions?.code).toBe('CONFLICT');
});

test('a key that was used with another password is a conflict: the account has the first one', async () => {
  const admin = await lab.as('admin');
  const input = { ...NEW, email: 'password@demo.test', idempotencyKey: 'k2' };
  await admin.request(CREATE, { input });
  const { errors } = await admin.send(CREATE, { input: { ...input, password: 'another password' } });
  expect(errors?.[0]?.extensions?.code).toBe('CONFLICT');
});

test('an address belongs to one account in the whole system, and the answer does not tell to whose', async () => {
  const admin = await lab.as('admin');
  const answers = await Promise.all(
    ['manager@other.test', 'Manager@Demo.test'].map((email) =>
      admin.request<{ createUser: object }>(CREATE, { input: { ...NEW, email } }),
    ),
  );
  expect(answers).toMatchObject([{ createUser: { code: 'EMAIL_TAKEN' } }, { createUser: { code: 'EMAIL_TAKEN' } }]);
  expect(JSON.stringify(answers)).not.toMatch(/another|account has|organization/i);
});

test('of two accounts that are made with one address at the same moment one is, and the other is refused', async () => {
  const admin = await lab.as('admin');
  const input = { ...NEW, email: 'twice@demo.test' };
  // Whoever writes first waits with the address taken but not yet seen by the other.
  const both = await whileHeld('LOCK TABLE accounts.event_counter IN EXCLUSIVE MODE', 2, () =>
    Promise.all([admin.send(CREATE, { input }), admin.send(CREATE, { input })]),
  );
  const answers = both.map(({ data, errors }) => {
    const { createUser } = (data ?? {}) as { createUser?: { __typename: string; code?: string } };
    return createUser?.code ?? createUser?.__typename ?? errors?.[0]?.extensions?.code;
  });
  expect(answers.sort()).toEqual(['EMAIL_TAKEN', 'UserSaved']);
});

test('only who manages people creates people', async () => {
  const { errors } = await (await lab.as('manager')).send(CREATE, { input: { ...NEW, email: 'x@demo.test' } });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missing: [{ scopes: [['users:manage']] }] });
});

test('a change is guarded by the version it was based on', async () => {
  const admin = await lab.as('admin');
  const change = { userId: userId('verifier@demo.test'), reason: 'second role', roles: ['VERIFIER', 'ANALYST'] };
  expect(await admin.request(CHANGE, { input: { ...change, expectedVersion: 7 } })).toEqual({
    changeUser: { __typename: 'UserConflict', currentVersion: 1 },
  });
  expect(await admin.request(CHANGE, { input: { ...change, expectedVersion: 1 } })).toMatchObject({
    changeUser: { user: { version: 2, roles: ['VERIFIER', 'ANALYST'] } },
  });
});

test('a role that was taken away stops working within a second, with the same token', async () => {
  const analyst = await lab.as('analyst');
  const admin = await lab.as('admin');
  const input = { userId: userId('analyst@demo.test'), expectedVersion: 1, roles: ['CLIENT'], reason: 'x' };
  expect(await admin.request(CHANGE, { input })).toMatchObject({ changeUser: { code: 'CLIENT_ROLE' } });
  await admin.request(CHANGE, { input: { ...input, roles: ['SAMPLER'] } });
  await expect
    .poll(async () => (await analyst.request<{ me: { roles: string[] } }>('{ me { roles } }')).me.roles)
    .toEqual(['SAMPLER']);
});

test('ending a person’s sessions may be sent again with its key: the answer stays', async () => {
  const admin = await lab.as('admin');
  const END = `mutation End($userId: ID!, $reason: String!, $key: ID) {
    endSessions(userId: $userId, reason: $reason, idempotencyKey: $key) { ended }
  }`;
  const id = userId('auditor@demo.test');
  await signedIn(lab.endpoint, 'auditor@demo.test', DEMO_PASSWORD);
  const variables = { userId: id, reason: 'a lost device', key: 'e1' };
  expect(await admin.request(END, variables)).toEqual({ endSessions: { ended: 1 } });
  expect(await admin.request(END, variables)).toEqual({ endSessions: { ended: 1 } });
  expect(await admin.request(END, { ...variables, key: null })).toEqual({ endSessions: { ended: 0 } });
  const { errors } = await admin.send(END, { ...variables, reason: 'another' });
  expect(errors?.[0]?.extensions?.code).toBe('CONFLICT');
});

test('the last administrator stays', async () => {
  const admin = await lab.as('admin');
  const input = { userId: userId('admin@demo.test'), expectedVersion: 1, active: false, reason: 'leaving' };
  expect(await admin.request(CHANGE, { input })).toMatchObject({ changeUser: { code: 'LAST_ADMINISTRATOR' } });
});

test('colleagues see names, but addresses only of themselves unless they manage people', async () => {
  const query = `query User($id: ID!) { user(id: $id) { name email } }`;
  const id = userId('auditor@demo.test');
  expect(await (await lab.as('manager')).request(query, { id })).toEqual({
    user: { name: 'Aoife Brennan', email: null },
  });
  expect(await (await lab.as('admin')).request(query, { id })).toMatchObject({ user: { email: 'auditor@demo.test' } });
});

test('an id in capitals is the same id', async () => {
  const admin = await lab.as('admin');
  const input = { ...NEW, email: 'capitals@demo.test' };
  const { createUser } = await admin.request<{ createUser: { user: { id: string } } }>(CREATE, { input });
  const { id } = createUser.user;
  const capitals = id.toUpperCase();
  expect(capitals).not.toBe(id);
  const query = 'query Users($id: ID!, $capitals: ID!) { one: user(id: $id) { id } same: user(id: $capitals) { id } }';
  expect(await admin.request(query, { id, capitals })).toEqual({ one: { id }, same: { id } });
});

test('the other organization sees none of these people and changes none of them', async () => {
  const other = await lab.as('manager@other.test');
  const id = userId('auditor@demo.test');
  expect(await other.request(`query User($id: ID!) { user(id: $id) { name } }`, { id })).toEqual({ user: null });
  const { users } = await other.request<{ users: { totalCount: number; edges: { node: { name: string } }[] } }>(
    '{ users(first: 200) { totalCount edges { node { name } } } }',
  );
  expect(users).toEqual({ totalCount: 1, edges: [{ node: { name: 'Olu Adeyemi' } }] });
});

test('pages of people show each person once, in order', async () => {
  const admin = await lab.as('admin');
  const query =
    'query Page($after: String) { users(first: 2, after: $after) { totalCount edges { node { id name } } pageInfo { hasNextPage endCursor } } }';
  const seen: string[] = [];
  let after: string | null = null;
  let total = 0;
  do {
    const { users }: { users: Page } = await admin.request(query, { after });
    seen.push(...users.edges.map(({ node }) => `${node.name} ${node.id}`));
    after = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null;
    total = users.totalCount;
  } while (after);
  expect(seen).toEqual([...new Set(seen)].sort());
  expect(seen).toHaveLength(total);
});

// The last test: one of them is administrator no more.
test('of two administrators who take the role from each other at the same moment one stays', async () => {
  const admin = await lab.as('admin');
  const { createUser } = await admin.request<{ createUser: { user: { id: string } } }>(CREATE, {
    input: { ...NEW, email: 'second@demo.test', roles: ['ADMIN'] },
  });
  const second = await signedIn(lab.endpoint, 'second@demo.test', NEW.password);
  const change = (id: string) => ({
    input: { userId: id, expectedVersion: 1, roles: ['AUDITOR'], reason: 'there can be only one' },
  });
  // Both requests come to wait for the same rows: nothing is left to chance.
  const both = await whileHeld("SELECT 1 FROM accounts.app_user WHERE 'admin' = ANY (roles) FOR UPDATE", 2, () =>
    Promise.all([
      admin.request(CHANGE, change(createUser.user.id)),
      second.request(CHANGE, change(userId('admin@demo.test'))),
    ]),
  );
  const answers = both as { changeUser: { __typename: string; code?: string } }[];
  expect(answers.map(({ changeUser: { __typename, code } }) => code ?? __typename).sort()).toEqual([
    'LAST_ADMINISTRATOR',
    'UserSaved',
  ]);
});

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly id: string; readonly name: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
