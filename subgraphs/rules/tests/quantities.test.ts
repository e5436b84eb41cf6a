import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
  manager = person('lab_manager');
});
afterAll(() => lab[Symbol.asyncDispose]());

const RULES =
  "over(A) :- lead(A, Q), lead_limit(L), in_unit(Q, 'ug/L', C), C > L.\nrash(A) :- lead(A, Q), lead_limit(L), Q > L.\n";

async function assertFacts(...facts: string[]) {
  await lab.ask(manager, operation('AssertFacts'), { facts: facts.map((text) => ({ text })) });
}

test('a quantity is compared after a conversion, which the proof records as a step of its own', async () => {
  await assertFacts(
    "lead(a1, quantity(0.02,'mg/L'))",
    "lead(a2, quantity(9,'ug/L'))",
    "lead_limit(quantity(15,'ug/L'))",
  );
  const input = { goal: 'over(A)', rules: RULES };
  const { executeQuery } = await lab.ask(manager, operation('ExecuteQuery'), { input });
  expect(executeQuery.answers.map(({ text }: { text: string }) => text)).toEqual(['over(a1)']);
  const { explainAnswer } = await lab.ask(manager, operation('ExplainAnswer'), { queryId: executeQuery.id, answer: 0 });
  expect(explainAnswer.text).toContain('converted: 0.02 mg/L × 1000 = 20.0 ug/L');
  expect(explainAnswer.tree[0].children).toContainEqual({
    kind: 'BUILTIN',
    goal: "in_unit(quantity(0.02,'mg/L'),'ug/L',quantity(20.0,'ug/L'))",
    predicate: 'in_unit/3',
    conversion: {
      from: { value: '0.02', unit: 'mg/L' },
      factor: '1000',
      offset: '0',
      to: { value: '20.0', unit: 'ug/L' },
    },
    children: [],
  });
});

test('a comparison across units is refused with what to do, also for many facts', async () => {
  const many = Array.from({ length: 200 }, (_, i) => `lead(b${i}, quantity(${i}, 'mg/L'))`);
  await assertFacts(...many);
  const counted = { goal: 'aggregate_all(count, over(_), N)', rules: RULES };
  const { executeQuery } = await lab.ask(manager, operation('ExecuteQuery'), { input: counted });
  expect(executeQuery.answers).toMatchObject([{ bindings: [{ variable: 'N', value: '200' }] }]);
  const { errors } = await lab.send(manager, operation('ExecuteQuery'), { input: { goal: 'rash(A)', rules: RULES } });
  expect(errors?.[0]).toMatchObject({
    message: '0.02 mg/L and 15 ug/L have different units and do not compare: convert one of them first (in_unit/3).',
    extensions: { code: 'BAD_INPUT', fault: 'TYPE' },
  });
});

test('a rule or fact cannot take the name of the conversion', async () => {
  const { saveRules } = await lab.ask(manager, operation('SaveRules'), {
    ruleSet: 'default',
    text: 'in_unit(Q, _, Q).\n',
  });
  expect(saveRules.diagnostics).toMatchObject([{ code: 'RESERVED', line: 1 }]);
});

test('a critical result in another unit than its limit holds the release up, with the rule and the remedy', async () => {
  const facts = [
    'sample(s1)',
    'analysis(c1,s1,pb)',
    'analysis_status(c1,verified)',
    'submitted_by(c1,ana)',
    'verified_by(c1,eva)',
    "result(c1,0.02,'mg/L')",
  ];
  const question = { sampleId: 's1', kind: 'ADVANCE', from: 'RESULTS', to: 'COMPLETION', facts };
  const query = `query Decide($questions: [TransitionQuestionInput!]!) { decideTransitions(shared: [], questions: $questions) {
    blockers { code ruleId message missingFacts } } }`;
  const decide = async () => (await lab.ask(manager, query, { questions: [question] })).decideTransitions[0].blockers;
  await assertFacts('capability(critical_results)', "critical(pb,none,quantity(15,'ug/L'))");
  expect(await decide()).toMatchObject([
    { code: 'CRITICAL_NOT_CALLED', ruleId: 'critical_results.not_called', missingFacts: ['critical_notified(c1)'] },
  ]);
  facts[5] = "result(c1,20,'Cel')";
  expect(await decide()).toMatchObject([
    { code: 'RULES_FAILED', message: expect.stringContaining('Cel cannot be converted into ug/L') },
  ]);
});
