import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { DEMO_ORGANIZATION } from '#demo/people.ts';
import { cloneDatabase, createDatabase } from '#platform/database/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import type { AccountsDeps } from '../context.ts';
import { createClient } from '../data/client.ts';
import { createSigningKeys } from '../data/signing-keys.ts';
import { accounts } from '../subgraph.ts';

const NOW = new Date('2027-03-01T00:00:00Z');
const SESSION = `INSERT INTO accounts.session (id, organization_id, user_id, refresh_hash, created_at, expires_at)
  VALUES (gen_random_uuid(), $1, gen_random_uuid(), $2, $3, $3)`;
const THROTTLE = 'INSERT INTO accounts.sign_in_throttle (email_hash, failures, updated_at) VALUES ($1, 9, $2)';

test('a job drops sessions that ended a month ago and wrong passwords of yesterday, and nothing else', async () => {
  await using database = await cloneDatabase(inject('template'));
  const logger = createLogger({ level: 'error', name: 'test' });
  const options = { subgraph: 'accounts', url: database.appUrl, client: createClient, maxConnections: 2, logger };
  await using db = await createDatabase(options);
  const clock = () => NOW;
  const deps: AccountsDeps = {
    db,
    keys: createSigningKeys(db, '0'.repeat(64), clock),
    refreshKey: '',
    fingerprintKey: '',
    signInTurns: (_, work) => work(),
    clock,
    newId: () => '',
    accessTokenMinutes: 1,
    sessionHours: 1,
  };
  const client = new pg.Client({ connectionString: database.superUrl });
  await client.connect();
  const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
  for (const days of [0, 29, 31]) await client.query(SESSION, [DEMO_ORGANIZATION.id, `${days} days`, daysAgo(days)]);
  for (const days of [0, 0.9, 1.1]) await client.query(THROTTLE, [`${days} days`, daysAgo(days)]);
  const jobs = accounts.jobs?.(deps, {} as never) ?? [];
  await jobs.find(({ name, cron }) => name === 'accounts.purge' && cron)?.handle({}, new AbortController().signal);
  const left = async (statement: string) =>
    (await client.query<{ left: string }>(statement)).rows.map((row) => row.left);
  expect(await left('SELECT refresh_hash AS left FROM accounts.session ORDER BY 1')).toEqual(['0 days', '29 days']);
  expect(await left('SELECT email_hash AS left FROM accounts.sign_in_throttle ORDER BY 1')).toEqual([
    '0 days',
    '0.9 days',
  ]);
  await client.end();
});
