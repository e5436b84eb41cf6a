import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FakeQdrant, startFakeQdrant } from './fake-qdrant.ts';
import {
  CONVERSATION,
  FORGET,
  type MemoryLab,
  openMemoryLab,
  type Person,
  STATS,
  STORE,
  say,
  search,
} from './memory-lab.ts';

const SECRET = 'zanzibarium';
const reason = 'asked by the person';
const embedding = Array.from({ length: 384 }, () => 0.7654321);
const EMBEDDED = { embedding, embeddingModel: 'nomic' };
const bytes = Buffer.from(Float32Array.from(embedding.slice(0, 4)).buffer);

let lab: MemoryLab;
beforeAll(async () => {
  lab = await openMemoryLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const forget = (person: Person, input: object) =>
  person.request(FORGET, { input: { reason, ...input } }).then((data) => data.forget.receipt);
const refusal = (person: Person, input: object) => person.refusal(FORGET, { input: { reason, ...input } });
const colleagueOf = ({ viewer }: Person, role: 'analyst' | 'lab_manager' = 'analyst') =>
  lab.person({ organizationId: viewer.organizationId, role });
const contextCount = async (person: Person) => (await person.request(STATS)).memoryStats[0].count;

test('a forgotten conversation leaves nothing: no row, no answer kept for retries, no event, no index entry', async () => {
  const ana = lab.person();
  const input = { conversationId: 'c-1', messageType: 'USER', content: `${SECRET} spilled`, ...EMBEDDED };
  await ana.request(STORE, { input: { ...input, idempotencyKey: 'k1' } });
  await say(ana, `more ${SECRET}`);
  expect(await lab.rows()).toContain(SECRET);
  expect(await lab.indexBytes()).toContain(SECRET);

  const receipt = await forget(ana, { conversationId: 'c-1' });
  expect(receipt).toMatchObject({
    erased: 2,
    contexts: 2,
    conversations: 1,
    patterns: 0,
    interactions: 0,
    reason,
    user: { id: ana.viewer.userId },
    erasedBy: { id: ana.viewer.userId },
  });
  expect(await search(ana, SECRET, EMBEDDED)).toEqual([]);
  expect((await ana.request(CONVERSATION, { id: 'c-1' })).conversation).toBeNull();
  const rows = await lab.rows();
  expect(rows).not.toContain(SECRET);
  expect(rows).not.toContain(bytes.toString('hex'));
  const index = await lab.indexBytes();
  expect(index).not.toContain(SECRET);
  expect(index).not.toContain(bytes.toString('latin1'));
});

test('what a key stored and was forgotten since is not answered again', async () => {
  const ana = lab.person();
  const input = { conversationId: 'c-1', messageType: 'USER', content: 'once', idempotencyKey: 'k1' };
  await ana.request(STORE, { input });
  await forget(ana, { conversationId: 'c-1' });
  expect(await ana.refusal(STORE, { input })).toBe('CONFLICT');
  expect(await contextCount(ana)).toBe(0);
});

test('a forgotten turn also leaves the entry of the turn that followed it', async () => {
  const ana = lab.person();
  const id = await say(ana, `${SECRET} in room nine`);
  await say(ana, 'Understood, on my way');
  expect(await search(ana, SECRET)).toHaveLength(2);
  expect(await forget(ana, { contextIds: [id] })).toMatchObject({ erased: 1, conversations: 0 });
  expect(await search(ana, SECRET)).toEqual([]);
  expect(await search(ana, 'understood')).toEqual(['Understood, on my way']);
  expect(await lab.indexBytes()).not.toContain(SECRET);
});

test('with its last turn a conversation ends', async () => {
  const ana = lab.person();
  const id = await say(ana, 'only');
  expect(await forget(ana, { contextIds: [id, id.toUpperCase()] })).toMatchObject({ erased: 1, conversations: 1 });
  expect((await ana.request(CONVERSATION, { id: 'c-1' })).conversation).toBeNull();
});

test('a retry answers with the first receipt; other content under the key is a conflict', async () => {
  const ana = lab.person();
  await say(ana, 'words');
  const input = { conversationId: 'c-1', idempotencyKey: 'f1' };
  const first = await forget(ana, input);
  await say(ana, 'new words of a new conversation of that name');
  expect(await forget(ana, input)).toEqual(first);
  expect(await contextCount(ana)).toBe(1);
  expect(await refusal(ana, { ...input, reason: 'another' })).toBe('CONFLICT');
});

test('one unknown id forgets none of the others', async () => {
  const ana = lab.person();
  const id = await say(ana, 'words');
  for (const unknown of [v7(), 'nonsense']) {
    expect(await refusal(ana, { contextIds: [id, unknown] })).toBe('NOT_FOUND');
  }
  expect(await contextCount(ana)).toBe(1);
  expect(await refusal(ana, { conversationId: 'c-2' })).toBe('NOT_FOUND');
});

test('everything is everything of the person and of nobody else', async () => {
  const ana = lab.person();
  const ben = colleagueOf(ana);
  for (const person of [ana, ben]) {
    await say(person, 'words');
    await say(person, 'words', { conversationId: 'c-2' });
    await person.request(`mutation { storePattern(input: { patternType: "rework", description: "reruns", successRate: 1 })
      { pattern { id } } recordInteraction(input: { interactionType: "search" }) { interaction { id } } }`);
  }
  expect(await forget(ana, { everything: true })).toMatchObject({
    erased: 4,
    contexts: 2,
    conversations: 2,
    patterns: 1,
    interactions: 1,
  });
  const counts = async (person: Person) =>
    (await person.request(STATS)).memoryStats.map(({ count }: { count: number }) => count);
  expect([await counts(ana), await counts(ben)]).toEqual([
    [0, 1, 0],
    [2, 1, 1],
  ]);
  expect(await forget(ana, { everything: true })).toMatchObject({ erased: 0 });
});

describe('what another person stored', () => {
  test('is forgotten by who may, not by a colleague', async () => {
    const ana = lab.person();
    const id = await say(ana, 'words');
    const userId = ana.viewer.userId;
    expect(await refusal(colleagueOf(ana), { everything: true, userId })).toBe('FORBIDDEN');
    expect(await refusal(colleagueOf(ana), { contextIds: [id] })).toBe('NOT_FOUND');
    expect(await refusal(colleagueOf(ana), { conversationId: 'c-1' })).toBe('NOT_FOUND');
    expect(await contextCount(ana)).toBe(1);

    const manager = colleagueOf(ana, 'lab_manager');
    const receipt = await forget(manager, { conversationId: 'c-1', userId });
    expect(receipt).toMatchObject({ erased: 1, user: { id: userId }, erasedBy: { id: manager.viewer.userId } });
    expect(await contextCount(ana)).toBe(0);
  });

  test('in another organization is out of reach even for a manager', async () => {
    const ana = lab.person();
    const id = await say(ana, 'words');
    const userId = ana.viewer.userId;
    const stranger = lab.person({ role: 'lab_manager' });
    expect(await refusal(stranger, { conversationId: 'c-1', userId })).toBe('NOT_FOUND');
    expect(await refusal(stranger, { contextIds: [id], userId })).toBe('NOT_FOUND');
    expect(await forget(stranger, { everything: true, userId })).toMatchObject({ erased: 0 });
    expect(await search(ana, 'words')).toEqual(['words']);
  });
});

test('receipts are listed for the person and for who asked, for nobody else', async () => {
  const ana = lab.person();
  const manager = colleagueOf(ana, 'lab_manager');
  await say(ana, 'words');
  const { id } = await forget(manager, { everything: true, userId: ana.viewer.userId });
  const LIST = '{ erasureReceipts { totalCount edges { node { id } } } }';
  for (const person of [ana, manager]) {
    expect((await person.request(LIST)).erasureReceipts).toEqual({ totalCount: 1, edges: [{ node: { id } }] });
  }
  for (const person of [colleagueOf(ana), colleagueOf(ana, 'lab_manager'), lab.person()]) {
    expect((await person.request(LIST)).erasureReceipts.totalCount).toBe(0);
  }
});

test('a selection that is missing, doubled, empty or without a reason is BAD_INPUT', async () => {
  const ana = lab.person();
  const wrong = [{}, { everything: false }, { conversationId: 'c', everything: true }, { contextIds: [] }];
  for (const input of wrong) expect(await refusal(ana, input)).toBe('BAD_INPUT');
  expect(await refusal(ana, { everything: true, reason: ' ' })).toBe('BAD_INPUT');
});

describe('on Qdrant', () => {
  let qdrant: FakeQdrant;
  let remote: MemoryLab;
  beforeEach(async () => {
    qdrant = await startFakeQdrant();
    remote = await openMemoryLab({ qdrantUrl: qdrant.url });
  });
  afterEach(async () => {
    await remote[Symbol.asyncDispose]();
    await qdrant[Symbol.asyncDispose]();
  });

  test('a forgotten conversation leaves no point, and every request conformed', async () => {
    const ana = remote.person();
    await say(ana, `${SECRET} spilled`, EMBEDDED);
    expect(await search(ana, SECRET, EMBEDDED)).toHaveLength(1);
    expect(qdrant.dump()).toContain(SECRET);
    await forget(ana, { conversationId: 'c-1' });
    expect(await search(ana, SECRET, EMBEDDED)).toEqual([]);
    expect(qdrant.dump()).not.toContain(SECRET);
    expect(qdrant.violations).toEqual([]);
  });

  test('while the index is away rows are stored and erased, and it follows by the events', async () => {
    const ana = remote.person();
    qdrant.fail(true);
    await say(ana, `${SECRET} spilled`);
    await say(ana, 'kept', { conversationId: 'c-2' });
    expect(await ana.refusal('{ relevantContext(query: "kept") { score } }')).toBe('UNAVAILABLE');
    await forget(ana, { conversationId: 'c-1' });
    qdrant.fail(false);
    await expect.poll(() => search(ana, 'kept'), { timeout: 25_000 }).toEqual(['kept']);
    expect(await search(ana, SECRET)).toEqual([]);
    expect(qdrant.dump()).not.toContain(SECRET);
  });
});
