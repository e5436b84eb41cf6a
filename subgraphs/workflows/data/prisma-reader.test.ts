import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Query } from '#platform/database/index.ts';
import { START } from '../tests/documents.ts';
import { createWorkflowsLab, person } from '../tests/harness.ts';
import { createReader } from './prisma-reader.ts';

test('an instant is the same whatever time zone the database has, also of when offsets had seconds', async () => {
  const lab = await createWorkflowsLab();
  const pool = new pg.Pool({
    connectionString: lab.urls.superUrl,
    options: '-c timezone=Europe/Amsterdam -c search_path=workflows',
  });
  onTestFinished(async () => {
    await pool.end();
    await lab[Symbol.asyncDispose]();
  });
  const query: Query = async ({ text, values }) => (await pool.query({ text, values: [...values] })).rows;
  const clerk = person('lab_clerk');
  const dueAt = new Date('1900-01-01T00:00:00.123Z');
  const input = { sampleId: lab.sample(clerk, { dueAt }) };
  const started = await lab.ask<{ startWorkflow: { workflow: { id: string } } }>(clerk, START, { input });
  const reader = createReader({ tx: null as never, query }, { organizationId: clerk.organizationId, clientId: null });
  const [found] = await reader.byIds([started.startWorkflow.workflow.id]);
  expect(found).toMatchObject({ dueAt, receivedAt: null });
  expect(Math.abs(Date.now() - found!.startedAt.getTime())).toBeLessThan(600_000);
});
