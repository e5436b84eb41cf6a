import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { operation } from '../documents.ts';
import { createLab, type Lab, userId } from '../lab.ts';
import { type Data, fileInput, fill, registerSample, type Scenario, sampleInput } from '../scenario.ts';

let lab: Lab;
let manager: GraphQLClient;
let verifier: GraphQLClient;
let scenario: Scenario;

beforeAll(async () => {
  lab = await createLab({ catalogue: true });
  [manager, verifier] = await Promise.all([lab.as('manager'), lab.as('verifier')]);
  scenario = await fill(manager, 'wasatch');
});
afterAll(() => lab[Symbol.asyncDispose]());

const CHANGE = `{ results { __typename ... on AnalysisChanged { analysis { id version status } repeat { id } }
  ... on AnalysisRefused { code message currentVersion } } }`;
const ASSIGN = `mutation ($inputs: [ChangeAnalysisInput!]!, $idempotencyKey: ID) {
  assignAnalyses(inputs: $inputs, idempotencyKey: $idempotencyKey) ${CHANGE} }`;
const RETRACT = `mutation ($inputs: [ChangeAnalysisInput!]!, $idempotencyKey: ID) {
  retractAnalyses(inputs: $inputs, idempotencyKey: $idempotencyKey) ${CHANGE} }`;
const RECEIVE = `mutation ($inputs: [ReceiveSampleInput!]!, $idempotencyKey: ID) {
  receiveSamples(inputs: $inputs, idempotencyKey: $idempotencyKey) { results { __typename
    ... on SampleReceived { sample { id version status } } ... on ReceptionRefused { code message currentVersion } } } }`;
const SUBMIT = `mutation ($inputs: [SubmitResultInput!]!, $idempotencyKey: ID) {
  submitResults(inputs: $inputs, idempotencyKey: $idempotencyKey) { results { __typename
    ... on ResultSubmitted { analysis { id version status result { value } results { value } } }
    ... on ResultRefused { code message currentVersion } } } }`;
const VERIFY = `mutation ($inputs: [VerifyAnalysisInput!]!, $idempotencyKey: ID) {
  verifyAnalyses(inputs: $inputs, idempotencyKey: $idempotencyKey) { results { __typename
    ... on AnalysisVerified { analysis { id version status verifications { by { id } } } }
    ... on VerificationRefused { code message currentVersion } } } }`;
const START = `mutation ($input: StartWorkflowInput!) { startWorkflow(input: $input) { started workflow { id version } } }`;
const FAIL = `mutation ($input: ChangeWorkflowStatusInput!) { failWorkflow(input: $input) {
  ... on WorkflowAdvanced { workflow { id version status } event { id } } ... on WorkflowConflict { currentVersion } } }`;
const ASSERT = `mutation ($facts: [FactInput!]!, $idempotencyKey: ID) {
  assertFacts(facts: $facts, idempotencyKey: $idempotencyKey) { added facts { id text assertedAt } } }`;
const RETRACT_FACTS = `mutation ($ids: [ID!]!, $reason: String!, $idempotencyKey: ID) {
  retractFacts(ids: $ids, reason: $reason, idempotencyKey: $idempotencyKey) { retracted } }`;
const SAVE_RULES = `mutation ($ruleSet: String!, $text: String!, $idempotencyKey: ID) {
  saveRules(ruleSet: $ruleSet, text: $text, idempotencyKey: $idempotencyKey) { ... on RuleSetVersion { id number savedAt } } }`;
const PUBLISH = `mutation ($versionId: ID!, $reason: String!, $idempotencyKey: ID) {
  publishRules(versionId: $versionId, reason: $reason, idempotencyKey: $idempotencyKey) { id status publishedAt } }`;
const FORGET = `mutation ($input: ForgetInput!) { forget(input: $input) { receipt { id erased at reason } } }`;
const BEGIN = `mutation ($input: BeginUploadInput!) { beginUpload(input: $input) {
  ... on UploadTicket { fileId uploadId expiresAt } ... on UploadRefused { code } } }`;
const ADD_VERSION = `mutation ($input: AddFileVersionInput!) { addFileVersion(input: $input) {
  ... on UploadTicket { fileId uploadId expiresAt } ... on UploadRefused { code } } }`;
const CREATE_USER = `mutation ($input: CreateUserInput!) { createUser(input: $input) {
  ... on UserSaved { user { id name version } } ... on UserRefused { code } } }`;
const CHANGE_USER = `mutation ($input: ChangeUserInput!) { changeUser(input: $input) {
  __typename ... on UserSaved { user { id roles version } } ... on UserConflict { currentVersion } } }`;

/** One keyed write: `prepare` makes what it needs, and gives its variables and others under the same key. */
interface Write {
  readonly name: string;
  readonly document: string;
  readonly who?: string;
  prepare(key: string): Promise<{ readonly first: object; readonly other: object }>;
}

const keyed = (input: object, other: object) => (key: string) =>
  Promise.resolve({
    first: { input: { ...input, idempotencyKey: key } },
    other: { input: { ...input, ...other, idempotencyKey: key } },
  });

/** For mutations that take a list and the key beside it. */
function listed(make: () => Promise<object>, other: object, list = 'inputs') {
  return async (idempotencyKey: string) => {
    const one = await make();
    return {
      first: { [list]: [one], idempotencyKey },
      other: { [list]: [{ ...one, ...other }], idempotencyKey },
    };
  };
}

async function freshAnalysis(more: object = {}): Promise<object> {
  const { analyses } = await registerSample(manager);
  return { analysisId: analyses[0]!.id, expectedVersion: 1, ...more };
}

async function submittedAnalysis(more: object = {}): Promise<object> {
  const one = await freshAnalysis();
  await manager.request(SUBMIT, { inputs: [{ ...one, value: '3.4', unit: 'mg/L' }] });
  return { ...one, expectedVersion: 2, ...more };
}

async function unreceived(): Promise<Data> {
  const input = { typeCode: 'WATER', clientCode: 'UTAHDWQ', analyses: ['NITRATE'] };
  const document = `mutation ($input: RegisterSampleInput!) { registerSamples(inputs: [$input]) { results {
    ... on SampleRegistered { sample { id version } } } } }`;
  return ((await manager.request(document, { input })) as Data).registerSamples.results[0].sample;
}

const statusChange = (change: object) => async (idempotencyKey: string) => {
  const { workflow } = await registerSample(manager);
  const input = { workflowId: workflow.id, expectedVersion: 1, reason: 'freezer alarm', idempotencyKey, ...change };
  return { first: { input }, other: { input: { ...input, reason: 'another reason' } } };
};

const WRITES: readonly Write[] = [
  {
    name: 'registerSamples',
    document: operation('samples', 'RegisterSamples'),
    prepare: listed(async () => sampleInput(), { priority: 'STAT' }),
  },
  {
    name: 'receiveSamples',
    document: RECEIVE,
    prepare: listed(async () => ({ sampleId: (await unreceived()).id, expectedVersion: 1 }), { location: 'freezer 2' }),
  },
  {
    name: 'submitResults',
    document: SUBMIT,
    prepare: listed(() => freshAnalysis({ value: '3.4', unit: 'mg/L' }), { value: '3.5' }),
  },
  {
    name: 'verifyAnalyses',
    document: VERIFY,
    who: 'verifier',
    prepare: listed(submittedAnalysis, { expectedVersion: 3 }),
  },
  {
    name: 'assignAnalyses',
    document: ASSIGN,
    prepare: listed(() => freshAnalysis({ analystId: userId('analyst@demo.test') }), { reason: 'another' }),
  },
  {
    name: 'retractAnalyses',
    document: RETRACT,
    prepare: listed(() => submittedAnalysis({ reason: 'wrong flask', repeat: true }), { reason: 'another' }),
  },
  {
    name: 'startWorkflow',
    document: START,
    async prepare(idempotencyKey) {
      const [one, two] = [await unreceived(), await unreceived()];
      return {
        first: { input: { sampleId: one.id, idempotencyKey } },
        other: { input: { sampleId: two.id, idempotencyKey } },
      };
    },
  },
  {
    name: 'advanceWorkflow',
    document: operation('workflows', 'AdvanceWorkflow'),
    prepare: statusChange({ to: 'SAMPLE_RECEPTION' }),
  },
  {
    name: 'advanceWorkflows',
    document: operation('workflows', 'AdvanceWorkflows'),
    async prepare(idempotencyKey) {
      const { workflow } = await registerSample(manager);
      const input = { workflowId: workflow.id, to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey };
      return { first: { inputs: [input] }, other: { inputs: [{ ...input, reason: 'another' }] } };
    },
  },
  { name: 'holdWorkflow', document: operation('workflows', 'HoldWorkflow'), prepare: statusChange({}) },
  { name: 'cancelWorkflow', document: operation('workflows', 'CancelWorkflow'), prepare: statusChange({}) },
  { name: 'failWorkflow', document: FAIL, prepare: statusChange({}) },
  {
    name: 'assertFacts',
    document: ASSERT,
    prepare: listed(async () => ({ text: `asserted(${Math.random()})` }), { validTo: '2100-01-01T00:00:00Z' }, 'facts'),
  },
  {
    name: 'retractFacts',
    document: RETRACT_FACTS,
    async prepare(idempotencyKey) {
      const { assertFacts }: Data = await manager.request(ASSERT, { facts: [{ text: `gone(${Math.random()})` }] });
      const first = { ids: [assertFacts.facts[0].id], reason: 'mistyped', idempotencyKey };
      return { first, other: { ...first, reason: 'another' } };
    },
  },
  {
    name: 'saveRules',
    document: SAVE_RULES,
    async prepare(idempotencyKey) {
      const first = { ruleSet: 'kept', text: `kept(${idempotencyKey.length}).\n`, idempotencyKey };
      return { first, other: { ...first, text: 'other(1).\n' } };
    },
  },
  {
    name: 'publishRules',
    document: PUBLISH,
    async prepare(idempotencyKey) {
      const first = { versionId: scenario.ruleSetVersionId, reason: 'first version', idempotencyKey };
      return { first, other: { ...first, reason: 'another' } };
    },
  },
  {
    name: 'storeContext',
    document: operation('memory', 'StoreContext'),
    prepare: keyed({ conversationId: 'kept', messageType: 'USER', content: 'a question' }, { content: 'another' }),
  },
  {
    name: 'storePattern',
    document: operation('memory', 'StorePattern'),
    prepare: keyed({ patternType: 'rework', description: 'reruns', successRate: 1 }, { description: 'another' }),
  },
  {
    name: 'recordInteraction',
    document: operation('memory', 'RecordInteraction'),
    prepare: keyed({ interactionType: 'search' }, { interactionType: 'click' }),
  },
  {
    name: 'forget',
    document: FORGET,
    prepare: (key) =>
      keyed({ contextIds: [scenario.contextId], reason: 'asked by the person' }, { reason: 'another' })(key),
  },
  { name: 'beginUpload', document: BEGIN, prepare: keyed(fileInput(), { name: 'run-43.csv' }) },
  {
    name: 'addFileVersion',
    document: ADD_VERSION,
    prepare: (key) => keyed(fileInput({ fileId: scenario.fileId, reason: 'corrected' }), { reason: 'another' })(key),
  },
  {
    name: 'shareFile',
    document: operation('files', 'ShareFile'),
    prepare: (key) =>
      keyed({ fileId: scenario.fileId, subject: 'role:client', level: 'READ' }, { level: 'WRITE' })(key),
  },
  {
    name: 'createUser',
    document: CREATE_USER,
    who: 'admin',
    prepare: keyed(
      { name: 'New Person', email: 'new@demo.test', password: 'long enough to be one', roles: ['ANALYST'] },
      { name: 'Another Person' },
    ),
  },
  {
    name: 'changeUser',
    document: CHANGE_USER,
    who: 'admin',
    prepare: keyed(
      { userId: userId('auditor@demo.test'), expectedVersion: 1, roles: ['AUDITOR', 'ANALYST'], reason: 'helps out' },
      { reason: 'another' },
    ),
  },
];

const TOTALS = `{ samples(first: 1) { totalCount } workflows(first: 1) { totalCount } workflowEvents(first: 1) { totalCount }
  facts(first: 1) { totalCount } ruleSets { id versions { totalCount } } conversations(first: 1) { totalCount }
  memoryStats { collection count } erasureReceipts(first: 1) { totalCount } users(first: 1) { totalCount } }`;

describe('the same key: the first answer, once', () => {
  test.each(WRITES)('$name: five at once and once more', async ({ name, document, who = 'manager', prepare }) => {
    const client = await lab.as(who);
    const { first, other } = await prepare(`key of ${name}`);
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.send<Data>(document, first)));
    expect(answers[0]).toMatchObject({ data: { [name]: expect.anything() } });
    expect(answers[0]).not.toHaveProperty('errors');
    expect(JSON.stringify(answers[0])).not.toMatch(/Refused|Conflict|"code"|currentVersion/);
    for (const answer of answers) expect(answer).toEqual(answers[0]);

    const totals = await manager.request(TOTALS);
    expect(await client.send(document, first)).toEqual(answers[0]);
    const refused = await client.send<Data>(document, other);
    expect(refused.errors).toMatchObject([
      { message: expect.stringMatching(/key.*Take a new key/), extensions: { code: 'CONFLICT' } },
    ]);
    expect(await manager.request(TOTALS)).toEqual(totals);
  });

  test('a key is one person’s: another person’s request under it is its own', async () => {
    const document = operation('memory', 'RecordInteraction');
    const input = { interactionType: 'search', idempotencyKey: 'shared' };
    const ids = await Promise.all(
      [manager, verifier].map(async (who) => ((await who.request(document, { input })) as Data).recordInteraction),
    );
    expect(ids[0].interaction.id).not.toBe(ids[1].interaction.id);
  });

  test('five registrations of one barcode at once, each with its own key: one sample', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        manager.send<Data>(operation('samples', 'RegisterSamples'), {
          inputs: [sampleInput('RACE')],
          idempotencyKey: `race-${i}`,
        }),
      ),
    );
    const outcomes = answers.map(({ data, errors }) => data?.registerSamples?.results[0] ?? errors);
    expect(outcomes.filter(({ __typename }) => __typename === 'SampleRegistered')).toHaveLength(1);
    for (const outcome of outcomes.filter(({ __typename }) => __typename !== 'SampleRegistered')) {
      expect(outcome).toMatchObject({ __typename: 'SampleRefused', code: 'DUPLICATE_BARCODE' });
    }
    const found: Data = await manager.request('{ samples(filter: { text: "RACE" }, first: 5) { totalCount } }');
    expect(found.samples.totalCount).toBe(1);
  });
});

describe('a stale version', () => {
  test('of a workflow: the conflict tells stage and version as they are', async () => {
    const { workflow } = await registerSample(manager);
    const input = { workflowId: workflow.id, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const moves = await Promise.all(
      Array.from({ length: 5 }, () => manager.request<Data>(operation('workflows', 'AdvanceWorkflow'), { input })),
    );
    const outcomes = moves.map(({ advanceWorkflow }) => advanceWorkflow);
    expect(outcomes.filter(({ __typename }) => __typename === 'WorkflowAdvanced')).toHaveLength(1);
    const conflict = { __typename: 'WorkflowConflict', currentStage: 'SAMPLE_RECEPTION', currentVersion: 2 };
    expect(outcomes.filter(({ __typename }) => __typename !== 'WorkflowAdvanced')).toEqual(Array(4).fill(conflict));
    const hold = { workflowId: workflow.id, expectedVersion: 1, reason: 'alarm' };
    expect(await manager.request(operation('workflows', 'HoldWorkflow'), { input: hold })).toEqual({
      holdWorkflow: conflict,
    });
  });

  test.each([
    ['submitResults', SUBMIT, { value: '5', unit: 'mg/L', reason: 'corrected' }],
    ['verifyAnalyses', VERIFY, {}],
    ['assignAnalyses', ASSIGN, { analystId: userId('analyst@demo.test') }],
    ['retractAnalyses', RETRACT, { reason: 'wrong flask' }],
  ])('of an analysis: %s tells the version as it is', async (name, document, more) => {
    const inputs = [await submittedAnalysis({ ...more, expectedVersion: 1 })];
    const data: Data = await manager.request(document, { inputs });
    expect(data[name].results).toMatchObject([
      { code: 'VERSION_CONFLICT', currentVersion: 2, message: expect.stringMatching(/2/) },
    ]);
  });

  test('of a sample and of a person too', async () => {
    const { id } = await unreceived();
    const receive = { inputs: [{ sampleId: id, expectedVersion: 7 }] };
    const received: Data = await manager.request(RECEIVE, receive);
    expect(received.receiveSamples.results).toMatchObject([{ code: 'VERSION_CONFLICT', currentVersion: 1 }]);
    const admin = await lab.as('admin');
    const input = { userId: userId('clerk@demo.test'), expectedVersion: 7, active: false, reason: 'left' };
    expect(await admin.request(CHANGE_USER, { input })).toEqual({
      changeUser: { __typename: 'UserConflict', currentVersion: 1 },
    });
  });

  test('five corrections of one result at once: one is entered, four learn the version', async () => {
    const inputs = [await freshAnalysis({ value: '3.4', unit: 'mg/L' })];
    const answers = await Promise.all(Array.from({ length: 5 }, () => manager.request<Data>(SUBMIT, { inputs })));
    const outcomes = answers.map(({ submitResults }) => submitResults.results[0]);
    const entered = outcomes.filter(({ __typename }) => __typename === 'ResultSubmitted');
    expect(entered).toMatchObject([{ analysis: { version: 2, results: [{ value: '3.4' }] } }]);
    const refused = outcomes.filter(({ __typename }) => __typename !== 'ResultSubmitted');
    expect(refused).toMatchObject(Array(4).fill({ code: 'VERSION_CONFLICT', currentVersion: 2 }));
  });
});

describe('a sample that is registered with startWorkflow', () => {
  test('has its workflow in the answer already, each of a hundred', async () => {
    const inputs = Array.from({ length: 100 }, () => sampleInput());
    const data: Data = await manager.request(operation('samples', 'RegisterSamples'), { inputs });
    const started = { stage: 'INITIATION', status: 'ACTIVE', version: 1 };
    expect(data.registerSamples.results).toMatchObject(Array(100).fill({ sample: { workflow: started } }));
    const ids = data.registerSamples.results.map(({ sample }: Data) => sample.workflow.id);
    expect(new Set(ids).size).toBe(100);
  });

  test('keeps that one, whoever starts it again', async () => {
    const { id, workflow } = await registerSample(manager);
    const again = await Promise.all(
      Array.from({ length: 5 }, () => manager.request(START, { input: { sampleId: id } })),
    );
    const same = { startWorkflow: { started: false, workflow: { id: workflow.id, version: 1 } } };
    expect(again).toEqual(Array(5).fill(same));
    const list = 'query ($ids: [ID!]) { workflows(filter: { sampleId: $ids }, first: 5) { totalCount } }';
    expect(await manager.request(list, { ids: [id] })).toEqual({ workflows: { totalCount: 1 } });
  });
});

describe('every write tells who did it and why', () => {
  interface LoggedEvent {
    readonly type: string;
    readonly reason: string | null;
    readonly actor: { readonly id: string; readonly name: string };
  }

  test('workflows: each change is an event with its actor and reason, in order', async () => {
    const { workflow } = await registerSample(manager);
    const analyst = await lab.as('analyst');
    const base = (expectedVersion: number, reason: string) => ({ workflowId: workflow.id, expectedVersion, reason });
    const advance = operation('workflows', 'AdvanceWorkflow');
    const hold = operation('workflows', 'HoldWorkflow');
    const resume = operation('workflows', 'ResumeWorkflow');
    await verifier.request(advance, { input: { ...base(1, 'came in'), to: 'SAMPLE_RECEPTION' } });
    await analyst.request(hold, { input: base(2, 'freezer alarm') });
    await manager.request(resume, { input: base(3, 'repaired') });
    await manager.request(FAIL, { input: base(4, 'bottle broke') });
    await manager.request(resume, { input: base(5, 'second bottle found') });
    await manager.request(operation('workflows', 'CancelWorkflow'), { input: base(6, 'client withdrew') });
    const log: Data = await manager.request(operation('workflows', 'WorkflowEvents'), {
      workflowId: workflow.id,
      first: 50,
    });
    const seen = log.workflowEvents.edges.map(({ node: { type, reason, actor } }: { node: LoggedEvent }) => [
      type,
      reason,
      actor.name,
    ]);
    expect(seen).toEqual([
      ['workflow.started', null, 'Mara Okafor'],
      ['workflow.advanced', 'came in', 'Viktor Hahn'],
      ['workflow.held', 'freezer alarm', 'Ana Ruiz'],
      ['workflow.resumed', 'repaired', 'Mara Okafor'],
      ['workflow.failed', 'bottle broke', 'Mara Okafor'],
      ['workflow.resumed', 'second bottle found', 'Mara Okafor'],
      ['workflow.cancelled', 'client withdrew', 'Mara Okafor'],
    ]);
  });

  test('a refused or conflicting change leaves no event', async () => {
    const { workflow } = await registerSample(manager);
    const advance = operation('workflows', 'AdvanceWorkflow');
    const input = { workflowId: workflow.id, expectedVersion: 1, to: 'COMPLETION' };
    await manager.request(advance, { input });
    await manager.request(advance, { input: { ...input, expectedVersion: 9 } });
    const log: Data = await manager.request(operation('workflows', 'WorkflowEvents'), {
      workflowId: workflow.id,
      first: 50,
    });
    expect(log.workflowEvents.edges).toHaveLength(1);
  });

  test.each([
    ['hold', operation('workflows', 'HoldWorkflow')],
    ['cancel', operation('workflows', 'CancelWorkflow')],
  ])('a %s without a reason is refused and says so', async (_, document) => {
    const { workflow } = await registerSample(manager);
    const input = { workflowId: workflow.id, expectedVersion: 1, reason: '  ' };
    const { errors } = await manager.send(document, { input });
    expect(errors).toMatchObject([{ message: expect.stringContaining('reason'), extensions: { code: 'BAD_INPUT' } }]);
  });

  test('samples, results, facts and memory name the person', async () => {
    const clerk = await lab.as('clerk');
    const { id, analyses } = await registerSample(clerk);
    const one = { analysisId: analyses[0]!.id, expectedVersion: 1 };
    await (await lab.as('analyst')).request(SUBMIT, { inputs: [{ ...one, value: '3.4', unit: 'mg/L' }] });
    await manager.request(SUBMIT, {
      inputs: [{ ...one, expectedVersion: 2, value: '3.5', unit: 'mg/L', reason: 'misread' }],
    });
    await verifier.request(VERIFY, { inputs: [{ ...one, expectedVersion: 3 }] });
    const query = `query ($id: ID!) { sample(id: $id) {
      custody(first: 5) { edges { node { action by { name } } } }
      analyses { results { value reason enteredBy { name } } verifications { by { name } } }
      workflow { history(first: 1) { edges { node { actor { name } } } } } } }`;
    const { sample }: Data = await manager.request(query, { id });
    expect(sample.custody.edges.map(({ node }: Data) => [node.action, node.by.name])).toEqual([
      ['received', 'Cleo Barnes'],
      ['registered', 'Cleo Barnes'],
    ]);
    const results = [...sample.analyses[0].results].sort((a: Data, b: Data) => a.value.localeCompare(b.value));
    expect(results).toEqual([
      { value: '3.4', reason: null, enteredBy: { name: 'Ana Ruiz' } },
      { value: '3.5', reason: 'misread', enteredBy: { name: 'Mara Okafor' } },
    ]);
    expect(sample.analyses[0].verifications).toEqual([{ by: { name: 'Viktor Hahn' } }]);
    expect(sample.workflow.history.edges[0].node.actor.name).toBe('Cleo Barnes');
  });
});
