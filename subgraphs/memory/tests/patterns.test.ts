import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MemoryLab, openMemoryLab, type Person, STATS } from './memory-lab.ts';

const STORE = `mutation Store($input: StorePatternInput!) { storePattern(input: $input) {
  pattern { id patternType description frequency successRate userPreference user { id } } } }`;
const MATCH = `query Match($query: String!) { matchPatterns(query: $query, limit: 10) {
  score pattern { id patternType frequency successRate userPreference } } }`;
const RECORD = `mutation Record($input: RecordInteractionInput!) { recordInteraction(input: $input) {
  interaction { id interactionType satisfactionScore contextTags } } }`;
const MATCH_INTERACTIONS = `{ matchInteractions(query: "nitrate searches") { interaction { id contextTags } } }`;
const INTERACTIONS = '{ userInteractions(first: 2) { totalCount edges { node { interactionType } } } }';

const pattern = {
  patternType: 'rework',
  description: 'nitrate reruns after a failed blank',
  frequency: 3,
  successRate: 0.67,
  userPreference: 'call the client first',
};
const interaction = { interactionType: 'search', satisfactionScore: 0.8, contextTags: ['qc', 'nitrate'] };

let lab: MemoryLab;
beforeAll(async () => {
  lab = await openMemoryLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const match = async (person: Person) =>
  (await person.request(MATCH, { query: 'blank failed, nitrate?' })).matchPatterns;
const colleagueOf = ({ viewer }: Person) => lab.person({ organizationId: viewer.organizationId });

test('staff share their patterns; what one prefers stays with that person', async () => {
  const ana = lab.person();
  const { storePattern } = await ana.request(STORE, { input: pattern });
  expect(storePattern.pattern).toMatchObject({ ...pattern, user: { id: ana.viewer.userId } });
  const { id, patternType, frequency, successRate } = storePattern.pattern;
  const found = { id, patternType, frequency, successRate };
  expect(await match(ana)).toEqual([
    { score: expect.any(Number), pattern: { ...found, userPreference: pattern.userPreference } },
  ]);
  expect(await match(colleagueOf(ana))).toEqual([
    { score: expect.any(Number), pattern: { ...found, userPreference: null } },
  ]);
});

test('neither another organization nor a client’s people see the staff’s patterns, nor they those of a client', async () => {
  const ana = lab.person();
  const { organizationId } = ana.viewer;
  await ana.request(STORE, { input: pattern });
  expect(await match(lab.person())).toEqual([]);
  const [clientId, otherClient] = [v7(), v7()];
  const kai = lab.person({ organizationId, role: 'client', clientId });
  expect(await match(kai)).toEqual([]);
  expect((await kai.request(STATS)).memoryStats[1].count).toBe(0);
  await kai.request(STORE, { input: pattern });
  expect(await match(ana)).toHaveLength(1);
  expect(await match(lab.person({ organizationId, role: 'client', clientId }))).toHaveLength(1);
  expect(await match(lab.person({ organizationId, role: 'client', clientId: otherClient }))).toEqual([]);
});

test('a retry of either mutation stores nothing new', async () => {
  const ana = lab.person();
  const keyed = { idempotencyKey: 'k1' };
  const stored = await ana.request(STORE, { input: { ...pattern, ...keyed } });
  expect(await ana.request(STORE, { input: { ...pattern, ...keyed } })).toEqual(stored);
  const recorded = await ana.request(RECORD, { input: { ...interaction, ...keyed } });
  expect(await ana.request(RECORD, { input: { ...interaction, ...keyed } })).toEqual(recorded);
  expect(await ana.refusal(RECORD, { input: { ...interaction, ...keyed, satisfactionScore: 0.1 } })).toBe('CONFLICT');
  expect((await ana.request(STATS)).memoryStats).toMatchObject([{ count: 0 }, { count: 1 }, { count: 1 }]);
});

test('interactions are the person’s alone: found, listed newest first and counted', async () => {
  const ana = lab.person();
  const { recordInteraction } = await ana.request(RECORD, { input: interaction });
  expect(recordInteraction.interaction).toMatchObject(interaction);
  await ana.request(RECORD, { input: { interactionType: 'export' } });
  await ana.request(RECORD, { input: { interactionType: 'print' } });
  expect((await ana.request(MATCH_INTERACTIONS)).matchInteractions).toEqual([
    { interaction: { id: recordInteraction.interaction.id, contextTags: ['qc', 'nitrate'] } },
  ]);
  expect((await ana.request(INTERACTIONS)).userInteractions).toEqual({
    totalCount: 3,
    edges: [{ node: { interactionType: 'print' } }, { node: { interactionType: 'export' } }],
  });
  for (const other of [colleagueOf(ana), lab.person()]) {
    expect((await other.request(MATCH_INTERACTIONS)).matchInteractions).toEqual([]);
    expect((await other.request(INTERACTIONS)).userInteractions).toEqual({ totalCount: 0, edges: [] });
  }
});

test('numbers out of range are BAD_INPUT', async () => {
  const ana = lab.person();
  for (const change of [{ successRate: 1.2 }, { successRate: -0.1 }, { frequency: 0 }, { description: '' }]) {
    expect(await ana.refusal(STORE, { input: { ...pattern, ...change } })).toBe('BAD_INPUT');
  }
  for (const change of [{ satisfactionScore: 2 }, { contextTags: [''] }, { interactionType: '' }]) {
    expect(await ana.refusal(RECORD, { input: { ...interaction, ...change } })).toBe('BAD_INPUT');
  }
});
