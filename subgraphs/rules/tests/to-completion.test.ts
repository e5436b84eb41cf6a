import { readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { createLab, type Lab } from '#tests/lab.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Data = any;

function documentsOf(name: string): Map<string, string> {
  const { definitions } = parse(readFileSync(new URL(`../../../operations/${name}.graphql`, import.meta.url), 'utf8'));
  return new Map(
    definitions.flatMap((d) => (d.kind === 'OperationDefinition' && d.name ? [[d.name.value, print(d)] as const] : [])),
  );
}

const DOCUMENTS = new Map([...documentsOf('samples'), ...documentsOf('workflows')]);
let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ catalogue: true });
});
afterAll(() => lab[Symbol.asyncDispose]());

function send(client: GraphQLClient, name: string, variables: object): Promise<Data> {
  return client.request<Data>(DOCUMENTS.get(name) ?? '', variables);
}

test('a laboratory that uses no other capability moves a sample to completion; each blocker on the way says how to mend it', async () => {
  const [manager, verifier] = [await lab.as('manager'), await lab.as('verifier')];
  const input = {
    typeCode: 'WATER',
    clientCode: 'UTAHDWQ',
    samplePointCode: 'UTAHDWQ_WQX-4900440',
    priority: 'ROUTINE',
    collectedAt: '2021-05-04T10:20:00-06:00',
    receivedAt: '2021-05-05T09:00:00-06:00',
    analyses: ['NITRATE'],
    startWorkflow: true,
  };
  const { registerSamples } = await send(manager, 'RegisterSamples', { inputs: [input] });
  const { id, workflow } = registerSamples.results[0].sample;
  const detail = async () => (await send(manager, 'SampleDetail', { id })).sample;
  const advance = async (to: string): Promise<Data> => {
    const expectedVersion = (await detail()).workflow.version;
    const variables = { input: { workflowId: workflow.id, to, expectedVersion } };
    return (await send(manager, 'AdvanceWorkflow', variables)).advanceWorkflow;
  };

  for (const to of ['SAMPLE_RECEPTION', 'REGISTRATION', 'ASSIGNMENT', 'PROCESSING', 'TESTING']) {
    expect(await advance(to)).toMatchObject({ __typename: 'WorkflowAdvanced', workflow: { stage: to } });
  }
  expect(await advance('RESULTS')).toMatchObject({
    __typename: 'TransitionRefused',
    blockers: [
      {
        code: 'NOT_SUBMITTED',
        rule: { id: 'core.not_submitted', text: expect.stringContaining('blocker(S, results') },
      },
    ],
  });

  const [analysis] = (await detail()).analyses;
  await send(manager, 'SubmitResults', {
    inputs: [{ analysisId: analysis.id, expectedVersion: analysis.version, value: '3.4', unit: 'mg/L' }],
  });
  expect(await advance('RESULTS')).toMatchObject({ __typename: 'WorkflowAdvanced' });
  expect(await advance('COMPLETION')).toMatchObject({
    __typename: 'TransitionRefused',
    blockers: [{ code: 'UNVERIFIED', missingFacts: [`verified_by('${analysis.id}',_)`] }],
  });
  expect((await detail()).workflow.transitions).toMatchObject([
    { to: 'COMPLETION', allowed: false, blockers: [{ code: 'UNVERIFIED' }] },
    { to: 'TESTING', allowed: true, blockers: [] },
  ]);

  const [submitted] = (await detail()).analyses;
  await send(verifier, 'VerifyAnalyses', {
    inputs: [{ analysisId: submitted.id, expectedVersion: submitted.version }],
  });
  expect(await advance('COMPLETION')).toMatchObject({ workflow: { stage: 'COMPLETION', status: 'COMPLETED' } });
});
