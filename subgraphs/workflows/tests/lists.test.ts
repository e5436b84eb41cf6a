import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RequestContext } from '#platform/graphql/index.ts';
import type { Viewer } from '#platform/identity/index.ts';
import { createContext, type WorkflowsDeps } from '../context.ts';
import type { SampleSnapshot } from '../data/sample-facts.ts';
import type { WorkflowReader } from '../data/workflow-store.ts';
import { listHistory } from '../service/list-events.ts';
import { ADVANCE, BOARD, DETAIL, EVENTS, START, statusMutation } from './documents.ts';
import { createWorkflowsLab, person, type WorkflowsLab } from './harness.ts';

let lab: WorkflowsLab;
let clerk: Viewer;

beforeAll(async () => {
  lab = await createWorkflowsLab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(() => {
  clerk = person('lab_clerk');
});

async function start(over: Partial<SampleSnapshot> = {}, viewer = clerk): Promise<string> {
  const input = { sampleId: lab.sample(viewer, over) };
  return (await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(viewer, START, { input })).startWorkflow
    .workflow.id;
}

async function receive(workflowId: string): Promise<void> {
  await lab.ask(clerk, ADVANCE, { input: { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 } });
}

interface Page<Node> {
  readonly totalCount: number;
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  readonly edges: readonly { cursor: string; node: Node }[];
}
type BoardNode = { id: string; stage: string; dueAt: string | null; priority: string };

async function board(variables: object, viewer = clerk): Promise<Page<BoardNode>> {
  return (await lab.ask<{ workflows: Page<BoardNode> }>(viewer, BOARD, { first: 200, ...variables })).workflows;
}

async function ids(filter: object, viewer = clerk): Promise<string[]> {
  return (await board({ filter }, viewer)).edges.map(({ node }) => node.id);
}

const HOUR = 3_600_000;
function due(hours: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + hours * HOUR);
}

describe('the list of workflows', () => {
  test('comes soonest due first and undated last, and pages of any size give each workflow once', async () => {
    // Several with the same due time: only the id tells them apart.
    const times = [due(5), null, due(1), due(3), due(1), null, due(1), due(9), null];
    for (const dueAt of times) await start({ dueAt });
    const all = await board({});
    expect(all.totalCount).toBe(times.length);
    const dueTimes = all.edges.map(({ node }) => node.dueAt);
    expect(dueTimes).toEqual([
      ...[1, 1, 1, 3, 5, 9].map((hours) => due(hours).toISOString()),
      ...Array<null>(3).fill(null),
    ]);
    for (const first of [1, 2, 4, 9]) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: Page<BoardNode> = await board({ first, after });
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        expect(page.totalCount).toBe(times.length);
        seen.push(...page.edges.map(({ node }) => node.id));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen).toEqual(all.edges.map(({ node }) => node.id));
    }
  });

  test('every condition of a filter must hold, and an empty list matches nothing', async () => {
    const sampleId = lab.sample(clerk, { priority: 'STAT', dueAt: due(1) });
    const stat = (await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(clerk, START, { input: { sampleId } }))
      .startWorkflow.workflow.id;
    const routine = await start({ dueAt: due(100) });
    const moved = await start();
    await receive(moved);
    await lab.ask(clerk, statusMutation('hold'), { input: { workflowId: moved, expectedVersion: 2, reason: 'x' } });
    expect(await ids({ priority: ['STAT'] })).toEqual([stat]);
    expect(await ids({ priority: ['ROUTINE'], stage: ['INITIATION'] })).toEqual([routine]);
    expect(await ids({ status: ['ON_HOLD'] })).toEqual([moved]);
    expect(await ids({ status: ['ACTIVE', 'ON_HOLD'], stage: ['SAMPLE_RECEPTION'] })).toEqual([moved]);
    expect(await ids({ sampleId: [sampleId, 'nonsense'] })).toEqual([stat]);
    expect(await ids({ dueAt: { from: due(1), to: due(100) } })).toEqual([stat]);
    expect(await ids({ dueAt: { from: due(2) } })).toEqual([routine]);
    expect(await ids({ stage: [] })).toEqual([]);
    expect((await board({ filter: { priority: ['STAT'] } })).totalCount).toBe(1);
  });

  test.each([
    [{ first: 0 }],
    [{ first: 201 }],
    [{ after: 'nonsense' }],
    [{ after: Buffer.from('["x","y"]').toString('base64url') }],
  ])('%o is BAD_INPUT', async (variables) => {
    const { errors } = await lab.send(clerk, BOARD, { first: 10, ...variables });
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  test('an unknown stage is BAD_INPUT', async () => {
    const { errors } = await lab.send(clerk, BOARD, { first: 10, filter: { stage: ['COFFEE'] } });
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  test('counts leave empty groups out', async () => {
    await start();
    await receive(await start());
    await receive(await start());
    expect(await lab.ask(clerk, '{ workflowCounts { stage status count } }')).toEqual({
      workflowCounts: [
        { stage: 'INITIATION', status: 'ACTIVE', count: 1 },
        { stage: 'SAMPLE_RECEPTION', status: 'ACTIVE', count: 2 },
      ],
    });
  });
});

describe('starting', () => {
  test('a sample has one workflow however often it is started', async () => {
    const sampleId = lab.sample(clerk, { priority: 'URGENT', dueAt: due(1), sampleVersion: 3 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        lab.ask<{ startWorkflow: { started: boolean; workflow: { id: string } } }>(clerk, START, {
          input: { sampleId },
        }),
      ),
    );
    expect(new Set(answers.map(({ startWorkflow }) => startWorkflow.workflow.id)).size).toBe(1);
    expect(answers.filter(({ startWorkflow }) => startWorkflow.started)).toHaveLength(1);
    expect(answers[0]?.startWorkflow.workflow).toMatchObject({
      stage: 'INITIATION',
      status: 'ACTIVE',
      version: 1,
      priority: 'URGENT',
      dueAt: due(1).toISOString(),
    });
  });

  test('a retry with the key hears that it was started, without the key that it had been', async () => {
    const input = { sampleId: lab.sample(clerk), idempotencyKey: 'k' };
    const first = await lab.ask(clerk, START, { input });
    expect(first).toMatchObject({ startWorkflow: { started: true } });
    expect(await lab.ask(clerk, START, { input })).toEqual(first);
    expect(await lab.ask(clerk, START, { input: { sampleId: input.sampleId } })).toMatchObject({
      startWorkflow: { started: false },
    });
  });

  test('an unknown sample, also one of another organization, is NOT_FOUND', async () => {
    for (const sampleId of [v7(), lab.sample(person('lab_clerk'))]) {
      expect((await lab.send(clerk, START, { input: { sampleId } })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    }
  });

  const ENSURE =
    'mutation($inputs: [EnsureWorkflowInput!]!) { ensureWorkflows(inputs: $inputs) { id version priority sample { id workflow { id } } } }';

  test('ensuring starts what is missing, leaves the rest alone and answers in order', async () => {
    const sampler = person('sampler', clerk);
    const existing = await start();
    const [known] = (
      await lab.ask<{ workflows: { edges: { node: { sample: { id: string } } }[] } }>(clerk, BOARD, { first: 1 })
    ).workflows.edges;
    const [one, two] = [v7(), v7()];
    const inputs = [one, known?.node.sample.id, two, one].map((sampleId) => ({
      sampleId,
      sampleVersion: 1,
      priority: 'STAT',
    }));
    type Ensured = {
      ensureWorkflows: { id: string; priority: string; sample: { id: string; workflow: { id: string } } }[];
    };
    const { ensureWorkflows } = await lab.ask<Ensured>(sampler, ENSURE, { inputs });
    expect(ensureWorkflows.map(({ sample }) => sample.id)).toEqual(inputs.map(({ sampleId }) => sampleId));
    expect(ensureWorkflows[1]).toMatchObject({ id: existing, priority: 'ROUTINE' });
    expect(ensureWorkflows[0]).toEqual(ensureWorkflows[3]);
    expect(ensureWorkflows[0]?.sample.workflow.id).toBe(ensureWorkflows[0]?.id);
    expect(await lab.ask<Ensured>(sampler, ENSURE, { inputs })).toEqual({ ensureWorkflows });
  });

  test('501 samples at once and a reader who ensures are refused', async () => {
    const input = { sampleId: v7(), sampleVersion: 1, priority: 'STAT' };
    const many = { inputs: Array.from({ length: 501 }, () => input) };
    expect((await lab.send(clerk, ENSURE, many)).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    const auditor = person('auditor', clerk);
    expect((await lab.send(auditor, ENSURE, { inputs: [input] })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('the log of events', () => {
  type EventPage = { workflowEvents: Page<{ id: string; type: string; version: number; workflow: { id: string } }> };

  test('pages by the cursors that mutations answer, for one workflow and for all', async () => {
    const [one, other] = [await start(), await start()];
    const input = { workflowId: one, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const { advanceWorkflow } = await lab.ask<{ advanceWorkflow: { event: { id: string; cursor: string } } }>(
      clerk,
      ADVANCE,
      { input },
    );
    await receive(other);
    const { workflowEvents: all } = await lab.ask<EventPage>(clerk, EVENTS, { first: 200 });
    expect(all.edges.map(({ node }) => [node.workflow.id, node.version])).toEqual([
      [one, 1],
      [other, 1],
      [one, 2],
      [other, 2],
    ]);
    expect(all.edges[2]).toMatchObject({
      cursor: advanceWorkflow.event.cursor,
      node: { id: advanceWorkflow.event.id },
    });
    const { workflowEvents: rest } = await lab.ask<EventPage>(clerk, EVENTS, {
      first: 200,
      after: advanceWorkflow.event.cursor,
    });
    expect(rest.edges.map(({ node }) => node.workflow.id)).toEqual([other]);
    const { workflowEvents: own } = await lab.ask<EventPage>(clerk, EVENTS, { first: 1, workflowId: one });
    expect(own).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
    const next = await lab.ask<EventPage>(clerk, EVENTS, { first: 5, workflowId: one, after: own.pageInfo.endCursor });
    expect(next.workflowEvents.edges.map(({ node }) => node.version)).toEqual([2]);
  });

  test('a cursor that is none, and one of another organization, are BAD_INPUT', async () => {
    await start();
    const stranger = person('lab_clerk');
    await start({}, stranger);
    const foreign = await lab.ask<EventPage>(stranger, EVENTS, { first: 1 });
    for (const after of ['nonsense', foreign.workflowEvents.pageInfo.endCursor]) {
      expect((await lab.send(clerk, EVENTS, { first: 1, after })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    }
  });

  test('the history of a workflow is reached from it, event by event', async () => {
    const id = await start();
    await receive(id);
    type History = { workflow: { updatedAt: string; history: Page<{ at: string; actor: { id: string } }> } };
    const { workflow } = await lab.ask<History>(clerk, DETAIL, { id });
    expect(workflow.history.totalCount).toBe(2);
    expect(workflow.history.edges.at(-1)?.node).toMatchObject({ at: workflow.updatedAt, actor: { id: clerk.userId } });
  });
});

describe('entities', () => {
  const ENTITIES = `query($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename ... on Workflow { id version } ... on Sample { id workflow { id } } ... on WorkflowEvent { id type } } }`;

  test('workflows, samples and events are resolved by key, unknown ones are null', async () => {
    const id = await start();
    const { workflow } = await lab.ask<{ workflow: { sample: { id: string }; history: Page<{ id: string }> } }>(
      clerk,
      DETAIL,
      { id },
    );
    const eventId = workflow.history.edges[0]?.node.id;
    const unknown = v7();
    const representations = [
      { __typename: 'Workflow', id },
      { __typename: 'Sample', id: workflow.sample.id },
      { __typename: 'Sample', id: unknown },
      { __typename: 'WorkflowEvent', id: eventId },
      { __typename: 'Workflow', id: unknown },
    ];
    expect(await lab.ask(clerk, ENTITIES, { representations })).toEqual({
      _entities: [
        { __typename: 'Workflow', id, version: 1 },
        { __typename: 'Sample', id: workflow.sample.id, workflow: { id } },
        { __typename: 'Sample', id: unknown, workflow: null },
        { __typename: 'WorkflowEvent', id: eventId, type: 'workflow.started' },
        null,
      ],
    });
    const stranger = person('lab_manager');
    const foreign = await lab.ask<{ _entities: (object | null)[] }>(stranger, ENTITIES, { representations });
    expect(foreign._entities[0]).toBeNull();
    expect(foreign._entities[1]).toMatchObject({ workflow: null });
    expect(foreign._entities[3]).toBeNull();
  });
});

describe('histories of a list of workflows', () => {
  const query = `query($first: Int!, $after: String) {
    workflows(first: 50) { edges { node { id history(first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { cursor node { type version } }
    } } } }
  }`;
  type History = Page<{ type: string; version: number }>;

  async function histories(variables: object): Promise<Map<string, History>> {
    const { workflows } = await lab.ask<{ workflows: { edges: { node: { id: string; history: History } }[] } }>(
      clerk,
      query,
      variables,
    );
    return new Map(workflows.edges.map(({ node }) => [node.id, node.history]));
  }

  test('each has its own first page and count, and goes on behind its cursor', async () => {
    const [moved, fresh] = [await start(), await start()];
    await receive(moved);
    const pages = await histories({ first: 1 });
    expect(pages.get(moved)).toMatchObject({
      totalCount: 2,
      pageInfo: { hasNextPage: true },
      edges: [{ node: { type: 'workflow.started', version: 1 } }],
    });
    expect(pages.get(fresh)).toMatchObject({ totalCount: 1, pageInfo: { hasNextPage: false } });
    const rest = await histories({ first: 1, after: pages.get(moved)?.pageInfo.endCursor });
    expect(rest.get(moved)).toMatchObject({ edges: [{ node: { version: 2 } }], pageInfo: { hasNextPage: false } });
    const whole = await histories({ first: 200 });
    expect(whole.get(moved)?.edges.map(({ node }) => node.version)).toEqual([1, 2]);
  });

  test('of one workflow twice in a request are the same, and a second move in a request is in the second one', async () => {
    const workflowId = await start();
    const page = 'workflow { history(first: 5) { totalCount edges { node { version } } } }';
    const move = (to: string, version: number) =>
      `advanceWorkflow(input: { workflowId: "${workflowId}", to: ${to}, expectedVersion: ${version} }) { ... on WorkflowAdvanced { ${page} } }`;
    type Moved = { workflow: { history: History } };
    const moved = await lab.ask<{ a: Moved; b: Moved }>(
      clerk,
      `mutation { a: ${move('SAMPLE_RECEPTION', 1)} b: ${move('REGISTRATION', 2)} }`,
    );
    expect([moved.a, moved.b].map(({ workflow }) => workflow.history.totalCount)).toEqual([2, 3]);
    const both = await lab.ask<{ a: { history: History }; b: { history: History } }>(
      clerk,
      `{ a: workflow(id: "${workflowId}") { history(first: 5) { totalCount edges { node { version } } } }
         b: workflow(id: "${workflowId}") { history(first: 5) { totalCount edges { node { version } } } } }`,
    );
    expect(both.a.history.edges).toHaveLength(3);
    expect(both.b).toEqual(both.a);
  });

  test('are read together: one statement for the events and one for the counts, however many workflows', async () => {
    const workflows = Array.from({ length: 30 }, () => v7());
    const reads: string[] = [];
    const reader = {
      firstEventsOf: async (ids: readonly string[]) => {
        reads.push(`events of ${ids.length}`);
        return [];
      },
      eventCountsOf: async (ids: readonly string[]) => {
        reads.push(`counts of ${ids.length}`);
        return ids.map((workflowId) => ({ workflowId, count: 1 }));
      },
    } as unknown as WorkflowReader;
    const store = { read: (_: unknown, work: (reader: WorkflowReader) => unknown) => work(reader) };
    const deps = { store, sampleFactsFrom: () => null, rulesFrom: () => null } as unknown as WorkflowsDeps;
    const ctx = createContext(deps, { viewer: clerk } as unknown as RequestContext);
    const pages = await Promise.all(workflows.map((workflowId) => listHistory(ctx, { workflowId, first: 5 })));
    await Promise.all(pages.map((page) => page.totalCount()));
    expect(reads).toEqual(['events of 30', 'counts of 30']);
  });
});
