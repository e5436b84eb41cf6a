import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { createLab, type Lab, userId } from '#tests/lab.ts';

const SIGN = `mutation Sign($input: SignInput!) {
  sign(input: $input) {
    __typename
    ... on Signature { id signer { id } signerName meaning subjectType subjectId contentHash signedAt }
    ... on SignatureRefused { reason retryAfterSeconds }
  }
}`;
const FIND = 'query Find($id: ID!) { signature(id: $id) { id signerName } }';
const PUBLISH = `mutation P($versionId: ID!, $signatureId: ID) {
  publishRules(versionId: $versionId, reason: "validated", signatureId: $signatureId) { number signature { signerName meaning } } }`;
const HASH = createHash('sha256').update('a text').digest('hex');
const INPUT = {
  password: DEMO_PASSWORD,
  meaning: 'APPROVAL',
  subjectType: 'RuleSetVersion',
  subjectId: 'version-1',
  contentHash: HASH,
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Data = any;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

async function rows(sql: string): Promise<Data[]> {
  const client = new pg.Client({ connectionString: lab.database.superUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function sign(who: string, input: object = {}) {
  return (await (await lab.as(who)).request<Data>(SIGN, { input: { ...INPUT, ...input } })).sign;
}

test('who signs proves anew who it is; the record says who, when, what and what it means', async () => {
  const manager = userId('manager@demo.test');
  const signature = await sign('manager', { contentHash: HASH.toUpperCase() });
  expect(signature).toEqual({
    __typename: 'Signature',
    id: expect.any(String),
    signer: { id: manager },
    signerName: 'Mara Okafor',
    meaning: 'APPROVAL',
    subjectType: 'RuleSetVersion',
    subjectId: 'version-1',
    contentHash: HASH,
    signedAt: expect.any(String),
  });
  expect(
    await rows(`SELECT type, actor_id, payload FROM accounts.outbox_event WHERE subject_id = '${signature.id}'`),
  ).toEqual([
    {
      type: 'signature.made',
      actor_id: manager,
      payload: {
        signerId: manager,
        signerName: 'Mara Okafor',
        meaning: 'APPROVAL',
        subjectType: 'RuleSetVersion',
        subjectId: 'version-1',
        contentHash: HASH,
      },
    },
  ]);
  expect((await (await lab.as('auditor')).request<Data>(FIND, { id: signature.id })).signature).toEqual({
    id: signature.id,
    signerName: 'Mara Okafor',
  });
  expect((await (await lab.as('manager@other.test')).request<Data>(FIND, { id: signature.id })).signature).toBeNull();
});

test('wrong passwords sign nothing, are recorded, and count with those of signing in until the address is locked', async () => {
  const verifier = userId('verifier@demo.test');
  for (let i = 0; i < 9; i++) {
    expect(await sign('verifier', { password: 'wrong password' })).toEqual({
      __typename: 'SignatureRefused',
      reason: 'INVALID_CREDENTIALS',
      retryAfterSeconds: null,
    });
  }
  expect(await sign('verifier', { password: 'wrong password' })).toMatchObject({
    reason: 'LOCKED',
    retryAfterSeconds: 30,
  });
  for (let i = 0; i < 3; i++) expect(await sign('verifier')).toMatchObject({ reason: 'LOCKED' });
  const SIGN_IN = `mutation { signIn(email: "verifier@demo.test", password: ${JSON.stringify(DEMO_PASSWORD)}) { ... on SignInRefused { reason } } }`;
  expect(await lab.anonymous.request(SIGN_IN)).toEqual({ signIn: { reason: 'LOCKED' } });
  expect(await rows(`SELECT FROM accounts.signature WHERE signer_id = '${verifier}'`)).toEqual([]);
  const refusals = await rows(
    `SELECT payload->>'refusal' AS refusal, count(*)::int FROM accounts.outbox_event WHERE type = 'signature.refused' AND actor_id = '${verifier}' GROUP BY 1 ORDER BY 1`,
  );
  expect(refusals).toEqual([
    { refusal: 'INVALID_CREDENTIALS', count: 9 },
    { refusal: 'LOCKED', count: 1 },
  ]);
});

test('the id of what is signed is kept as databases write it; what is no such id stays as it is', async () => {
  const subjectId = '0198F000-0000-7000-8000-00000000000A';
  expect(await sign('manager', { subjectId })).toMatchObject({ subjectId: subjectId.toLowerCase() });
  expect(await sign('manager', { subjectId: 'Version-A' })).toMatchObject({ subjectId: 'Version-A' });
});

test('the same key signs once; with a wrong password it signs nothing', async () => {
  const first = await sign('analyst', { idempotencyKey: 'sign-1' });
  expect(await sign('analyst', { idempotencyKey: 'sign-1' })).toEqual(first);
  expect(await sign('analyst', { idempotencyKey: 'sign-1', password: 'wrong password' })).toMatchObject({
    reason: 'INVALID_CREDENTIALS',
  });
});

test.each([{ contentHash: 'abc' }, { subjectType: 'no type' }, { subjectId: ' ' }])(
  'what cannot be signed is refused: %j',
  async (input) => {
    const { errors } = await (await lab.as('manager')).send(SIGN, { input: { ...INPUT, ...input } });
    expect(errors?.[0]?.extensions?.code).toBe('BAD_INPUT');
  },
);

test('nobody signs without being signed in', async () => {
  expect((await lab.anonymous.send(SIGN, { input: INPUT })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});

test('a signature is never altered: the database refuses', async () => {
  const client = new pg.Client({ connectionString: lab.database.appUrl, options: '-c role=alims_accounts' });
  await client.connect();
  try {
    for (const change of ["UPDATE accounts.signature SET meaning = 'REVIEW'", 'DELETE FROM accounts.signature']) {
      await expect(client.query(change)).rejects.toThrow('permission denied');
    }
  } finally {
    await client.end();
  }
});

test('rules are published under a signature through the whole system', async () => {
  const manager = await lab.as('manager');
  const SAVE = 'mutation { saveRules(ruleSet: "default", text: "p(1).") { ... on RuleSetVersion { id hash } } }';
  const { saveRules } = await manager.request<Data>(SAVE);
  const wrong = await sign('manager', { subjectId: saveRules.id });
  const refused = await manager.send(PUBLISH, { versionId: saveRules.id, signatureId: wrong.id });
  expect(refused.errors?.[0]?.extensions).toMatchObject({ refusal: 'SIGNATURE_INVALID' });
  const { id } = await sign('manager', { subjectId: saveRules.id, contentHash: saveRules.hash });
  expect(await manager.request(PUBLISH, { versionId: saveRules.id, signatureId: id })).toEqual({
    publishRules: { number: 1, signature: { signerName: 'Mara Okafor', meaning: 'APPROVAL' } },
  });
});
