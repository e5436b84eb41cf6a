import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab } from '#tests/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ catalogue: true });
});
afterAll(() => lab[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Data = any;

const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!) {
  registerSamples(inputs: $inputs) { results { ... on SampleRegistered { sample { id workflow { id version } } } } } }`;
const ADVANCE = `mutation Advance($input: AdvanceWorkflowInput!) { advanceWorkflow(input: $input) { __typename } }`;
const VALIDATE = `query Validate($workflowId: ID!, $to: WorkflowStage!, $conditions: [String!]! = []) {
  validateTransition(workflowId: $workflowId, to: $to, conditions: $conditions) {
    from to allowed blockers { code message rule { id label } missingFacts } proof { text tree }
    ruleSetVersion { number ruleSet { name } } } }`;

test('whether a sample may move is answered over router, workflows, samples and rules, with what would mend it', async () => {
  const manager = await lab.as('manager');
  const input = {
    typeCode: 'WATER',
    clientCode: 'UTAHDWQ',
    samplePointCode: 'UTAHDWQ_WQX-4900440',
    priority: 'ROUTINE',
    collectedAt: '2021-05-04T10:20:00-06:00',
    startWorkflow: true,
  };
  const { registerSamples } = await manager.request<Data>(REGISTER, { inputs: [input] });
  const { id, workflow } = registerSamples.results[0].sample;
  const advanced = { workflowId: workflow.id, to: 'SAMPLE_RECEPTION', expectedVersion: workflow.version };
  expect((await manager.request<Data>(ADVANCE, { input: advanced })).advanceWorkflow.__typename).toBe(
    'WorkflowAdvanced',
  );
  await manager.request(ADVANCE, { input: { ...advanced, to: 'REGISTRATION', expectedVersion: workflow.version + 1 } });

  const asked = { workflowId: workflow.id, to: 'ASSIGNMENT' };
  const { validateTransition: refused } = await manager.request<Data>(VALIDATE, asked);
  expect(refused).toMatchObject({
    from: 'REGISTRATION',
    allowed: false,
    blockers: [{ code: 'NO_ANALYSES', rule: { id: 'core.no_analyses', label: expect.any(String) } }],
    ruleSetVersion: { number: 0, ruleSet: { name: 'default' } },
  });
  expect(refused.proof.text).toContain('by rule core.no_analyses');

  const { validateTransition: mended } = await manager.request<Data>(VALIDATE, {
    ...asked,
    conditions: [`analysis(a1, '${id}', 'NITRATE')`],
  });
  expect(mended).toMatchObject({ allowed: true, blockers: [] });
  expect(mended.proof.tree).toMatchObject([{ kind: 'RULE', rule: 'core.can_transition' }]);

  const other = await lab.as('manager@other.test');
  expect((await other.send<Data>(VALIDATE, asked)).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
});
