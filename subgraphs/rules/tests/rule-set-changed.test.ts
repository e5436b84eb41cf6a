import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeCursor } from '#platform/events/index.ts';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const WATCH = `subscription Watch($ruleSet: String, $after: String) { ruleSetChanged(ruleSet: $ruleSet, after: $after) {
  __typename ... on RuleSetChange {
    id cursor at actor { id } reason ruleSet { name } version { number status text } before rollback signatureId } } }`;
const ROLLBACK = `mutation { rollbackRules(toVersion: 1, expectedActive: 2, reason: "too strict") { __typename } }`;

/** Publishes and gives the id of the signature. */
async function publish(text: string, ruleSet = 'default', viewer = manager): Promise<string> {
  const { saveRules } = await lab.ask(viewer, operation('SaveRules'), { ruleSet, text });
  const signatureId = await lab.sign(viewer, saveRules.id);
  await lab.ask(viewer, operation('PublishRules'), { versionId: saveRules.id, reason: `now ${text}`, signatureId });
  return signatureId;
}

/** Where the log of the organization stands: its last event. */
async function cursorNow(viewer = manager): Promise<string> {
  const [row] = await lab.rowsAs(
    viewer.organizationId,
    'SELECT epoch, sequence::integer AS sequence FROM outbox_event ORDER BY sequence DESC LIMIT 1',
  );
  return encodeCursor(row as { epoch: string; sequence: number });
}

/** The next `count` deliveries; the stream is left afterwards. */
async function take(count: number, variables: object, viewer = manager) {
  const taken = [];
  for await (const { ruleSetChanged } of lab.subscribe(viewer, WATCH, variables)) {
    taken.push(ruleSetChanged);
    if (taken.length === count) break;
  }
  return taken;
}

beforeEach(async () => {
  manager = person('lab_manager');
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'log(begins)' }] });
});

test('tells who put which version in force, when and why; what happened since the cursor, then what happens', async () => {
  const after = await cursorNow();
  const signatureId = await publish('p(1).\n');
  const stream = lab.subscribe(manager, WATCH, { after });
  const first = (await stream.next()).value.ruleSetChanged;
  await publish('p(2).\n');
  const second = (await stream.next()).value.ruleSetChanged;
  await lab.ask(manager, ROLLBACK);
  const third = (await stream.next()).value.ruleSetChanged;
  await stream.return(undefined);
  const change = { __typename: 'RuleSetChange', actor: { id: manager.userId }, ruleSet: { name: 'default' } };
  expect(first).toMatchObject({
    ...change,
    reason: 'now p(1).\n',
    version: { number: 1, status: 'PUBLISHED', text: 'p(1).\n' },
    before: 0,
    rollback: false,
    signatureId,
  });
  expect(second).toMatchObject({ ...change, version: { number: 2, status: 'PUBLISHED' }, before: 1 });
  expect(third).toMatchObject({
    ...change,
    reason: 'too strict',
    version: { number: 1, status: 'PUBLISHED' },
    before: 2,
    rollback: true,
    signatureId: null,
  });
});

test('resumes at any cursor without loss or duplicate; drafts and facts are not told', async () => {
  const after = await cursorNow();
  for (const n of [1, 2, 3, 4]) {
    await publish(`p(${n}).\n`);
    await lab.ask(manager, operation('SaveRules'), { ruleSet: 'default', text: `draft(${n}).\n` });
    await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: `q(${n})` }] });
  }
  const all = await take(4, { after });
  expect(all.map(({ version }) => version.text)).toEqual([1, 2, 3, 4].map((n) => `p(${n}).\n`));
  const [begin, rest] = [await take(2, { after }), await take(2, { after: all[1].cursor })];
  expect([...begin, ...rest].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
});

test('can be narrowed to one set', async () => {
  const after = await cursorNow();
  await publish('p(1).\n');
  await publish('s(1).\n', 'scratch');
  expect(await take(1, { ruleSet: 'scratch', after })).toMatchObject([{ ruleSet: { name: 'scratch' } }]);
});

test("another organization's changes are not heard, with its cursor neither", async () => {
  const stranger = person('lab_manager');
  const after = await cursorNow();
  await publish('secret(1).\n');
  await lab.ask(stranger, operation('AssertFacts'), { facts: [{ text: 'log(begins)' }] });
  const theirs = await cursorNow(stranger);
  await publish('p(1).\n', 'default', stranger);
  expect(await take(1, { after: theirs }, stranger)).toMatchObject([{ version: { text: 'p(1).\n' } }]);
  const [gap, next] = await take(2, { after }, stranger);
  expect(gap.__typename).toBe('StreamGap');
  expect(next).toMatchObject({ version: { text: 'p(1).\n' } });
});

test('text that is no cursor is BAD_INPUT, and who may not read rules may not listen', async () => {
  await expect(take(1, { after: 'nonsense' })).rejects.toThrow('BAD_INPUT');
  const nobody: Viewer = { ...manager, permissions: new Set(), roles: [] };
  await expect(lab.subscribe(nobody, WATCH, {}).next()).rejects.toThrow('FORBIDDEN');
});
