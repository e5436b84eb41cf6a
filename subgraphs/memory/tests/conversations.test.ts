import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONVERSATION, type MemoryLab, openMemoryLab, SEARCH, STATS, STORE, say, search } from './memory-lab.ts';

const WORKFLOW = v7();
let lab: MemoryLab;
beforeAll(async () => {
  lab = await openMemoryLab({ workflows: new Map([[WORKFLOW, 'TESTING']]) });
});
afterAll(() => lab[Symbol.asyncDispose]());

const embedding = (axis: number) => Array.from({ length: 384 }, (_, index) => (index === axis ? 1 : 0.01));
const colleagueOf = ({ viewer }: { viewer: { organizationId: string } }) =>
  lab.person({ organizationId: viewer.organizationId });

test('what was stored is found in the next breath, with the reasons for its place', async () => {
  const ana = lab.person();
  await say(ana, 'The method blanks of batch 7 were contaminated.');
  await say(ana, 'Freezer two is warming.');
  const { relevantContext } = await ana.request(SEARCH, {
    query: 'contaminated blanks',
    conversationId: null,
    limit: 10,
  });
  expect(relevantContext[0]).toMatchObject({
    context: { conversationId: 'c-1', content: 'The method blanks of batch 7 were contaminated.' },
    scores: { lexical: 1, dense: null, session: 1 },
  });
  expect(relevantContext[0].scores.recency).toBeGreaterThan(0.99);
});

test('a stored turn answers with its summary and its place', async () => {
  const content = `Nitrate recovery was low. ${'More words about it follow here. '.repeat(30)}`;
  const input = { conversationId: 'c-1', messageType: 'ASSISTANT', content, expiresAt: '2126-01-01T00:00:00Z' };
  const { storeContext } = await lab.person().request(STORE, { input });
  expect(storeContext.context).toMatchObject({
    conversationId: 'c-1',
    messageType: 'ASSISTANT',
    content,
    contentSummary: expect.stringMatching(/^Nitrate recovery was low\. .*here\.$/),
    workflow: null,
    workflowStage: null,
    embeddingModel: null,
    expiresAt: '2126-01-01T00:00:00.000Z',
  });
});

test('a conversation answers with its turns in order, page by page', async () => {
  const ana = lab.person();
  for (const content of ['one', 'two', 'three']) await say(ana, content);
  const first = (await ana.request(CONVERSATION, { id: 'c-1', first: 2 })).conversation;
  expect(first).toMatchObject({ id: 'c-1', user: { id: ana.viewer.userId }, contexts: { totalCount: 3 } });
  expect(first.contexts.pageInfo.hasNextPage).toBe(true);
  const after = first.contexts.pageInfo.endCursor;
  const rest = (await ana.request(CONVERSATION, { id: 'c-1', first: 2, after })).conversation.contexts;
  const contents = [...first.contexts.edges, ...rest.edges].map(
    ({ node }: { node: { content: string } }) => node.content,
  );
  expect(contents).toEqual(['one', 'two', 'three']);
  expect(rest.pageInfo.hasNextPage).toBe(false);
  expect(await ana.refusal(CONVERSATION, { id: 'c-1', first: 2, after: 'nonsense' })).toBe('BAD_INPUT');
});

test('turns stored at the same time each get a place of their own', async () => {
  const ana = lab.person();
  await Promise.all(Array.from({ length: 12 }, (_, n) => say(ana, `turn ${n}`)));
  const { conversation } = await ana.request(CONVERSATION, { id: 'c-1', first: 50 });
  expect(conversation.contexts.totalCount).toBe(12);
});

test('conversations are listed by their latest activity', async () => {
  const ana = lab.person();
  for (const conversationId of ['a', 'b', 'c', 'a']) await say(ana, 'words', { conversationId });
  const LIST = `query ($after: String) { conversations(first: 2, after: $after) { totalCount edges { cursor node { id } } } }`;
  const ids = (page: { edges: { node: { id: string } }[] }) => page.edges.map(({ node }) => node.id);
  const { conversations: first } = await ana.request(LIST);
  const { conversations: rest } = await ana.request(LIST, { after: first.edges[1].cursor });
  expect([first.totalCount, ids(first), ids(rest)]).toEqual([3, ['a', 'c'], ['b']]);
});

test('a turn about a workflow keeps the stage it was at, and the workflow knows its turns', async () => {
  const ana = lab.person();
  const id = await say(ana, 'The recovery is low', { workflowId: WORKFLOW });
  await say(ana, 'Unrelated');
  const ENTITY = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Workflow { conversationContexts {
    totalCount edges { node { id workflowStage workflow { id } } } } } } }`;
  const of = [{ __typename: 'Workflow', id: WORKFLOW }];
  const node = { id, workflowStage: 'TESTING', workflow: { id: WORKFLOW } };
  expect((await ana.request(ENTITY, { of }))._entities[0].conversationContexts).toEqual({
    totalCount: 1,
    edges: [{ node }],
  });
  const colleague = await colleagueOf(ana).request(ENTITY, { of });
  expect(colleague._entities[0].conversationContexts).toEqual({ totalCount: 0, edges: [] });
});

test('a workflow that does not exist is refused, and nothing is stored', async () => {
  const ana = lab.person();
  const turn = { conversationId: 'c-1', messageType: 'USER', content: 'x' };
  expect(await ana.refusal(STORE, { input: { ...turn, workflowId: v7() } })).toBe('NOT_FOUND');
  expect(await ana.refusal(STORE, { input: { ...turn, workflowId: 'nonsense' } })).toBe('NOT_FOUND');
  expect((await ana.request(CONVERSATION, { id: 'c-1' })).conversation).toBeNull();
});

test('a search can be kept to one conversation; one that does not exist holds nothing', async () => {
  const ana = lab.person();
  await say(ana, 'autosampler jammed', { conversationId: 'a' });
  await say(ana, 'autosampler repaired', { conversationId: 'b' });
  expect(await search(ana, 'autosampler', { conversationId: 'b' })).toEqual(['autosampler repaired']);
  expect(await search(ana, 'autosampler', { conversationId: 'c' })).toEqual([]);
  expect(await search(ana, 'autosampler')).toHaveLength(2);
});

test('an embedding finds what shares no word, of the same model only', async () => {
  const ana = lab.person();
  await say(ana, 'freezer two is warming', { embedding: embedding(3), embeddingModel: 'nomic' });
  await say(ana, 'pipettes arrived', { embedding: embedding(9), embeddingModel: 'nomic' });
  const cold = { query: 'cold storage alarm', embedding: embedding(3) };
  const { relevantContext } = await ana.request(SEARCH, { ...cold, embeddingModel: 'nomic' });
  expect(relevantContext[0]).toMatchObject({ context: { content: 'freezer two is warming' }, scores: { dense: 1 } });
  expect(await search(ana, cold.query, { ...cold, embeddingModel: 'minilm' })).toEqual([]);
  expect(await search(ana, cold.query)).toEqual([]);
});

describe('a retry', () => {
  const input = { conversationId: 'c-1', messageType: 'USER', content: 'once', idempotencyKey: 'k1' };

  test('with the same key stores nothing new and answers as the first time', async () => {
    const ana = lab.person();
    const first = await ana.request(STORE, { input });
    expect(await ana.request(STORE, { input })).toEqual(first);
    expect((await ana.request(CONVERSATION, { id: 'c-1' })).conversation.contexts.totalCount).toBe(1);
  });

  test('with the same key and other words is a conflict', async () => {
    const ana = lab.person();
    await ana.request(STORE, { input });
    expect(await ana.refusal(STORE, { input: { ...input, content: 'twice' } })).toBe('CONFLICT');
  });

  test('of another person with the same key is that person’s first', async () => {
    const ana = lab.person();
    const ben = colleagueOf(ana);
    const [first, second] = [await ana.request(STORE, { input }), await ben.request(STORE, { input })];
    expect(second.storeContext.context.id).not.toBe(first.storeContext.context.id);
  });
});

describe('nobody else', () => {
  const others = [
    ['a colleague', (organizationId: string) => lab.person({ organizationId })],
    ['the laboratory manager', (organizationId: string) => lab.person({ organizationId, role: 'lab_manager' })],
    ['an administrator', (organizationId: string) => lab.person({ organizationId, role: 'admin' })],
    ['another organization', () => lab.person()],
  ] as const;

  test.each(others)('finds or sees what a person said: %s', async (_, other) => {
    const ana = lab.person();
    const id = await say(ana, 'zanzibarium recovery', { embedding: embedding(1), embeddingModel: 'nomic' });
    const reader = other(ana.viewer.organizationId);
    const vector = { embedding: embedding(1), embeddingModel: 'nomic' };
    expect(await search(reader, 'zanzibarium', vector)).toEqual([]);
    expect(await search(reader, 'zanzibarium', { conversationId: 'c-1' })).toEqual([]);
    expect((await reader.request(CONVERSATION, { id: 'c-1' })).conversation).toBeNull();
    expect((await reader.request('{ conversations { totalCount } }')).conversations.totalCount).toBe(0);
    expect((await reader.request(STATS)).memoryStats[0]).toMatchObject({ count: 0, bytes: 0, oldestAt: null });
    const entities = `query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }`;
    const of = [
      { __typename: 'ConversationContext', id },
      { __typename: 'Conversation', id: 'c-1' },
    ];
    expect((await reader.request(entities, { of }))._entities).toEqual([null, null]);
  });

  test.each(others)('writes into a person’s conversation of the same name: %s', async (_, other) => {
    const ana = lab.person();
    await say(ana, 'mine');
    const writer = other(ana.viewer.organizationId);
    await say(writer, 'theirs');
    const contents = async (person: typeof ana) =>
      (await person.request(CONVERSATION, { id: 'c-1' })).conversation.contexts.edges.map(
        ({ node }: { node: { content: string } }) => node.content,
      );
    expect([await contents(ana), await contents(writer)]).toEqual([['mine'], ['theirs']]);
  });

  test('reads another organization’s rows even where a query forgets to filter', async () => {
    const ana = lab.person();
    const id = await say(ana, 'mine');
    await using store = await lab.openStore();
    const own = await store.read(ana.viewer, (tx) => tx.conversationContext.findMany());
    const foreign = await store.read(lab.person().viewer, (tx) => tx.conversationContext.findMany());
    expect([own.map((row) => row.id), foreign]).toEqual([[id], []]);
    await expect(store.system((tx) => tx.conversationContext.findMany())).rejects.toThrow();
    const stranger = lab.person().viewer;
    const { count } = await store.write(stranger, ({ tx }) => tx.conversationContext.deleteMany());
    expect(count).toBe(0);
  });
});

test('without the permission memory is closed', async () => {
  const auditor = lab.person({ role: 'auditor' });
  expect(await auditor.refusal(SEARCH, { query: 'x' })).toBe('FORBIDDEN');
  const input = { conversationId: 'c-1', messageType: 'USER', content: 'x' };
  expect(await auditor.refusal(STORE, { input })).toBe('FORBIDDEN');
});

test('bad input is answered with BAD_INPUT and nothing is stored', async () => {
  const ana = lab.person();
  const turn = { conversationId: 'c-1', messageType: 'USER', content: 'words' };
  const wrong = [
    { content: '' },
    { content: 'x'.repeat(20_001) },
    { conversationId: '' },
    { embedding: [1, 2, 3], embeddingModel: 'nomic' },
    { embedding: embedding(1) },
    { expiresAt: '2001-01-01T00:00:00Z' },
  ];
  for (const change of wrong) expect(await ana.refusal(STORE, { input: { ...turn, ...change } })).toBe('BAD_INPUT');
  expect(await ana.refusal(SEARCH, { query: ' ' })).toBe('BAD_INPUT');
  expect(await ana.refusal(SEARCH, { query: ' ', conversationId: 'c-2' })).toBe('BAD_INPUT');
  expect(await ana.refusal(SEARCH, { query: 'x', limit: 0 })).toBe('BAD_INPUT');
  expect((await ana.request(STATS)).memoryStats[0].count).toBe(0);
});

test('the statistics count what a person has in each collection', async () => {
  const ana = lab.person();
  await say(ana, 'four', { embedding: embedding(1), embeddingModel: 'nomic' });
  const { memoryStats } = await ana.request(STATS);
  expect(memoryStats).toEqual([
    { collection: 'conversation_context', count: 1, bytes: 4 + 4 + 1536, oldestAt: expect.stringMatching(/Z$/) },
    { collection: 'workflow_patterns', count: 0, bytes: 0, oldestAt: null },
    { collection: 'user_interactions', count: 0, bytes: 0, oldestAt: null },
  ]);
});
