import { type GraphQLSchema, parse, validate } from 'graphql';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Ask, buildSchema, readSchema } from '#platform/graphql/index.ts';
import type { Viewer } from '#platform/identity/index.ts';
import { findSignature } from '../data/signatures.ts';
import type { Signature } from '../domain/signature.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(() => {
  manager = person('lab_manager');
});

const ROLLBACK = `mutation Rollback($toVersion: Int!, $expectedActive: Int!, $signatureId: ID) {
  rollbackRules(toVersion: $toVersion, expectedActive: $expectedActive, reason: "too strict", signatureId: $signatureId) {
    __typename ... on RuleSetVersion { number signatureId } ... on RuleChangeRefused { code message } } }`;

async function save(text: string, ruleSet = 'default'): Promise<string> {
  return (await lab.ask(manager, operation('SaveRules'), { ruleSet, text })).saveRules.id;
}

function publish(versionId: string, signatureId: string | null, viewer = manager) {
  return lab.send(viewer, operation('PublishRules'), { versionId, reason: 'validated', signatureId });
}

async function rollback(variables: object) {
  return (await lab.ask(manager, ROLLBACK, variables)).rollbackRules;
}

/** What is in force, and how often something came into force. */
async function standing() {
  const query = '{ ruleSets { active { number } activations { totalCount } } }';
  const { active, activations } = (await lab.ask(manager, query)).ruleSets[0];
  return [active.number, activations.totalCount];
}

test('a signature of the acting person under the text of the version is kept with the activation', async () => {
  const id = await save('p(1).\n');
  const signatureId = await lab.sign(manager, id);
  expect((await publish(id, signatureId)).data.publishRules).toMatchObject({ number: 1, status: 'PUBLISHED' });
  const query =
    '{ ruleSets { active { signatureId signature { id } } activations { edges { node { by { id } reason signatureId signature { id } } } } } }';
  const signature = { id: signatureId };
  expect((await lab.ask(manager, query)).ruleSets[0]).toEqual({
    active: { signatureId, signature },
    activations: { edges: [{ node: { by: { id: manager.userId }, reason: 'validated', signatureId, signature } }] },
  });
});

describe('a signature that does not count is refused, and nothing comes into force', () => {
  const colleague = person('qc_officer');
  const cases: [string, Partial<Signature>, string][] = [
    ["another person's", { signer: { id: colleague.userId } }, "another person's"],
    ['of another meaning', { meaning: 'REVIEW' }, 'APPROVAL is needed'],
    ['under another version', { subjectId: colleague.userId }, 'under something else'],
    ['under another kind of thing', { subjectType: 'Report' }, 'under something else'],
    ['under another text', { contentHash: 'f'.repeat(64) }, 'under something else'],
    ['of a time to come', { signedAt: new Date('2026-11-22T10:01:01Z') }, 'lies ahead'],
    ['older than ten minutes', { signedAt: new Date('2026-11-22T09:49:59Z') }, 'sign again'],
  ];
  test.each(cases)('%s', async (_, otherwise, message) => {
    const id = await save('p(1).\n');
    const { errors } = await publish(id, await lab.sign(manager, id, otherwise));
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', refusal: 'SIGNATURE_INVALID' });
    expect(await standing()).toEqual([0, 0]);
  });

  test.each(['sig-1', '0198f000-0000-7000-8000-000000000000'])('that nobody made: %s', async (signatureId) => {
    const { errors } = await publish(await save('p(1).\n'), signatureId);
    expect(errors?.[0]?.extensions).toMatchObject({ refusal: 'SIGNATURE_INVALID' });
    expect(await standing()).toEqual([0, 0]);
  });

  test("another organization's", async () => {
    const id = await save('p(1).\n');
    const stranger = person('lab_manager');
    const theirs = (await lab.ask(stranger, operation('SaveRules'), { ruleSet: 'default', text: 'p(1).\n' })).saveRules;
    const signatureId = await lab.sign(stranger, theirs.id, { signer: { id: manager.userId }, subjectId: id });
    expect((await publish(id, signatureId)).errors?.[0]?.extensions).toMatchObject({ refusal: 'SIGNATURE_INVALID' });
  });
});

test('a signature under the id of the version in capitals is one under the version', async () => {
  const id = await save('p(1).\n');
  const signatureId = await lab.sign(manager, id, { subjectId: id.toUpperCase() });
  expect((await publish(id, signatureId)).errors).toBeUndefined();
});

test('a signature counts once, also written in capitals', async () => {
  const one = await save('p(1).\n');
  const two = await save('p(2).\n');
  const signatureId = await lab.sign(manager, one);
  expect((await publish(one, signatureId.toUpperCase())).errors).toBeUndefined();
  await publish(two, null);
  for (const again of [signatureId, signatureId.toUpperCase()]) {
    expect(await rollback({ toVersion: 1, expectedActive: 2, signatureId: again })).toMatchObject({
      code: 'SIGNATURE_INVALID',
      message: expect.stringContaining('was used for version 1'),
    });
  }
  const fresh = await lab.sign(manager, one);
  expect(await rollback({ toVersion: 1, expectedActive: 2, signatureId: fresh })).toMatchObject({ signatureId: fresh });
});

test('an organization that requires signatures lets no version of the set come into force without one', async () => {
  const scratch = await save('p(1).\n', 'scratch');
  const id = await save('p(1).\n');
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'signature_required(default)' }] });
  const { errors } = await publish(id, null);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', refusal: 'SIGNATURE_REQUIRED' });
  expect(await standing()).toEqual([0, 0]);
  expect((await publish(scratch, null)).errors).toBeUndefined();
  expect((await publish(id, await lab.sign(manager, id))).errors).toBeUndefined();
  expect(await rollback({ toVersion: 0, expectedActive: 1 })).toMatchObject({ code: 'SIGNATURE_REQUIRED' });
  const SHIPPED = '{ rules(version: 0, first: 1) { totalCount } ruleSetDiff(from: 0, to: 1) { from { id } } }';
  const shipped = (await lab.ask(manager, SHIPPED)).ruleSetDiff.from.id;
  const signatureId = await lab.sign(manager, shipped);
  expect(await rollback({ toVersion: 0, expectedActive: 1, signatureId })).toMatchObject({ number: 0 });
});

test('a required signature is seen behind any number of older facts about other sets', async () => {
  const others = Array.from({ length: 250 }, (_, i) => ({ text: `signature_required(other_${i})` }));
  await lab.ask(manager, operation('AssertFacts'), { facts: others });
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'signature_required(default)' }] });
  expect((await publish(await save('p(1).\n'), null)).errors?.[0]?.extensions).toMatchObject({
    refusal: 'SIGNATURE_REQUIRED',
  });
});

test('a signature is required while the fact holds, neither before nor afterwards', async () => {
  const ahead = { text: 'signature_required(default)', validFrom: '2026-11-22T11:00:00Z' };
  const past = {
    text: 'signature_required(default)',
    validFrom: '2026-11-20T00:00:00Z',
    validTo: '2026-11-21T00:00:00Z',
  };
  await lab.ask(manager, operation('AssertFacts'), { facts: [ahead, past] });
  expect((await publish(await save('p(1).\n'), null)).errors).toBeUndefined();
});

test.each([
  'signature_required("default")',
  'signature_required(1)',
  "signature_required('no such name')",
  'signature_required([])',
])('a policy that names no rule set is refused: %s', async (text) => {
  const { errors } = await lab.send(manager, operation('AssertFacts'), { facts: [{ text }] });
  expect(errors?.[0]?.extensions?.code).toBe('BAD_INPUT');
  expect(errors?.[0]?.message).toContain('such as signature_required(default)');
});

test('a policy about a set whose name needs quotes counts', async () => {
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: "signature_required('My-set')" }] });
  expect((await publish(await save('p(1).\n', 'My-set'), null)).errors?.[0]?.extensions).toMatchObject({
    refusal: 'SIGNATURE_REQUIRED',
  });
});

test('a policy in double quotes that was accepted once counts', async () => {
  const text = 'signature_required("default")';
  const id = await save('p(1).\n');
  await lab.rowsAs(
    manager.organizationId,
    `INSERT INTO fact (id, organization_id, predicate, text, text_hash, valid_from, asserted_at, asserted_by)
     VALUES ('${v7()}', '${manager.organizationId}', 'signature_required/1', '${text}', encode(sha256('${text}'), 'hex'),
       '2026-11-20', '2026-11-20', '${manager.userId}') RETURNING id`,
  );
  expect((await publish(id, null)).errors?.[0]?.extensions).toMatchObject({ refusal: 'SIGNATURE_REQUIRED' });
});

test('the database keeps a signature from standing under two activations; ids that were only named may repeat', async () => {
  const id = await save('p(1).\n');
  const signatureId = await lab.sign(manager, id);
  await publish(id, signatureId);
  const activate = ({ organizationId, userId }: Viewer, checked: boolean) =>
    lab.rowsAs(
      organizationId,
      `INSERT INTO rule_activation (id, organization_id, rule_set, number, at, by, reason, signature_id, signature_checked)
       VALUES ('${v7()}', '${organizationId}', 'scratch', 1, now(), '${userId}', 'again', '${signatureId}', ${checked})
       RETURNING id`,
    );
  await expect(activate(manager, true)).rejects.toThrow('rule_activation_signature_once');
  expect(await activate(manager, false)).toHaveLength(1);
  expect(await activate(manager, false)).toHaveLength(1);
  expect(await activate(person('lab_manager'), true)).toHaveLength(1);
});

test('a retry with the same key gets the first answer although its signature was used', async () => {
  const id = await save('p(1).\n');
  const variables = { versionId: id, signatureId: await lab.sign(manager, id), idempotencyKey: 'publish-1' };
  const KEYED = `mutation P($versionId: ID!, $signatureId: ID, $idempotencyKey: ID) {
    publishRules(versionId: $versionId, reason: "x", signatureId: $signatureId, idempotencyKey: $idempotencyKey) { number } }`;
  expect(await lab.ask(manager, KEYED, variables)).toEqual(await lab.ask(manager, KEYED, variables));
  expect(await standing()).toEqual([1, 1]);
});

test('what is asked of accounts fits its contract', async () => {
  let sent = '';
  const ask: Ask = async <T>(_: string, document: string) => {
    sent = document;
    return { signature: null } as T;
  };
  await findSignature(ask, 'any');
  const accounts: GraphQLSchema = buildSchema(readSchema('accounts'), {});
  expect(validate(accounts, parse(sent))).toEqual([]);
});
