import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { START, statusMutation } from './documents.ts';
import { createWorkflowsLab, person, type WorkflowsLab } from './harness.ts';

let lab: WorkflowsLab;
let clerk: Viewer;

beforeAll(async () => {
  lab = await createWorkflowsLab();
  clerk = person('lab_clerk');
});
afterAll(() => lab[Symbol.asyncDispose]());

const FIELDS = `from to allowed blockers { code message rule { id } missingFacts } proof { text tree } ruleSetVersion { id number }`;
const VALIDATE = `query Validate($workflowId: ID!, $to: WorkflowStage!, $conditions: [String!]! = []) {
  validateTransition(workflowId: $workflowId, to: $to, conditions: $conditions) { ${FIELDS} } }`;

interface Validation {
  readonly allowed: boolean;
  readonly blockers: readonly { readonly code: string }[];
}

async function start(): Promise<string> {
  const { startWorkflow } = await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(clerk, START, {
    input: { sampleId: lab.sample(clerk) },
  });
  return startWorkflow.workflow.id;
}

async function validate(variables: object): Promise<Validation> {
  return (await lab.ask<{ validateTransition: Validation }>(clerk, VALIDATE, variables)).validateTransition;
}

test('an allowed move is answered with its proof and the version of the rules that decided', async () => {
  expect(await validate({ workflowId: await start(), to: 'SAMPLE_RECEPTION' })).toEqual({
    from: 'INITIATION',
    to: 'SAMPLE_RECEPTION',
    allowed: true,
    blockers: [],
    proof: { text: 'asked about SAMPLE_RECEPTION', tree: [] },
    ruleSetVersion: { id: 'rules-7', number: 7 },
  });
});

test('a refusal names each blocker with code, message, rule and missing facts; nothing is changed', async () => {
  const workflowId = await start();
  const blocker = { code: 'NO_CLIENT', message: 'Enter the client.', missingFacts: ['client(a,_)'] };
  lab.neighbours.objections = () => [{ ...blocker, ruleId: 'core.no_client' }];
  const validation = await validate({ workflowId, to: 'SAMPLE_RECEPTION' });
  lab.neighbours.objections = () => [];
  expect(validation).toMatchObject({ allowed: false, blockers: [{ ...blocker, rule: { id: 'core.no_client' } }] });
  const { workflow } = await lab.ask<{ workflow: object }>(
    clerk,
    `query($id: ID!) { workflow(id: $id) { stage version } }`,
    { id: workflowId },
  );
  expect(workflow).toEqual({ stage: 'INITIATION', version: 1 });
});

test('conditions go to the rules beside the facts of the sample', async () => {
  const workflowId = await start();
  await validate({ workflowId, to: 'SAMPLE_RECEPTION', conditions: ['client(a, c)'] });
  const [question] = lab.neighbours.asked.at(-1) ?? [];
  expect(question).toMatchObject({ kind: 'ADVANCE', conditions: ['client(a, c)'] });
  expect(question?.facts).not.toContain('client(a, c)');
});

test('what the stage machine refuses is not put to the rules', async () => {
  const workflowId = await start();
  const asked = lab.neighbours.asked.length;
  expect(await validate({ workflowId, to: 'TESTING' })).toMatchObject({
    allowed: false,
    blockers: [{ code: 'ILLEGAL_MOVE', rule: null }],
    proof: null,
    ruleSetVersion: null,
  });
  await lab.ask(clerk, statusMutation('hold'), { input: { workflowId, expectedVersion: 1, reason: 'broken seal' } });
  const beforeHeld = lab.neighbours.asked.length;
  expect((await validate({ workflowId, to: 'SAMPLE_RECEPTION' })).blockers).toMatchObject([{ code: 'NOT_ACTIVE' }]);
  expect(beforeHeld - asked).toBe(1); // the hold alone
  expect(lab.neighbours.asked.length).toBe(beforeHeld);
});

test('many questions of one request are one snapshot and one batch', async () => {
  const ids = [await start(), await start(), await start()];
  const { asked, snapshots, proved } = lab.neighbours;
  const [batches, taken] = [asked.length, snapshots];
  const fields = ids.map((id, n) => `v${n}: validateTransition(workflowId: "${id}", to: SAMPLE_RECEPTION) { allowed }`);
  expect(Object.values(await lab.ask<object>(clerk, `{ ${fields.join(' ')} }`))).toEqual(
    ids.map(() => ({ allowed: true })),
  );
  expect(lab.neighbours.asked.slice(batches).map((batch) => batch.length)).toEqual([3]);
  expect(lab.neighbours.snapshots - taken).toBe(1);
  expect(lab.neighbours.proved).toBe(proved); // nobody asked for a proof
});

test('another organization has no such workflow, and people of a client may not ask', async () => {
  const variables = { workflowId: await start(), to: 'SAMPLE_RECEPTION' };
  const code = async (viewer: Viewer) => (await lab.send(viewer, VALIDATE, variables)).errors?.[0]?.extensions.code;
  expect(await code(person('lab_clerk'))).toBe('NOT_FOUND');
  expect(await code(person('client', clerk))).toBe('FORBIDDEN');
});
