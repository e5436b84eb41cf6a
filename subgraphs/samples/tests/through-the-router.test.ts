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
