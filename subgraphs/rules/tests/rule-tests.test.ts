import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

const REPORT = `revision passed version { number } results { name passed expected found stoppedBy error }`;
const TEST = `mutation Test($versionId: ID!, $cases: [RuleTestInput!], $expectedRevision: Int, $idempotencyKey: ID) {
  testRules(versionId: $versionId, cases: $cases, expectedRevision: $expectedRevision, reason: "reviewed", idempotencyKey: $idempotencyKey) {
    __typename ... on RuleTestReport { ${REPORT} } ... on RuleChangeRefused { code message report { passed } } } }`;
const KEPT = `query Kept($id: ID!) { ruleSetVersion(id: $id) { tests {
  revision savedBy { id } reason cases { name goal assume expected } } } }`;

const RULES = 'blocker(S, sample_reception, too_hot) :- sample(S), \\+ cooled(S).\n';
const STOPS = {
  name: 'A hot sample is stopped',
  goal: 'blocker(s, sample_reception, W)',
  assume: ['sample(s)', "client(s,'UTAH')"],
  expected: ['blocker( s, sample_reception, too_hot )'],
};
const PASSES = {
  name: 'A cooled one is not',
  goal: 'blocker(s, sample_reception, too_hot)',
  assume: ['sample(s)', 'cooled(s)'],
  expected: [],
};

async function save(text = RULES, viewer = manager): Promise<string> {
  const { saveRules } = await lab.ask(viewer, operation('SaveRules'), { ruleSet: 'default', text });
  return saveRules.id;
}

async function testRules(variables: object, viewer = manager) {
  return (await lab.ask(viewer, TEST, variables)).testRules;
}

const publish = (versionId: string, viewer = manager) =>
  lab.send(viewer, operation('PublishRules'), { versionId, reason: 'summer' });

test('tests are kept with the draft, run, and told with what was expected and what came', async () => {
  const versionId = await save();
  const wrong = { ...PASSES, name: 'Wrong on purpose', expected: ['blocker(s,sample_reception,too_hot)'] };
  expect(await testRules({ versionId, cases: [STOPS, PASSES, wrong] })).toEqual({
    __typename: 'RuleTestReport',
    revision: 1,
    passed: false,
    version: { number: 1 },
    results: [
      {
        name: STOPS.name,
        passed: true,
        expected: ['blocker(s,sample_reception,too_hot)'],
        found: ['blocker(s,sample_reception,too_hot)'],
        stoppedBy: null,
        error: null,
      },
      { name: PASSES.name, passed: true, expected: [], found: [], stoppedBy: null, error: null },
      { name: wrong.name, passed: false, expected: wrong.expected, found: [], stoppedBy: null, error: null },
    ],
  });
  expect((await lab.ask(manager, KEPT, { id: versionId })).ruleSetVersion.tests).toMatchObject({
    revision: 1,
    savedBy: { id: manager.userId },
    reason: 'reviewed',
    cases: [{ name: STOPS.name, goal: STOPS.goal, assume: STOPS.assume }, {}, {}],
  });
  expect((await testRules({ versionId })).passed).toBe(false);
});

test('how an expected answer calls its variables makes no difference, which of them are the same does', async () => {
  const versionId = await save('p(X, X, _).\n');
  const one = { goal: 'p(A, B, C)', assume: [] };
  const cases = [
    { ...one, name: 'as it is answered', expected: ['p(_A,_A,_B)'] },
    { ...one, name: 'in names of its own', expected: ['p(V, V, _)'] },
    { ...one, name: 'all different', expected: ['p(_,_,_)'] },
  ];
  const { results } = await testRules({ versionId, cases });
  expect(results.map(({ passed }: { passed: boolean }) => passed)).toEqual([true, true, false]);
});

test('a test knows no standing facts, and the shipped rules of a capability only where it assumes the capability', async () => {
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'cooled(s)' }, { text: 'capability(custody)' }] });
  const versionId = await save();
  const custody = { name: 'Custody', goal: 'blocker(s, registration, label_unverified)', expected: [] };
  const { results } = await testRules({ versionId, cases: [STOPS, custody] });
  expect(results.map(({ passed }: { passed: boolean }) => passed)).toEqual([true, true]);
  const all = 'blocker(s, registration, W)';
  const found = async (assume: readonly string[]) =>
    (await testRules({ versionId, cases: [{ name: 'x', goal: all, assume, expected: [] }] })).results[0].found;
  const without = await found(['sample(s)']);
  const withIt = await found(['sample(s)', 'capability(custody)']);
  expect(withIt.length).toBeGreaterThan(without.length);
});

describe('a version is published only when its tests pass', () => {
  test('else the refusal says what was expected and what came, and nothing is in force', async () => {
    const versionId = await save();
    await testRules({ versionId, cases: [STOPS, { ...PASSES, assume: ['sample(s)'] }] });
    const { errors } = await publish(versionId);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      refusal: 'TESTS_FAILED',
      failed: [{ name: PASSES.name, expected: [], found: ['blocker(s,sample_reception,too_hot)'] }],
    });
    expect((await lab.ask(manager, '{ ruleSets { active { number } } }')).ruleSets).toEqual([
      { active: { number: 0 } },
    ]);
    await testRules({ versionId, cases: [STOPS, PASSES], expectedRevision: 1 });
    expect((await publish(versionId)).data.publishRules).toMatchObject({ number: 1, status: 'PUBLISHED' });
  });

  test('and the tests that it passed stay what they were', async () => {
    const versionId = await save();
    await testRules({ versionId, cases: [STOPS] });
    await publish(versionId);
    expect(await testRules({ versionId, cases: [PASSES] })).toMatchObject({
      __typename: 'RuleChangeRefused',
      code: 'NOT_DRAFT',
    });
    expect(await testRules({ versionId })).toMatchObject({ revision: 1, passed: true });
    await expect(lab.rowsAs(manager.organizationId, "UPDATE rule_test_suite SET cases = '[]'")).rejects.toThrow(
      'permission denied',
    );
  });
});

test('a test that cannot be evaluated or ends by its budget fails, and says so', async () => {
  const versionId = await save('loop(X) :- loop(X).\nbroken(X) :- X > 1.\n');
  const { passed, results } = await testRules({
    versionId,
    cases: [
      { name: 'loop', goal: 'loop(1)', expected: [] },
      { name: 'broken', goal: 'broken(X)', expected: [] },
    ],
  });
  expect(passed).toBe(false);
  expect(results[0]).toMatchObject({ passed: false, stoppedBy: expect.any(String) });
  expect(results[1]).toMatchObject({ passed: false, error: expect.any(String) });
});

test('a change that rests on other tests than there are is refused; of two at once one is kept', async () => {
  const versionId = await save();
  expect(await testRules({ versionId, cases: [STOPS], expectedRevision: 1 })).toMatchObject({ code: 'STALE' });
  const both = await Promise.all([
    testRules({ versionId, cases: [STOPS], expectedRevision: 0 }),
    testRules({ versionId, cases: [PASSES], expectedRevision: 0 }),
  ]);
  expect(both.map(({ code }) => code ?? 'kept').toSorted()).toEqual(['STALE', 'kept']);
});

test('a retry is answered as the first time, and announced once, with who, why and what', async () => {
  const versionId = await save();
  const variables = { versionId, cases: [STOPS], idempotencyKey: 'tests-1' };
  const first = await testRules(variables);
  expect(await testRules(variables)).toEqual(first);
  expect(
    await lab.rowsAs(
      manager.organizationId,
      "SELECT topic, actor_id, reason, payload FROM outbox_event WHERE type = 'rule.tested'",
    ),
  ).toEqual([
    {
      topic: 'rule',
      actor_id: manager.userId,
      reason: 'reviewed',
      payload: { ruleSet: 'default', number: 1, revision: 1, cases: 1, passed: true },
    },
  ]);
});

test.each([
  [{ goal: 'blocker(' }, 'cases[0].goal'],
  [{ assume: ['p(X)'] }, 'cases[0].assume[0]'],
  [{ expected: ['p('] }, 'cases[0].expected[0]'],
  [{ expected: ["p('\\xd800\\')"] }, 'cases[0].expected[0]'],
  [{ name: ' ' }, 'cases[0].name'],
])('a case with %j is refused, and nothing is kept', async (over, place) => {
  const versionId = await save();
  const { errors } = await lab.send(manager, TEST, { versionId, cases: [{ ...STOPS, ...over }] });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect(errors?.[0]?.message).toContain(place);
  expect((await lab.ask(manager, KEPT, { id: versionId })).ruleSetVersion.tests).toBeNull();
});

test('another organization has neither the version nor its tests; readers may not change them', async () => {
  const versionId = await save();
  await testRules({ versionId, cases: [STOPS] });
  const stranger = person('lab_manager');
  expect(await testRules({ versionId }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await testRules({ versionId, cases: [PASSES] }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await lab.rowsAs(stranger.organizationId, 'SELECT * FROM rule_test_suite')).toEqual([]);
  const { errors } = await lab.send(person('auditor', manager), TEST, { versionId });
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
