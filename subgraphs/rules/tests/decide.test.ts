import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let clerk: Viewer;
let manager: Viewer;
let stranger: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
  manager = person('lab_manager');
  clerk = person('lab_clerk', manager);
  stranger = person('lab_clerk');
});
afterAll(() => lab[Symbol.asyncDispose]());

/** As workflows asks. */
const DECIDE = `query DecideTransitions($shared: [String!]!, $questions: [TransitionQuestionInput!]!) {
  decideTransitions(shared: $shared, questions: $questions) {
    allowed ruleSetVersion { number } blockers { code message ruleId missingFacts rule { id label } } } }`;

function question(sampleId: string, over: object = {}) {
  const facts = [`sample('${sampleId}')`, `client('${sampleId}','UTAH')`, `stage('${sampleId}',initiation)`];
  return { sampleId, kind: 'ADVANCE', from: 'INITIATION', to: 'SAMPLE_RECEPTION', facts, ...over };
}

async function decide(viewer: Viewer, questions: readonly object[]) {
  const shared = [`role('${viewer.userId}',${viewer.roles[0]})`, 'now(494000.25)'];
  return (await lab.ask(viewer, DECIDE, { shared, questions })).decideTransitions;
}

test('each question of a batch is answered over its own facts, in order', async () => {
  const orphan = question('b', { facts: ["sample('b')"] });
  expect(await decide(clerk, [question('a'), orphan, question('c')])).toEqual([
    { allowed: true, ruleSetVersion: { number: 0 }, blockers: [] },
    {
      allowed: false,
      ruleSetVersion: { number: 0 },
      blockers: [
        {
          code: 'NO_CLIENT',
          message: 'The sample names no client: enter the client it belongs to.',
          ruleId: 'core.no_client',
          missingFacts: ['client(b,_)'],
          rule: { id: 'core.no_client', label: 'The client is known before reception' },
        },
      ],
    },
    { allowed: true, ruleSetVersion: { number: 0 }, blockers: [] },
  ]);
});

test('moving back and cancelling are decided by the roles of the person who asks', async () => {
  const facts = ["sample('a')", "analysis('x','a','NITRATE')"];
  const rework = question('a', { kind: 'REWORK', from: 'RESULTS', to: 'TESTING', facts });
  const cancel = question('a', { kind: 'CANCEL', from: 'TESTING', to: 'TESTING', facts });
  const codes = async (viewer: Viewer) =>
    (await decide(viewer, [rework, cancel])).map((v: { blockers: { code: string }[] }) =>
      v.blockers.map(({ code }) => code),
    );
  expect(await codes(manager)).toEqual([[], []]);
  expect(await codes(clerk)).toEqual([['NEEDS_ROLE'], []]);
  expect(await codes(person('analyst', manager))).toEqual([['NEEDS_ROLE'], ['NEEDS_ROLE']]);
});

test("a laboratory's own published rule objects, under its own id, and in no other laboratory", async () => {
  const text = '% Hot samples cool down first.\nblocker(S, sample_reception, too_hot) :- sample(S), \\+ cooled(S).\n';
  const { saveRules } = await lab.ask(manager, operation('SaveRules'), { ruleSet: 'default', text });
  expect((await decide(clerk, [question('a')]))[0].allowed).toBe(true);
  await lab.ask(manager, operation('PublishRules'), { versionId: saveRules.id, reason: 'summer' });
  const [verdict] = await decide(clerk, [question('a')]);
  expect(verdict).toMatchObject({
    allowed: false,
    ruleSetVersion: { number: 1 },
    blockers: [
      {
        code: 'TOO_HOT',
        rule: { id: `${saveRules.id}.1`, label: 'Hot samples cool down first.' },
        missingFacts: ['cooled(a)'],
      },
    ],
  });
  expect((await decide(stranger, [question('a')]))[0].allowed).toBe(true);
  await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'cooled(a)' }] });
  expect((await decide(clerk, [question('a')]))[0].allowed).toBe(true);
  expect((await decide(clerk, [question('b')]))[0].allowed).toBe(false);
});

test('a standing fact cannot stand in for the record of a sample', async () => {
  await lab.ask(manager, operation('AssertFacts'), {
    facts: [{ text: 'client(forged, somebody)' }, { text: 'cooled(forged)' }],
  });
  const forged = question('forged', { facts: ['sample(forged)'] });
  expect((await decide(clerk, [forged]))[0].blockers).toMatchObject([{ code: 'NO_CLIENT' }]);
});

test.each([
  [{ facts: ['client('] }, 'questions[1].facts[0]'],
  [{ facts: ['edge(initiation,completion)'] }, 'shipped rules'],
  [{ facts: ['client(X,y)'] }, 'variables'],
])('a snapshot with %j is refused whole', async (over, sentence) => {
  const { errors } = await lab.send(clerk, DECIDE, { shared: [], questions: [question('a'), question('b', over)] });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect(errors?.[0]?.message).toContain(sentence);
});

test('more than 500 questions are refused; none is answered by none', async () => {
  const many = Array.from({ length: 501 }, (_, i) => question(`s${i}`));
  expect((await lab.send(clerk, DECIDE, { shared: [], questions: many })).errors?.[0]?.extensions.code).toBe(
    'BAD_INPUT',
  );
  expect(await decide(clerk, [])).toEqual([]);
});

test('a hundred decisions over thousands of facts are taken in a moment', async () => {
  const questions = Array.from({ length: 100 }, (_, i) => {
    const id = `01930000-0000-7000-8000-${String(i).padStart(12, '0')}`;
    const analyses = Array.from({ length: 8 }, (__, n) => [
      `analysis('${id}-${n}','${id}','NITRATE${n}')`,
      `analysis_status('${id}-${n}',submitted)`,
      `submitted_by('${id}-${n}','ana')`,
      `verified_by('${id}-${n}','vera')`,
    ]).flat();
    return question(id, {
      from: 'RESULTS',
      to: 'COMPLETION',
      facts: [`sample('${id}')`, `stage('${id}',results)`, ...analyses],
    });
  });
  const started = performance.now();
  const verdicts = await decide(stranger, questions);
  expect(verdicts.every(({ allowed }: { allowed: boolean }) => allowed)).toBe(true);
  // Far above what it takes, far below what would hold up a bulk move.
  expect(performance.now() - started).toBeLessThan(2_000);
});

test('nobody without a token decides', async () => {
  expect((await lab.send(null, DECIDE, { shared: [], questions: [] })).errors?.[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );
});
