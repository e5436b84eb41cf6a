import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GraphQLClient, GraphQLProblem } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { operation } from '../documents.ts';
import { createLab, type Lab } from '../lab.ts';

const REGISTER = operation('samples', 'RegisterSamples');
const SUBMIT = operation('samples', 'SubmitResults');
const NOW = new Date();
const TOMORROW = new Date(NOW.getTime() + 86_400_000).toISOString();

/** Counts of everything that a refused request could have left behind. */
const CENSUS = `{
  samples(first: 1) { totalCount }
  workflows(first: 1) { totalCount }
  workflowEvents(first: 1) { totalCount }
  sampleTypes { code }
  clients(first: 1) { totalCount }
  facts(first: 1) { totalCount }
  ruleSets { id versions { totalCount } }
  conversations(first: 1) { totalCount }
  memoryStats { collection count }
  users(first: 1) { totalCount }
}`;

interface Sample {
  readonly id: string;
  readonly version: number;
  readonly analyses: readonly { readonly id: string; readonly version: number; readonly status: string }[];
}

const CREATE_USER = `mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename } }`;
const END_SESSIONS = 'mutation ($id: ID!, $reason: String!) { endSessions(userId: $id, reason: $reason) { ended } }';
const START = 'mutation ($input: StartWorkflowInput!) { startWorkflow(input: $input) { started } }';
const SAVE_TYPES = 'mutation ($inputs: [SampleTypeInput!]!) { saveSampleTypes(inputs: $inputs) { created } }';

const person = (more: object) => ({
  name: 'New Person',
  email: 'new@demo.test',
  password: 'long enough to be one',
  roles: ['ANALYST'],
  ...more,
});
const turn = (more: object) => ({ conversationId: 'c', messageType: 'USER', content: 'hello', ...more });
const pattern = (more: object) => ({ patternType: 'rework', description: 'reruns', successRate: 1, ...more });
const file = (more: object) => ({
  name: 'a.csv',
  mediaType: 'text/csv',
  size: 3,
  sha256: 'a'.repeat(64),
  ...more,
});
const result = () => ({ analysisId: sample.analyses[0]!.id, expectedVersion: sample.analyses[0]!.version });

let lab: Lab;
let manager: GraphQLClient;
let sample: Sample;
let before: unknown;

beforeAll(async () => {
  lab = await createLab({ catalogue: true });
  manager = await lab.as('manager');
  const input = { typeCode: 'WATER', barcode: 'TAKEN', receivedAt: '2026-01-02T00:00:00Z', analyses: ['NITRATE'] };
  const { registerSamples } = await manager.request<{ registerSamples: { results: { sample: Sample }[] } }>(REGISTER, {
    inputs: [{ ...input, startWorkflow: true }],
  });
  sample = await detail(registerSamples.results[0]!.sample.id);
});
afterAll(() => lab[Symbol.asyncDispose]());

async function detail(id: string): Promise<Sample> {
  const query = '($id: ID!) { sample(id: $id) { id version analyses { id version status result { value text } } } }';
  return (await manager.request<{ sample: Sample }>(`query ${query}`, { id })).sample;
}

async function state(): Promise<unknown> {
  return [await manager.request(CENSUS), await detail(sample.id)];
}

// Each refusal leaves everything as it was, and the system answers the next request.
beforeEach(async () => {
  before = await state();
});
afterEach(async () => {
  expect(await state()).toEqual(before);
});

interface Answer {
  readonly status: number;
  readonly requestId: string | null;
  readonly data: unknown;
  readonly errors: readonly GraphQLProblem[];
}

async function post(body: string | object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(lab.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${manager.accessToken}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answerOf(response);
}

async function answerOf(response: Response): Promise<Answer> {
  const { data, errors = [] } = (await response.json()) as { data?: unknown; errors?: GraphQLProblem[] };
  return { status: response.status, requestId: response.headers.get('x-request-id'), data, errors };
}

/** Every error has the code, the request's id and a sentence that tells what `says` matches. */
function expectRefusal(answer: Answer, code: string, says: RegExp): void {
  expect(answer.errors).not.toEqual([]);
  for (const { message, extensions } of answer.errors) {
    expect(extensions).toMatchObject({ code, requestId: answer.requestId });
    expect(message).toMatch(/\S+ \S+ \S+/);
  }
  expect(answer.errors.map(({ message }) => message).join('\n')).toMatch(says);
}

const water = (more: object) => ({ inputs: [{ typeCode: 'WATER', ...more }] });

describe('a document or its variables are wrong: BAD_INPUT before anything runs', () => {
  const COUNT = 'query ($first: Int!, $after: String) { samples(first: $first, after: $after) { totalCount } }';
  const registerLiteral = (field: string) =>
    `mutation { registerSamples(inputs: [{ typeCode: "WATER", ${field} }]) { results { __typename } } }`;

  test.each<[string, object, RegExp]>([
    ['an unknown enum value in the document', { query: registerLiteral('priority: ROUTNE') }, /ROUTNE.*ROUTINE/],
    [
      'an unknown enum value in a variable',
      { query: REGISTER, variables: water({ priority: 'ROUTNE' }) },
      /inputs\[0\]\.priority.*ROUTNE.*ROUTINE/s,
    ],
    ['an enum value as text', { query: registerLiteral('priority: "STAT"') }, /Priority.*STAT/],
    ['a field that does not exist', { query: '{ samples(first: 1) { totalCont } }' }, /totalCont.*"totalCount"/],
    [
      'an input field that does not exist',
      { query: REGISTER, variables: water({ barcod: 'x' }) },
      /barcod.*"barcode"/s,
    ],
    ['an argument that does not exist', { query: '{ samples(frist: 1) { totalCount } }' }, /frist.*"first"/s],
    ['a missing variable', { query: COUNT }, /\$first/],
    ['a number that is text', { query: COUNT, variables: { first: 'ten' } }, /\$first.*Int/],
    ['a number beyond 32 bits', { query: COUNT, variables: { first: 2 ** 40 } }, /\$first.*Int/],
    ['no document', {}, /"query" must be/],
    ['an empty document', { query: ' ' }, /Unexpected <EOF>|operation/],
    ['a syntax error', { query: '{ samples(first: 1) { totalCount }' }, /Expected Name, found <EOF>/],
    ['variables that are a list', { query: COUNT, variables: [1] }, /"variables" must be a JSON object/],
    ['an operation that is not there', { query: 'query A { __typename }', operationName: 'B' }, /"B".*A/s],
    [
      'too deep a query',
      { query: `{ sample(id: "x") { ${'parent { '.repeat(30)} id ${'}'.repeat(30)} } }` },
      /levels; at most 25/,
    ],
    [
      'too many aliases',
      { query: `{ sampleTypes { ${Array.from({ length: 300 }, (_, i) => `a${i}: code`).join(' ')} } }` },
      /aliases; at most 200/,
    ],
    [
      'lists in circles, small as the document is',
      {
        query: `{ samples(first: 200) { edges { node { ${'analyses { sample { '.repeat(10)} id ${'}}'.repeat(10)} } } } }`,
      },
      /lists of Analysis .* more than 3 times.*operation of its own/,
    ],
    [
      'pages in pages',
      {
        query:
          '{ workflows(first: 200) { edges { node { history(first: 200) { edges { node { actor { id } } } } } } } }',
      },
      /may cost \d{5,}.*at most \d+.*smaller "first"/,
    ],
    [
      'pages in pages by variables',
      {
        query: `query ($first: Int!) {
          workflows(first: $first) { edges { node { history(first: $first) { edges { node { actor { id } } } } } } }
        }`,
        variables: { first: 200 },
      },
      /may cost \d{5,}.*at most \d+.*smaller "first"/,
    ],
  ])('%s', async (_, body, says) => {
    const plain = await post(body);
    expectRefusal(plain, 'BAD_INPUT', says);
    expect(plain.data ?? null).toBeNull();
    const modern = await post(body, { accept: 'application/graphql-response+json' });
    expectRefusal(modern, 'BAD_INPUT', says);
    expect(modern.status).toBe(400);
  });

  test.each<[string, object, RegExp]>([
    ['31 February', water({ collectedAt: '2026-02-31T00:00:00Z' }), /instant such as.*2026-02-31/],
    ['29 February of a common year', water({ collectedAt: '2025-02-29T00:00:00Z' }), /instant such as.*2025-02-29/],
    ['a date without offset', water({ collectedAt: '2026-02-03T00:00:00' }), /instant such as.*-06:00/],
    ['hour 25', water({ collectedAt: '2026-02-03T25:00:00Z' }), /instant such as/],
    ['a number instead of a date', water({ collectedAt: 1_600_000_000 }), /instant such as/],
    ['a character that is no text', water({ barcode: 'a\u0000b' }), /inputs\[0\]\.barcode/],
    ['half of a surrogate pair', water({ remarks: '\ud800' }), /inputs\[0\]\.remarks/],
  ])('what only a service can judge: %s', async (_, variables, says) => {
    expectRefusal(await post({ query: REGISTER, variables }), 'BAD_INPUT', says);
  });

  test.each<[string, string, RegExp]>([
    ['letters', 'much', /decimal number such as "0.034".*much/],
    ['a comma', '3,4', /decimal number such as/],
    ['infinity', 'Infinity', /decimal number such as/],
    ['a hexadecimal number', '0x10', /decimal number such as/],
    ['a thousand digits', '9'.repeat(1_000), /decimal number such as/],
  ])('a quantity that is no decimal number: %s', async (_, value, says) => {
    const variables = { inputs: [{ analysisId: sample.analyses[0]!.id, expectedVersion: 1, value }] };
    expectRefusal(await post({ query: SUBMIT, variables }), 'BAD_INPUT', says);
  });
});

describe('a page is asked for wrongly', () => {
  const LISTS = [
    'samples',
    'workflows',
    'workflowEvents',
    'clients',
    'samplePoints',
    'analysisServices',
    'users',
    'facts',
    'rules',
    'conversations',
    'userInteractions',
    'erasureReceipts',
  ];
  const cursor = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url');

  test.each(LISTS)('%s: no rows, too many rows, a negative number', async (list) => {
    for (const first of [0, -1, 201, 10_000]) {
      const query = `query ($first: Int!) { ${list}(first: $first) { totalCount edges { cursor } } }`;
      expectRefusal(await post({ query, variables: { first } }), 'BAD_INPUT', /"first" must be 1 to 200, got -?\d+/);
    }
  });

  test.each(LISTS)('%s: so many rows that the router does not ask for them', async (list) => {
    const query = `query ($first: Int!) { ${list}(first: $first) { totalCount edges { cursor } } }`;
    const answer = await post({ query, variables: { first: 2_000_000_000 } });
    expectRefusal(answer, 'BAD_INPUT', /may cost \d+.*at most \d+/);
  });

  test.each(LISTS)('%s: a cursor that no list gave', async (list) => {
    const query = `query ($after: String) { ${list}(first: 1, after: $after) { edges { cursor } } }`;
    const wrong = [
      'nonsense',
      '🧪',
      cursor('x'),
      cursor('x', 'y'),
      cursor('x', 'y', 'z'),
      cursor(null),
      cursor(null, null),
      cursor(1e300),
      cursor('2026-01-01T00:00:00Z', 'no id'),
      cursor('a\u0000b', 'c'),
      'x'.repeat(10_000),
    ];
    const answers = await Promise.all(wrong.map((after) => post({ query, variables: { after } })));
    for (const answer of answers) {
      // Some lists are keyed by plain words: there a made-up word is a place like any other.
      if (answer.errors.length > 0) expectRefusal(answer, 'BAD_INPUT', /cursor|"after"/);
      else expect(answer.data).toBeTruthy();
    }
    expect(answers[0]!.errors).not.toEqual([]);
  });
});

describe('a sample is refused with a code and a sentence, for itself', () => {
  test.each<[string, object, string, RegExp]>([
    ['collected tomorrow', { collectedAt: TOMORROW }, 'COLLECTED_IN_FUTURE', /after now.*check its date/],
    ['received tomorrow', { receivedAt: TOMORROW }, 'RECEIVED_IN_FUTURE', /after now.*leave it out/],
    ['a barcode that another sample has', { barcode: 'TAKEN' }, 'DUPLICATE_BARCODE', /"TAKEN".*label/],
    ['an unknown sample type', { typeCode: 'WINE' }, 'UNKNOWN_SAMPLE_TYPE', /"WINE".*sampleTypes/],
    ['an unknown service', { analyses: ['GOLD'] }, 'UNKNOWN_ANALYSIS_SERVICE', /"GOLD".*analysisServices/],
    ['a service twice', { analyses: ['NITRATE', 'NITRATE'] }, 'DUPLICATE_ANALYSIS', /NITRATE.*once/],
    ['a parent that is no id', { parentId: 'mother' }, 'UNKNOWN_PARENT', /"mother".*register/],
    ['a condition without reception', { condition: 'LEAKING' }, 'CONDITION_WITHOUT_RECEPTION', /receivedAt/],
  ])('%s', async (_, more, code, says) => {
    const { status, data } = await post({ query: REGISTER, variables: water(more) });
    expect(status).toBe(200);
    expect(data).toEqual({
      registerSamples: {
        results: [{ __typename: 'SampleRefused', index: 0, code, message: expect.stringMatching(says) }],
      },
    });
  });

  test.each<[string, object, string, RegExp]>([
    ['a negative quantity', { value: '-3.4', unit: 'mg/L' }, 'VALUE_NEGATIVE', /below zero.*ND/],
    ['a unit that does not parse', { value: '3.4', unit: 'milligrams/l' }, 'UNIT_INVALID', /milligrams.*UCUM.*mg\/L/],
    ['measured tomorrow', { value: '3.4', unit: 'mg/L', measuredAt: TOMORROW }, 'MEASURED_IN_FUTURE', /after now/],
    ['a negative detection limit', { text: 'ND', detectionLimit: '-1' }, 'DETECTION_LIMIT_NEGATIVE', /zero or more/],
    ['neither a value nor text', {}, 'VALUE_OR_TEXT', /either value or text, got neither/],
    ['both a value and text', { value: '1', text: 'ND' }, 'VALUE_OR_TEXT', /either value or text, got both/],
  ])('a result: %s', async (_, more, code, says) => {
    const [analysis] = sample.analyses;
    const variables = { inputs: [{ analysisId: analysis!.id, expectedVersion: analysis!.version, ...more }] };
    const { status, data } = await post({ query: SUBMIT, variables });
    expect(status).toBe(200);
    expect(data).toEqual({
      submitResults: {
        results: [{ __typename: 'ResultRefused', index: 0, code, message: expect.stringMatching(says) }],
      },
    });
  });

  test.each([501, 10_000])('%d samples in one mutation', async (count) => {
    const inputs = Array.from({ length: count }, (_, i) => ({ typeCode: 'WATER', barcode: `B-${i}` }));
    const answer = await post({ query: REGISTER, variables: { inputs } });
    expectRefusal(answer, 'BAD_INPUT', new RegExp(`at most 500 at once, got ${count}: send them in parts`));
  });
});

describe('the caller is nobody, or no longer somebody', () => {
  const ME = operation('accounts', 'Me');

  test.each<[string, string]>([
    ['not a token', 'Bearer nonsense'],
    ['a token with a broken signature', 'BROKEN'],
    ['a token that nobody signed', 'UNSIGNED'],
  ])('%s is UNAUTHENTICATED and says to sign in', async (_, given) => {
    const [head, payload, signature] = manager.accessToken!.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const authorization = given
      .replace('BROKEN', `Bearer ${head}.${payload}.${signature!.split('').reverse().join('')}`)
      .replace('UNSIGNED', `Bearer ${none}.${payload}.`);
    expectRefusal(await post({ query: ME }, { authorization }), 'UNAUTHENTICATED', /signIn/);
    const change = { query: REGISTER, variables: water({}) };
    expectRefusal(await post(change, { authorization }), 'UNAUTHENTICATED', /signIn/);
  });

  test('no token is UNAUTHENTICATED; another scheme is not a token', async () => {
    expectRefusal(
      await post({ query: REGISTER, variables: water({}) }, { authorization: '' }),
      'UNAUTHENTICATED',
      /sign/i,
    );
    const authorization = `Basic ${btoa(`manager@demo.test:${DEMO_PASSWORD}`)}`;
    expectRefusal(await post({ query: ME }, { authorization }), 'UNAUTHENTICATED', /sign/i);
  });

  test('a person without the permission is FORBIDDEN and told what is missing', async () => {
    const auditor = await lab.as('auditor');
    const authorization = `Bearer ${auditor.accessToken}`;
    expectRefusal(
      await post({ query: REGISTER, variables: water({}) }, { authorization }),
      'FORBIDDEN',
      /samples:register/,
    );
  });
});

describe('the request is no GraphQL request', () => {
  test.each<[string, string, Record<string, string>, number, RegExp]>([
    ['malformed JSON', '{"query": "{ me { id } }"', {}, 400, /not JSON.*\{"query": "…"/s],
    ['an empty body', '', {}, 400, /not JSON.*\{"query": "…"/s],
    ['JSON that is no object', '"{ me { id } }"', {}, 400, /must be a JSON object/],
    [
      'more operations at once than are served',
      JSON.stringify(Array.from({ length: 11 }, () => ({ query: '{ me { id } }' }))),
      {},
      400,
      /11 operations; at most 10/,
    ],
    [
      'a query of 10 MB',
      JSON.stringify({ query: `{ me { id } } #${'x'.repeat(10_000_000)}` }),
      {},
      413,
      /larger than \d+/,
    ],
    ['a form', 'query={me{id}}', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /application\/json/],
  ])('%s', async (_, body, headers, status, says) => {
    const answer = await post(body, headers);
    expectRefusal(answer, 'BAD_INPUT', says);
    expect(answer.status).toBe(status);
  });

  test('a mutation over GET', async () => {
    const url = new URL(lab.endpoint);
    url.searchParams.set(
      'query',
      'mutation { registerSamples(inputs: [{ typeCode: "WATER" }]) { results { __typename } } }',
    );
    const answer = await answerOf(await fetch(url, { headers: { authorization: `Bearer ${manager.accessToken}` } }));
    expectRefusal(answer, 'BAD_INPUT', /POST/);
    expect(answer.status).toBe(405);
  });

  test('another method', async () => {
    const answer = await answerOf(await fetch(lab.endpoint, { method: 'PATCH', body: '{}' }));
    expectRefusal(answer, 'BAD_INPUT', /POST/);
    expect(answer.status).toBe(405);
  });
});

describe('ids that are none', () => {
  const ONE = [
    'sample(id: $id) { id }',
    'analysis(id: $id) { id }',
    'workflow(id: $id) { id }',
    'user(id: $id) { id }',
    'fact(id: $id) { id }',
    'rule(id: $id) { id }',
    'ruleSetVersion(id: $id) { id }',
    'conversation(id: $id) { id }',
    'file(id: $id) { id }',
    'workflowEvents(workflowId: $id, first: 1) { totalCount }',
  ];
  test.each(ONE)('%s finds nothing and does not fail', async (field) => {
    for (const id of ['nonsense', '', '🧪', "' or 1=1 --", '0'.repeat(5_000), '00000000-0000-0000-0000-000000000000']) {
      const answer = await post({ query: `query ($id: ID!) { ${field} }`, variables: { id } });
      for (const { extensions } of answer.errors) {
        expect(['NOT_FOUND', 'BAD_INPUT'], `${id.slice(0, 20)} in ${field}`).toContain(extensions?.code);
      }
    }
  });

  const change = (id: string) => ({ expectedVersion: 1, reason: 'because', workflowId: id });
  test.each<[string, string, (id: string) => object]>([
    ['advanceWorkflow', 'AdvanceWorkflowInput!', (id) => ({ workflowId: id, to: 'TESTING', expectedVersion: 1 })],
    ['holdWorkflow', 'ChangeWorkflowStatusInput!', change],
    ['resumeWorkflow', 'ChangeWorkflowStatusInput!', change],
    ['cancelWorkflow', 'ChangeWorkflowStatusInput!', change],
    ['startWorkflow', 'StartWorkflowInput!', (id) => ({ sampleId: id })],
    ['changeUser', 'ChangeUserInput!', (id) => ({ userId: id, expectedVersion: 1, reason: 'because' })],
    ['shareFile', 'ShareFileInput!', (id) => ({ fileId: id, subject: 'role:client', level: 'READ' })],
    ['forget', 'ForgetInput!', (id) => ({ contextIds: [id], reason: 'because' })],
    [
      'storeContext',
      'StoreContextInput!',
      (id) => ({ conversationId: 'c', messageType: 'USER', content: 'x', workflowId: id }),
    ],
  ])('%s of nothing is NOT_FOUND', async (field, type, input) => {
    const who = field === 'changeUser' ? await lab.as('admin') : manager;
    const query = `mutation ($input: ${type}) { ${field}(input: $input) { __typename } }`;
    for (const id of ['nonsense', '🧪', '00000000-0000-0000-0000-000000000000']) {
      const { errors } = await who.send(query, { input: input(id) });
      expect(errors, id).toMatchObject([{ extensions: { code: 'NOT_FOUND', requestId: expect.any(String) } }]);
    }
  });

  test.each<[string, string, string, (id: string) => object]>([
    [
      'submitResults',
      '[SubmitResultInput!]!',
      'ResultRefused',
      (id) => ({ analysisId: id, expectedVersion: 1, value: '1' }),
    ],
    [
      'verifyAnalyses',
      '[VerifyAnalysisInput!]!',
      'VerificationRefused',
      (id) => ({ analysisId: id, expectedVersion: 1 }),
    ],
    ['assignAnalyses', '[ChangeAnalysisInput!]!', 'AnalysisRefused', (id) => ({ analysisId: id, expectedVersion: 1 })],
    [
      'retractAnalyses',
      '[ChangeAnalysisInput!]!',
      'AnalysisRefused',
      (id) => ({ analysisId: id, expectedVersion: 1, reason: 'x' }),
    ],
    ['receiveSamples', '[ReceiveSampleInput!]!', 'ReceptionRefused', (id) => ({ sampleId: id, expectedVersion: 1 })],
  ])('%s of nothing is refused with NOT_FOUND', async (field, type, refusal, input) => {
    const query = `mutation ($inputs: ${type}) { ${field}(inputs: $inputs) { results { ... on ${refusal} { code } } } }`;
    const inputs = ['nonsense', '🧪', '00000000-0000-0000-0000-000000000000'].map(input);
    expect(await manager.request(query, { inputs })).toEqual({
      [field]: { results: inputs.map(() => ({ code: 'NOT_FOUND' })) },
    });
  });
});

describe('text that no store can keep is refused, never half-kept', () => {
  const WRITES: readonly [string, string, (text: string) => object, string?][] = [
    ['signIn', operation('accounts', 'SignIn'), (text) => ({ email: `${text}@demo.test`, password: text })],
    ['createUser', CREATE_USER, (text) => ({ input: person({ name: text }) }), 'admin'],
    ['createUser', CREATE_USER, (text) => ({ input: person({ email: `${text}@demo.test` }) }), 'admin'],
    ['createUser', CREATE_USER, (text) => ({ input: person({ roles: ['CLIENT'], clientId: text }) }), 'admin'],
    ['endSessions', END_SESSIONS, (text) => ({ id: '01920000-0000-7000-8000-000000000014', reason: text }), 'admin'],
    ['startWorkflow', START, (text) => ({ input: { sampleId: sample.id, idempotencyKey: text } })],
    ['registerSamples', REGISTER, (text) => ({ ...water({}), idempotencyKey: text })],
    ['submitResults', SUBMIT, (text) => ({ inputs: [{ ...result(), text }] })],
    ['submitResults', SUBMIT, (text) => ({ inputs: [{ ...result(), text: 'ND', qualifiers: [text] }] })],
    ['assertFacts', operation('rules', 'AssertFacts'), (text) => ({ facts: [{ text: `late('${text}')` }] })],
    ['saveRules', operation('rules', 'SaveRules'), (text) => ({ ruleSet: 'odd', text: `late('${text}').` })],
    ['storeContext', operation('memory', 'StoreContext'), (text) => ({ input: turn({ content: text }) })],
    ['storeContext', operation('memory', 'StoreContext'), (text) => ({ input: turn({ conversationId: text }) })],
    ['storePattern', operation('memory', 'StorePattern'), (text) => ({ input: pattern({ description: text }) })],
    ['recordInteraction', operation('memory', 'RecordInteraction'), (text) => ({ input: { interactionType: text } })],
    ['forget', operation('memory', 'Forget'), (text) => ({ input: { everything: true, reason: text } })],
    ['beginUpload', operation('files', 'BeginUpload'), (text) => ({ input: file({ name: `${text}.csv` }) })],
    ['beginUpload', operation('files', 'BeginUpload'), (text) => ({ input: file({ idempotencyKey: text }) })],
    ['saveSampleTypes', SAVE_TYPES, (text) => ({ inputs: [{ code: 'ODD', name: text }] })],
  ];

  test.each(WRITES)('%s %#', async (_, document, variables, who = 'manager') => {
    const client = await lab.as(who);
    for (const text of ['a\u0000b', 'half \ud800 pair']) {
      const { data, errors = [] } = await client.send<object>(document, variables(text));
      for (const { extensions, message } of errors) expect(extensions, message).toMatchObject({ code: 'BAD_INPUT' });
      if (errors.length === 0) expect(JSON.stringify(data)).toMatch(/Refused/);
    }
  });
});
