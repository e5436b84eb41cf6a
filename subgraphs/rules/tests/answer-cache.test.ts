import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const RULES = 'skilled(P) :- trained(P), \\+ lapsed(P).\nlate(P) :- due(P, T), now(N), N > T.\n';

async function assertFacts(...facts: readonly object[]): Promise<string[]> {
  const { assertFacts: asserted } = await lab.ask(manager, operation('AssertFacts'), { facts });
  return asserted.facts.map(({ id }: { id: string }) => id);
}

async function publish(text: string): Promise<void> {
  const { saveRules } = await lab.ask(manager, operation('SaveRules'), { ruleSet: 'default', text });
  await lab.ask(manager, operation('PublishRules'), { versionId: saveRules.id, reason: 'x' });
}

async function ask(goal: string, more: object = {}, viewer = manager) {
  const { executeQuery } = await lab.ask(viewer, operation('ExecuteQuery'), { input: { goal, ...more } });
  return { cached: executeQuery.cached, texts: executeQuery.answers.map(({ text }: { text: string }) => text) };
}

beforeEach(async () => {
  manager = person('lab_manager');
  lab.time.now = new Date('2026-11-22T10:00:00Z');
  await publish(RULES);
  await assertFacts({ text: 'trained(ana)' });
});

describe('answers are kept', () => {
  test('while what they rest on is the same: an unrelated fact changes nothing', async () => {
    const texts = ['skilled(ana)'];
    expect(await ask('skilled(P)')).toEqual({ cached: false, texts });
    expect(await ask('skilled(P)')).toEqual({ cached: true, texts });
    await assertFacts({ text: 'calibrated_until(icp_1, 499656)' });
    expect(await ask('skilled(P)')).toEqual({ cached: true, texts });
  });

  test('and found anew when a fact under it is asserted, denied through a negation, or ended', async () => {
    await ask('skilled(P)');
    await assertFacts({ text: 'trained(ben)' });
    expect(await ask('skilled(P)')).toEqual({ cached: false, texts: ['skilled(ana)', 'skilled(ben)'] });
    const ids = await assertFacts({ text: 'lapsed(ana)' });
    expect(await ask('skilled(P)')).toEqual({ cached: false, texts: ['skilled(ben)'] });
    await lab.ask(manager, operation('RetractFacts'), { ids, reason: 'renewed' });
    // What was known before holds again, and the answers with it.
    expect(await ask('skilled(P)')).toEqual({ cached: true, texts: ['skilled(ana)', 'skilled(ben)'] });
  });

  test('until a fact begins or ends by the clock', async () => {
    await assertFacts({ text: 'trained(cy)', validFrom: '2026-11-22T11:00:00Z', validTo: '2026-11-22T12:00:00Z' });
    const at = async (time: string) => {
      lab.time.now = new Date(`2026-11-22T${time}:00Z`);
      return (await ask('skilled(P)')).texts;
    };
    expect(await at('10:30')).toEqual(['skilled(ana)']);
    expect(await at('11:30')).toEqual(['skilled(ana)', 'skilled(cy)']);
    expect(await at('12:30')).toEqual(['skilled(ana)']);
  });

  test('for one version of the rules', async () => {
    await ask('skilled(P)');
    await publish('skilled(nobody).\n');
    expect(await ask('skilled(P)')).toEqual({ cached: false, texts: ['skilled(nobody)'] });
  });

  test('for exactly this question: goal, limits, assumptions, distinct', async () => {
    await ask('skilled(P)');
    for (const more of [{ limits: { answers: 7 } }, { assume: ['lapsed(ana)'] }, { distinct: true }]) {
      expect((await ask('skilled(P)', more)).cached).toBe(false);
      expect((await ask('skilled(P)', more)).cached).toBe(true);
    }
    expect(await ask('skilled(P)', { assume: ['lapsed(ana)'] })).toEqual({ cached: true, texts: [] });
    expect((await ask('skilled(Who)')).cached).toBe(false);
  });

  test('and explained like any other', async () => {
    await ask('skilled(P)');
    const { executeQuery } = await lab.ask(manager, operation('ExecuteQuery'), { input: { goal: 'skilled(P)' } });
    expect(executeQuery.cached).toBe(true);
    const variables = { queryId: executeQuery.id, answer: 0 };
    const { explainAnswer } = await lab.ask(manager, operation('ExplainAnswer'), variables);
    expect(explainAnswer.text).toContain('trained(ana), a fact');
  });

  test('of the past, too', async () => {
    const asOf = lab.time.now.toISOString();
    lab.time.now = new Date('2026-11-22T13:00:00Z');
    await assertFacts({ text: 'trained(ben)' });
    const texts = ['skilled(ana)'];
    expect(await ask('skilled(P)', { asOf })).toEqual({ cached: false, texts });
    expect(await ask('skilled(P)', { asOf })).toEqual({ cached: true, texts });
  });
});

describe('answers are not kept', () => {
  test('when they rest on the time, unless the question says what time it is', async () => {
    const [hour] = [lab.time.now.getTime() / 3_600_000];
    await assertFacts({ text: `due(ana, ${hour + 1})` });
    expect(await ask('late(P)')).toEqual({ cached: false, texts: [] });
    lab.time.now = new Date('2026-11-22T12:00:00Z');
    expect(await ask('late(P)')).toEqual({ cached: false, texts: ['late(ana)'] });
    const assume = [`now(${hour})`];
    await ask('late(P)', { assume });
    expect(await ask('late(P)', { assume })).toEqual({ cached: true, texts: [] });
  });

  test('when a goal is known only while it runs', async () => {
    await ask('G = trained(P), call(G)');
    expect((await ask('G = trained(P), call(G)')).cached).toBe(false);
  });

  test('when the clock ended them', async () => {
    await publish('spin(X) :- between(1, 100000000, X), X < 0.\n');
    const limits = { millis: 1, inferences: 5_000_000 };
    await ask('spin(X)', { limits });
    expect((await ask('spin(X)', { limits })).cached).toBe(false);
  });
});

test('no organization is answered what another asked', async () => {
  await ask('skilled(P)');
  const stranger = person('lab_manager');
  expect(await ask('trained(P)', {}, stranger)).toEqual({ cached: false, texts: [] });
  await ask('trained(P)');
  expect(await ask('trained(P)', {}, stranger)).toEqual({ cached: true, texts: [] });
});

test('hits, misses and what cannot be kept are counted', async () => {
  const counts = async () => {
    const text = await lab.metrics();
    return ['hit', 'miss', 'uncacheable'].map((outcome) =>
      Number(new RegExp(`alims_rules_questions_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0),
    );
  };
  const before = await counts();
  for (const goal of ['skilled(P)', 'skilled(P)', 'late(P)']) await ask(goal);
  expect((await counts()).map((count, i) => count - (before[i] ?? 0))).toEqual([1, 1, 1]);
});
