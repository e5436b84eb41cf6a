import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { ADVANCE, ADVANCE_MANY, BOARD, DETAIL, EVENTS, START, statusMutation, WATCH } from './documents.ts';
import { createWorkflowsLab, person, type WorkflowsLab } from './harness.ts';

let lab: WorkflowsLab;
let clerk: Viewer;
let stranger: Viewer;
let workflowId: string;
let sampleId: string;

beforeAll(async () => {
  lab = await createWorkflowsLab();
  clerk = person('lab_clerk');
  stranger = person('lab_manager');
  sampleId = lab.sample(clerk);
  workflowId = await start(sampleId);
});
afterAll(() => lab[Symbol.asyncDispose]());

async function start(id: string): Promise<string> {
  const { startWorkflow } = await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(clerk, START, {
    input: { sampleId: id },
  });
  return startWorkflow.workflow.id;
}

describe('another organization', () => {
  test('reads nothing', async () => {
    expect(await lab.ask(stranger, DETAIL, { id: workflowId })).toEqual({ workflow: null });
    expect(await lab.ask(stranger, BOARD, { first: 10, filter: { sampleId: [sampleId] } })).toMatchObject({
      workflows: { totalCount: 0, edges: [] },
    });
    expect(await lab.ask(stranger, '{ workflowCounts { count } }')).toEqual({ workflowCounts: [] });
    expect(await lab.ask(stranger, EVENTS, { first: 10 })).toMatchObject({ workflowEvents: { totalCount: 0 } });
    const { errors } = await lab.send(stranger, EVENTS, { first: 10, workflowId });
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('changes nothing and hears NOT_FOUND', async () => {
    const move = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    const stop = { workflowId, expectedVersion: 1, reason: 'x' };
    const attempts = [
      lab.send(stranger, ADVANCE, { input: move }),
      ...(['hold', 'resume', 'fail', 'cancel'] as const).map((action) =>
        lab.send(stranger, statusMutation(action), { input: stop }),
      ),
    ];
    for (const { errors } of await Promise.all(attempts)) expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect(await lab.ask(stranger, ADVANCE_MANY, { inputs: [move] })).toMatchObject({
      advanceWorkflows: { results: [{ __typename: 'WorkflowNotFound', workflowId }] },
    });
    expect(await lab.ask(clerk, DETAIL, { id: workflowId })).toMatchObject({
      workflow: { version: 1, status: 'ACTIVE', history: { totalCount: 1 } },
    });
  });

  test('cannot subscribe to a workflow that is not its own', async () => {
    await expect(lab.subscribe(stranger, WATCH, { workflowId }).next()).rejects.toThrow('NOT_FOUND');
  });

  test('ensuring a workflow for its sample starts one of its own and leaves ours alone', async () => {
    const ENSURE = 'mutation($inputs: [EnsureWorkflowInput!]!) { ensureWorkflows(inputs: $inputs) { id } }';
    const inputs = [{ sampleId, sampleVersion: 1, priority: 'STAT' }];
    const { ensureWorkflows } = await lab.ask<{ ensureWorkflows: { id: string }[] }>(stranger, ENSURE, { inputs });
    expect(ensureWorkflows[0]?.id).not.toBe(workflowId);
    expect(await lab.ask(clerk, DETAIL, { id: workflowId })).toMatchObject({ workflow: { priority: 'ROUTINE' } });
  });
});

describe('row-level security, with the application out of the way', () => {
  async function as<T extends pg.QueryResultRow>(organizationId: string | null, sql: string): Promise<T[]> {
    const url = new URL(lab.urls.appUrl);
    const client = new pg.Client({
      connectionString: url.href,
      options: '-c role=alims_workflows -c search_path=workflows',
    });
    await client.connect();
    try {
      await client.query('begin');
      if (organizationId) await client.query(`set local app.organization_id = '${organizationId}'`);
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  test.each(['workflow', 'workflow_event'])('%s shows an organization its own rows only', async (table) => {
    const own = await as<{ organization_id: string }>(clerk.organizationId, `select organization_id from ${table}`);
    expect(new Set(own.map((row) => row.organization_id))).toEqual(new Set([clerk.organizationId]));
    expect(await as(v7(), `select * from ${table}`)).toEqual([]);
    await expect(as(null, `select * from ${table}`)).rejects.toThrow('app.organization_id');
  });

  test('rows of another organization cannot be changed, nor written into it', async () => {
    const update = `update workflow set stage = 'COMPLETION' where id = '${workflowId}' returning id`;
    expect(await as(stranger.organizationId, update)).toEqual([]);
    const steal = `update workflow set organization_id = '${clerk.organizationId}' returning id`;
    await expect(as(stranger.organizationId, steal)).rejects.toThrow('row-level security');
  });

  test('history can be added to, never changed or erased', async () => {
    await expect(as(clerk.organizationId, `update workflow_event set reason = 'x'`)).rejects.toThrow(
      'permission denied',
    );
    await expect(as(clerk.organizationId, 'delete from workflow_event')).rejects.toThrow('permission denied');
    await expect(as(clerk.organizationId, 'delete from workflow')).rejects.toThrow('permission denied');
  });
});

describe('people of a client', () => {
  test("see their own client's workflows only, in every way to look", async () => {
    const [ours, theirs] = [v7(), v7()];
    const own = await start(lab.sample(clerk, { clientId: ours }));
    const other = await start(lab.sample(clerk, { clientId: theirs }));
    const client = person('client', clerk, ours);
    expect(await lab.ask(client, DETAIL, { id: own })).toMatchObject({ workflow: { id: own } });
    expect(await lab.ask(client, DETAIL, { id: other })).toEqual({ workflow: null });
    expect(await lab.ask(client, BOARD, { first: 10 })).toMatchObject({
      workflows: { totalCount: 1, edges: [{ node: { id: own } }] },
    });
    expect(await lab.ask(client, '{ workflowCounts { count } }')).toEqual({ workflowCounts: [{ count: 1 }] });
    expect(await lab.ask(client, EVENTS, { first: 10 })).toMatchObject({
      workflowEvents: { totalCount: 1, edges: [{ node: { workflow: { id: own } } }] },
    });
    expect((await lab.send(client, EVENTS, { first: 10, workflowId: other })).errors?.[0]?.extensions.code).toBe(
      'NOT_FOUND',
    );
    const input = { workflowId: own, to: 'SAMPLE_RECEPTION', expectedVersion: 1 };
    expect((await lab.send(client, ADVANCE, { input })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test("hear of their own client's workflows only", async () => {
    const [ours, theirs] = [v7(), v7()];
    const own = await start(lab.sample(clerk, { clientId: ours }));
    const other = await start(lab.sample(clerk, { clientId: theirs }));
    const client = person('client', clerk, ours);
    const { workflowEvents } = await lab.ask<{ workflowEvents: { pageInfo: { endCursor: string } } }>(clerk, EVENTS, {
      first: 200,
    });
    const stream = lab.subscribe(client, WATCH, { after: workflowEvents.pageInfo.endCursor });
    for (const id of [other, own]) {
      await lab.ask(clerk, ADVANCE, { input: { workflowId: id, to: 'SAMPLE_RECEPTION', expectedVersion: 1 } });
    }
    expect((await stream.next()).value).toMatchObject({ workflowUpdated: { workflow: { id: own } } });
    await stream.return(undefined);
    await expect(lab.subscribe(client, WATCH, { workflowId: other }).next()).rejects.toThrow('NOT_FOUND');
  });
});

describe("people of a client read none of the laboratory's reasons", () => {
  const WHY = 'the freezer of a colleague';
  const BLOCKED = 'The workflow is on hold: resume it first.';
  const TRANSITIONS = 'transitions { blockers { code message } }';
  let client: Viewer;
  let held: string;
  let sample: string;
  let before: string;

  /** The first event's cursor, so that a page or a stream begins with the hold. */
  async function cursorOf(id: string): Promise<string> {
    type Log = { workflowEvents: { edges: { cursor: string }[] } };
    const { workflowEvents } = await lab.ask<Log>(clerk, EVENTS, { first: 1, workflowId: id });
    return workflowEvents.edges[0]!.cursor;
  }

  beforeAll(async () => {
    const ours = v7();
    client = person('client', clerk, ours);
    sample = lab.sample(clerk, { clientId: ours });
    held = await start(sample);
    before = await cursorOf(held);
    await lab.ask(clerk, statusMutation('hold'), { input: { workflowId: held, expectedVersion: 1, reason: WHY } });
  });

  /** What both see of the same document: the laboratory with its words, the client with none of them. */
  async function compare(query: string, variables: object): Promise<object> {
    expect(JSON.stringify(await lab.ask(clerk, query, variables))).toContain(WHY);
    const seen = await lab.ask<object>(client, query, variables);
    expect(JSON.stringify(seen)).not.toContain(WHY);
    return seen;
  }

  test('in the history of a workflow', async () => {
    const HISTORY = 'query($id: ID!) { workflow(id: $id) { history(first: 9) { edges { node { type reason } } } } }';
    expect(await compare(HISTORY, { id: held })).toMatchObject({
      workflow: { history: { edges: [{}, { node: { type: 'workflow.held', reason: null } }] } },
    });
  });

  test('in a later page of the history', async () => {
    const PAGE =
      'query($id: ID!, $after: String) { workflow(id: $id) { history(first: 9, after: $after) { edges { node { type reason } } } } }';
    expect(await compare(PAGE, { id: held, after: before })).toEqual({
      workflow: { history: { edges: [{ node: { type: 'workflow.held', reason: null } }] } },
    });
  });

  test('in the log of all workflows', async () => {
    const LOG = 'query($after: String) { workflowEvents(first: 9, after: $after) { edges { node { type reason } } } }';
    expect(await compare(LOG, { after: before })).toEqual({
      workflowEvents: { edges: [{ node: { type: 'workflow.held', reason: null } }] },
    });
  });

  test('in an event by its id', async () => {
    type Log = { workflowEvents: { edges: { node: { id: string } }[] } };
    const { workflowEvents } = await lab.ask<Log>(client, EVENTS, { first: 9, after: before });
    const ENTITIES =
      'query($of: [_Any!]!) { _entities(representations: $of) { ... on WorkflowEvent { type reason } } }';
    const of = [{ __typename: 'WorkflowEvent', id: workflowEvents.edges[0]?.node.id }];
    expect(await compare(ENTITIES, { of })).toEqual({ _entities: [{ type: 'workflow.held', reason: null }] });
  });

  test.each([
    ['by its id', () => ({ __typename: 'Workflow', id: held }), `... on Workflow { ${TRANSITIONS} }`],
    ['by its sample', () => ({ __typename: 'Sample', id: sample }), `... on Sample { workflow { ${TRANSITIONS} } }`],
  ])('in the blockers of a workflow %s', async (_, of, fields) => {
    const ENTITIES = `query($of: [_Any!]!) { _entities(representations: $of) { ${fields} } }`;
    expect(JSON.stringify(await compare(ENTITIES, { of: [of()] }))).toContain(BLOCKED);
  });

  test('in the blockers of a list of workflows', async () => {
    const LIST = `query($filter: WorkflowFilter) { workflows(first: 9, filter: $filter) { edges { node { ${TRANSITIONS} } } } }`;
    expect(JSON.stringify(await compare(LIST, { filter: { sampleId: [sample] } }))).toContain(BLOCKED);
  });

  test('in the stream, neither in an event nor in the blockers of its workflow', async () => {
    const STREAM = `subscription($id: ID, $after: String) { workflowUpdated(workflowId: $id, after: $after) {
      ... on WorkflowEvent { type reason workflow { ${TRANSITIONS} } } } }`;
    const [told, hidden] = await Promise.all(
      [clerk, client].map(async (viewer) => {
        const stream = lab.subscribe<object>(viewer, STREAM, { id: held, after: before });
        const { value } = await stream.next();
        await stream.return(undefined);
        return value;
      }),
    );
    expect(told).toMatchObject({ workflowUpdated: { type: 'workflow.held', reason: WHY } });
    expect(JSON.stringify(told)).toContain(`on hold (${WHY})`);
    expect(hidden).toMatchObject({ workflowUpdated: { type: 'workflow.held', reason: null } });
    expect(JSON.stringify(hidden)).toContain(BLOCKED);
    expect(JSON.stringify(hidden)).not.toContain(WHY);
  });
});
