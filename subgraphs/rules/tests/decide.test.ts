import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
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
afterEach(() => {
  lab.time.perLook = null;
});

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

test('a hundred decisions over thousands of facts are all taken within the time that they share', async () => {
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
  // Their time allows for two thousand looks at the timer, one in a thousand inferences.
  lab.time.perLook = 1;
  const verdicts = await decide(stranger, questions);
  expect(verdicts.every(({ allowed }: { allowed: boolean }) => allowed)).toBe(true);
});

const WHY = `query Why($shared: [String!]!, $questions: [TransitionQuestionInput!]!) {
  decideTransitions(shared: $shared, questions: $questions) { allowed blockers { code } proof { text tree } } }`;

async function why(over: object, shared: readonly string[] = []) {
  const questions = [question('p', over)];
  return (await lab.ask(stranger, WHY, { shared, questions })).decideTransitions[0];
}

test('an allowed move is proved by the rule that allows it, down to what was searched and absent', async () => {
  const { allowed, proof } = await why({});
  expect(allowed).toBe(true);
  expect(proof.tree).toMatchObject([
    {
      kind: 'RULE',
      goal: 'can_transition(p,initiation,sample_reception)',
      rule: 'core.can_transition',
      children: [
        { kind: 'FACT', goal: 'stage(p,initiation)' },
        { goal: 'edge(initiation,sample_reception)' },
        { kind: 'ABSENT' },
      ],
    },
  ]);
  expect(proof.text).toContain('can_transition(p,initiation,sample_reception), by rule core.can_transition, because');
});

test('each blocker is proved by the rule that objects; a move that does not exist has no proof', async () => {
  const { blockers, proof } = await why({ facts: ['sample(p)', "hold(p,'broken seal')"] });
  expect(blockers.map(({ code }: { code: string }) => code)).toEqual(['ON_HOLD', 'NO_CLIENT']);
  expect(proof.tree).toMatchObject([
    { goal: "blocker(p,sample_reception,on_hold('broken seal'))", rule: 'core.on_hold' },
    { goal: 'blocker(p,sample_reception,no_client)', rule: 'core.no_client' },
  ]);
  expect(await why({ to: 'TESTING' })).toMatchObject({
    allowed: false,
    blockers: [{ code: 'NO_SUCH_MOVE' }],
    proof: null,
  });
});

test('conditions hold for their question alone, and a time among them is the only one', async () => {
  const orphan = { facts: ['sample(p)'] };
  expect((await why({ ...orphan, conditions: ["client(p,'UTAH')"] })).allowed).toBe(true);
  expect((await why(orphan)).allowed).toBe(false);
  const text = 'blocker(S, sample_reception, closed(N)) :- sample(S), now(N).\n';
  const theirManager = person('lab_manager', stranger);
  const { saveRules } = await lab.ask(theirManager, operation('SaveRules'), { ruleSet: 'default', text });
  await lab.ask(theirManager, operation('PublishRules'), { versionId: saveRules.id, reason: 'holiday' });
  const { proof } = await why({ conditions: ['now(7)'] }, ['now(494000.25)']);
  expect(proof.tree.map(({ goal }: { goal: string }) => goal)).toEqual(['blocker(p,sample_reception,closed(7))']);
});

test.each([
  [['client('], 'questions[0].conditions[0]'],
  [['client(p,c)', 'edge(initiation,completion)'], 'questions[0].conditions[1]: edge/2 is defined by shipped rules'],
  [Array.from({ length: 101 }, (_, i) => `client(p,c${i})`), '100 are allowed'],
])('conditions that are no facts, not theirs to say, or too many are refused', async (conditions, sentence) => {
  const { errors } = await lab.send(stranger, WHY, { shared: [], questions: [question('p', { conditions })] });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect(errors?.[0]?.message).toContain(sentence);
});

test('nobody without a token decides', async () => {
  expect((await lab.send(null, DECIDE, { shared: [], questions: [] })).errors?.[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );
});
