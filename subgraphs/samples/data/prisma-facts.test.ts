import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Query } from '#platform/database/index.ts';
import { actionsOf } from '../tests/actions.ts';
import { createSamplesLab, newLaboratory } from '../tests/harness.ts';
import { factSourcesOf } from './prisma-facts.ts';

test('an instant is the same whatever time zone the database has, also of when offsets had seconds', async () => {
  const lab = await createSamplesLab();
  const pool = new pg.Pool({
    connectionString: lab.urls.superUrl,
    options: '-c timezone=Europe/Amsterdam -c search_path=samples',
  });
  onTestFinished(async () => {
    await pool.end();
    await lab[Symbol.asyncDispose]();
  });
  const query: Query = async ({ text, values }) => (await pool.query({ text, values: [...values] })).rows;
  const manager = await newLaboratory(lab);
  const receivedAt = '1900-01-01T00:00:00.123Z';
  const { id } = await actionsOf(lab).sample(manager, { receivedAt, collectedAt: '0001-01-01T00:00:00Z' });
  const scope = { organizationId: manager.organizationId, clientId: null, deciding: true };
  expect(await factSourcesOf(query, scope, [id])).toMatchObject([
    { id, receivedAt: new Date(receivedAt), collectedAt: new Date('0001-01-01T00:00:00Z') },
  ]);
});
