import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
let stranger: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const ASSERT = operation('AssertFacts');
const RETRACT = operation('RetractFacts');
const LIST = operation('KnowledgeBase');
const AS_OF = `query AsOf($at: DateTime) { facts(asOf: $at, first: 50) { edges { node { text } } } }`;

interface FactNode {
  readonly id: string;
  readonly text: string;
}

async function assertFacts(viewer: Viewer, facts: readonly object[], more: object = {}) {
  return (await lab.ask(viewer, ASSERT, { facts, ...more })).assertFacts as { facts: FactNode[]; added: number };
}

async function textsOf(viewer: Viewer, at: string | null = null): Promise<string[]> {
  const { facts } = await lab.ask(viewer, AS_OF, { at });
  return facts.edges.map(({ node }: { node: FactNode }) => node.text);
}

describe('facts of a laboratory', () => {
  beforeAll(() => {
    manager = person('lab_manager');
    stranger = person('lab_manager');
  });

  test('are kept in canonical text, and a fact that holds is not added twice', async () => {
    const first = await assertFacts(manager, [
      { text: 'calibrated_until( icp_1 , 499656 ).' },
      { text: 'role(ana, verifier)', validTo: '2027-06-30T00:00:00Z' },
      { text: "calibrated_until('icp_1',499656)" },
    ]);
    expect(first.added).toBe(2);
    expect(first.facts.map(({ text }) => text)).toEqual([
      'calibrated_until(icp_1,499656)',
      'role(ana,verifier)',
      'calibrated_until(icp_1,499656)',
    ]);
    expect(first.facts[2]?.id).toBe(first.facts[0]?.id);
    expect(await assertFacts(manager, [{ text: 'calibrated_until(icp_1,499656)' }])).toMatchObject({ added: 0 });
  });

  test('are listed page by page, filtered by predicate with or without its arity', async () => {
    const { facts, rules } = await lab.ask(manager, LIST, { predicate: 'role', first: 1 });
    expect(facts).toMatchObject({
      totalCount: 1,
      edges: [{ node: { predicate: 'role/2', text: 'role(ana,verifier)', validTo: '2027-06-30T00:00:00.000Z' } }],
      pageInfo: { hasNextPage: false },
    });
    expect(rules.edges).toHaveLength(1);
    expect((await lab.ask(manager, LIST, { predicate: 'role/3', first: 5 })).facts.totalCount).toBe(0);
    const page = (await lab.ask(manager, LIST, { first: 1 })).facts;
    expect(page).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
    const next = (await lab.ask(manager, LIST, { first: 1, after: page.pageInfo.endCursor })).facts;
    expect(next.edges[0].node.text).toBe('role(ana,verifier)');
  });

  test('are found by the very name that was asked for', async () => {
    await assertFacts(manager, [{ text: 'on_it(a)' }, { text: 'onXit(a)' }, { text: "'on%it'(a)" }]);
    for (const [predicate, text] of [
      ['on_it', 'on_it(a)'],
      ['on%it', "'on%it'(a)"],
      ['onXit/1', 'onXit(a)'],
    ]) {
      const { facts } = await lab.ask(manager, LIST, { predicate, first: 5 });
      expect(facts.edges.map(({ node }: { node: FactNode }) => node.text)).toEqual([text]);
    }
  });

  test('begin and end in time, and an ended fact still tells what was true before', async () => {
    await assertFacts(manager, [
      { text: 'on_duty(vera)', validFrom: '2026-11-23T00:00:00Z', validTo: '2026-11-24T00:00:00Z' },
    ]);
    expect(await textsOf(manager)).not.toContain('on_duty(vera)');
    expect(await textsOf(manager, '2026-11-23T00:00:00Z')).toContain('on_duty(vera)');
    expect(await textsOf(manager, '2026-11-24T00:00:00Z')).not.toContain('on_duty(vera)');
  });

  test('are ended with a reason by somebody, at a time, and only once', async () => {
    const { facts } = await assertFacts(manager, [{ text: 'stock(nitric_acid, 3)' }]);
    const ids = facts.map(({ id }) => id);
    lab.time.now = new Date('2026-11-22T11:00:00Z');
    expect(await lab.ask(manager, RETRACT, { ids, reason: 'used up' })).toEqual({ retractFacts: { retracted: 1 } });
    expect(await lab.ask(manager, RETRACT, { ids, reason: 'used up' })).toEqual({ retractFacts: { retracted: 0 } });
    expect(await textsOf(manager)).not.toContain('stock(nitric_acid,3)');
    expect(await textsOf(manager, '2026-11-22T10:30:00Z')).toContain('stock(nitric_acid,3)');
    const query = `query Fact($id: ID!) { fact(id: $id) { retractionReason retractedAt validTo retractedBy { id } assertedBy { id } } }`;
    expect((await lab.ask(manager, query, { id: ids[0] })).fact).toEqual({
      retractionReason: 'used up',
      retractedAt: '2026-11-22T11:00:00.000Z',
      validTo: '2026-11-22T11:00:00.000Z',
      retractedBy: { id: manager.userId },
      assertedBy: { id: manager.userId },
    });
  });

  test('a retry with the same key returns the first answer; another input with it is a conflict', async () => {
    const variables = { facts: [{ text: 'shift(early)' }], idempotencyKey: 'k1' };
    const first = await lab.ask(manager, ASSERT, variables);
    expect(await lab.ask(manager, ASSERT, variables)).toEqual(first);
    const { errors } = await lab.send(manager, ASSERT, { ...variables, facts: [{ text: 'shift(late)' }] });
    expect(errors?.[0]?.extensions.code).toBe('CONFLICT');
  });

  test('each change is announced in the transaction that makes it', async () => {
    const { facts } = await assertFacts(manager, [{ text: 'announced(yes)' }], { idempotencyKey: 'announced' });
    await assertFacts(manager, [{ text: 'announced(yes)' }], { idempotencyKey: 'announced' });
    await assertFacts(manager, [{ text: 'announced(yes)' }]);
    await lab.ask(manager, RETRACT, { ids: facts.map(({ id }) => id), reason: 'enough' });
    const rows = await lab.rowsAs(
      manager.organizationId,
      `SELECT topic, type, subject_type, actor_id, reason, payload->>'text' AS text FROM outbox_event WHERE subject_id = '${facts[0]?.id}' ORDER BY sequence`,
    );
    const of = { topic: 'rule', subject_type: 'Fact', actor_id: manager.userId, text: 'announced(yes)' };
    expect(rows).toEqual([
      { ...of, type: 'fact.asserted', reason: null },
      { ...of, type: 'fact.retracted', reason: 'enough' },
    ]);
  });

  test.each([
    ['f(', 'line 1, column 3'],
    ['p(X)', 'variables'],
    ['p(a) :- q(a)', 'saveRules'],
    ['length(a, 1)', 'belongs to the language'],
    ['can_transition(a, b, c)', 'shipped rules'],
    ['capability(flying)', 'worksheets'],
    ['3', 'Expected a fact'],
    ["p('\\xd800\\')", 'surrogate'],
    [`p(${'a'.repeat(5_000)})`, '4000'],
  ])('%s is refused with a sentence, and nothing of the call is kept', async (text, sentence) => {
    const before = await textsOf(manager);
    const { errors } = await lab.send(manager, ASSERT, { facts: [{ text: 'fine(indeed)' }, { text }] });
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } });
    expect(errors?.[0]?.message).toContain('facts[1]');
    expect(errors?.[0]?.message).toContain(sentence);
    expect(await textsOf(manager)).toEqual(before);
  });

  test('too many at once, an end before the beginning, an empty reason and an unknown id are refused', async () => {
    const many = Array.from({ length: 1_001 }, (_, i) => ({ text: `n(${i})` }));
    const backwards = [{ text: 'p(a)', validFrom: '2026-11-24T00:00:00Z', validTo: '2026-11-23T00:00:00Z' }];
    const codes = await Promise.all([
      lab.send(manager, ASSERT, { facts: many }),
      lab.send(manager, ASSERT, { facts: [] }),
      lab.send(manager, ASSERT, { facts: backwards }),
      lab.send(manager, RETRACT, { ids: ['nonsense'], reason: 'x' }),
      lab.send(manager, RETRACT, { ids: [manager.userId], reason: ' ' }),
      lab.send(manager, LIST, { first: 0 }),
      lab.send(manager, LIST, { first: 5, after: 'nonsense' }),
    ]);
    expect(codes.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([
      'BAD_INPUT',
      'BAD_INPUT',
      'BAD_INPUT',
      'NOT_FOUND',
      'BAD_INPUT',
      'BAD_INPUT',
      'BAD_INPUT',
    ]);
  });

  test('two people who assert the same at once make one fact', async () => {
    const added = await Promise.all(
      Array.from({ length: 8 }, () => assertFacts(manager, [{ text: 'race(won)' }]).then((payload) => payload.added)),
    );
    expect(added.reduce((sum, n) => sum + n, 0)).toBe(1);
  });

  test('who may not write rules asserts and retracts nothing; nobody without a token reads', async () => {
    const analyst = person('analyst', manager);
    const refused = await lab.send(analyst, ASSERT, { facts: [{ text: 'p(a)' }] });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      missing: [{ scopes: [['rules:write']] }],
    });
    expect(await textsOf(analyst)).toContain('shift(early)');
    expect((await lab.send(null, AS_OF)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await lab.send(person('client', manager), AS_OF)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('another organization sees none of these facts and ends none of them, also below the application', async () => {
    const [id] = (await assertFacts(manager, [{ text: 'secret(recipe)' }])).facts.map((fact) => fact.id);
    expect(await textsOf(stranger)).toEqual([]);
    expect(await lab.ask(stranger, `query F($id: ID!) { fact(id: $id) { text } }`, { id })).toEqual({ fact: null });
    const { errors } = await lab.send(stranger, RETRACT, { ids: [id], reason: 'x' });
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect(await textsOf(manager)).toContain('secret(recipe)');
    const { organizationId } = stranger;
    expect(await lab.rowsAs(organizationId, 'SELECT * FROM fact')).toEqual([]);
    expect(await lab.rowsAs(organizationId, 'UPDATE fact SET valid_to = now() RETURNING id')).toEqual([]);
  });

  test('what was said stays said: the database refuses to change or delete it', async () => {
    const { organizationId } = manager;
    await expect(lab.rowsAs(organizationId, "UPDATE fact SET text = 'p(b)'")).rejects.toThrow('permission denied');
    await expect(lab.rowsAs(organizationId, 'DELETE FROM fact')).rejects.toThrow('permission denied');
  });
});
