import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(() => {
  manager = person('lab_manager');
});

const EXPORT = `query Export($after: String) { exportKnowledge(after: $after) { text ruleSets facts next } }`;
const IMPORT = `mutation Import($text: String!, $idempotencyKey: ID) {
  importKnowledge(text: $text, reason: "moved here", idempotencyKey: $idempotencyKey) {
    __typename
    ... on KnowledgeImported { drafts { id ruleSet { name } number status } added held }
    ... on KnowledgeRefused { code message line diagnostics { code line } } } }`;
const RULES = '% Hot samples cool down.\nblocker(S, sample_reception, too_hot) :- sample(S), \\+ cooled(S).\n';
const HEADER = '% ALIMS knowledge 1\n';

async function publish(text: string, ruleSet: string): Promise<void> {
  const { saveRules } = await lab.ask(manager, operation('SaveRules'), { ruleSet, text });
  await lab.ask(manager, operation('PublishRules'), { versionId: saveRules.id, reason: 'x' });
}

async function exported(viewer = manager, after: string | null = null) {
  return (await lab.ask(viewer, EXPORT, { after })).exportKnowledge;
}

async function imported(viewer: Viewer, text: string, idempotencyKey: string | null = null) {
  return (await lab.ask(viewer, IMPORT, { text, idempotencyKey })).importKnowledge;
}

async function fill(): Promise<void> {
  await publish(RULES, 'default');
  await publish('% ALIMS facts\nscratch(1).', 'trial');
  await lab.ask(manager, operation('SaveRules'), { ruleSet: 'trial', text: 'never_published(1).\n' });
  const { assertFacts } = await lab.ask(manager, operation('AssertFacts'), {
    facts: [
      { text: "note('It''s hot.\\nVery.')" },
      { text: 'role(ana, verifier)', validFrom: '2026-01-01T00:00:00Z', validTo: '2027-01-01T00:00:00Z' },
      { text: 'gone(1)' },
    ],
  });
  await lab.ask(manager, operation('RetractFacts'), { ids: [assertFacts.facts[2].id], reason: 'wrong' });
}

test('what one laboratory exports another imports: published there, it exports the same text', async () => {
  await fill();
  const { text, ...counts } = await exported();
  expect(counts).toEqual({ ruleSets: 2, facts: 2, next: null });
  const other = person('lab_manager');
  const result = await imported(other, text);
  expect(result).toMatchObject({ __typename: 'KnowledgeImported', added: 2, held: 0 });
  expect(result.drafts).toMatchObject([
    { ruleSet: { name: 'default' }, number: 1, status: 'DRAFT' },
    { ruleSet: { name: 'trial' }, number: 1, status: 'DRAFT' },
  ]);
  expect((await exported(other)).ruleSets).toBe(0); // nothing is in force until somebody publishes it
  for (const { id } of result.drafts) {
    await lab.ask(other, operation('PublishRules'), { versionId: id, reason: 'reviewed' });
  }
  expect((await exported(other)).text).toBe(text);
  const { facts } = await lab.ask(other, '{ facts(first: 5) { edges { node { reason assertedBy { id } } } } }');
  expect(facts.edges[0].node).toEqual({ reason: 'moved here', assertedBy: { id: other.userId } });
});

test('imported again, everything is there already and nothing is announced', async () => {
  await fill();
  const { text } = await exported();
  const count = () => lab.rowsAs(manager.organizationId, 'SELECT count(*) FROM outbox_event');
  const before = await count();
  const { text: same } = await exported();
  expect(same).toBe(text);
  const facts = text.slice(text.indexOf('\n% ALIMS facts\n') + 1);
  expect(await imported(manager, `${HEADER}${facts}`)).toMatchObject({ added: 0, held: 2, drafts: [] });
  expect(await count()).toEqual(before);
});

test('in one transaction with its events: once, however often it is sent with its key', async () => {
  const text = `${HEADER}% ALIMS rules default\n${RULES}\n% ALIMS facts\nrole(ana, verifier).\n`;
  const first = await imported(manager, text, 'import-1');
  expect(await imported(manager, text, 'import-1')).toEqual(first);
  const rows = await lab.rowsAs(
    manager.organizationId,
    'SELECT type, subject_id, actor_id, reason, payload FROM outbox_event ORDER BY sequence',
  );
  expect(rows.map(({ type }) => type)).toEqual(['rule.saved', 'knowledge.imported']);
  expect(rows[1]).toMatchObject({
    subject_id: manager.organizationId,
    actor_id: manager.userId,
    reason: 'moved here',
    payload: { facts: 1, drafts: [{ id: first.drafts[0].id, ruleSet: 'default', number: 1 }] },
  });
  const other = await lab.send(manager, IMPORT, { text: HEADER, idempotencyKey: 'import-1' });
  expect(other.errors?.[0]?.extensions.code).toBe('CONFLICT');
});

describe('a text that cannot be imported whole is not imported at all', () => {
  test.each([
    ['that does not begin as one', 'p(1).\n', 'UNREADABLE', 1],
    ['with a fact that has variables', `${HEADER}% ALIMS facts\nok(1).\np(X).\n`, 'FACT_REFUSED', 4],
    [
      'with a fact that only rules may say',
      `${HEADER}% ALIMS facts\nedge(initiation,completion).\n`,
      'FACT_REFUSED',
      3,
    ],
    [
      'with a fact that ends before it begins',
      `${HEADER}% ALIMS facts\nok(1). % from 2026-02-01T00:00:00Z to 2026-01-01T00:00:00Z\n`,
      'FACT_REFUSED',
      3,
    ],
    [
      'with rules that are refused',
      `${HEADER}% ALIMS rules default\nok(1).\ncan_transition(_, _, _).\n`,
      'RULES_REFUSED',
      4,
    ],
    ['with rules of no name', `${HEADER}% ALIMS rules 1st\nok(1).\n`, 'UNREADABLE', 2],
    ['that is too large', `${HEADER}${'%'.repeat(1_000_000)}`, 'TOO_LARGE', 1],
  ])('%s', async (_, text, code, line) => {
    expect(await imported(manager, text)).toMatchObject({ __typename: 'KnowledgeRefused', code, line });
    expect(await lab.rowsAs(manager.organizationId, 'SELECT * FROM fact')).toEqual([]);
    expect(await lab.rowsAs(manager.organizationId, 'SELECT * FROM outbox_event')).toEqual([]);
  });
});

test('much knowledge comes in parts, each of which is imported by itself', async () => {
  const words = 'x'.repeat(900);
  for (const part of [0, 1]) {
    const facts = Array.from({ length: 400 }, (_, i) => ({ text: `note(${part * 400 + i}, ${words})` }));
    await lab.ask(manager, operation('AssertFacts'), { facts });
  }
  const parts = [];
  for (let after = null; ; after = parts.at(-1).next) {
    parts.push(await exported(manager, after));
    if (parts.at(-1).next === null) break;
  }
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.reduce((sum, { facts }) => sum + facts, 0)).toBe(800);
  const other = person('lab_manager');
  for (const { text, facts } of parts) expect(await imported(other, text)).toMatchObject({ added: facts, held: 0 });
  const { facts } = await lab.ask(other, '{ facts(first: 1) { totalCount } }');
  expect(facts.totalCount).toBe(800);
});

test('ten thousand facts go in at once, and no more', async () => {
  const facts = (count: number) => Array.from({ length: count }, (_, i) => `reading(${i}).\n`).join('');
  const text = (count: number) => `${HEADER}% ALIMS facts\n${facts(count)}`;
  expect(await imported(manager, text(10_001))).toMatchObject({ code: 'TOO_LARGE', line: 10_003 });
  expect(await imported(manager, text(10_000))).toMatchObject({ added: 10_000 });
  expect(await exported()).toMatchObject({ facts: 10_000, next: null });
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'reading(last)' }] });
  const part = await exported();
  expect(part.facts).toBe(10_000);
  expect(await exported(manager, part.next)).toMatchObject({ facts: 1, next: null });
});

test('another organization exports nothing of it; readers export and may not import', async () => {
  await fill();
  expect(await exported(person('lab_manager'))).toEqual({ text: HEADER, ruleSets: 0, facts: 0, next: null });
  const auditor = person('auditor', manager);
  expect((await exported(auditor)).facts).toBe(2);
  expect((await lab.send(auditor, IMPORT, { text: HEADER })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await lab.send(manager, EXPORT, { after: 'nonsense' })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});
