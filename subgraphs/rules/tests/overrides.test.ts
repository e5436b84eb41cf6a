import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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

const RULE = 'verification.self_verified';
const REASON = 'two-person rule of SOP-7';
const OWN = 'self_verified(A) :- submitted_by(A, U), verified_by(A, U), \\+ trusted(U).';
const TEXT = `:- overrides('${RULE}', '${REASON}').\n% Trusted people may.\n${OWN}\nown(1).\n`;
const SHIPPED = 'self_verified(A) :- submitted_by(A, U), verified_by(A, U).';

async function save(text: string, ruleSet = 'default') {
  return (await lab.ask(manager, operation('SaveRules'), { ruleSet, text })).saveRules;
}

async function publish(text: string): Promise<string> {
  const { id } = await save(text);
  await lab.ask(manager, operation('PublishRules'), { versionId: id, reason: 'approved' });
  return id;
}

/** What stands against the completion of a sample whose result was verified by the person who entered it. */
async function blockers(...facts: string[]) {
  const question = {
    sampleId: 's1',
    kind: 'ADVANCE',
    from: 'RESULTS',
    to: 'COMPLETION',
    facts: [
      'sample(s1)',
      'analysis(a1,s1,ph)',
      'analysis_status(a1,verified)',
      'submitted_by(a1,ana)',
      'verified_by(a1,ana)',
      ...facts,
    ],
  };
  const query = `query Decide($questions: [TransitionQuestionInput!]!) { decideTransitions(shared: [], questions: $questions) {
    blockers { code ruleId rule { overrides { ruleId reason shipped { text } } } } proof { text tree } } }`;
  return (await lab.ask(manager, query, { questions: [question] })).decideTransitions[0];
}

async function eventOf(versionId: string) {
  const sql = `SELECT payload FROM outbox_event WHERE type = 'rule.activated' AND subject_id = '${versionId}' ORDER BY sequence DESC LIMIT 1`;
  return (await lab.rowsAs(manager.organizationId, sql))[0]?.payload;
}

test('a published override decides in the place of the shipped rule, and everybody sees that it does', async () => {
  expect((await blockers('trusted(ana)')).blockers).toMatchObject([
    { code: 'SELF_VERIFIED', ruleId: 'verification.not_by_oneself' },
  ]);
  const id = await publish(TEXT);
  expect((await blockers('trusted(ana)')).blockers).toEqual([]);
  const { blockers: found, proof } = await blockers();
  expect(found).toMatchObject([{ code: 'SELF_VERIFIED' }]);
  expect(proof.text).toContain(`self_verified(a1), by rule ${id}.1, which overrides the shipped ${RULE}, because`);

  const query = `query V($id: ID!) { ruleSetVersion(id: $id) { overrides { ruleId reason line text fault shipped { text } rules { id label capability } } } }`;
  expect((await lab.ask(manager, query, { id })).ruleSetVersion.overrides).toEqual([
    {
      ruleId: RULE,
      reason: REASON,
      line: 1,
      text: OWN,
      fault: null,
      shipped: { text: SHIPPED },
      rules: [{ id: `${id}.1`, label: 'Trusted people may.', capability: 'verification' }],
    },
  ]);
  expect(await eventOf(id)).toMatchObject({ number: 1, before: null, overrides: [{ ruleId: RULE, reason: REASON }] });
});

test('a blocker names the rule in the place of the shipped one, and the shipped one', async () => {
  const id = await publish(
    ":- overrides('verification.not_by_oneself', 'a second pair of eyes').\nblocker(S, completion, self_verified(A)) :- analysis(A, S, _), self_verified(A).\n",
  );
  expect((await blockers()).blockers).toMatchObject([
    {
      code: 'SELF_VERIFIED',
      ruleId: `${id}.1`,
      rule: {
        overrides: {
          ruleId: 'verification.not_by_oneself',
          reason: 'a second pair of eyes',
          shipped: { text: expect.stringContaining('blocker(') },
        },
      },
    },
  ]);
});

test('rules in force and those about a stage show it in the place of the shipped rule', async () => {
  const id = await publish(TEXT);
  const RULES =
    '{ rules(first: 200) { edges { node { id overrides { ruleId } } } } businessRules(context: "self_verified/1") { id text overrides { reason } } }';
  const { rules, businessRules } = await lab.ask(manager, RULES);
  const ids: string[] = rules.edges.map(({ node }: { node: { id: string } }) => node.id);
  expect(ids).not.toContain(RULE);
  expect(ids[ids.indexOf('verification.may_verify') + 1]).toBe(`${id}.1`);
  expect(ids.at(-1)).toBe(`${id}.2`);
  expect(rules.edges.at(-1).node.overrides).toBeNull();
  expect(businessRules).toEqual([{ id: `${id}.1`, text: OWN, overrides: { reason: REASON } }]);
});

test('a proof and a why-not name the rule of the organization and the shipped one', async () => {
  await publish(TEXT);
  const assume = ['submitted_by(a1,ana)', 'verified_by(a1,ana)'];
  const input = { goal: 'self_verified(A)', assume };
  const { executeQuery } = await lab.ask(manager, operation('ExecuteQuery'), { input });
  expect(executeQuery.answers).toMatchObject([{ text: 'self_verified(a1)' }]);
  const { explainAnswer } = await lab.ask(manager, operation('ExplainAnswer'), { queryId: executeQuery.id, answer: 0 });
  expect(explainAnswer.tree).toMatchObject([{ kind: 'RULE', overrides: RULE }]);
  const query =
    'query Why($input: RuleQueryInput!) { whyNot(input: $input) { attempts { rule { shipped overrides { ruleId reason } } failedAt } } }';
  const { whyNot } = await lab.ask(manager, query, {
    input: { goal: 'self_verified(a1)', assume: [...assume, 'trusted(ana)'] },
  });
  expect(whyNot.attempts).toContainEqual({
    rule: { shipped: false, overrides: { ruleId: RULE, reason: REASON } },
    failedAt: '\\+trusted(ana)',
  });
});

test('the difference of two versions names what is overridden and what is restored; a rollback restores it', async () => {
  const one = await publish('own(1).\n');
  const two = await publish(TEXT);
  const DIFF = `query Diff($from: Int!, $to: Int!) { ruleSetDiff(from: $from, to: $to) {
    overridden { ruleId reason } restored { ruleId } added { overrides { ruleId } } removed { id } } }`;
  const diff = async (from: number, to: number) => (await lab.ask(manager, DIFF, { from, to })).ruleSetDiff;
  expect(await diff(1, 2)).toEqual({
    overridden: [{ ruleId: RULE, reason: REASON }],
    restored: [],
    added: [{ overrides: { ruleId: RULE } }],
    removed: [],
  });
  expect(await diff(2, 1)).toMatchObject({ overridden: [], restored: [{ ruleId: RULE }] });
  expect(await diff(0, 2)).toMatchObject({ overridden: [{ ruleId: RULE }] });

  const ROLLBACK =
    'mutation { rollbackRules(toVersion: 1, expectedActive: 2, reason: "withdrawn") { ... on RuleSetVersion { number overrides { ruleId } } } }';
  expect((await lab.ask(manager, ROLLBACK)).rollbackRules).toEqual({ number: 1, overrides: [] });
  expect((await blockers('trusted(ana)')).blockers).toMatchObject([{ code: 'SELF_VERIFIED' }]);
  expect(await eventOf(one)).toMatchObject({ rollback: true, restored: [RULE] });
  expect(await eventOf(two)).not.toHaveProperty('restored');
});

test('another reason for the same clauses is a change', async () => {
  await publish(TEXT);
  await publish(TEXT.replace(REASON, 'SOP-8'));
  const query =
    '{ ruleSetDiff(from: 1, to: 2) { added { id } changed { before { overrides { reason } } after { overrides { reason } } } overridden { ruleId } } }';
  expect((await lab.ask(manager, query)).ruleSetDiff).toEqual({
    added: [],
    changed: [{ before: { overrides: { reason: REASON } }, after: { overrides: { reason: 'SOP-8' } } }],
    overridden: [],
  });
});

test('an override without a reason or clauses, or of an unknown rule, is refused where it stands', async () => {
  const refused = await save(":- overrides('verification.self_verifed', 'why').\nself_verified(a).\n");
  expect(refused.__typename).toBe('RulesRefused');
  expect(refused.diagnostics).toContainEqual(
    expect.objectContaining({
      code: 'OVERRIDE',
      line: 1,
      column: 1,
      message: expect.stringContaining(`Did you mean ${RULE}?`),
    }),
  );
  expect((await save(`:- overrides('${RULE}', '').\n${OWN}\n`)).diagnostics).toContainEqual(
    expect.objectContaining({ code: 'OVERRIDE', line: 1 }),
  );
  expect((await save(`:- overrides('${RULE}', 'why').\n`)).diagnostics).toMatchObject([{ code: 'OVERRIDE', line: 1 }]);
  expect((await save(OWN)).diagnostics).toContainEqual(
    expect.objectContaining({ code: 'SHIPPED', message: expect.stringContaining(`:- overrides('${RULE}'`) }),
  );
});

test('an override that a new release has taken its rule from is told, and cannot be published again', async () => {
  const first = await publish('own(1).\n');
  // A row as an earlier release, which shipped the rule, has left it in force.
  const text = TEXT.replace(RULE, 'verification.of_old').replaceAll("'", "''");
  await lab.rowsAs(manager.organizationId, `UPDATE rule_set_version SET status = 'RETIRED' WHERE id = '${first}'`);
  const [row] = await lab.rowsAs(
    manager.organizationId,
    `INSERT INTO rule_set_version (id, organization_id, rule_set, number, text, hash, status, termination, diagnostics,
        saved_at, saved_by, published_at, published_by, publish_reason)
      SELECT gen_random_uuid(), organization_id, rule_set, 2, '${text}', 'h2', 'PUBLISHED', termination, diagnostics,
        saved_at, saved_by, published_at, published_by, publish_reason FROM rule_set_version WHERE id = '${first}' RETURNING id`,
  );
  const id = row?.id;
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'something(new)' }] });
  expect((await blockers('trusted(ana)')).blockers).toMatchObject([{ code: 'SELF_VERIFIED' }]);
  const query =
    'query V($id: ID!) { ruleSetVersion(id: $id) { diagnostics { severity code line message } overrides { ruleId shipped { id } fault } } }';
  const { ruleSetVersion } = await lab.ask(manager, query, { id });
  expect(ruleSetVersion.diagnostics).toContainEqual(
    expect.objectContaining({
      severity: 'WARNING',
      code: 'OVERRIDE',
      line: 1,
      message: expect.stringContaining('the shipped rules apply'),
    }),
  );
  expect(ruleSetVersion.overrides).toEqual([
    { ruleId: 'verification.of_old', shipped: null, fault: expect.stringContaining('ships no rule') },
  ]);
  const next = await publish('own(2).\n');
  expect(next).not.toBe(id);
  const again = await lab.send(manager, operation('PublishRules'), { versionId: id, reason: 'back' });
  expect(again.errors?.[0]).toMatchObject({
    message: expect.stringContaining('no longer fits the shipped rules (line 1, column 1)'),
    extensions: { refusal: 'NO_LONGER_FITS' },
  });
});

test('rules that a question brings along may override, too', async () => {
  const input = {
    goal: 'self_verified(a1)',
    rules: TEXT,
    assume: ['submitted_by(a1,ana)', 'verified_by(a1,ana)', 'trusted(ana)'],
  };
  expect((await lab.ask(manager, operation('ExecuteQuery'), { input })).executeQuery.answers).toEqual([]);
});
