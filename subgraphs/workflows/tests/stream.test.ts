import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { ADVANCE_MANY, EVENTS, type EventNode, START, statusMutation, WATCH } from './documents.ts';
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

interface Update {
  readonly workflowUpdated: EventNode & {
    readonly __typename: 'WorkflowEvent' | 'StreamGap';
    readonly fromCursor: string;
    readonly toCursor: string;
    readonly reason: string | null;
  };
}

async function start(sampleId = lab.sample(clerk)): Promise<string> {
  const { startWorkflow } = await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(clerk, START, {
    input: { sampleId },
  });
  return startWorkflow.workflow.id;
}

/** Holds and resumes by turns, so that a workflow can have any number of events. */
async function toggle(workflowId: string, times: number, from = 1): Promise<void> {
  for (let version = from; version < from + times; version += 1) {
    const action = version % 2 === 1 ? 'hold' : 'resume';
    const input = { workflowId, expectedVersion: version, reason: `step ${version}` };
    const { outcome } = await lab.ask<{ outcome: { __typename: string } }>(clerk, statusMutation(action), { input });
    expect(outcome.__typename).toBe('WorkflowAdvanced');
  }
}

async function log(): Promise<{ cursor: string; node: { id: string; type: string } }[]> {
  type Answer = { workflowEvents: { edges: { cursor: string; node: { id: string; type: string } }[] } };
  return (await lab.ask<Answer>(clerk, EVENTS, { first: 200 })).workflowEvents.edges;
}

/** The next `count` deliveries; the stream is left afterwards. */
async function take(count: number, variables: object): Promise<Update['workflowUpdated'][]> {
  const taken: Update['workflowUpdated'][] = [];
  if (count === 0) return taken;
  for await (const { workflowUpdated } of lab.subscribe<Update>(clerk, WATCH, variables)) {
    taken.push(workflowUpdated);
    if (taken.length === count) break;
  }
  return taken;
}

describe('the stream of workflow events', () => {
  test('delivers what happened since the cursor and then what happens, in order, with the workflow as it is', async () => {
    const workflowId = await start();
    const [first] = await log();
    await toggle(workflowId, 2);
    const stream = lab.subscribe<Update>(clerk, WATCH, { workflowId, after: first?.cursor });
    const missed = [(await stream.next()).value, (await stream.next()).value];
    await toggle(workflowId, 1, 3);
    const live = (await stream.next()).value;
    await stream.return(undefined);
    expect([...missed, live]).toMatchObject([
      {
        workflowUpdated: { type: 'workflow.held', version: 2, reason: 'step 1', from: 'INITIATION', to: 'INITIATION' },
      },
      { workflowUpdated: { type: 'workflow.resumed', version: 3 } },
      { workflowUpdated: { type: 'workflow.held', version: 4, workflow: { id: workflowId, version: 4 } } },
    ]);
  });

  test('can be narrowed to one workflow or one sample', async () => {
    const sampleId = lab.sample(clerk);
    const [one, other] = [await start(sampleId), await start()];
    const [first] = await log();
    await toggle(other, 1);
    await toggle(one, 1);
    const after = first?.cursor;
    expect(await take(1, { workflowId: one, after })).toMatchObject([{ version: 2, workflow: { id: one } }]);
    expect(await take(1, { sampleId, after })).toMatchObject([{ version: 2, workflow: { id: one } }]);
    expect(await take(1, { workflowId: other, after })).toMatchObject([{ type: 'workflow.started' }]);
  });

  test('resumes at any cursor without loss or duplicate while a writer writes', async () => {
    const workflowId = await start();
    const [first] = await log();
    const total = 60;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 20, maxLength: 40 }), async (portions) => {
        const from = 1 + (await log()).length - 1;
        const begin = (await log()).at(-1)?.cursor ?? first?.cursor;
        const writing = toggle(workflowId, total, from);
        const seen: Update['workflowUpdated'][] = [];
        let after = begin;
        // Each portion is one connection that is cut after so many events; the last takes the rest.
        for (const portion of [...portions, total]) {
          const count = Math.min(portion, total - seen.length);
          const taken = await take(count, { workflowId, after });
          seen.push(...taken);
          after = seen.at(-1)?.cursor ?? after;
        }
        await writing;
        expect(seen.map(({ version }) => version)).toEqual(
          Array.from({ length: total }, (_, index) => from + 1 + index),
        );
        expect(new Set(seen.map(({ id }) => id)).size).toBe(total);
      }),
      { numRuns: 2 },
    );
  });

  test('hears a bulk of moves once each', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => start()));
    const after = (await log()).at(-1)?.cursor;
    const inputs = ids.map((workflowId) => ({ workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1 }));
    const heard = take(30, { after });
    await lab.ask(clerk, ADVANCE_MANY, { inputs });
    expect(new Set((await heard).map(({ workflow }) => workflow.id))).toEqual(new Set(ids));
  });

  test('says which part of the past it can no longer replay, and goes on behind it', async () => {
    const workflowId = await start();
    const [first] = await log();
    await toggle(workflowId, 3);
    const edges = await log();
    const client = new pg.Client({ connectionString: lab.urls.superUrl });
    await client.connect();
    const { rowCount } = await client.query(
      'delete from workflows.outbox_event where organization_id = $1 and sequence <= 3',
      [clerk.organizationId],
    );
    await client.end();
    expect(rowCount).toBe(3);
    const [gap, next] = await take(2, { after: first?.cursor });
    expect(gap).toMatchObject({ __typename: 'StreamGap', fromCursor: first?.cursor, toCursor: edges[2]?.cursor });
    expect(next).toMatchObject({ __typename: 'WorkflowEvent', id: edges[3]?.node.id });
    // The pages close the gap: history has no retention.
    expect(edges).toHaveLength(4);
  });

  test('text that is no cursor is BAD_INPUT', async () => {
    await expect(take(1, { after: 'nonsense' })).rejects.toThrow('BAD_INPUT');
  });

  test('who may not read workflows may not listen', async () => {
    const nobody: Viewer = { ...clerk, permissions: new Set(), roles: [] };
    await expect(lab.subscribe(nobody, WATCH, {}).next()).rejects.toThrow('FORBIDDEN');
  });
});
