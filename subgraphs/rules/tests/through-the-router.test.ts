import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab } from '#tests/lab.ts';
import { operation } from './harness.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Data = any;

test("the clients' documents work as written, and people are resolved where they belong", async () => {
  const manager = await lab.as('manager');
  const asserted = await manager.request<Data>(operation('AssertFacts'), { facts: [{ text: 'role(ana, verifier)' }] });
  expect(asserted.assertFacts.added).toBe(1);
  const { saveRules } = await manager.request<Data>(operation('SaveRules'), {
    ruleSet: 'default',
    text: 'ready(S) :- sample(S), \\+ hold(S, _).\n',
  });
  await manager.request(operation('PublishRules'), {
    versionId: saveRules.id,
    reason: 'first rules',
    signatureId: null,
  });
  const { executeQuery } = await manager.request<Data>(operation('ExecuteQuery'), {
    input: { goal: 'role(Who, verifier)', ruleSet: 'default', distinct: false, assume: [], limits: { millis: 1_000 } },
  });
  expect(executeQuery.answers).toMatchObject([{ bindings: [{ variable: 'Who', value: 'ana' }] }]);
  const explained = await manager.request<Data>(operation('ExplainAnswer'), { queryId: executeQuery.id, answer: 0 });
  expect(explained.explainAnswer.text).toMatch(/^role\(ana,verifier\), a fact asserted by /);
  const { facts } = await manager.request<Data>('{ facts(first: 5) { edges { node { text assertedBy { name } } } } }');
  expect(facts.edges).toEqual([{ node: { text: 'role(ana,verifier)', assertedBy: { name: 'Mara Okafor' } } }]);
  const ids = asserted.assertFacts.facts.map(({ id }: { id: string }) => id);
  expect(await manager.request(operation('RetractFacts'), { ids, reason: 'moved on' })).toEqual({
    retractFacts: { retracted: 1 },
  });
});

test('decisions are for subgraphs: the supergraph does not show them', async () => {
  const { errors } = await (await lab.as('manager')).send(
    '{ decideTransitions(shared: [], questions: []) { allowed } }',
  );
  expect(errors?.[0]?.message).toContain('decideTransitions');
});

test('the other organization sees nothing of it', async () => {
  const other = await lab.as('manager@other.test');
  expect(await other.request('{ facts(first: 5) { totalCount } ruleSets { active { number } } }')).toEqual({
    facts: { totalCount: 0 },
    ruleSets: [{ active: { number: 0 } }],
  });
});
