import { expect, test } from 'vitest';
import { atom, hours, requestFacts, workflowFacts } from './facts.ts';
import type { Workflow } from './workflow.ts';

const AT = new Date('2026-01-01T06:30:00Z');
const WORKFLOW: Workflow = {
  id: 'w1',
  sampleId: 's1',
  stage: 'SAMPLE_RECEPTION',
  status: 'ACTIVE',
  version: 2,
  definition: { name: 'standard', version: 1 },
  startedAt: AT,
  updatedAt: AT,
  receivedAt: AT,
  statusReason: null,
  sampleVersion: 1,
  priority: 'ROUTINE',
  dueAt: null,
  clientId: null,
};

test('atoms are quoted so that no reason can break out of its fact', () => {
  expect(atom("it's a \\ test\n")).toBe("'it\\'s a \\\\ test\\12\\'");
});

test('instants are hours since 1970', () => {
  expect(hours(new Date('1970-01-02T00:30:00Z'))).toBe('24.5');
  expect(hours(new Date('1970-01-02T00:00:00Z'))).toBe('24');
});

test('the workflow says when the sample arrived only while the sample itself does not', () => {
  expect(workflowFacts(WORKFLOW, ["sample('s1')"])).toEqual([
    "stage('s1',sample_reception)",
    "received_at('s1',490902.5)",
  ]);
  expect(workflowFacts(WORKFLOW, ["received_at('s1',1)"])).toEqual(["stage('s1',sample_reception)"]);
});

test('hold and cancellation are facts', () => {
  expect(
    workflowFacts({ ...WORKFLOW, status: 'ON_HOLD', statusReason: 'freezer alarm', receivedAt: null }, []),
  ).toEqual(["stage('s1',sample_reception)", "hold('s1','freezer alarm')"]);
  expect(workflowFacts({ ...WORKFLOW, status: 'CANCELLED', receivedAt: null }, [])).toContain("cancelled('s1')");
});

test('the actor and the time are facts', () => {
  expect(requestFacts({ userId: 'u1', roles: ['analyst', 'verifier'] }, AT)).toEqual([
    "user_active('u1')",
    "role('u1',analyst)",
    "role('u1',verifier)",
    'now(490902.5)',
  ]);
});
