import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { operation } from '../documents.ts';
import { createLab, type Lab, userId } from '../lab.ts';
import { type Data, fileInput, fill, registerSample, type Scenario, sampleInput } from '../scenario.ts';

let lab: Lab;
let manager: GraphQLClient;
let stranger: GraphQLClient;
/** What the first organization has. */
let own: Scenario;
let before: unknown;

beforeAll(async () => {
  lab = await createLab({ catalogue: true });
  [manager, stranger] = await Promise.all([lab.as('manager'), lab.as('manager@other.test')]);
  own = await fill(manager, 'wasatch');
  await vi.waitFor(async () => expect((await state()).file.status).toBe('AVAILABLE'), { timeout: 20_000 });
  before = await state();
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Everything of the first organization that the tests below reach for, as it reads it itself. */
const STATE = `query State($sampleId: ID!, $workflowId: ID!, $factId: ID!, $versionId: ID!, $conversationId: ID!, $fileId: ID!) {
  sample(id: $sampleId) {
    id version status barcode remarks custody(first: 50) { totalCount edges { node { at action } } }
    analyses { id version status assignedTo { id } result { value enteredAt } results { value } verifications { at } }
    workflow { id stage status version history(first: 50) { totalCount } }
    files(first: 50) { totalCount }
  }
  samples(first: 200) { totalCount edges { node { id version } } }
  workflow(id: $workflowId) { id stage status version updatedAt }
  workflows(first: 200) { totalCount }
  workflowEvents(first: 200) { totalCount edges { cursor node { id } } }
  sampleTypes { code name } clients(first: 200) { edges { node { id code name } } }
  samplePoints(first: 200) { edges { node { id code name } } } analysisServices(first: 200) { edges { node { id code name } } }
  fact(id: $factId) { id text validTo retractedAt }
  facts(first: 200) { totalCount edges { node { id text validTo } } }
  ruleSetVersion(id: $versionId) { id status text publishedAt } ruleSets { id name versions { totalCount } }
  conversation(id: $conversationId) { id lastActivityAt contexts(first: 50) { totalCount edges { node { id content } } } }
  matchPatterns(query: "wasatch", limit: 5) { pattern { id frequency } }
  userInteractions(first: 50) { totalCount edges { node { id } } }
  erasureReceipts(first: 50) { totalCount } memoryStats { collection count }
  file(id: $fileId) { id status name access { subject level } upload { id } versions(first: 50) { totalCount } }
  users(first: 200) { totalCount edges { node { id name roles active version } } }
}`;

async function state(): Promise<Data> {
  const { sampleId, workflowId, factId, ruleSetVersionId: versionId, conversationId, fileId } = own;
  return manager.request(STATE, { sampleId, workflowId, factId, versionId, conversationId, fileId });
}

afterEach(async () => {
  expect(await state()).toEqual(before);
});

const READS: readonly [string, () => object][] = [
  ['sample(id: $id) { id accessionNumber }', () => ({ id: own.sampleId })],
  ['analysis(id: $id) { id status sample { id } }', () => ({ id: own.analysisIds[0] })],
  ['workflow(id: $id) { id stage sample { id } }', () => ({ id: own.workflowId })],
  ['fact(id: $id) { id text }', () => ({ id: own.factId })],
  ['ruleSetVersion(id: $id) { id text }', () => ({ id: own.ruleSetVersionId })],
  [
    'conversation(id: $id) { id contexts(first: 5) { edges { node { content } } } }',
    () => ({ id: own.conversationId }),
  ],
  ['file(id: $id) { id name download { url } }', () => ({ id: own.fileId })],
  ['user(id: $id) { id name email }', () => ({ id: userId('analyst@demo.test') })],
];

describe('another organization sees nothing', () => {
  test.each(READS)('%s', async (field, variables) => {
    const [name] = field.split('(') as [string];
    const query = `query ($id: ID!) { ${field} }`;
    expect(await manager.request(query, variables())).toMatchObject({ [name]: { id: expect.any(String) } });
    const { data, errors = [] } = await stranger.send<Data>(query, variables());
    expect(data?.[name] ?? null).toBeNull();
    for (const { extensions } of errors) expect(extensions?.code).toBe('NOT_FOUND');
  });

  test.each([
    'samples(first: 50) { totalCount edges { node { id } } }',
    'workflows(first: 50) { totalCount edges { node { id } } }',
    'workflowEvents(first: 50) { totalCount edges { node { id } } }',
    'facts(first: 50) { totalCount edges { node { id } } }',
    'conversations(first: 50) { totalCount edges { node { id } } }',
    'userInteractions(first: 50) { totalCount edges { node { id } } }',
  ])('%s', async (field) => {
    const [name] = field.split('(') as [string];
    const seen: Data = await manager.request(`{ ${field} }`);
    expect(seen[name].totalCount).toBeGreaterThan(0);
    expect(await stranger.request(`{ ${field} }`)).toEqual({ [name]: { totalCount: 0, edges: [] } });
  });

  test('searches and counts: patterns, contexts, interactions, memory, board, filters by its ids', async () => {
    const query = `query ($sampleId: ID!) {
      workflowCounts { count }
      matchPatterns(query: "wasatch reruns") { score }
      relevantContext(query: "wasatch blanks") { score }
      matchInteractions(query: "wasatch search") { score }
      memoryStats { count }
      samples(filter: { text: "wasatch" }, first: 5) { totalCount }
      workflows(filter: { sampleId: [$sampleId] }, first: 5) { totalCount }
      ruleSets { name }
      executeQuery(input: { goal: "wasatch_on_call(X)" }) { answers { text } }
    }`;
    const variables = { sampleId: own.sampleId };
    const mine: Data = await manager.request(query, variables);
    const nothing = { matchPatterns: [], relevantContext: [], workflowCounts: [] };
    expect(mine).not.toMatchObject(nothing);
    expect(mine.executeQuery.answers).toHaveLength(1);
    const theirs: Data = await stranger.request(query, variables);
    expect(theirs).toMatchObject({
      ...nothing,
      matchInteractions: [],
      samples: { totalCount: 0 },
      workflows: { totalCount: 0 },
      executeQuery: { answers: [] },
    });
    expect(theirs.memoryStats.every(({ count }: { count: number }) => count === 0)).toBe(true);
    expect(theirs.ruleSets.map(({ name }: { name: string }) => name)).not.toContain('wasatch');
  });

  test('people and catalogue: its own only', async () => {
    const query = `{ users(first: 200) { edges { node { id } } } sampleTypes { id }
      clients(first: 200) { edges { node { id } } } samplePoints(first: 200) { edges { node { id } } }
      analysisServices(first: 200) { edges { node { id } } } }`;
    const idsOf = (data: unknown) => [...JSON.stringify(data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
    const mine = idsOf(await manager.request(query));
    const theirs = idsOf(await stranger.request(query));
    expect(mine.length).toBeGreaterThan(10);
    expect(theirs.length).toBeGreaterThan(10);
    expect(theirs.filter((id) => mine.includes(id))).toEqual([]);
  });

  test('the log of a workflow, with and without its cursor', async () => {
    const log: Data = await manager.request(operation('workflows', 'WorkflowEvents'), { first: 5 });
    const cursor = log.workflowEvents.edges[0].cursor;
    const ofIt = await stranger.send(operation('workflows', 'WorkflowEvents'), {
      workflowId: own.workflowId,
      first: 5,
    });
    expect(ofIt.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const behind = await stranger.send<Data>(operation('workflows', 'WorkflowEvents'), { first: 5, after: cursor });
    expect(behind.data?.workflowEvents?.edges ?? []).toEqual([]);
  });

  test('the answer to a question, whose id it learned', async () => {
    const asked: Data = await manager.request(operation('rules', 'ExecuteQuery'), {
      input: { goal: 'wasatch_on_call(X)' },
    });
    const explained = await stranger.send(operation('rules', 'ExplainAnswer'), {
      queryId: asked.executeQuery.id,
      answer: 0,
    });
    expect(explained.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });
});

type Write = readonly [name: string, document: string, variables: () => object];

const ANSWERED_NOT_FOUND: readonly Write[] = [
  ['advanceWorkflow', operation('workflows', 'AdvanceWorkflow'), () => ({ input: move('REGISTRATION') })],
  ['holdWorkflow', operation('workflows', 'HoldWorkflow'), () => ({ input: status() })],
  ['resumeWorkflow', operation('workflows', 'ResumeWorkflow'), () => ({ input: status() })],
  ['cancelWorkflow', operation('workflows', 'CancelWorkflow'), () => ({ input: status() })],
  [
    'failWorkflow',
    'mutation ($input: ChangeWorkflowStatusInput!) { failWorkflow(input: $input) { __typename } }',
    () => ({ input: status() }),
  ],
  [
    'startWorkflow',
    'mutation ($input: StartWorkflowInput!) { startWorkflow(input: $input) { started } }',
    () => ({ input: { sampleId: own.sampleId } }),
  ],
  ['retractFacts', operation('rules', 'RetractFacts'), () => ({ ids: [own.factId], reason: 'not mine' })],
  ['publishRules', operation('rules', 'PublishRules'), () => ({ versionId: own.ruleSetVersionId, reason: 'not mine' })],
  ['storeContext', operation('memory', 'StoreContext'), () => ({ input: turn({ workflowId: own.workflowId }) })],
  ['forget a context', operation('memory', 'Forget'), () => ({ input: erasure({ contextIds: [own.contextId] }) })],
  ['forget a pattern', operation('memory', 'Forget'), () => ({ input: erasure({ patternIds: [own.patternId] }) })],
  [
    'forget an interaction',
    operation('memory', 'Forget'),
    () => ({ input: erasure({ interactionIds: [own.interactionId] }) }),
  ],
  [
    'addFileVersion',
    operation('files', 'AddFileVersion'),
    () => ({ input: fileInput({ fileId: own.fileId, reason: 'not mine' }) }),
  ],
  [
    'shareFile',
    operation('files', 'ShareFile'),
    () => ({ input: { fileId: own.fileId, subject: 'role:lab_manager', level: 'WRITE' } }),
  ],
];

const move = (to: string) => ({ workflowId: own.workflowId, to, expectedVersion: 2, reason: 'not mine' });
const status = () => ({ workflowId: own.workflowId, expectedVersion: 2, reason: 'not mine' });
const turn = (more: object) => ({ conversationId: 'theirs', messageType: 'USER', content: 'hello', ...more });
const erasure = (more: object) => ({ reason: 'not mine', ...more });

const REFUSED_ONE_BY_ONE: readonly Write[] = [
  ['submitResults', operation('samples', 'SubmitResults'), () => ({ inputs: [analysis(1, { value: '1' })] })],
  ['verifyAnalyses', operation('samples', 'VerifyAnalyses'), () => ({ inputs: [analysis(0)] })],
  ['assignAnalyses', changeAnalyses('assignAnalyses'), () => ({ inputs: [analysis(1)] })],
  ['retractAnalyses', changeAnalyses('retractAnalyses'), () => ({ inputs: [analysis(0, { reason: 'not mine' })] })],
  [
    'receiveSamples',
    `mutation ($inputs: [ReceiveSampleInput!]!) { receiveSamples(inputs: $inputs) { results {
      ... on ReceptionRefused { code } } } }`,
    () => ({ inputs: [{ sampleId: own.sampleId, expectedVersion: 1 }] }),
  ],
];

const analysis = (at: 0 | 1, more: object = {}) => ({
  analysisId: own.analysisIds[at],
  expectedVersion: at === 0 ? 2 : 1,
  ...more,
});

function changeAnalyses(field: string): string {
  return `mutation ($inputs: [ChangeAnalysisInput!]!) { ${field}(inputs: $inputs) { results {
    ... on AnalysisRefused { code } } } }`;
}

describe('another organization changes nothing', () => {
  test.each(ANSWERED_NOT_FOUND)('%s is NOT_FOUND', async (_, document, variables) => {
    const { data, errors } = await stranger.send<Data>(document, variables());
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', requestId: expect.any(String) } }]);
    expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  });

  test.each(REFUSED_ONE_BY_ONE)('%s is refused with NOT_FOUND', async (name, document, variables) => {
    const data: Data = await stranger.request(document, variables());
    expect(data[name].results).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('advanceWorkflows finds no such workflow', async () => {
    const variables = { inputs: [move('REGISTRATION')] };
    const data: Data = await stranger.request(operation('workflows', 'AdvanceWorkflows'), variables);
    expect(data.advanceWorkflows.results).toEqual([{ __typename: 'WorkflowNotFound' }]);
  });

  test('beginUpload for its sample or workflow is refused', async () => {
    for (const [place, code] of [
      [{ sampleId: own.sampleId }, 'SAMPLE_NOT_FOUND'],
      [{ workflowId: own.workflowId }, 'WORKFLOW_NOT_FOUND'],
    ] as const) {
      const data = await stranger.request(operation('files', 'BeginUpload'), { input: fileInput(place) });
      expect(data).toMatchObject({ beginUpload: { __typename: 'UploadRefused', code } });
    }
  });

  test('a sample cannot name its parent, client or sample point', async () => {
    const refused = (more: object) =>
      stranger.request<Data>(operation('samples', 'RegisterSamples'), { inputs: [{ typeCode: 'WATER', ...more }] });
    expect(await refused({ parentId: own.sampleId })).toMatchObject({
      registerSamples: { results: [{ code: 'UNKNOWN_PARENT' }] },
    });
    expect(await refused({ clientCode: 'UTAHDWQ' })).toMatchObject({
      registerSamples: { results: [{ code: 'UNKNOWN_CLIENT' }] },
    });
  });

  test('forgetting its conversation by name, or its person’s memories, erases nothing of it', async () => {
    for (const input of [
      erasure({ conversationId: own.conversationId }),
      erasure({ everything: true }),
      erasure({ everything: true, userId: userId('manager@demo.test') }),
    ]) {
      const { data, errors } = await stranger.send<Data>(operation('memory', 'Forget'), { input });
      if (data?.forget) expect(data.forget.receipt.erased).toBe(0);
      else expect(errors).toMatchObject([{ extensions: { code: expect.stringMatching('NOT_FOUND|BAD_INPUT') } }]);
    }
  });

  test('the same names and keys are another organization’s own: barcode, conversation, rule set, catalogue code', async () => {
    const registered: Data = await stranger.request(operation('samples', 'RegisterSamples'), {
      inputs: [{ ...sampleInput('wasatch-1'), clientCode: 'HARBOUR' }],
      idempotencyKey: 'shared-key',
    });
    expect(registered.registerSamples.results[0].__typename).toBe('SampleRegistered');
    expect(registered.registerSamples.results[0].sample.id).not.toBe(own.sampleId);
    const input = turn({ conversationId: own.conversationId });
    await stranger.request(operation('memory', 'StoreContext'), { input });
    const conversation: Data = await stranger.request(operation('memory', 'Conversation'), {
      id: own.conversationId,
      first: 10,
    });
    expect(conversation.conversation.contexts.totalCount).toBe(1);
    const rules = { ruleSet: 'wasatch', text: 'theirs(S) :- sample(S).\n' };
    const saved: Data = await stranger.request(operation('rules', 'SaveRules'), rules);
    expect(saved.saveRules).toMatchObject({ number: 1 });
    await stranger.request(
      'mutation { saveSampleTypes(inputs: [{ code: "WATER", name: "Harbour water" }]) { changed } }',
    );
  });

  test('an administrator of the first organization cannot touch a person of the other, nor its manager the reverse', async () => {
    const admin = await lab.as('admin');
    const input = { userId: userId('manager@other.test'), expectedVersion: 1, active: false, reason: 'not mine' };
    const change = 'mutation ($input: ChangeUserInput!) { changeUser(input: $input) { __typename } }';
    expect((await admin.send(change, { input })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const end = 'mutation ($userId: ID!) { endSessions(userId: $userId, reason: "not mine") { ended } }';
    const ended = await admin.send(end, { userId: userId('manager@other.test') });
    expect(ended.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect(await stranger.request(operation('accounts', 'Me'))).toMatchObject({ me: { email: 'manager@other.test' } });
    const forbidden = await stranger.send(change, { input: { ...input, userId: userId('analyst@demo.test') } });
    expect(forbidden.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('one id of another organization in a bulk does not harm the rest, and the rest does not carry it', async () => {
    const theirs = await registerSample(stranger, null, 'HARBOUR');
    const inputs = [
      { analysisId: theirs.analyses[0]!.id, expectedVersion: 1, value: '2', unit: 'mg/L' },
      analysis(1, { value: '2', unit: 'mg/L' }),
    ];
    const data: Data = await stranger.request(operation('samples', 'SubmitResults'), { inputs });
    expect(data.submitResults.results).toMatchObject([
      { __typename: 'ResultSubmitted' },
      { __typename: 'ResultRefused', code: 'NOT_FOUND' },
    ]);
  });
});
