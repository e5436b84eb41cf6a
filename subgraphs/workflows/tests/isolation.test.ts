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
