import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
let stranger: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
  manager = person('lab_manager');
  stranger = person('lab_manager');
});
afterAll(() => lab[Symbol.asyncDispose]());

const SAVE = operation('SaveRules');
const PUBLISH = operation('PublishRules');
const READY = 'ready(S) :- sample(S), \\+ hold(S, _).\n';
const RULE_SETS = `{ ruleSets { id name active { number } versions(first: 5) { totalCount edges { node { number status } } } } }`;

async function save(viewer: Viewer, text: string, ruleSet = 'default') {
  return (await lab.ask(viewer, SAVE, { ruleSet, text })).saveRules;
}

async function publish(viewer: Viewer, versionId: string) {
  return (await lab.ask(viewer, PUBLISH, { versionId, reason: 'holding time now 28 days' })).publishRules;
}

async function rulesNow(viewer: Viewer, variables: object = {}) {
  const query = `query Rules($ruleSet: String! = "default", $version: Int, $first: Int! = 200, $after: String) {
    rules(ruleSet: $ruleSet, version: $version, first: $first, after: $after) {
      totalCount edges { cursor node { id head text line label shipped capability } } pageInfo { hasNextPage endCursor } } }`;
  return (await lab.ask(viewer, query, variables)).rules;
}

test('before anything is published the shipped rules are in force, as version 0', async () => {
  expect((await lab.ask(manager, RULE_SETS)).ruleSets).toEqual([
    { id: 'default', name: 'default', active: { number: 0 }, versions: { totalCount: 0, edges: [] } },
  ]);
  const rules = await rulesNow(manager, { first: 5 });
  expect(rules.edges[1].node).toMatchObject({ id: 'core.can_transition', shipped: true, capability: 'core' });
  const next = await rulesNow(manager, { first: 5, after: rules.pageInfo.endCursor });
  expect(next.edges[0].node.id).not.toBe(rules.edges[4].node.id);
  const query = `query V($id: ID!) { ruleSetVersion(id: $id) { number status termination text } }`;
  const { ruleSets } = await lab.ask(manager, '{ ruleSets { active { id } } }');
  expect((await lab.ask(manager, query, { id: ruleSets[0].active.id })).ruleSetVersion).toMatchObject({
    number: 0,
    status: 'PUBLISHED',
    termination: 'TOTAL',
  });
});

test('a saved text is a draft in force nowhere; publishing puts it in force on top of the shipped rules', async () => {
  const draft = await save(manager, READY);
  expect(draft).toMatchObject({ number: 1, status: 'DRAFT', termination: 'TOTAL', diagnostics: [] });
  expect((await rulesNow(manager)).edges.some((edge: { node: { shipped: boolean } }) => !edge.node.shipped)).toBe(
    false,
  );
  expect(await publish(manager, draft.id)).toMatchObject({
    number: 1,
    status: 'PUBLISHED',
    publishedAt: expect.any(String),
  });
  const last = (await rulesNow(manager)).edges.at(-1).node;
  expect(last).toMatchObject({ id: `${draft.id}.1`, head: 'ready(S)', text: READY.trim(), line: 1, shipped: false });
});

test('the same text again is the same version; another text is the next', async () => {
  const again = await save(manager, READY);
  expect(again).toMatchObject({ number: 1, status: 'PUBLISHED' });
  const next = await save(manager, `% Late samples wait.\nlate(S) :- sample(S), overdue_since(S, _).\n${READY}`);
  expect(next).toMatchObject({ number: 2, status: 'DRAFT' });
  expect(next.diagnostics).toMatchObject([{ severity: 'WARNING', line: 2, column: 1 }]);
  await publish(manager, next.id);
  const { ruleSets } = await lab.ask(manager, RULE_SETS);
  expect(ruleSets[0]).toMatchObject({
    active: { number: 2 },
    versions: {
      totalCount: 2,
      edges: [{ node: { number: 2, status: 'PUBLISHED' } }, { node: { number: 1, status: 'RETIRED' } }],
    },
  });
  expect((await rulesNow(manager, { version: 2 })).edges.at(-2).node.label).toBe('Late samples wait.');
});

test('a retired version comes back into force; one that is in force cannot be published again', async () => {
  const first = await save(manager, READY.replace('ready', 'prepared'));
  await publish(manager, first.id);
  const again = await lab.send(manager, PUBLISH, { versionId: first.id, reason: 'x' });
  expect(again.errors?.[0]?.extensions.code).toBe('CONFLICT');
  const second = await save(manager, READY.replace('ready', 'complete'));
  await publish(manager, second.id);
  expect(await publish(manager, first.id)).toMatchObject({ status: 'PUBLISHED', number: first.number });
  const rows = await lab.rowsAs(
    manager.organizationId,
    "SELECT payload->>'number' AS number, reason FROM outbox_event WHERE type = 'rule.activated' ORDER BY sequence DESC LIMIT 1",
  );
  expect(rows).toEqual([{ number: String(first.number), reason: 'holding time now 28 days' }]);
});

describe('each change is announced in the transaction that makes it', () => {
  const eventsOf = (versionId: string) =>
    lab.rowsAs(
      manager.organizationId,
      `SELECT topic, type, subject_type, actor_id, reason, payload FROM outbox_event WHERE subject_id = '${versionId}' ORDER BY sequence`,
    );
  const KEYED = `mutation Save($ruleSet: String!, $text: String!, $idempotencyKey: ID) {
    saveRules(ruleSet: $ruleSet, text: $text, idempotencyKey: $idempotencyKey) {
      ... on RuleSetVersion { id number hash } } }`;

  test('a saved draft with who saved it, its rule set, number and hash; once, however often it is sent', async () => {
    const variables = { ruleSet: 'announced', text: 'p(1).\n', idempotencyKey: 'announced-1' };
    const { saveRules: first } = await lab.ask(manager, KEYED, variables);
    const colleague = person('lab_manager', manager);
    await lab.ask(manager, KEYED, variables);
    await lab.ask(colleague, KEYED, { ...variables, idempotencyKey: null });
    const saved = { topic: 'rule', type: 'rule.saved', subject_type: 'RuleSetVersion', reason: null };
    expect(await eventsOf(first.id)).toEqual([
      { ...saved, actor_id: manager.userId, payload: { ruleSet: 'announced', number: 1, hash: first.hash } },
    ]);
    const { saveRules: second } = await lab.ask(colleague, KEYED, { ruleSet: 'announced', text: 'p(2).\n' });
    expect(await eventsOf(second.id)).toEqual([
      { ...saved, actor_id: colleague.userId, payload: { ruleSet: 'announced', number: 2, hash: second.hash } },
    ]);
  });

  test('a published version with who, why, and what it replaces', async () => {
    const one = await save(manager, 'q(1).\n', 'published');
    const two = await save(manager, 'q(2).\n', 'published');
    await publish(manager, one.id);
    await publish(manager, two.id);
    const activated = {
      topic: 'rule',
      type: 'rule.activated',
      subject_type: 'RuleSetVersion',
      actor_id: manager.userId,
    };
    const payload = { ruleSet: 'published', number: 2, hash: expect.any(String), before: 1, signatureId: null };
    expect((await eventsOf(two.id))[1]).toEqual({ ...activated, reason: 'holding time now 28 days', payload });
  });

  test('what is refused announces nothing', async () => {
    const count = () => lab.rowsAs(manager.organizationId, 'SELECT count(*) FROM outbox_event');
    const before = await count();
    await save(manager, 'p :- \\+ p.\n');
    await lab.send(manager, PUBLISH, { versionId: manager.userId, reason: 'x' });
    expect(await count()).toEqual(before);
  });
});

test('who publishes may name the version in force that the decision was based on; another one is a conflict', async () => {
  const GUARDED = `mutation Publish($versionId: ID!, $expectedActive: Int) {
    publishRules(versionId: $versionId, reason: "tested", expectedActive: $expectedActive) { number status } }`;
  const guarded = (versionId: string, expectedActive: number | null) =>
    lab.send(manager, GUARDED, { versionId, expectedActive });
  const versions = [];
  for (const n of [1, 2, 3]) versions.push(await save(manager, `r(${n}).\n`, 'guarded'));
  const [one, two, three] = versions.map(({ id }) => id as string) as [string, string, string];
  expect((await guarded(one, 1)).errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', active: 0 });
  expect((await guarded(one, 0)).data.publishRules).toEqual({ number: 1, status: 'PUBLISHED' });
  const both = await Promise.all([guarded(two, 1), guarded(three, 1)]);
  expect(both.map(({ errors }) => errors?.[0]?.extensions.code ?? 'published').toSorted()).toEqual([
    'CONFLICT',
    'published',
  ]);
  expect((await guarded(one, null)).errors).toBeUndefined();
});

test.each([
  ['ready(S :- sample(S).\n', 'SYNTAX', 1, 9],
  ['a.\nb(X) :- c(X), nl.\n', 'UNSUPPORTED', 2, 1],
  ['can_transition(_, _, _).\n', 'SHIPPED', 1, 1],
  ['verified_by(a1, me).\n', 'SHIPPED', 1, 1],
  ['q(1).\np(X) :- \\+ q(Y), q(Y), q(X).\n', 'UNSAFE_NEGATION', 2, 1],
  ['bad(S) :- \\+ odd(S).\nodd(1).\nuse :- bad(S), odd(S).\n', 'UNSAFE_NEGATION', 3, 1],
  ['p :- \\+ q.\nq :- p.\n', 'UNSTRATIFIED', 1, 1],
  [`p(${'('.repeat(2_000)}a).\n`, 'SYNTAX', 1, expect.any(Number)],
])('%j is refused with %s at its place, and no version is made', async (text, code, line, column) => {
  const before = (await lab.ask(manager, RULE_SETS)).ruleSets[0].versions.totalCount;
  const refused = await save(manager, text);
  expect(refused.__typename).toBe('RulesRefused');
  expect(refused.diagnostics.find((d: { severity: string }) => d.severity === 'ERROR')).toMatchObject({
    code,
    line,
    column,
  });
  expect((await lab.ask(manager, RULE_SETS)).ruleSets[0].versions.totalCount).toBe(before);
});

test('a set of another name stands alone: it may define what it likes, and decides nothing', async () => {
  const draft = await save(manager, 'can_transition(anything, goes, here).\n', 'scratch');
  expect(draft).toMatchObject({ __typename: 'RuleSetVersion', number: 1 });
  expect(
    (await lab.send(manager, operation('ExecuteQuery'), { input: { goal: 'true', ruleSet: 'scratch' } })).errors?.[0]
      ?.extensions.code,
  ).toBe('NOT_FOUND');
  await publish(manager, draft.id);
  const { executeQuery } = await lab.ask(manager, operation('ExecuteQuery'), {
    input: { goal: 'can_transition(X, Y, Z)', ruleSet: 'scratch' },
  });
  expect(executeQuery.answers).toMatchObject([{ text: 'can_transition(anything,goes,here)' }]);
  expect((await rulesNow(manager, { ruleSet: 'scratch' })).totalCount).toBe(1);
});

test('a retry with the same key returns the first answer', async () => {
  const variables = { ruleSet: 'default', text: 'kept(once).\n', idempotencyKey: 'save-1' };
  const document = `mutation Save($ruleSet: String!, $text: String!, $idempotencyKey: ID) {
    saveRules(ruleSet: $ruleSet, text: $text, idempotencyKey: $idempotencyKey) { ... on RuleSetVersion { id status } } }`;
  const first = await lab.ask(manager, document, variables);
  await publish(manager, first.saveRules.id);
  expect(await lab.ask(manager, document, variables)).toEqual(first);
  const { errors } = await lab.send(manager, document, { ...variables, text: 'kept(twice).\n' });
  expect(errors?.[0]?.extensions.code).toBe('CONFLICT');
});

test('rules that speak about a stage, a capability or a predicate are found', async () => {
  const ids = async (context: string) =>
    (await lab.ask(manager, operation('BusinessRules'), { context })).businessRules.map(({ id }: { id: string }) => id);
  expect(await ids('testing')).toContain('core.expired');
  expect(await ids('testing')).not.toContain('instruments.not_ready');
  expect(await ids('TESTING')).toEqual(await ids('testing'));
  expect(await ids('instruments')).toContain('instruments.not_ready');
  expect(await ids('verification_count')).toEqual(['verification.count']);
  expect(await ids('nothing_of_the_kind')).toEqual([]);
});

test('a capability comes into use by a fact, and its rules with it', async () => {
  const inUse = async () =>
    (await lab.ask(manager, '{ ruleCapabilities { name inUse } }')).ruleCapabilities.filter(
      (c: { inUse: boolean }) => c.inUse,
    );
  expect(await inUse()).toMatchObject([{ name: 'core' }, { name: 'verification' }]);
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'capability(reports)' }] });
  expect(await inUse()).toMatchObject([{ name: 'core' }, { name: 'verification' }, { name: 'reports' }]);
});

test('who may not write rules saves and publishes nothing', async () => {
  const verifier = person('verifier', manager);
  const refused = await lab.send(verifier, SAVE, { ruleSet: 'default', text: READY });
  expect(refused.errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
    missing: [{ scopes: [['rules:write']] }],
  });
  const { errors } = await lab.send(manager, SAVE, { ruleSet: 'no such name!', text: READY });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});

test('another organization sees none of these versions and rules, and publishes none of them', async () => {
  const draft = await save(manager, 'private(rule).\n');
  expect((await lab.ask(stranger, RULE_SETS)).ruleSets).toMatchObject([
    { active: { number: 0 }, versions: { totalCount: 0 } },
  ]);
  const query = `query Of($version: ID!, $rule: ID!) { ruleSetVersion(id: $version) { text } rule(id: $rule) { text } }`;
  const ids = { version: draft.id, rule: `${draft.id}.1` };
  expect(await lab.ask(manager, query, ids)).toEqual({
    ruleSetVersion: { text: 'private(rule).\n' },
    rule: { text: 'private(rule).' },
  });
  expect(await lab.ask(stranger, query, ids)).toEqual({ ruleSetVersion: null, rule: null });
  const { errors } = await lab.send(stranger, PUBLISH, { versionId: draft.id, reason: 'x' });
  expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  const { organizationId } = stranger;
  expect(await lab.rowsAs(organizationId, 'SELECT * FROM rule_set_version')).toEqual([]);
  expect(await lab.rowsAs(organizationId, "UPDATE rule_set_version SET status = 'RETIRED' RETURNING id")).toEqual([]);
  expect((await lab.ask(manager, query, ids)).ruleSetVersion.text).toBe('private(rule).\n');
});

test('a saved text never changes: the database refuses', async () => {
  await expect(lab.rowsAs(manager.organizationId, "UPDATE rule_set_version SET text = ''")).rejects.toThrow(
    'permission denied',
  );
});
