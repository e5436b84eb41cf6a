import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLab, type Lab } from '#tests/lab.ts';

const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!) {
  registerSamples(inputs: $inputs) { results {
    ... on SampleRegistered { sample { id status workflow { id stage status version priority } } }
    ... on SampleRefused { code message }
  } }
}`;
const ADVANCE = `mutation Advance($input: AdvanceWorkflowInput!) {
  advanceWorkflow(input: $input) {
    __typename
    ... on WorkflowAdvanced { workflow { version sample { id } } }
    ... on TransitionRefused { blockers { code message } }
  }
}`;
const SAMPLE = `query Sample($id: ID!) {
  sample(id: $id) { status receivedAt dueAt version custody(first: 10) { edges { node { action by { name } } } } workflow { stage dueAt } }
}`;

interface Registered {
  readonly registerSamples: {
    readonly results: readonly { readonly sample: { id: string; workflow: { id: string } | null } }[];
  };
}

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ catalogue: true });
});
afterAll(() => lab[Symbol.asyncDispose]());

test('a sample that is registered with its workflow has it in the same answer, with its priority', async () => {
  const clerk = await lab.as('clerk');
  const inputs = Array.from({ length: 3 }, (_, i) => ({
    typeCode: 'WATER',
    clientCode: 'UTAHDWQ',
    priority: 'STAT',
    startWorkflow: i < 2,
  }));
  const { registerSamples } = await clerk.request<Registered>(REGISTER, { inputs });
  const started = { workflow: { stage: 'INITIATION', status: 'ACTIVE', version: 1, priority: 'STAT' } };
  expect(registerSamples.results.map(({ sample }) => sample)).toMatchObject([started, started, { workflow: null }]);
});

test('a workflow that reaches reception stamps the sample’s arrival, and the sample’s due time comes back to the workflow', async () => {
  const clerk = await lab.as('clerk');
  const inputs = [
    { typeCode: 'WATER', clientCode: 'UTAHDWQ', priority: 'URGENT', startWorkflow: true, analyses: ['NITRATE'] },
  ];
  const [item] = (await clerk.request<Registered>(REGISTER, { inputs })).registerSamples.results;
  const input = { workflowId: item?.sample.workflow?.id, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
  expect(await clerk.request(ADVANCE, { input })).toMatchObject({
    advanceWorkflow: { __typename: 'WorkflowAdvanced', workflow: { version: 2, sample: { id: item?.sample.id } } },
  });
  await vi.waitFor(
    async () => {
      const { sample } = await clerk.request<{
        sample: { receivedAt: string | null; dueAt: string | null; workflow: { dueAt: string | null } };
      }>(SAMPLE, { id: item?.sample.id });
      expect(sample).toMatchObject({
        status: 'RECEIVED',
        version: 2,
        custody: {
          edges: [
            { node: { action: 'registered' } },
            { node: { action: 'received', by: { name: expect.any(String) } } },
          ],
        },
      });
      expect(Date.parse(sample.dueAt ?? '')).toBe(Date.parse(sample.receivedAt ?? '') + 24 * 3_600_000);
      expect(sample.workflow.dueAt).toBe(sample.dueAt);
    },
    { timeout: 10_000, interval: 50 },
  );
});

test('a held result of a service that requires no verification is not released until it is entered anew', async () => {
  const manager = await lab.as('manager');
  await manager.request(`mutation { saveAnalysisServices(inputs: [
    { code: "FIELD-TEMP", name: "Temperature in the field", unit: "Cel", requiredVerifications: 0 }]) { created } }`);
  const at = '2026-03-01T08:00:00Z';
  const { registerSamples } = await manager.request<{
    registerSamples: { results: { sample: { workflow: { id: string }; analyses: { id: string }[] } }[] };
  }>(
    `mutation Register($inputs: [RegisterSampleInput!]!) { registerSamples(inputs: $inputs) { results {
      ... on SampleRegistered { sample { workflow { id } analyses { id } } } } } }`,
    {
      inputs: [
        {
          ...{ typeCode: 'WATER', clientCode: 'UTAHDWQ', collectedAt: at, receivedAt: at },
          ...{ analyses: ['FIELD-TEMP'], startWorkflow: true },
        },
      ],
    },
  );
  const sample = registerSamples.results[0]?.sample;
  const submit = (entry: object) =>
    manager.request(
      `mutation Submit($inputs: [SubmitResultInput!]!) { submitResults(inputs: $inputs) { results {
        ... on ResultSubmitted { analysis { status result { flags } } } ... on ResultRefused { code message } } } }`,
      { inputs: [{ analysisId: sample?.analyses[0]?.id, ...entry }] },
    );
  expect(await submit({ expectedVersion: 1, value: '54', unit: '[degF]' })).toEqual({
    submitResults: { results: [{ analysis: { status: 'SUBMITTED', result: { flags: ['UNIT_MISMATCH'] } } }] },
  });
  const stages = ['SAMPLE_RECEPTION', 'REGISTRATION', 'ASSIGNMENT', 'PROCESSING', 'TESTING', 'RESULTS'];
  const advance = (to: string, expectedVersion: number) =>
    manager.request(ADVANCE, { input: { workflowId: sample?.workflow.id, to, expectedVersion } });
  for (const [index, to] of stages.entries()) {
    expect(await advance(to, index + 1)).toMatchObject({ advanceWorkflow: { __typename: 'WorkflowAdvanced' } });
  }
  expect(await advance('COMPLETION', 7)).toMatchObject({
    advanceWorkflow: { __typename: 'TransitionRefused', blockers: [{ code: 'RESULT_HELD' }] },
  });
  await submit({ expectedVersion: 2, value: '12.2', reason: 'converted' });
  expect(await advance('COMPLETION', 7)).toMatchObject({ advanceWorkflow: { __typename: 'WorkflowAdvanced' } });
});
