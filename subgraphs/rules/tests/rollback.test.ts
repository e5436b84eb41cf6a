import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
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

const ROLLBACK = `mutation Rollback($ruleSet: String! = "default", $toVersion: Int!, $expectedActive: Int!, $signatureId: ID, $idempotencyKey: ID) {
  rollbackRules(ruleSet: $ruleSet, toVersion: $toVersion, expectedActive: $expectedActive, reason: "too strict", signatureId: $signatureId, idempotencyKey: $idempotencyKey) {
    __typename ... on RuleSetVersion { number status publishReason signatureId } ... on RuleChangeRefused { code active } } }`;

async function save(text: string, ruleSet = 'default'): Promise<string> {
  return (await lab.ask(manager, operation('SaveRules'), { ruleSet, text })).saveRules.id;
}

async function publish(text: string, ruleSet = 'default'): Promise<string> {
  const versionId = await save(text, ruleSet);
  await lab.ask(manager, operation('PublishRules'), { versionId, reason: 'first' });
  return versionId;
}

async function rollback(variables: object, viewer = manager) {
  return (await lab.ask(viewer, ROLLBACK, variables)).rollbackRules;
}

async function active(ruleSet = 'default'): Promise<number | undefined> {
  const { ruleSets } = await lab.ask(manager, '{ ruleSets { name active { number } } }');
  return ruleSets.find(({ name }: { name: string }) => name === ruleSet)?.active?.number;
}

const activations = (organizationId: string) =>
  lab.rowsAs(organizationId, 'SELECT number, reason, signature_id, by FROM rule_activation ORDER BY at, id');

test('an earlier version comes back as one more activation: nothing of the others is rewritten', async () => {
  const signatureId = await lab.sign(manager, await publish('p(1).\n'));
  await publish('p(2).\n');
  expect(await rollback({ toVersion: 1, expectedActive: 2, signatureId })).toEqual({
    __typename: 'RuleSetVersion',
    number: 1,
    status: 'PUBLISHED',
    publishReason: 'too strict',
    signatureId,
  });
  expect(await active()).toBe(1);
  const { executeQuery } = await lab.ask(manager, operation('ExecuteQuery'), { input: { goal: 'p(X)' } });
  expect(executeQuery.answers).toMatchObject([{ text: 'p(1)' }]);
  const by = manager.userId;
  expect(await activations(manager.organizationId)).toEqual([
    { number: 1, reason: 'first', signature_id: null, by },
    { number: 2, reason: 'first', signature_id: null, by },
    { number: 1, reason: 'too strict', signature_id: signatureId, by },
  ]);
  const LIST = `query List($after: String) { ruleSets { activations(first: 2, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { number by { id } reason signatureId } } } } }`;
  const page = async (after: string | null) => (await lab.ask(manager, LIST, { after })).ruleSets[0].activations;
  const newest = await page(null);
  expect(newest).toMatchObject({
    totalCount: 3,
    pageInfo: { hasNextPage: true },
    edges: [{ node: { number: 1, by: { id: by }, reason: 'too strict', signatureId } }, { node: { number: 2 } }],
  });
  expect(await page(newest.pageInfo.endCursor)).toMatchObject({
    pageInfo: { hasNextPage: false },
    edges: [{ node: { number: 1, reason: 'first', signatureId: null } }],
  });
  await expect(lab.rowsAs(manager.organizationId, "UPDATE rule_activation SET reason = ''")).rejects.toThrow(
    'permission denied',
  );
});

test('the shipped rules alone come back into force as version 0', async () => {
  await publish('blocker(S, sample_reception, never) :- sample(S).\n');
  expect(await rollback({ toVersion: 0, expectedActive: 1 })).toMatchObject({ number: 0, status: 'PUBLISHED' });
  expect(await active()).toBe(0);
  expect(await rollback({ toVersion: 1, expectedActive: 0 })).toMatchObject({ number: 1 });
});

test('it is refused with a code when it rests on another version, or there is nothing to return to', async () => {
  await publish('p(1).\n');
  await publish('p(2).\n');
  await save('p(3).\n');
  const refusals = [
    [{ toVersion: 1, expectedActive: 1 }, 'STALE'],
    [{ toVersion: 2, expectedActive: 2 }, 'IN_FORCE'],
    [{ toVersion: 3, expectedActive: 2 }, 'NEVER_PUBLISHED'],
    [{ toVersion: 4, expectedActive: 2 }, 'NOT_FOUND'],
    [{ ruleSet: 'other', toVersion: 0, expectedActive: 0 }, 'NOT_FOUND'],
  ] as const;
  for (const [variables, code] of refusals) {
    expect(await rollback(variables)).toMatchObject({ __typename: 'RuleChangeRefused', code });
  }
  expect(await active()).toBe(2);
  expect(await activations(manager.organizationId)).toHaveLength(2);
});

test('of two at once, one is made; a retry is answered as the first time; each is announced once', async () => {
  for (const n of [1, 2, 3]) await publish(`p(${n}).\n`);
  const both = await Promise.all([1, 2].map((toVersion) => rollback({ toVersion, expectedActive: 3 })));
  expect(both.map(({ code }) => code ?? 'made').toSorted()).toEqual(['STALE', 'made']);
  const expectedActive = (await active()) ?? -1;
  const keyed = { toVersion: 3, expectedActive, idempotencyKey: 'back-1' };
  const first = await rollback(keyed);
  expect(await rollback(keyed)).toEqual(first);
  const rows = await lab.rowsAs(
    manager.organizationId,
    "SELECT reason, payload FROM outbox_event WHERE type = 'rule.activated' AND payload ? 'rollback' ORDER BY sequence",
  );
  expect(rows).toMatchObject([
    { reason: 'too strict', payload: { before: 3 } },
    { reason: 'too strict', payload: { number: 3, before: expectedActive, rollback: true } },
  ]);
  expect(rows).toHaveLength(2);
});

test('another organization has nothing to return to and sees no activation; readers may not', async () => {
  await publish('p(1).\n');
  await publish('p(2).\n');
  const stranger = person('lab_manager');
  expect(await rollback({ toVersion: 1, expectedActive: 0 }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await activations(stranger.organizationId)).toEqual([]);
  const { errors } = await lab.send(person('auditor', manager), ROLLBACK, { toVersion: 1, expectedActive: 2 });
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('two versions are compared rule by rule', async () => {
  await publish('% Waits.\nready(S) :- sample(S).\nold(1).\n');
  await save('% Waits.\nready(S) :- sample(S), cooled(S).\nnew(1).\n');
  const rule = '{ text label }';
  const DIFF = `query Diff($from: Int!, $to: Int!) { ruleSetDiff(from: $from, to: $to) {
    from { number } to { number } added ${rule} removed ${rule} changed { before ${rule} after ${rule} } } }`;
  expect((await lab.ask(manager, DIFF, { from: 1, to: 2 })).ruleSetDiff).toEqual({
    from: { number: 1 },
    to: { number: 2 },
    added: [{ text: 'new(1).', label: null }],
    removed: [{ text: 'old(1).', label: null }],
    changed: [
      {
        before: { text: 'ready(S) :- sample(S).', label: 'Waits.' },
        after: { text: 'ready(S) :- sample(S), cooled(S).', label: 'Waits.' },
      },
    ],
  });
  expect((await lab.ask(manager, DIFF, { from: 0, to: 1 })).ruleSetDiff.added).toHaveLength(2);
  const { errors } = await lab.send(person('lab_manager'), DIFF, { from: 1, to: 2 });
  expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
});
