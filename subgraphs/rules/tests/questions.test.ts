import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { createRulesLab, operation, person, type RulesLab } from './harness.ts';

let lab: RulesLab;
let manager: Viewer;
let stranger: Viewer;
beforeAll(async () => {
  lab = await createRulesLab();
  manager = person('lab_manager');
  stranger = person('lab_manager');
  await lab.ask(manager, operation('AssertFacts'), {
    facts: [
      'sample(s1)',
      'stage(s1, results)',
      "client(s1, 'UTAH')",
      'analysis(a1, s1, nitrate)',
      'analysis_status(a1, submitted)',
      'submitted_by(a1, ana)',
      'sample(s2)',
      'stage(s2, registration)',
      'analysis(a2, s2, nitrate)',
    ].map((text) => ({ text })),
  });
});
afterAll(() => lab[Symbol.asyncDispose]());
afterEach(() => {
  lab.time.perLook = null;
});

const HOUR_MS = 3_600_000;
const EXECUTE = operation('ExecuteQuery');
const EXPLAIN = operation('ExplainAnswer');
const WHY_NOT = operation('WhyNot');

async function execute(viewer: Viewer, input: object) {
  return (await lab.ask(viewer, EXECUTE, { input })).executeQuery;
}

test('the documented example is answered over facts, rules and assumptions', async () => {
  const result = await execute(manager, {
    goal: 'can_transition(S, registration, To)',
    ruleSet: 'default',
    distinct: false,
    assume: ['now(490000)'],
    limits: { inferences: 1_000_000, answers: 1_000, millis: 100 },
  });
  expect(result).toMatchObject({
    truncated: false,
    stoppedBy: null,
    cached: false,
    answers: [
      {
        text: 'can_transition(s2,registration,assignment)',
        bindings: [
          { variable: 'S', value: 's2' },
          { variable: 'To', value: 'assignment' },
        ],
      },
    ],
  });
  expect(result.stats.inferences).toBeGreaterThan(0);
});

test('the time is known without being assumed', async () => {
  const { answers } = await execute(manager, { goal: 'now(N)' });
  expect(answers[0].bindings[0].value).toBe(`${lab.time.now.getTime() / 3_600_000}.0`);
  expect((await execute(manager, { goal: 'now(N)', assume: ['now(1)'] })).answers).toHaveLength(1);
});

test('an answer leaves out variables named _…, and calls those without a value _A, _B', async () => {
  const rules = 'twin(X, X, _, _).';
  const { id, answers } = await execute(manager, { goal: 'twin(A, B, C, _D)', ruleSet: 'playground', rules });
  expect(answers).toEqual([
    {
      text: 'twin(_A,_A,_B,_C)',
      bindings: [
        { variable: 'A', value: '_A' },
        { variable: 'B', value: '_A' },
        { variable: 'C', value: '_B' },
      ],
    },
  ]);
  const { explainAnswer } = await lab.ask(manager, EXPLAIN, { queryId: id, answer: 0 });
  expect(explainAnswer.tree).toMatchObject([{ goal: 'twin(_A,_A,_B,_C)' }]);
});

describe('an answer is explained', () => {
  test('by rules and facts, from the knowledge as it was when the question was asked', async () => {
    const { id, answers } = await execute(manager, { goal: 'blocker(s1, completion, R)' });
    expect(answers.map(({ text }: { text: string }) => text)).toEqual(['blocker(s1,completion,unverified(a1,1))']);
    lab.time.now = new Date(lab.time.now.getTime() + 60_000);
    await lab.ask(manager, operation('AssertFacts'), { facts: [{ text: 'verified_by(a1, vera)' }] });
    expect((await execute(manager, { goal: 'blocker(s1, completion, R)' })).answers).toEqual([]);
    const { explainAnswer } = await lab.ask(manager, EXPLAIN, { queryId: id, answer: 0 });
    expect(explainAnswer.text).toContain(
      'blocker(s1,completion,unverified(a1,1)), by rule verification.unverified, because',
    );
    expect(explainAnswer.tree).toMatchObject([
      {
        kind: 'RULE',
        rule: 'verification.unverified',
        text: expect.stringContaining('blocker(S, completion, unverified(A'),
        bindings: { S: 's1', A: 'a1' },
        children: [{ kind: 'FACT' }, {}, {}, {}],
      },
    ]);
    expect(explainAnswer.tree[0]).not.toHaveProperty('given');
    expect(explainAnswer.tree[0].children[0].fact).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('to the organization that asked, for answers that there are', async () => {
    const { id } = await execute(manager, { goal: 'sample(S)' });
    const codes = await Promise.all([
      lab.send(stranger, EXPLAIN, { queryId: id, answer: 0 }),
      lab.send(manager, EXPLAIN, { queryId: id, answer: 2 }),
      lab.send(manager, EXPLAIN, { queryId: id, answer: -1 }),
      lab.send(manager, EXPLAIN, { queryId: 'unknown', answer: 0 }),
    ]);
    expect(codes.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([
      'NOT_FOUND',
      'BAD_INPUT',
      'BAD_INPUT',
      'NOT_FOUND',
    ]);
    const { explainAnswer } = await lab.ask(person('auditor', manager), EXPLAIN, { queryId: id, answer: 1 });
    const [{ assertedAt }] = explainAnswer.tree;
    expect(explainAnswer.tree).toEqual([
      {
        kind: 'FACT',
        goal: 'sample(s2)',
        predicate: 'sample/1',
        fact: expect.stringMatching(/^[0-9a-f-]{36}$/),
        assertedBy: manager.userId,
        assertedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[0-9:.]+Z$/),
        children: [],
      },
    ]);
    expect(explainAnswer.text).toBe(`sample(s2), a fact asserted by ${manager.userId} at ${assertedAt}`);
  });
});

describe('a question is kept for 24 hours', () => {
  const ask = async (viewer: Viewer) => (await execute(viewer, { goal: 'member(X, [a, b])' })).id as string;
  const explain = (viewer: Viewer, queryId: string) => lab.send(viewer, EXPLAIN, { queryId, answer: 1 });
  const kept = (viewer: Viewer) => lab.rowsAs(viewer.organizationId, 'SELECT id FROM question');
  const later = (ms: number) => {
    lab.time.now = new Date(lab.time.now.getTime() + ms);
  };

  test('by whom, of what and when, in the database: another process explains it', async () => {
    const id = await ask(manager);
    const { data, errors } = await lab.sendBeside(manager, EXPLAIN, { queryId: id, answer: 1 });
    expect(errors).toBeUndefined();
    expect(data.explainAnswer.text).toContain('member(b,[a,b])');
    const columns = 'asked_by, asked_at, goal, rule_set, octet_length(answers) AS bytes';
    expect(await lab.rowsAs(manager.organizationId, `SELECT ${columns} FROM question WHERE id = '${id}'`)).toEqual([
      {
        asked_by: manager.userId,
        asked_at: lab.time.now,
        goal: 'member(X, [a, b])',
        rule_set: 'default',
        bytes: 12,
      },
    ]);
  });

  test('with assumptions, limits and as many answers as a question may have', async () => {
    const input = {
      goal: 'between(1, 20000, X), offset(O), Y is X + O',
      assume: ['offset(7)'],
      limits: { answers: 10_000, millis: 1_000, inferences: 5_000_000 },
    };
    const { id, answers } = await execute(manager, input);
    expect(answers.length).toBeGreaterThan(1_000);
    const last = answers.length - 1;
    const { explainAnswer } = await lab.ask(manager, EXPLAIN, { queryId: id, answer: last });
    expect(explainAnswer.text).toContain(`${last + 8} is ${last + 1}+7`);
    const { errors } = await lab.send(manager, EXPLAIN, { queryId: id, answer: last + 1 });
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  test('and not explained a moment longer, purged or not', async () => {
    const id = await ask(manager);
    later(24 * HOUR_MS - 1);
    expect((await explain(manager, id)).errors).toBeUndefined();
    later(1);
    expect((await explain(manager, id)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('then erased, of every organization, and only then', async () => {
    later(24 * HOUR_MS);
    await lab.run('rules.purge-questions');
    expect([await kept(manager), await kept(stranger)]).toEqual([[], []]);
    await ask(manager);
    await ask(stranger);
    later(HOUR_MS);
    const younger = await ask(manager);
    later(23 * HOUR_MS);
    await lab.run('rules.purge-questions');
    expect([await kept(manager), await kept(stranger)]).toEqual([[{ id: younger }], []]);
    expect((await explain(manager, younger)).errors).toBeUndefined();
  });

  test('then erased, however many they are', async () => {
    await ask(manager);
    const many = `SELECT (jsonb_populate_record(q, jsonb_build_object('id', gen_random_uuid()))).* FROM question q, generate_series(1, 6000)`;
    await lab.rowsAs(
      manager.organizationId,
      `INSERT INTO question ${many} WHERE q.id = (SELECT max(id::text)::uuid FROM question)`,
    );
    expect((await kept(manager)).length).toBeGreaterThan(6_000);
    later(24 * HOUR_MS);
    await lab.run('rules.purge-questions');
    expect(await kept(manager)).toEqual([]);
  });

  test('unless a later release ships other rules: a proof by those would explain another answer', async () => {
    const id = await ask(manager);
    const asked = `(SELECT q FROM question q WHERE q.id = '${id}')`;
    const earlier = async (change: object) => {
      const copy = { id: v7(), ...change };
      const row = `jsonb_populate_record(${asked}, '${JSON.stringify(copy)}')`;
      await lab.rowsAs(manager.organizationId, `INSERT INTO question SELECT (${row}).*`);
      return (await explain(manager, copy.id)).errors?.[0]?.extensions.code;
    };
    expect(await earlier({})).toBeUndefined();
    expect(await earlier({ shipped_hash: 'earlier' })).toBe('CONFLICT');
    expect(await earlier({ version_id: 'shipped-earlier' })).toBe('CONFLICT');
  });

  test('for its organization alone: row-level security holds without any filter of ours', async () => {
    const id = await ask(manager);
    expect((await explain(stranger, id)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    const as = (sql: string) => lab.rowsAs(stranger.organizationId, sql);
    expect(await as(`SELECT * FROM question WHERE id = '${id}'`)).toEqual([]);
    const forged = `INSERT INTO question SELECT (jsonb_populate_record(q, '{"organization_id": "${manager.organizationId}", "id": "${v7()}"}')).* FROM question q`;
    await ask(stranger);
    await expect(as(forged)).rejects.toThrow('row-level security');
  });

  test('as it was asked: the database refuses to change or delete it', async () => {
    const as = (sql: string) => lab.rowsAs(manager.organizationId, sql);
    await expect(as("UPDATE question SET goal = 'true'")).rejects.toThrow('permission denied');
    await expect(as('DELETE FROM question')).rejects.toThrow('permission denied');
  });
});

test('why not: the rule that stopped, where, and what is missing', async () => {
  const input = {
    goal: 'can_transition(s3, results, completion)',
    ruleSet: 'default',
    assume: ['sample(s3)', 'stage(s3, results)', 'analysis(a3, s3, nitrate)', 'submitted_by(a3, ana)'],
  };
  expect((await lab.ask(manager, WHY_NOT, { input })).whyNot).toEqual({
    goal: 'can_transition(s3,results,completion)',
    missing: [{ facts: ['verified_by(a3,_)'] }],
    attempts: [
      {
        rule: { id: 'core.can_transition', text: expect.stringContaining('can_transition(S, From, To) :-') },
        failedAt: '\\+blocker(s3,completion,_A)',
        reason: 'It must not hold, but it does: blocker(s3,completion,unverified(a3,1)).',
      },
    ],
  });
});

describe('which facts may be missing', () => {
  const missing = async (input: object) => {
    const { whyNot } = await lab.ask(manager, WHY_NOT, { input });
    return whyNot.missing.map(({ facts }: { facts: string[] }) => facts);
  };

  test('those that the rules declare; where they declare none, any', async () => {
    const rules = 'fit(S) :- weighed(S, _), tared(S).\nfit(S) :- waived(S).\n';
    const input = { goal: 'fit(w1)', ruleSet: 'playground', rules };
    expect(await missing(input)).toEqual([['waived(w1)'], ['weighed(w1,_)', 'tared(w1)']]);
    const declared = { ...input, rules: `:- abducible waived/1, tared/1.\n${rules}` };
    expect(await missing(declared)).toEqual([['waived(w1)']]);
  });

  test('of what shipped rules ask for, what people can state: not the time, nor the stage', async () => {
    expect(await missing({ goal: 'received_at(s9, T), now(490000)', assume: ['now(1)'] })).toEqual([]);
    expect(await missing({ goal: 'received_at(s9, T)' })).toEqual([['received_at(s9,_)']]);
    expect(await missing({ goal: 'stage(s9, results)' })).toEqual([]);
  });

  test("beside them what an organization's own rules ask for, or declare", async () => {
    const rules = 'chilled(S) :- cooled(S), logged(S).\n';
    expect(await missing({ goal: 'chilled(s9)', rules })).toEqual([['cooled(s9)', 'logged(s9)']]);
    const declared = ':- abducible cooled/1.\nchilled(S) :- cooled(S).\nchilled(S) :- logged(S).\n';
    expect(await missing({ goal: 'chilled(s9)', rules: declared })).toEqual([['cooled(s9)']]);
    expect(await missing({ goal: 'client(s9, C)', rules: declared })).toEqual([['client(s9,_)']]);
  });
});

test('the questions of one request share two seconds, and others have their turn in between', async () => {
  const input = 'input: { goal: "between(1, 1000000000, X), X < 0", limits: { inferences: 5000000, millis: 1000 } }';
  const aliases = Array.from(
    { length: 20 },
    (_, i) => `q${i}: executeQuery(${input}) { stoppedBy stats { elapsedMs } } n${i}: whyNot(${input}) { stoppedBy }`,
  );
  lab.time.perLook = 1;
  let turns = 0;
  let watch = setImmediate(function again() {
    turns += 1;
    watch = setImmediate(again);
  });
  const data = await lab.ask(manager, `{ ${aliases.join(' ')} }`, {});
  clearImmediate(watch);
  const ends = Object.values<{ stoppedBy: string; stats?: { elapsedMs: number } }>(data);
  // Twenty seconds if each had its own limit.
  expect(ends.reduce((sum, { stats }) => sum + (stats?.elapsedMs ?? 0), 0)).toBeLessThan(2_100);
  // Each question at a stretch would leave a dozen.
  expect(turns).toBeGreaterThan(100);
  for (const { stoppedBy } of ends.slice(-20)) expect(stoppedBy).toBe('TIME');
  expect((await execute(manager, { goal: 'member(X, [a])' })).answers).toHaveLength(1);
});

test('an explanation for which no time is left says to ask in a request of its own', async () => {
  lab.time.perLook = 20;
  const slow = { goal: 'between(1, 30000, X), X > 3000', limits: { answers: 1, millis: 1_000 } };
  const { id } = await execute(manager, slow);
  const explain = (count: number) => {
    const aliases = Array.from({ length: count }, (_, i) => `e${i}: explainAnswer(queryId: $id, answer: 0) { text }`);
    return lab.send(manager, `query ($id: ID!) { ${aliases.join(' ')} }`, { id });
  };
  const { errors = [] } = await explain(50);
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) {
    expect(error).toMatchObject({ extensions: { code: 'BAD_INPUT' }, message: expect.stringContaining('of its own') });
  }
  expect((await explain(1)).data).toMatchObject({ e0: { text: expect.stringContaining('3001') } });
});

test('other organizations are answered while a question runs wild, and not refused', async () => {
  const ends: string[] = [];
  const input = { goal: 'between(1, 1000000000, X), X < 0', limits: { inferences: 5_000_000, millis: 1_000 } };
  const wild = execute(manager, input).then(({ stoppedBy }) => ends.push(stoppedBy));
  const other = person('lab_manager');
  for (const item of ['a', 'b', 'c']) {
    expect((await execute(other, { goal: `member(X, [${item}])` })).answers).toHaveLength(1);
    ends.push(item);
  }
  await wild;
  expect(ends.slice(0, 3)).toEqual(['a', 'b', 'c']);
  expect(['TIME', 'INFERENCES']).toContain(ends[3]);
});

describe('a question that runs wild ends by its limits', () => {
  test.each([
    [{ goal: 'between(1, 1000000000, X), X < 0' }, 'TIME'],
    [{ goal: 'between(1, 1000000000, X), X < 0', limits: { inferences: 1_000, millis: 1_000 } }, 'INFERENCES'],
    [{ goal: 'between(1, 1000000000, X)', limits: { answers: 3, millis: 1_000 } }, 'ANSWERS'],
    [{ goal: 'findall(X, between(1, 101, X), L)', limits: { rows: 100, millis: 1_000 } }, 'ROWS'],
    [{ goal: 'length(L, 100000)', limits: { memory: 1, millis: 1_000 } }, 'MEMORY'],
  ])('%j', async (input, stoppedBy) => {
    const result = await execute(manager, input);
    expect(result).toMatchObject({ truncated: true });
    expect(['TIME', stoppedBy]).toContain(result.stoppedBy);
  });
});

test.each([
  ['sample(', 'BAD_INPUT', 'line 1, column 8'],
  ['X > 1', 'BAD_INPUT', 'no value'],
  ['assertz(p(a))', 'BAD_INPUT', 'assertFacts'],
  ['p :- q', 'BAD_INPUT', 'saveRules'],
  ['a'.repeat(4_001), 'BAD_INPUT', '4000'],
])('the goal %j is refused with a sentence', async (goal, code, sentence) => {
  const { errors } = await lab.send(manager, EXECUTE, { input: { goal } });
  expect(errors?.[0]?.extensions.code).toBe(code);
  expect(errors?.[0]?.message).toContain(sentence);
});

test.each([
  [{ goal: 'true', limits: { millis: 0 } }, 'BAD_INPUT'],
  [{ goal: 'true', limits: { answers: 1_000_000 } }, 'BAD_INPUT'],
  [{ goal: 'true', limits: { rows: 0 } }, 'BAD_INPUT'],
  [{ goal: 'true', limits: { memory: 201 } }, 'BAD_INPUT'],
  [{ goal: 'true', assume: ['p(X)'] }, 'BAD_INPUT'],
  [{ goal: 'true', assume: ['edge(testing, completion)'] }, 'BAD_INPUT'],
  [{ goal: 'true', ruleSet: 'unknown' }, 'NOT_FOUND'],
])('%j is refused: %s', async (input, code) => {
  expect((await lab.send(manager, EXECUTE, { input })).errors?.[0]?.extensions.code).toBe(code);
});

test('answers given before are left out when asked for', async () => {
  const goal = 'member(X, [a, b, a])';
  expect((await execute(manager, { goal })).answers).toHaveLength(3);
  expect((await execute(manager, { goal, distinct: true })).answers).toHaveLength(2);
});

test('another organization is answered from its own facts alone', async () => {
  expect((await execute(stranger, { goal: 'sample(S)' })).answers).toEqual([]);
  await lab.ask(stranger, operation('AssertFacts'), { facts: [{ text: 'sample(theirs)' }] });
  expect((await execute(stranger, { goal: 'sample(S)' })).answers).toMatchObject([{ text: 'sample(theirs)' }]);
  expect((await execute(manager, { goal: 'sample(theirs)' })).answers).toEqual([]);
});
