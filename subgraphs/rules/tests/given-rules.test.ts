import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
  manager = person('lab_manager');
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'cooled(s1)' }] });
});
afterAll(() => lab[Symbol.asyncDispose]());

const RULES = `% Iced on arrival
fit(S) :- cooled(S), held(S, H), H < 48.
`;
const ASK = `query Ask($input: RuleQueryInput!) {
  executeQuery(input: $input) { id cached ruleSetVersion { id number } answers { text } }
}`;
const WHY_NOT = `query WhyNot($input: RuleQueryInput!) {
  whyNot(input: $input) { holds missing { facts } attempts { failedAt reason rule { id text label } } }
}`;
const CHECK =
  'query Check($text: String!, $ruleSet: String! = "trial") { checkRules(text: $text, ruleSet: $ruleSet) { severity code line column } }';

const question = { goal: 'fit(S)', ruleSet: 'trial', rules: RULES, assume: ['held(s1, 20)'] };

async function ask(input: object) {
  return (await lab.ask(manager, ASK, { input })).executeQuery;
}

test('a text is asked with the standing and the assumed facts, and nothing of it is saved', async () => {
  expect((await ask(question)).answers).toEqual([{ text: 'fit(s1)' }]);
  const { ruleSets } = await lab.ask(manager, '{ ruleSets { name } }');
  expect(ruleSets).toEqual([{ name: 'default' }]);
  const again = await ask(question);
  expect(again.cached).toBe(false);
});

test('its answers are explained, also by another process, and its rules come with their text', async () => {
  const { id } = await ask(question);
  const { data } = await lab.sendBeside(manager, operation('ExplainAnswer'), { queryId: id, answer: 0 });
  expect(data.explainAnswer.tree).toMatchObject([
    {
      kind: 'RULE',
      goal: 'fit(s1)',
      rule: 'rules.1',
      given: true,
      text: 'fit(S) :- cooled(S), held(S, H), H < 48.',
      children: [{ kind: 'FACT', goal: 'cooled(s1)' }, { kind: 'FACT' }, { kind: 'BUILTIN', goal: '20<48' }],
    },
  ]);
});

test('a goal that fails says how far its rule came and what is missing', async () => {
  const input = { ...question, goal: 'fit(s2)', assume: ['cooled(s2)'] };
  const { whyNot } = await lab.ask(manager, WHY_NOT, { input });
  expect(whyNot).toMatchObject({
    holds: false,
    missing: [{ facts: ['held(s2,_)'] }],
    attempts: [{ failedAt: expect.stringContaining('held(s2,'), rule: { id: 'rules.1', label: 'Iced on arrival' } }],
  });
});

test('in the set "default" it stands on the shipped rules', async () => {
  const rules = 'blocker(S, registration, too_warm) :- warm(S).';
  const assume = ['warm(s1)', 'sample(s1)'];
  const { answers, ruleSetVersion } = await ask({ goal: 'blocker(s1, registration, W)', rules, assume });
  expect(answers.map(({ text }: { text: string }) => text)).toContain('blocker(s1,registration,too_warm)');
  expect(ruleSetVersion.number).toBe(0);
});

test('the text is the question: another text is another answer', async () => {
  expect((await ask({ ...question, rules: 'fit(nobody).' })).answers).toEqual([{ text: 'fit(nobody)' }]);
});

test('another organization has neither the facts nor the question', async () => {
  const stranger = person('lab_manager');
  const { executeQuery } = await lab.ask(stranger, ASK, { input: question });
  expect(executeQuery.answers).toEqual([]);
  const { id } = await ask(question);
  const { errors } = await lab.send(stranger, operation('ExplainAnswer'), { queryId: id, answer: 0 });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
});

test.each([
  ['has an error', { rules: 'fit(a).\nfit(' }, '"rules", line 2'],
  ['is too large', { rules: `% ${'x'.repeat(50_000)}` }, '50000 are allowed'],
  ['is meant for the past', { asOf: '2026-01-01T00:00:00Z' }, 'leave out "asOf"'],
  ['is for a set that cannot be named', { ruleSet: 'no name' }, '"ruleSet" must be'],
])('a text that %s is refused', async (_, change, message) => {
  const { errors } = await lab.send(manager, ASK, { input: { ...question, ...change } });
  expect(errors?.[0]?.message).toContain(message);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT' });
});

test('a text is checked without being saved, as saveRules would', async () => {
  const { checkRules } = await lab.ask(manager, CHECK, { text: 'a(X) :- b(X).\na(X) :- \\+ cooled(X).\nb(' });
  expect(checkRules).toContainEqual({ severity: 'ERROR', code: 'SYNTAX', line: 3, column: expect.any(Number) });
  const clean = await lab.ask(manager, CHECK, { text: RULES.replace('held(S, H)', 'H = 1') });
  expect(clean.checkRules).toEqual([]);
});

test('a text for the set "default" may not define what is shipped', async () => {
  const { checkRules } = await lab.ask(manager, CHECK, { text: 'can_transition(a, b, c).', ruleSet: 'default' });
  expect(checkRules).toContainEqual({ severity: 'ERROR', code: 'SHIPPED', line: 1, column: 1 });
});

test('who may not read rules may not have a text checked', async () => {
  const { errors } = await lab.send(person('client'), CHECK, { text: 'a.' });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
});

test('what is given beside a text is not called unknown, and neither is the time', async () => {
  const text = 'a(X) :- given(X), now(T), T > 0.\n';
  const document =
    'query ($text: String!, $assume: [String!]!) { checkRules(text: $text, ruleSet: "trial", assume: $assume) { code } }';
  expect((await lab.ask(manager, document, { text, assume: [] })).checkRules).toEqual([{ code: 'UNKNOWN' }]);
  expect((await lab.ask(manager, document, { text, assume: ['given(1)'] })).checkRules).toEqual([]);
});
