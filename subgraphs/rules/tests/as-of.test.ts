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
  lab.time.now = new Date('2026-11-22T10:00:00Z');
});

const HOUR_MS = 3_600_000;
const FACTS = `query Facts($asOf: DateTime) { facts(asOf: $asOf, first: 50) { totalCount edges { node { text } } } }`;

function pass(hours: number): void {
  lab.time.now = new Date(lab.time.now.getTime() + hours * HOUR_MS);
}

async function assertFacts(...texts: string[]): Promise<string[]> {
  const { assertFacts: asserted } = await lab.ask(manager, operation('AssertFacts'), {
    facts: texts.map((text) => ({ text })),
  });
  return asserted.facts.map(({ id }: { id: string }) => id);
}

async function execute(goal: string, asOf: Date | null, viewer = manager, more: object = {}) {
  const input = { goal, ...(asOf === null ? {} : { asOf: asOf.toISOString() }), ...more };
  return (await lab.ask(viewer, operation('ExecuteQuery'), { input })).executeQuery;
}

async function textsOf(goal: string, asOf: Date | null, viewer = manager): Promise<string[]> {
  return (await execute(goal, asOf, viewer)).answers.map(({ text }: { text: string }) => text);
}

async function publish(text: string, ruleSet = 'default'): Promise<void> {
  const { saveRules } = await lab.ask(manager, operation('SaveRules'), { ruleSet, text });
  await lab.ask(manager, operation('PublishRules'), { versionId: saveRules.id, reason: 'x' });
}

test('a question is answered as it would have been then: by the version in force, the facts known, at that time', async () => {
  const empty = lab.time.now;
  pass(1);
  await publish('skilled(P) :- trained(P).\n');
  const [ana] = await assertFacts('trained(ana)');
  const first = lab.time.now;
  pass(1);
  await publish('skilled(P) :- trained(P), examined(P).\n');
  await assertFacts('trained(ben)', 'examined(ben)');
  await lab.ask(manager, operation('RetractFacts'), { ids: [ana], reason: 'left' });
  const second = lab.time.now;
  pass(1);
  expect(await textsOf('skilled(P)', empty)).toEqual([]);
  expect(await textsOf('skilled(P)', first)).toEqual(['skilled(ana)']);
  expect(await textsOf('skilled(P)', second)).toEqual(['skilled(ben)']);
  expect(await textsOf('skilled(P)', null)).toEqual(['skilled(ben)']);
  expect(await textsOf('trained(P)', first)).toEqual(['trained(ana)']);
  const [{ bindings }] = (await execute('now(N)', first)).answers;
  expect(Number(bindings[0].value)).toBe(first.getTime() / HOUR_MS);
});

test('a rollback counts from when it was made', async () => {
  await publish('p(1).\n', 'scratch');
  const one = lab.time.now;
  pass(1);
  await publish('p(2).\n', 'scratch');
  const two = lab.time.now;
  pass(1);
  await lab.ask(
    manager,
    'mutation { rollbackRules(ruleSet: "scratch", toVersion: 1, expectedActive: 2, reason: "x") { __typename } }',
  );
  const found = async (asOf: Date | null) =>
    (await execute('p(X)', asOf, manager, { ruleSet: 'scratch' })).answers[0].text;
  expect([await found(one), await found(two), await found(null)]).toEqual(['p(1)', 'p(2)', 'p(1)']);
  const before = new Date(one.getTime() - 1);
  const input = { goal: 'p(X)', ruleSet: 'scratch', asOf: before.toISOString() };
  expect((await lab.send(manager, operation('ExecuteQuery'), { input })).errors?.[0]?.extensions.code).toBe(
    'NOT_FOUND',
  );
});

test('what was asserted later about earlier plays no part in a question, and is among the facts of that time', async () => {
  const then = lab.time.now;
  pass(5);
  await lab.ask(manager, operation('AssertFacts'), {
    facts: [{ text: 'trained(late)', validFrom: '2026-11-20T00:00:00Z' }],
  });
  expect(await textsOf('trained(P)', then)).toEqual([]);
  expect(await textsOf('trained(P)', null)).toEqual(['trained(late)']);
  const { facts } = await lab.ask(manager, FACTS, { asOf: then.toISOString() });
  expect(facts.edges).toEqual([{ node: { text: 'trained(late)' } }]);
});

test('why not and the explanation of an answer are of that time as well', async () => {
  const [ana] = await assertFacts('trained(ana)');
  const then = lab.time.now;
  pass(1);
  await lab.ask(manager, operation('RetractFacts'), { ids: [ana], reason: 'left' });
  pass(1);
  const { id } = await execute('trained(ana)', then);
  const { explainAnswer } = await lab.ask(manager, operation('ExplainAnswer'), { queryId: id, answer: 0 });
  expect(explainAnswer.tree).toMatchObject([{ kind: 'FACT', fact: ana }]);
  const WHY = 'query Why($input: RuleQueryInput!) { whyNot(input: $input) { holds missing { facts } } }';
  const why = async (asOf?: string) =>
    (await lab.ask(manager, WHY, { input: { goal: 'trained(ana)', ...(asOf ? { asOf } : {}) } })).whyNot;
  expect(await why(then.toISOString())).toMatchObject({ holds: true });
  expect(await why()).toEqual({ holds: false, missing: [{ facts: ['trained(ana)'] }] });
});

test('an instant to come is refused', async () => {
  const input = { goal: 'true', asOf: '2027-01-01T00:00:00Z' };
  const { errors } = await lab.send(manager, operation('ExecuteQuery'), { input });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect(errors?.[0]?.message).toContain('must not lie in the future');
});

test('facts ended in bulk with a reason stay in the record, and the database refuses to delete one', async () => {
  const ids = await assertFacts(...Array.from({ length: 200 }, (_, i) => `reading(${i})`));
  const then = lab.time.now;
  pass(1);
  const { retractFacts } = await lab.ask(manager, operation('RetractFacts'), { ids, reason: 'wrong sensor' });
  expect(retractFacts.retracted).toBe(200);
  expect((await lab.ask(manager, FACTS, {})).facts.totalCount).toBe(0);
  expect((await lab.ask(manager, FACTS, { asOf: then.toISOString() })).facts.totalCount).toBe(200);
  expect(await textsOf('reading(7)', then)).toEqual(['reading(7)']);
  const rows = await lab.rowsAs(manager.organizationId, 'SELECT DISTINCT retract_reason FROM fact');
  expect(rows).toEqual([{ retract_reason: 'wrong sensor' }]);
  await expect(lab.rowsAs(manager.organizationId, 'DELETE FROM fact')).rejects.toThrow('permission denied');
});

test('another organization has no past here', async () => {
  await assertFacts('trained(ana)');
  const then = lab.time.now;
  pass(1);
  expect(await textsOf('trained(P)', then, person('lab_manager'))).toEqual([]);
});
