import { existsSync, readFileSync } from 'node:fs';
import { Kind, parse, print } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { createLab, type Lab } from '../lab.ts';

/** The client's own documents, as they are sent: one operation each. */
function operation(domain: string, name: string): string {
  const text = readFileSync(new URL(`../../operations/${domain}.graphql`, import.meta.url), 'utf8');
  const found = parse(text).definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.name?.value === name,
  );
  if (!found) throw new Error(`operations/${domain}.graphql has no ${name}.`);
  return print(found);
}

const VARIABLES = JSON.parse(readFileSync(new URL('../../operations/variables.json', import.meta.url), 'utf8'));

let lab: Lab;
let manager: GraphQLClient;
let verifier: GraphQLClient;
beforeAll(async () => {
  lab = await createLab({ catalogue: true });
  manager = await lab.as('manager');
  verifier = await lab.as('verifier');
});
afterAll(() => lab[Symbol.asyncDispose]());

interface Registered {
  readonly id: string;
  readonly workflow: { readonly id: string; readonly stage: string; readonly version: number };
}

async function register(barcode: string): Promise<Registered> {
  const [input] = VARIABLES.RegisterSamples.inputs;
  const variables = { inputs: [{ ...input, barcode }], idempotencyKey: barcode };
  const data = await manager.request<{ registerSamples: { results: { sample: Registered }[] } }>(
    operation('samples', 'RegisterSamples'),
    variables,
  );
  const sample = data.registerSamples.results[0]?.sample;
  if (!sample) throw new Error(JSON.stringify(data));
  return sample;
}

async function advance(person: GraphQLClient, workflowId: string, to: string, expectedVersion: number) {
  const idempotencyKey = `${workflowId}-${to}-${expectedVersion}`;
  const input = { workflowId, to, expectedVersion, reason: 'as planned', idempotencyKey };
  const data = await person.request<{ advanceWorkflow: Record<string, never> & { __typename: string } }>(
    operation('workflows', 'AdvanceWorkflow'),
    { input },
  );
  return data.advanceWorkflow;
}

interface Detail {
  readonly analyses: readonly { readonly id: string; readonly version: number; readonly status: string }[];
  readonly workflow: { readonly stage: string; readonly history: { readonly edges: readonly unknown[] } };
}

async function detail(id: string): Promise<Detail> {
  return (await manager.request<{ sample: Detail }>(operation('samples', 'SampleDetail'), { id })).sample;
}

test('a sample goes from registration to completion, two persons and every guard involved', async () => {
  const sample = await register('W-2021-000123');
  expect(sample.workflow).toMatchObject({ stage: 'INITIATION', version: 1 });
  const stages = ['SAMPLE_RECEPTION', 'REGISTRATION', 'ASSIGNMENT', 'PROCESSING', 'TESTING'];
  for (const [i, to] of stages.entries()) {
    expect(await advance(manager, sample.workflow.id, to, i + 1)).toMatchObject({
      __typename: 'WorkflowAdvanced',
      workflow: { stage: to, status: 'ACTIVE', version: i + 2 },
    });
  }
  const tooEarly = await advance(manager, sample.workflow.id, 'RESULTS', 6);
  expect(tooEarly).toMatchObject({ __typename: 'TransitionRefused', from: 'TESTING', to: 'RESULTS' });
  expect(tooEarly).toMatchObject({ blockers: [{ code: 'NOT_SUBMITTED' }, { code: 'NOT_SUBMITTED' }] });

  const { analyses } = await detail(sample.id);
  const inputs = analyses.map(({ id, version }, i) =>
    i === 0
      ? { analysisId: id, expectedVersion: version, value: '3.4', unit: 'mg/L' }
      : { analysisId: id, expectedVersion: version, text: 'ND' },
  );
  const submitted = await manager.request(operation('samples', 'SubmitResults'), {
    inputs,
    idempotencyKey: 'submit-1',
  });
  expect(submitted).toMatchObject({
    submitResults: {
      results: [
        { __typename: 'ResultSubmitted', analysis: { result: { value: '3.4', unit: 'mg/L' } } },
        { analysis: { result: { flags: ['NON_DETECT'] } } },
      ],
    },
  });
  // The refusal was stored under its key: a new decision needs a new key.
  const again = { workflowId: sample.workflow.id, to: 'RESULTS', expectedVersion: 6, idempotencyKey: 'second try' };
  expect(await manager.request(operation('workflows', 'AdvanceWorkflow'), { input: again })).toMatchObject({
    advanceWorkflow: { workflow: { stage: 'RESULTS', version: 7 } },
  });

  const toVerify = analyses.map(({ id, version }) => ({ analysisId: id, expectedVersion: version + 1 }));
  const own = await manager.request(operation('samples', 'VerifyAnalyses'), {
    inputs: toVerify,
    idempotencyKey: 'own',
  });
  expect(own).toMatchObject({ verifyAnalyses: { results: [{ code: 'OWN_RESULT' }, { code: 'OWN_RESULT' }] } });
  const verified = await verifier.request(operation('samples', 'VerifyAnalyses'), {
    inputs: toVerify,
    idempotencyKey: 'other',
  });
  expect(verified).toMatchObject({
    verifyAnalyses: { results: [{ analysis: { status: 'VERIFIED' } }, { analysis: { status: 'VERIFIED' } }] },
  });

  expect(await advance(manager, sample.workflow.id, 'COMPLETION', 7)).toMatchObject({
    workflow: { stage: 'COMPLETION', status: 'COMPLETED', version: 8 },
  });
  const done = await detail(sample.id);
  expect(done.workflow.history.edges).toHaveLength(8);
  await expect
    .poll(
      async () =>
        (
          await manager.request<{ sample: { status: string } }>('query S($id: ID!) { sample(id: $id) { status } }', {
            id: sample.id,
          })
        ).sample.status,
    )
    .toBe('COMPLETED');
});

test('a stale version is answered before an illegal move, and a retry gets the first answer', async () => {
  const { workflow } = await register('W-2021-000124');
  expect(await advance(manager, workflow.id, 'COMPLETION', 9)).toMatchObject({
    __typename: 'WorkflowConflict',
    currentStage: 'INITIATION',
    currentVersion: 1,
  });
  const input = { workflowId: workflow.id, to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'retry' };
  const first = await manager.request(operation('workflows', 'AdvanceWorkflow'), { input });
  expect(await manager.request(operation('workflows', 'AdvanceWorkflow'), { input })).toEqual(first);
  expect(await advance(manager, workflow.id, 'COMPLETION', 2)).toMatchObject({ __typename: 'TransitionRefused' });
});

test('hold, resume and cancel leave the stage and need the version', async () => {
  const { workflow } = await register('W-2021-000125');
  const change = (name: string, expectedVersion: number) =>
    manager.request(operation('workflows', name), {
      input: { workflowId: workflow.id, expectedVersion, reason: 'freezer alarm' },
    });
  expect(await change('HoldWorkflow', 1)).toMatchObject({
    holdWorkflow: { workflow: { status: 'ON_HOLD', version: 2 } },
  });
  expect(await change('ResumeWorkflow', 1)).toMatchObject({
    resumeWorkflow: { __typename: 'WorkflowConflict', currentVersion: 2 },
  });
  expect(await change('ResumeWorkflow', 2)).toMatchObject({
    resumeWorkflow: { workflow: { status: 'ACTIVE', version: 3 } },
  });
  expect(await change('CancelWorkflow', 3)).toMatchObject({
    cancelWorkflow: { workflow: { status: 'CANCELLED', version: 4 } },
  });
});

test('lists, boards and logs answer as their documents ask', async () => {
  await register('W-2021-000126');
  const list = await manager.request(operation('samples', 'SampleList'), VARIABLES.SampleList);
  expect(list).toMatchObject({
    samples: { edges: expect.arrayContaining([expect.objectContaining({ cursor: expect.any(String) })]) },
  });
  const board = await manager.request(operation('workflows', 'WorkflowBoard'), {
    filter: { stage: ['INITIATION'] },
    first: 50,
  });
  expect(board).toMatchObject({ workflows: { totalCount: expect.any(Number) }, workflowCounts: expect.any(Array) });
  const events = await manager.request<{ workflowEvents: { edges: unknown[] } }>(
    operation('workflows', 'WorkflowEvents'),
    { first: 5 },
  );
  expect(events.workflowEvents.edges).toHaveLength(5);
});

test('accounts: sign in, refresh, me, sign out', async () => {
  const signedIn = await lab.anonymous.request<{ signIn: { __typename: string; refreshToken: string } }>(
    operation('accounts', 'SignIn'),
    VARIABLES.SignIn,
  );
  expect(signedIn.signIn.__typename).toBe('Session');
  const { refreshToken } = signedIn.signIn;
  expect(await lab.anonymous.request(operation('accounts', 'RefreshSession'), { refreshToken })).toMatchObject({
    refreshSession: { __typename: 'Session' },
  });
  expect(await manager.request(operation('accounts', 'Me'))).toMatchObject({ me: { email: 'manager@demo.test' } });
});

test('memory: what was stored is found, counted and forgotten with a receipt', async () => {
  await manager.request(operation('memory', 'StoreContext'), VARIABLES.StoreContext);
  const found = await manager.request<{ relevantContext: { context: { content: string } }[] }>(
    operation('memory', 'RelevantContext'),
    VARIABLES.RelevantContext,
  );
  expect(found.relevantContext[0]?.context.content).toBe('Which blanks failed this week?');
  expect(await manager.request(operation('memory', 'Conversation'), { id: 'c-1', first: 10 })).toMatchObject({
    conversation: { id: 'c-1', contexts: { totalCount: 1 } },
  });
  expect(await manager.request(operation('memory', 'StorePattern'), VARIABLES.StorePattern)).toMatchObject({
    storePattern: { pattern: { frequency: 3 } },
  });
  expect(
    await manager.request(operation('memory', 'MatchPatterns'), { query: 'nitrate rerun', limit: 5 }),
  ).toMatchObject({ matchPatterns: [{ pattern: { patternType: 'rework' } }] });
  await manager.request(operation('memory', 'RecordInteraction'), VARIABLES.RecordInteraction);
  expect(await manager.request(operation('memory', 'MemoryStats'))).toMatchObject({ memoryStats: expect.any(Array) });
  expect(await manager.request(operation('memory', 'Forget'), VARIABLES.Forget)).toMatchObject({
    forget: { receipt: { erased: expect.any(Number) } },
  });
  expect(await manager.request(operation('memory', 'RelevantContext'), VARIABLES.RelevantContext)).toEqual({
    relevantContext: [],
  });
});

test('rules: facts, versions, queries, proofs and why-not', async () => {
  const asserted = await manager.request<{ assertFacts: { facts: { id: string }[] } }>(
    operation('rules', 'AssertFacts'),
    { ...VARIABLES.AssertFacts, idempotencyKey: 'facts-1' },
  );
  expect(asserted.assertFacts.facts).toHaveLength(2);
  const saved = await manager.request<{ saveRules: { __typename: string; id: string } }>(
    operation('rules', 'SaveRules'),
    VARIABLES.SaveRules,
  );
  expect(saved.saveRules.__typename).toBe('RuleSetVersion');
  await manager.request(operation('rules', 'PublishRules'), {
    versionId: saved.saveRules.id,
    reason: 'first version',
    signatureId: null,
  });
  const input = { goal: 'role(ana, R)', ruleSet: 'default' };
  const answered = await manager.request<{ executeQuery: { id: string; answers: { bindings: unknown[] }[] } }>(
    operation('rules', 'ExecuteQuery'),
    { input },
  );
  expect(answered.executeQuery.answers).toMatchObject([{ bindings: [{ variable: 'R', value: 'verifier' }] }]);
  expect(
    await manager.request(operation('rules', 'ExplainAnswer'), { queryId: answered.executeQuery.id, answer: 0 }),
  ).toMatchObject({ explainAnswer: { text: expect.any(String) } });
  expect(await manager.request(operation('rules', 'WhyNot'), VARIABLES.WhyNot)).toMatchObject({
    whyNot: { goal: expect.any(String) },
  });
  expect(await manager.request(operation('rules', 'KnowledgeBase'), { first: 10 })).toMatchObject({
    facts: { totalCount: 2 },
  });
  expect(await manager.request(operation('rules', 'BusinessRules'), VARIABLES.BusinessRules)).toMatchObject({
    businessRules: expect.any(Array),
  });
  const [fact] = asserted.assertFacts.facts;
  expect(
    await manager.request(operation('rules', 'RetractFacts'), { ids: [fact?.id], reason: 'mistyped' }),
  ).toMatchObject({ retractFacts: { retracted: 1 } });
});

test.skipIf(!existsSync(new URL('../../../shared/operations', import.meta.url)))(
  'the project’s copy of the client documents is the clients’ own (needs ../shared)',
  async () => {
    const { checkOperations } = await import('#scripts/operations.ts');
    expect(checkOperations()).toBe(false);
  },
);
