import { readFileSync } from 'node:fs';
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cloneDatabase, type DatabaseUrls } from '#platform/database/index.ts';

const MIGRATION = readFileSync(
  new URL('../../../prisma/rules/migrations/20261126010000_rule_activations/migration.sql', import.meta.url),
  'utf8',
);
const [organization, actor] = [v7(), v7()];
let urls: DatabaseUrls & AsyncDisposable;
let owner: pg.Client;

beforeAll(async () => {
  urls = await cloneDatabase(inject('template'));
  owner = new pg.Client({ connectionString: urls.ownerUrl, options: '-c search_path=rules' });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await urls[Symbol.asyncDispose]();
});

async function version(ruleSet: string, number: number, publishedAt: string | null): Promise<string> {
  const id = v7();
  await owner.query(
    `INSERT INTO rule_set_version (id, organization_id, rule_set, number, text, hash, status, termination, diagnostics,
       saved_at, saved_by, published_at, published_by, publish_reason)
     VALUES ($1, $2, $3, $4, '', '', 'RETIRED', 'TOTAL', '[]', now(), $5, $6, $7, $8)`,
    [id, organization, ruleSet, number, actor, publishedAt, publishedAt && actor, publishedAt && 'by its version'],
  );
  return id;
}

async function event(table: 'outbox_event' | 'event_archive', sequence: number, number: number, at: string) {
  const archived = table === 'event_archive';
  await owner.query(
    `INSERT INTO ${table} (id, organization_id, topic, sequence, epoch, type, subject_type, subject_id, reason, payload,
       actor_id, at ${archived ? ', position, sent_at' : ''})
     VALUES ($1, $2, 'rule', $3, $4, 'rule.activated', 'RuleSetVersion', $5, 'by its event', $6, $7, $8
       ${archived ? `, ${sequence}, now()` : ''})`,
    [
      v7(),
      organization,
      sequence,
      v7(),
      v7(),
      { ruleSet: 'default', number, before: null, signatureId: 'sig-1' },
      actor,
      at,
    ],
  );
}

test('activations from before there was a table of them come from the events, and from versions without one', async () => {
  await owner.query('DROP TABLE rule_activation');
  await version('default', 1, '2026-03-01T00:00:00Z');
  await version('default', 2, '2026-02-01T00:00:00Z');
  await version('default', 3, null);
  await version('trial', 1, '2026-04-01T00:00:00Z');
  await event('event_archive', 1, 1, '2026-01-01T00:00:00Z');
  await event('event_archive', 2, 2, '2026-02-01T00:00:00Z');
  await event('outbox_event', 3, 1, '2026-03-01T00:00:00Z');
  await owner.query(MIGRATION);
  const { rows } = await owner.query(
    'SELECT rule_set, number, at::date::text AS day, by, reason, signature_id FROM rule_activation ORDER BY at',
  );
  const told = { rule_set: 'default', by: actor, reason: 'by its event', signature_id: 'sig-1' };
  expect(rows).toEqual([
    { ...told, number: 1, day: '2026-01-01' },
    { ...told, number: 2, day: '2026-02-01' },
    { ...told, number: 1, day: '2026-03-01' },
    { ...told, rule_set: 'trial', number: 1, day: '2026-04-01', reason: 'by its version', signature_id: null },
  ]);
});
