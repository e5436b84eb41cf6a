import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, StoredEvent } from '#platform/events/index.ts';
import type { Viewer } from '#platform/identity/index.ts';
import type { SampleSnapshot } from '../data/sample-facts.ts';
import { ADVANCE, BOARD, type OutcomeNode, START } from './documents.ts';
import { createWorkflowsLab, person, type WorkflowsLab } from './harness.ts';

let lab: WorkflowsLab;
let clerk: Viewer;
let sequence = 0;

beforeAll(async () => {
  lab = await createWorkflowsLab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(() => {
  clerk = person('lab_clerk');
  lab.neighbours.whileDeciding = async () => {};
  lab.neighbours.asked.length = 0;
});

function sampleEvent(type: string, payload: JsonObject): StoredEvent {
  sequence += 1;
  return {
    id: v7(),
    organizationId: clerk.organizationId,
    topic: 'sample',
    type,
    subjectType: 'Sample',
    subjectId: String(payload.sampleId),
    payload,
    epoch: 'e',
    sequence,
    at: new Date(),
    actorId: clerk.userId,
    requestId: null,
    source: 'samples',
  };
}

async function announce(type: string, payload: JsonObject): Promise<StoredEvent> {
  const event = sampleEvent(type, { priority: 'ROUTINE', dueAt: null, clientId: null, sampleVersion: 1, ...payload });
  await lab.bus.publish([event]);
  return event;
}

interface Row {
  readonly id: string;
  readonly priority: string;
  readonly dueAt: string | null;
}

async function rows(sampleId: string): Promise<Row[]> {
  const { workflows } = await lab.ask<{ workflows: { edges: { node: Row }[] } }>(clerk, BOARD, {
    first: 10,
    filter: { sampleId: [sampleId] },
  });
  return workflows.edges.map(({ node }) => node);
}

async function start(over: Partial<SampleSnapshot> = {}): Promise<{ id: string; sampleId: string }> {
  const sampleId = lab.sample(clerk, over);
  const { startWorkflow } = await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(clerk, START, {
    input: { sampleId },
  });
  return { id: startWorkflow.workflow.id, sampleId };
}

describe('events of samples', () => {
  test('a registration that asked for a workflow gets it, once, even when the event comes again', async () => {
    const sampleId = v7();
    const event = await announce('sample.registered', { sampleId, startWorkflow: true, priority: 'STAT' });
    await lab.bus.publish([event]);
    await announce('sample.registered', { sampleId, startWorkflow: true });
    expect(await rows(sampleId)).toMatchObject([{ priority: 'STAT' }]);
  });

  test('a registration that did not ask gets none', async () => {
    const sampleId = v7();
    await announce('sample.registered', { sampleId, startWorkflow: false });
    await announce('sample.received', { sampleId, sampleVersion: 2 });
    expect(await rows(sampleId)).toEqual([]);
  });

  test('priority and due time follow the sample forward, and an older event does not take them back', async () => {
    const { sampleId } = await start();
    const dueAt = '2026-02-01T00:00:00.000Z';
    await announce('sample.received', { sampleId, sampleVersion: 5, priority: 'URGENT', dueAt });
    expect(await rows(sampleId)).toMatchObject([{ priority: 'URGENT', dueAt }]);
    await announce('analysis.assigned', { sampleId, sampleVersion: 4, priority: 'STAT' });
    expect(await rows(sampleId)).toMatchObject([{ priority: 'URGENT', dueAt }]);
  });

  test('people of another client see the workflow once the sample is given to it', async () => {
    const [before, after] = [v7(), v7()];
    const { id, sampleId } = await start({ clientId: before });
    await announce('sample.changed', { sampleId, sampleVersion: 2, clientId: after });
    const sees = (clientId: string) =>
      lab.ask(person('client', clerk, clientId), 'query($id: ID!) { workflow(id: $id) { id } }', { id });
    expect(await sees(before)).toEqual({ workflow: null });
    expect(await sees(after)).toEqual({ workflow: { id } });
  });

  test('registrations that come together start each its workflow, once, in the name of who registered, with the newest copy', async () => {
    const analyst = person('analyst', clerk);
    const [one, two, three] = [v7(), v7(), v7()];
    const { sampleId: started } = await start();
    const said = (sampleId: string, over: object) => ({
      sampleId,
      sampleVersion: 1,
      priority: 'ROUTINE',
      dueAt: null,
      clientId: null,
      ...over,
    });
    const first = sampleEvent('sample.registered', said(one, { startWorkflow: true }));
    const events = [
      first,
      { ...sampleEvent('sample.registered', said(two, { startWorkflow: true })), actorId: analyst.userId },
      sampleEvent('sample.registered', said(three, { startWorkflow: false })),
      sampleEvent('sample.received', said(one, { sampleVersion: 3, priority: 'STAT' })),
      sampleEvent('sample.changed', said(one, { sampleVersion: 2, priority: 'URGENT' })),
      sampleEvent('sample.received', said(started, { sampleVersion: 2, priority: 'URGENT' })),
      first,
    ];
    await lab.bus.publish(events);
    await lab.bus.publish(events);
    expect(await rows(one)).toMatchObject([{ priority: 'STAT' }]);
    expect(await rows(two)).toMatchObject([{ priority: 'ROUTINE' }]);
    expect(await rows(three)).toEqual([]);
    expect(await rows(started)).toMatchObject([{ priority: 'URGENT' }]);
    const query = `query($id: ID!) { workflow(id: $id) { history(first: 5) { edges { node { type actor { id } } } } } }`;
    const historyOf = async (sampleId: string) => {
      const [row] = await rows(sampleId);
      return lab.ask(clerk, query, { id: row?.id });
    };
    const starting = (by: Viewer) => ({
      workflow: { history: { edges: [{ node: { type: 'workflow.started', actor: { id: by.userId } } }] } },
    });
    expect(await historyOf(one)).toEqual(starting(clerk));
    expect(await historyOf(two)).toEqual(starting(analyst));
  });

  test('an event that says nothing about a sample, and one of another organization, change nothing', async () => {
    const { sampleId } = await start();
    await lab.bus.publish([sampleEvent('sample.type_saved', { code: 'WATER' })]);
    const foreign = sampleEvent('sample.received', {
      sampleId,
      sampleVersion: 9,
      priority: 'STAT',
      dueAt: null,
      clientId: null,
    });
    await lab.bus.publish([{ ...foreign, organizationId: v7() }]);
    expect(await rows(sampleId)).toMatchObject([{ priority: 'ROUTINE' }]);
  });
});

describe('a sample that changes while the rules decide', () => {
  const move = { to: 'SAMPLE_RECEPTION', expectedVersion: 1 };

  test('makes the decision be taken anew, on the new facts', async () => {
    const { id, sampleId } = await start();
    const own = lab.neighbours.samples.get(clerk.organizationId)!;
    lab.neighbours.whileDeciding = async () => {
      lab.neighbours.whileDeciding = async () => {};
      own.set(sampleId, { ...own.get(sampleId)!, sampleVersion: 2, facts: ['label_verified(s)'] });
      await announce('sample.changed', { sampleId, sampleVersion: 2 });
    };
    const { advanceWorkflow } = await lab.ask<{ advanceWorkflow: OutcomeNode }>(clerk, ADVANCE, {
      input: { ...move, workflowId: id, idempotencyKey: 'k' },
    });
    expect(advanceWorkflow).toMatchObject({ __typename: 'WorkflowAdvanced', workflow: { version: 2 } });
    expect(lab.neighbours.asked).toHaveLength(2);
    expect(lab.neighbours.asked[1]?.[0]?.facts).toContain('label_verified(s)');
  });

  test('does so before its event has come: what the rules have not seen completes nothing', async () => {
    const { id, sampleId } = await start();
    const own = lab.neighbours.samples.get(clerk.organizationId)!;
    lab.neighbours.whileDeciding = async () => {
      lab.neighbours.whileDeciding = async () => {};
      own.set(sampleId, { ...own.get(sampleId)!, sampleVersion: 2, facts: ['retracted(a)'] });
    };
    const repeat = { code: 'NOT_SUBMITTED', message: 'The repeat has no result.', ruleId: null, missingFacts: [] };
    lab.neighbours.objections = ({ facts }) => (facts.includes('retracted(a)') ? [repeat] : []);
    const { advanceWorkflow } = await lab.ask<{ advanceWorkflow: OutcomeNode }>(clerk, ADVANCE, {
      input: { ...move, workflowId: id, idempotencyKey: 'unseen' },
    });
    lab.neighbours.objections = () => [];
    expect(advanceWorkflow).toMatchObject({
      __typename: 'TransitionRefused',
      blockers: [{ code: 'NOT_SUBMITTED' }],
    });
    expect(lab.neighbours.asked).toHaveLength(2);
  });

  test('over and over ends with UNAVAILABLE, and nothing is written', async () => {
    const { id, sampleId } = await start();
    let sampleVersion = 1;
    lab.neighbours.whileDeciding = async () => {
      sampleVersion += 1;
      await announce('sample.changed', { sampleId, sampleVersion });
    };
    const { errors } = await lab.send(clerk, ADVANCE, { input: { ...move, workflowId: id } });
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    expect(lab.neighbours.asked).toHaveLength(4);
    lab.neighbours.whileDeciding = async () => {};
    expect(await lab.ask(clerk, 'query($id: ID!) { workflow(id: $id) { version } }', { id })).toEqual({
      workflow: { version: 1 },
    });
  });
});
