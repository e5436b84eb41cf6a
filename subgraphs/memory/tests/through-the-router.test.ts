import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab, userId } from '#tests/lab.ts';

const STORE = `mutation StoreContext($input: StoreContextInput!) {
  storeContext(input: $input) { context { id conversationId createdAt contentSummary } } }`;
const RELEVANT = `query RelevantContext($query: String!, $conversationId: ID, $limit: Int) {
  relevantContext(query: $query, conversationId: $conversationId, limit: $limit) {
    score scores { lexical dense session recency }
    context { id conversationId messageType content workflowStage createdAt workflow { id stage } } } }`;
const CONVERSATION = `query Conversation($id: ID!, $first: Int!, $after: String) { conversation(id: $id) {
    id startedAt lastActivityAt user { id name }
    contexts(first: $first, after: $after) {
      totalCount edges { cursor node { id messageType content createdAt } } pageInfo { hasNextPage endCursor } } } }`;
const FORGET = `mutation Forget($input: ForgetInput!) { forget(input: $input) { receipt { id erased at user { name } } } }`;
const turn = {
  conversationId: 'c-1',
  messageType: 'USER',
  content: 'Which blanks failed this week?',
  workflowId: null,
  embedding: null,
  embeddingModel: null,
  expiresAt: null,
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Data = any;
let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

test('a person stores, finds, reads and forgets; nobody of either organization sees it meanwhile', async () => {
  const analyst = await lab.as('analyst');
  const { storeContext } = await analyst.request<Data>(STORE, { input: turn });
  expect(storeContext.context).toMatchObject({ conversationId: 'c-1', contentSummary: turn.content });

  const { relevantContext } = await analyst.request<Data>(RELEVANT, { query: 'failed blanks', conversationId: null });
  expect(relevantContext).toMatchObject([{ context: { id: storeContext.context.id, workflow: null } }]);
  const { conversation } = await analyst.request<Data>(CONVERSATION, { id: 'c-1', first: 10 });
  expect(conversation).toMatchObject({
    user: { id: userId('analyst@demo.test'), name: 'Ana Ruiz' },
    contexts: { totalCount: 1, edges: [{ node: { content: turn.content } }] },
  });

  for (const who of ['manager', 'admin', 'manager@other.test']) {
    const other = await lab.as(who);
    expect(await other.request(RELEVANT, { query: 'failed blanks' })).toEqual({ relevantContext: [] });
    expect(await other.request(CONVERSATION, { id: 'c-1', first: 10 })).toEqual({ conversation: null });
    const { errors } = await other.send(FORGET, { input: { conversationId: 'c-1', reason: 'mine?' } });
    expect(errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
  }

  const { forget } = await analyst.request<Data>(FORGET, { input: { conversationId: 'c-1', reason: 'asked' } });
  expect(forget.receipt).toMatchObject({ erased: 1, user: { name: 'Ana Ruiz' } });
  expect(await analyst.request(RELEVANT, { query: 'failed blanks' })).toEqual({ relevantContext: [] });
});

test('without a token, or with a role that has no memory, it is refused', async () => {
  const code = async (who: Promise<Lab['anonymous']> | Lab['anonymous']) =>
    (await (await who).send(RELEVANT, { query: 'x' })).errors?.[0]?.extensions?.code;
  expect(await code(lab.anonymous)).toBe('UNAUTHENTICATED');
  expect(await code(lab.as('auditor'))).toBe('FORBIDDEN');
});

test('input that the schema refuses is BAD_INPUT', async () => {
  const analyst = await lab.as('analyst');
  for (const change of [{ messageType: 'PARROT' }, { expiresAt: 'tomorrow' }, { embedding: ['x'] }]) {
    const { errors } = await analyst.send(STORE, { input: { ...turn, ...change } });
    expect(errors?.[0]?.extensions?.code).toBe('BAD_INPUT');
  }
});
