import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { rebuild } from '../domain/replay.ts';
import type { Blocker, WorkflowChange } from '../domain/workflow.ts';
import { ADVANCE, ADVANCE_MANY, DETAIL, type EventNode, type OutcomeNode, START, statusMutation } from './documents.ts';
import { createWorkflowsLab, person, type WorkflowsLab } from './harness.ts';

let lab: WorkflowsLab;
let clerk: Viewer;
let manager: Viewer;

beforeAll(async () => {
  lab = await createWorkflowsLab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(() => {
  clerk = person('lab_clerk');
  manager = person('lab_manager', clerk);
  lab.neighbours.objections = () => [];
  lab.neighbours.whileDeciding = async () => {};
  lab.neighbours.down.clear();
  lab.neighbours.asked.length = 0;
  lab.neighbours.snapshots = 0;
});

async function start(sampleId = lab.sample(clerk)): Promise<string> {
  const data = await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(clerk, START, { input: { sampleId } });
  return data.startWorkflow.workflow.id;
}

async function advance(viewer: Viewer, input: object): Promise<OutcomeNode> {
  return (await lab.ask<{ advanceWorkflow: OutcomeNode }>(viewer, ADVANCE, { input })).advanceWorkflow;
}

async function change(viewer: Viewer, action: 'hold' | 'resume' | 'fail' | 'cancel', input: object) {
  return (await lab.ask<{ outcome: OutcomeNode }>(viewer, statusMutation(action), { input })).outcome;
}

async function bulk(viewer: Viewer, inputs: readonly object[]): Promise<OutcomeNode[]> {
  const data = await lab.ask<{ advanceWorkflows: { results: OutcomeNode[] } }>(viewer, ADVANCE_MANY, { inputs });
  return data.advanceWorkflows.results;
}

interface Detail {
  readonly stage: string;
  readonly status: string;
  readonly version: number;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly definition: { name: string; version: number };
  readonly transitions: readonly { to: string; allowed: boolean; blockers: { code: string }[] }[];
  readonly history: {
    totalCount: number;
    edges: { node: EventNode }[];
  };
}

async function detail(id: string, viewer = clerk): Promise<Detail> {
  return (await lab.ask<{ workflow: Detail }>(viewer, DETAIL, { id })).workflow;
}

const FORWARD = [
  'SAMPLE_RECEPTION',
  'REGISTRATION',
  'ASSIGNMENT',
  'PROCESSING',
  'TESTING',
  'RESULTS',
  'COMPLETION',
] as const;

/** Moves the workflow forward until it stands at `stage`; gives its version there. */
async function moveTo(workflowId: string, stage: (typeof FORWARD)[number]): Promise<number> {
  let version = 1;
  for (const to of FORWARD.slice(0, FORWARD.indexOf(stage) + 1)) {
    const outcome = await advance(clerk, { workflowId, to, expectedVersion: version });
    expect(outcome.__typename).toBe('WorkflowAdvanced');
    version += 1;
  }
  return version;
}

const NO_CLIENT: Blocker = {
  code: 'NO_CLIENT',
  message: 'The sample has no client: enter one.',
  ruleId: 'core.no_client',
  missingFacts: ['client(s,_)'],
};

describe('moving one workflow', () => {
  test('through all stages: each move adds one version and one event, and completion completes', async () => {
    const workflowId = await start();
    await moveTo(workflowId, 'COMPLETION');
    const workflow = await detail(workflowId);
    expect(workflow).toMatchObject({ stage: 'COMPLETION', status: 'COMPLETED', version: 8 });
    expect(workflow.history.edges.map(({ node }) => node.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(workflow.history.edges.at(-1)?.node).toMatchObject({
      type: 'workflow.completed',
      actor: { id: clerk.userId },
      at: workflow.updatedAt,
    });
  });

  test('what the database keeps of the history rebuilds the row, to the millisecond', async () => {
    const workflowId = await start();
    const version = await moveTo(workflowId, 'COMPLETION');
    await advance(manager, { workflowId, to: 'RESULTS', expectedVersion: version, reason: 'amended' });
    await change(clerk, 'hold', { workflowId, expectedVersion: version + 1, reason: 'freezer alarm' });
    const { definition, history, ...row } = await detail(workflowId);
    const changes = history.edges.map(({ node }) => ({ ...node, at: new Date(node.at) }) as unknown as WorkflowChange);
    const { stage, status, startedAt, updatedAt, ...rest } = rebuild(changes, definition);
    expect({ stage, status, version: rest.version }).toEqual({ stage: row.stage, status: row.status, version: 10 });
    expect([startedAt.toISOString(), updatedAt.toISOString()]).toEqual([row.startedAt, row.updatedAt]);
    expect(rest.receivedAt).toEqual(changes[1]?.at);
    expect(rest.statusReason).toBe('freezer alarm');
  });

  test('a stale version is a conflict with the present version, even when the move is illegal or objected to', async () => {
    const workflowId = await start();
    await moveTo(workflowId, 'SAMPLE_RECEPTION');
    lab.neighbours.objections = () => [NO_CLIENT];
    for (const to of ['REGISTRATION', 'COMPLETION']) {
      expect(await advance(clerk, { workflowId, to, expectedVersion: 1 })).toEqual({
        __typename: 'WorkflowConflict',
        currentStage: 'SAMPLE_RECEPTION',
        currentVersion: 2,
      });
    }
  });

  test('an illegal move is refused by the machine, without a rule and without asking for one', async () => {
    const workflowId = await start();
    const outcome = await advance(clerk, { workflowId, to: 'TESTING', expectedVersion: 1 });
    expect(outcome).toMatchObject({ __typename: 'TransitionRefused', from: 'INITIATION', to: 'TESTING' });
    expect(outcome.blockers).toEqual([
      {
        code: 'ILLEGAL_MOVE',
        message: 'From INITIATION the workflow can move to SAMPLE_RECEPTION, not to TESTING.',
        rule: null,
        missingFacts: [],
      },
    ]);
    expect(lab.neighbours.asked).toEqual([]);
  });

  test('what the rules object to is named with rule and missing facts, and nothing is written', async () => {
    const workflowId = await start();
    lab.neighbours.objections = () => [NO_CLIENT];
    const outcome = await advance(clerk, { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 });
    expect(outcome).toEqual({
      __typename: 'TransitionRefused',
      from: 'INITIATION',
      to: 'SAMPLE_RECEPTION',
      blockers: [
        {
          code: 'NO_CLIENT',
          message: NO_CLIENT.message,
          rule: { id: 'core.no_client' },
          missingFacts: ['client(s,_)'],
        },
      ],
    });
    expect(await detail(workflowId)).toMatchObject({ version: 1, history: { totalCount: 1 } });
  });

  test('the rules hear the stage, the actor, the time and what the sample says', async () => {
    const sampleId = lab.sample(clerk);
    const workflowId = await start(sampleId);
    let shared: readonly string[] = [];
    lab.neighbours.objections = (_, facts) => {
      shared = facts;
      return [];
    };
    await advance(clerk, { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 });
    expect(lab.neighbours.asked).toEqual([
      [
        {
          sampleId,
          kind: 'ADVANCE',
          from: 'INITIATION',
          to: 'SAMPLE_RECEPTION',
          facts: [`sample('${sampleId}')`, `stage('${sampleId}',initiation)`],
        },
      ],
    ]);
    expect(shared).toEqual([
      `user_active('${clerk.userId}')`,
      `role('${clerk.userId}',lab_clerk)`,
      expect.stringMatching(/^now\(\d+(\.\d+)?\)$/),
    ]);
    await advance(clerk, { workflowId, to: 'REGISTRATION', expectedVersion: 2 });
    expect(lab.neighbours.asked.at(-1)?.[0]?.facts.at(-1)).toMatch(/^received_at\('.*',\d+/);
  });

  test.each(['rules', 'samples'])('without %s nothing is written and the answer is UNAVAILABLE', async (neighbour) => {
    const workflowId = await start();
    lab.neighbours.down.add(neighbour);
    const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const { errors } = await lab.send(clerk, ADVANCE, { input });
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    lab.neighbours.down.clear();
    expect(await detail(workflowId)).toMatchObject({ version: 1, history: { totalCount: 1 } });
  });

  test('ten clients with the same version: one wins, the others hear the conflict', async () => {
    const workflowId = await start();
    const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => advance(clerk, input)));
    const conflict = { __typename: 'WorkflowConflict', currentStage: 'SAMPLE_RECEPTION', currentVersion: 2 };
    expect(outcomes.filter(({ __typename }) => __typename === 'WorkflowAdvanced')).toHaveLength(1);
    expect(outcomes.filter(({ __typename }) => __typename === 'WorkflowConflict')).toEqual(Array(9).fill(conflict));
    expect(await detail(workflowId)).toMatchObject({ version: 2, history: { totalCount: 2 } });
  });

  test('rework needs a laboratory manager and a reason; out of completion it makes the workflow active again', async () => {
    const workflowId = await start();
    const version = await moveTo(workflowId, 'COMPLETION');
    const input = { workflowId, to: 'RESULTS', expectedVersion: version };
    const refused = await advance(clerk, input);
    expect(refused.blockers.map(({ code }) => code)).toEqual(['ROLE_REQUIRED', 'REASON_REQUIRED']);
    const done = await advance(manager, { ...input, reason: '  report amended ' });
    expect(done).toMatchObject({
      workflow: { stage: 'RESULTS', status: 'ACTIVE', version: version + 1 },
      event: { type: 'workflow.reworked', from: 'COMPLETION', to: 'RESULTS', reason: 'report amended' },
    });
  });

  test('an unknown workflow and text that is no id are NOT_FOUND', async () => {
    for (const workflowId of ['01890000-0000-7000-8000-000000000000', 'nonsense']) {
      const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
      expect((await lab.send(clerk, ADVANCE, { input })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
      expect(await lab.ask(clerk, DETAIL, { id: workflowId })).toEqual({ workflow: null });
    }
  });

  test.each([[''], [' '], ['x'.repeat(501)]])('a reason of the wrong length is BAD_INPUT', async (reason) => {
    const workflowId = await start();
    const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1, reason };
    expect((await lab.send(clerk, ADVANCE, { input })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  test('who may only read does not move, and who has not signed in does nothing', async () => {
    const workflowId = await start();
    const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const auditor = person('auditor', clerk);
    expect((await lab.send(auditor, ADVANCE, { input })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await lab.send(null, ADVANCE, { input })).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await detail(workflowId)).toMatchObject({ version: 1 });
  });
});

describe('retries', () => {
  test('the same key returns the first outcome, even when the workflow has moved on', async () => {
    const workflowId = await start();
    const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'k1' };
    const first = await advance(clerk, input);
    await advance(clerk, { workflowId, to: 'REGISTRATION', expectedVersion: 2 });
    expect(await advance(clerk, input)).toEqual(first);
    expect(await bulk(clerk, [input])).toEqual([first]);
    expect(await detail(workflowId)).toMatchObject({ version: 3 });
  });

  test('refusals and conflicts are remembered, too', async () => {
    const workflowId = await start();
    lab.neighbours.objections = () => [NO_CLIENT];
    const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'k1' };
    const refused = await advance(clerk, input);
    lab.neighbours.objections = () => [];
    expect(await advance(clerk, input)).toEqual(refused);
    const stale = { ...input, expectedVersion: 7, idempotencyKey: 'k2' };
    const conflict = await advance(clerk, stale);
    expect(conflict).toMatchObject({ __typename: 'WorkflowConflict', currentVersion: 1 });
    await advance(clerk, { ...input, idempotencyKey: 'k3' });
    expect(await advance(clerk, stale)).toEqual(conflict);
  });

  test('the same key with another request is a CONFLICT and changes nothing', async () => {
    const [one, other] = [await start(), await start()];
    const input = { to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'k1' };
    await advance(clerk, { ...input, workflowId: one });
    const inputs = [{ ...input, workflowId: other }];
    expect((await lab.send(clerk, ADVANCE_MANY, { inputs })).errors?.[0]?.extensions.code).toBe('CONFLICT');
    expect(await detail(other)).toMatchObject({ version: 1 });
  });

  test('ten simultaneous sendings of one keyed request make one move and hear the same', async () => {
    const workflowId = await start();
    const input = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'k1' };
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => advance(clerk, input)));
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(outcomes[0]?.__typename).toBe('WorkflowAdvanced');
    expect(await detail(workflowId)).toMatchObject({ version: 2, history: { totalCount: 2 } });
  });
});

describe('moving many', () => {
  test('each stands for itself: mixed outcomes in the order of the inputs, one question to each neighbour', async () => {
    const objected = lab.sample(clerk);
    const ids = [await start(), await start(objected), await start(), await start()];
    lab.neighbours.objections = ({ sampleId }) => (sampleId === objected ? [NO_CLIENT] : []);
    lab.neighbours.snapshots = 0;
    lab.neighbours.versionChecks = 0;
    const outcomes = await bulk(clerk, [
      { workflowId: ids[0], to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'a' },
      { workflowId: ids[1], to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'b' },
      { workflowId: ids[2], to: 'RESULTS', expectedVersion: 1 },
      { workflowId: ids[3], to: 'SAMPLE_RECEPTION', expectedVersion: 5 },
    ]);
    expect(outcomes.map(({ __typename }) => __typename)).toEqual([
      'WorkflowAdvanced',
      'TransitionRefused',
      'TransitionRefused',
      'WorkflowConflict',
    ]);
    expect(outcomes[0]?.workflow.id).toBe(ids[0]);
    expect(lab.neighbours.asked.map((batch) => batch.length)).toEqual([2]);
    expect(lab.neighbours.snapshots).toBe(1);
    expect(lab.neighbours.versionChecks).toBe(1);
  });

  test('bulks that overlap in opposite orders end: each workflow moves once, the rest are conflicts', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => start()));
    const inputs = ids.map((workflowId) => ({ workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 }));
    const rounds = await Promise.all([bulk(clerk, inputs), bulk(clerk, inputs.toReversed()), bulk(manager, inputs)]);
    const outcomes = rounds.flat().map(({ __typename }) => __typename);
    expect(outcomes.filter((name) => name === 'WorkflowAdvanced')).toHaveLength(20);
    expect(outcomes.filter((name) => name === 'WorkflowConflict')).toHaveLength(40);
  });

  test('an unknown workflow and text that is no id are outcomes among the others, and a retry looks again', async () => {
    const workflowId = await start();
    const move = { to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const unknown = ['01890000-0000-7000-8000-000000000000', 'Nonsense'];
    const inputs = [
      ...unknown.map((id) => ({ ...move, workflowId: id, idempotencyKey: `k-${id}` })),
      { ...move, workflowId },
    ];
    const outcomes = await bulk(clerk, inputs);
    expect(outcomes).toMatchObject([
      ...unknown.map((id) => ({
        __typename: 'WorkflowNotFound',
        workflowId: id,
        message: expect.stringContaining(id),
      })),
      { __typename: 'WorkflowAdvanced' },
    ]);
    expect(await detail(workflowId)).toMatchObject({ version: 2 });
    expect(await bulk(clerk, inputs.slice(0, 1))).toEqual(outcomes.slice(0, 1));
    const stranger = person('lab_clerk');
    expect(await bulk(stranger, [{ ...move, workflowId }])).toMatchObject([{ __typename: 'WorkflowNotFound' }]);
  });

  test('an id in capitals is the same id: for starting, moving, reading and against repeats', async () => {
    const sampleId = lab.sample(clerk);
    const workflowId = await start(sampleId.toUpperCase());
    expect(await start(sampleId)).toBe(workflowId);
    const capitals = workflowId.toUpperCase();
    const input = { workflowId: capitals, to: 'SAMPLE_RECEPTION', expectedVersion: 1, idempotencyKey: 'k' };
    const moved = await advance(clerk, input);
    expect(moved).toMatchObject({ __typename: 'WorkflowAdvanced', workflow: { id: workflowId } });
    expect(await bulk(clerk, [{ ...input, workflowId }])).toEqual([moved]);
    expect(await detail(capitals)).toMatchObject({ version: 2, history: { totalCount: 2 } });
    const query = `query($samples: [_Any!]!) { _entities(representations: $samples) { ... on Sample { workflow { id } } } }`;
    const samples = [{ __typename: 'Sample', id: sampleId.toUpperCase() }];
    expect(await lab.ask(clerk, query, { samples })).toEqual({ _entities: [{ workflow: { id: workflowId } }] });
    const inputs = [workflowId, capitals].map((id) => ({ ...input, workflowId: id, idempotencyKey: null }));
    expect((await lab.send(clerk, ADVANCE_MANY, { inputs })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  test('none, 501 moves, a workflow twice and a key twice are BAD_INPUT', async () => {
    const [one, two] = [await start(), await start()];
    const move = { to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const wrong = [
      [],
      Array.from({ length: 501 }, () => ({ ...move, workflowId: one })),
      [one, one].map((workflowId) => ({ ...move, workflowId })),
      [one, two].map((workflowId) => ({ ...move, workflowId, idempotencyKey: 'same' })),
    ];
    for (const inputs of wrong) {
      expect((await lab.send(clerk, ADVANCE_MANY, { inputs })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    }
  });
});

describe('hold, resume, fail and cancel', () => {
  test('a held workflow does not move, and resumes where it stood', async () => {
    const workflowId = await start();
    const version = await moveTo(workflowId, 'REGISTRATION');
    const held = await change(clerk, 'hold', { workflowId, expectedVersion: version, reason: 'freezer alarm' });
    expect(held).toMatchObject({
      workflow: { stage: 'REGISTRATION', status: 'ON_HOLD' },
      event: { type: 'workflow.held', reason: 'freezer alarm' },
    });
    const refused = await advance(clerk, { workflowId, to: 'ASSIGNMENT', expectedVersion: version + 1 });
    expect(refused.blockers).toMatchObject([{ code: 'NOT_ACTIVE', rule: null }]);
    expect(refused.blockers[0]?.message).toContain('freezer alarm');
    const resumed = await change(clerk, 'resume', { workflowId, expectedVersion: version + 1, reason: 'repaired' });
    expect(resumed).toMatchObject({ workflow: { stage: 'REGISTRATION', status: 'ACTIVE', version: version + 2 } });
  });

  test('failing works when neither rules nor samples answer', async () => {
    const workflowId = await start();
    lab.neighbours.down.add('rules').add('samples');
    const failed = await change(clerk, 'fail', { workflowId, expectedVersion: 1, reason: 'no power' });
    expect(failed).toMatchObject({ workflow: { status: 'FAILED' }, event: { type: 'workflow.failed' } });
  });

  test("a laboratory's rule against holding bites, and without its answer nothing is held", async () => {
    const sampleId = lab.sample(clerk);
    const workflowId = await start(sampleId);
    const input = { workflowId, expectedVersion: 1, reason: 'freezer alarm' };
    const audit = { ...NO_CLIENT, code: 'UNDER_AUDIT', ruleId: 'default.under_audit' };
    lab.neighbours.objections = ({ kind }) => (kind === 'HOLD' ? [audit] : []);
    expect(await change(clerk, 'hold', input)).toMatchObject({
      __typename: 'TransitionRefused',
      from: 'INITIATION',
      to: 'INITIATION',
      blockers: [{ code: 'UNDER_AUDIT', rule: { id: 'default.under_audit' } }],
    });
    expect(lab.neighbours.asked).toMatchObject([[{ sampleId, kind: 'HOLD', from: 'INITIATION', to: 'INITIATION' }]]);
    lab.neighbours.down.add('rules');
    const { errors } = await lab.send(clerk, statusMutation('hold'), { input });
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    lab.neighbours.down.clear();
    lab.neighbours.objections = () => [];
    expect(await change(clerk, 'hold', input)).toMatchObject({ workflow: { status: 'ON_HOLD' } });
  });

  test('cancelling is put to the rules: once work has begun it is refused', async () => {
    const workflowId = await start();
    const input = { workflowId, expectedVersion: 1, reason: 'client withdrew' };
    lab.neighbours.objections = ({ kind }) => (kind === 'CANCEL' ? [{ ...NO_CLIENT, code: 'WORK_STARTED' }] : []);
    expect((await change(clerk, 'cancel', input)).blockers).toMatchObject([{ code: 'WORK_STARTED' }]);
    lab.neighbours.objections = () => [];
    expect(await change(clerk, 'cancel', input)).toMatchObject({ workflow: { status: 'CANCELLED', version: 2 } });
    const again = await change(clerk, 'cancel', { ...input, expectedVersion: 2 });
    expect(again.blockers.map(({ code }) => code)).toEqual(['ENDED']);
  });

  test('a stale version comes first here, too, and a retry hears the first answer', async () => {
    const workflowId = await start();
    const input = { workflowId, expectedVersion: 1, reason: 'x', idempotencyKey: 'k' };
    const held = await change(clerk, 'hold', input);
    await change(clerk, 'resume', { workflowId, expectedVersion: 2, reason: 'y' });
    expect(await change(clerk, 'hold', input)).toEqual(held);
    expect(await change(clerk, 'resume', { ...input, idempotencyKey: null })).toMatchObject({ currentVersion: 3 });
  });
});

describe('transitions', () => {
  test('every move from the stage with what stands in its way', async () => {
    const workflowId = await start();
    await moveTo(workflowId, 'PROCESSING');
    lab.neighbours.objections = ({ to }) => (to === 'TESTING' ? [NO_CLIENT] : []);
    expect((await detail(workflowId)).transitions).toMatchObject([
      { to: 'TESTING', allowed: false, blockers: [{ code: 'NO_CLIENT' }] },
      { to: 'ASSIGNMENT', allowed: false, blockers: [{ code: 'ROLE_REQUIRED' }] },
    ]);
    expect((await detail(workflowId, manager)).transitions[1]).toEqual({
      to: 'ASSIGNMENT',
      allowed: true,
      blockers: [],
    });
  });

  test('a board of 50 asks samples once and rules once', async () => {
    for (let index = 0; index < 50; index += 1) await start();
    lab.neighbours.snapshots = 0;
    const board = await lab.ask<{ workflows: { edges: { node: { transitions: object[] } }[] } }>(
      clerk,
      '{ workflows(first: 50) { edges { node { transitions { to allowed blockers { code } } } } } }',
    );
    expect(board.workflows.edges).toHaveLength(50);
    expect(lab.neighbours.snapshots).toBe(1);
    expect(lab.neighbours.asked.map((batch) => batch.length)).toEqual([50]);
  });
});
