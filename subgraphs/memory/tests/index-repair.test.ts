import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IndexEntry, MemoryIndex } from '../data/memory-index.ts';
import { indexRows, purgeExpired, sweep } from '../service/indexing.ts';
import {
  CONVERSATION,
  FORGET,
  type MemoryLab,
  openMemoryLab,
  type Person,
  SEARCH,
  STATS,
  say,
  search,
} from './memory-lab.ts';

const HOUR_MS = 3_600_000;
const SECRET = 'zanzibarium';

let lab: MemoryLab;
beforeEach(async () => {
  lab = await openMemoryLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

const expiring = (ms: number) => ({ expiresAt: new Date(lab.clock().getTime() + ms).toISOString() });

/** What a job or another process of memory works with. */
async function openIndexing() {
  const stack = new AsyncDisposableStack();
  const db = stack.use(await lab.openStore());
  const index = stack.use(lab.openIndex());
  return { db, index, clock: lab.clock, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('an expired turn is hidden at once, from lists, searches, loads and numbers', async () => {
  const ana = lab.person();
  const id = await say(ana, `${SECRET} spilled`, expiring(HOUR_MS));
  await say(ana, 'kept');
  expect(await search(ana, SECRET)).toContain(`${SECRET} spilled`);
  lab.later(HOUR_MS);
  const { relevantContext } = await ana.request(SEARCH, { query: SECRET });
  expect(relevantContext.map(({ context }: { context: { id: string } }) => context.id)).not.toContain(id);
  expect((await ana.request(CONVERSATION, { id: 'c-1' })).conversation.contexts.totalCount).toBe(1);
  const entity = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }';
  const of = [{ __typename: 'ConversationContext', id }];
  expect((await ana.request(entity, { of }))._entities).toEqual([null]);
  expect((await ana.request(STATS)).memoryStats[0].count).toBe(1);
});

test('the purge erases what has expired, in every organization, and only that', async () => {
  const people = [lab.person(), lab.person()];
  for (const person of people) {
    await say(person, `${SECRET} spilled`, expiring(HOUR_MS));
    await say(person, 'kept', expiring(3 * HOUR_MS));
    await say(person, `${SECRET} alone`, { conversationId: 'c-2', ...expiring(HOUR_MS) });
  }
  lab.later(2 * HOUR_MS);
  await using indexing = await openIndexing();
  expect(await purgeExpired(indexing)).toBe(4);
  expect(await purgeExpired(indexing)).toBe(0);
  expect(await lab.rows()).not.toContain(SECRET);
  expect(await lab.indexBytes()).not.toContain(SECRET);
  for (const person of people) {
    expect(await search(person, 'kept')).toEqual(['kept']);
    expect((await person.request(CONVERSATION, { id: 'c-2' })).conversation).toBeNull();
  }
});

test('a lost index is built again from the rows, with the previous turns and the vectors', async () => {
  const ana = lab.person();
  const vector = { embedding: Array.from({ length: 384 }, (_, n) => n + 1), embeddingModel: 'nomic' };
  await say(ana, 'Did the chromatograph drift?', vector);
  await say(ana, 'Yes, twice');
  const before = await ana.request(SEARCH, { query: 'chromatograph drift', ...vector });
  await lab.restart({ loseIndex: true });
  const withoutRecency = (answer: typeof before) =>
    answer.relevantContext.map(({ context, scores }: (typeof answer.relevantContext)[number]) => [
      context.content,
      scores.lexical.toFixed(4),
      scores.dense?.toFixed(4),
    ]);
  await expect
    .poll(async () => withoutRecency(await ana.request(SEARCH, { query: 'chromatograph drift', ...vector })))
    .toEqual(withoutRecency(before));
});

test('a restart keeps the index', async () => {
  const ana = lab.person();
  await say(ana, 'pipettes arrived');
  await lab.restart();
  expect(await search(ana, 'pipettes')).toEqual(['pipettes arrived']);
});

test('the sweep removes what the rows no longer hold and adds what the index lacks', async () => {
  const ana = lab.person();
  const kept = await say(ana, 'kept words');
  const erased = await say(ana, `${SECRET} spilled`, { conversationId: 'c-2' });
  await using indexing = await openIndexing();
  const organizationId = ana.viewer.organizationId;
  // An index restored from an old copy: it lacks one entry and still has another.
  await indexing.index.remove('conversation_context', organizationId, [kept]);
  await indexing.db.write(ana.viewer, ({ tx }) => tx.conversationContext.delete({ where: { id: erased } }));
  await sweep(indexing);
  expect(await search(ana, 'kept')).toEqual(['kept words']);
  expect(await lab.indexBytes()).not.toContain(SECRET);
});

/** Runs `during` after the rows were read and before their entries reach the index. */
function interrupted(index: MemoryIndex, during: () => Promise<unknown>): MemoryIndex {
  let first = true;
  return {
    ...index,
    async upsert(collection, entries: readonly IndexEntry[]) {
      if (first) {
        first = false;
        await during();
      }
      await index.upsert(collection, entries);
    },
  };
}

const forget = (person: Person, contextIds: readonly string[]) =>
  person.request(FORGET, { input: { contextIds, reason: 'race' } });

test('an erasure that commits while its turn is being indexed wins', async () => {
  const ana = lab.person();
  const id = await say(ana, `${SECRET} spilled`);
  await using indexing = await openIndexing();
  const index = interrupted(indexing.index, () => forget(ana, [id]));
  await indexRows({ ...indexing, index }, ana.viewer.organizationId, 'conversation_context', [id]);
  expect(await search(ana, SECRET)).toEqual([]);
  expect(await lab.indexBytes()).not.toContain(SECRET);
});

test('an erasure that commits while the following turn is being indexed takes its words out of that, too', async () => {
  const ana = lab.person();
  const erased = await say(ana, `${SECRET} spilled`);
  const next = await say(ana, 'Understood');
  await using indexing = await openIndexing();
  const index = interrupted(indexing.index, () => forget(ana, [erased]));
  await indexRows({ ...indexing, index }, ana.viewer.organizationId, 'conversation_context', [next]);
  expect(await search(ana, SECRET)).toEqual([]);
  expect(await search(ana, 'understood')).toEqual(['Understood']);
  expect(await lab.indexBytes()).not.toContain(SECRET);
});
