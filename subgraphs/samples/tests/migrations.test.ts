import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createTemplate, type DatabaseUrls, migrate } from '#platform/database/index.ts';
import { gramsOf, searchText } from '../data/text-search.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/samples/migrations', import.meta.url));

/** A database as the release before this migration left it. */
async function databaseBefore(migration: string): Promise<DatabaseUrls> {
  const directory = await mkdtemp(join(tmpdir(), 'alims-migrations-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const earlier = (await readdir(MIGRATIONS)).filter((name) => name < migration);
  for (const name of earlier) await cp(join(MIGRATIONS, name), join(directory, name), { recursive: true });
  const urls = await createTemplate({ server: inject('template'), subgraphs: [{ subgraph: 'samples', directory }] });
  onTestFinished(() => urls[Symbol.asyncDispose]());
  return urls;
}

async function upgrade({ ownerUrl }: DatabaseUrls): Promise<void> {
  await migrate({ ownerUrl, subgraphs: [{ subgraph: 'samples', directory: MIGRATIONS }] });
}

async function query<Row extends pg.QueryResultRow>({ superUrl }: DatabaseUrls, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: superUrl, options: '-c search_path=samples' });
  await client.connect();
  try {
    const answers: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(sql);
    return [answers].flat().at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

const ORGANIZATION = '0190a000-0000-7000-8000-00000000000f';
const id = (n: number) => `'0190a000-0000-7000-8000-${String(n).padStart(12, '0')}'`;

/** One sample with the analyses that a test adds to it, of the services 10 to 12, which require so many verifications. */
const LABORATORY = `
  INSERT INTO sample_type VALUES (${id(1)}, '${ORGANIZATION}', 'WATER', 'Water');
  INSERT INTO analysis_service VALUES
    (${id(10)}, '${ORGANIZATION}', 'NONE', 'None', NULL, NULL, 0, NULL),
    (${id(11)}, '${ORGANIZATION}', 'ONE', 'One', 'mg/L', 'EPA 353.2', 1, 48),
    (${id(12)}, '${ORGANIZATION}', 'TWO', 'Two', 'mg/L', NULL, 2, NULL);
  INSERT INTO sample (id, organization_id, accession_number, search_text, status, priority, category, registered_at,
    sample_type_id, version, facts_version, workflow_version)
  VALUES (${id(2)}, '${ORGANIZATION}', '2026-000001', '', 'RECEIVED', 'ROUTINE', 'ROUTINE', now(), ${id(1)}, 1, 1, 0);`;

interface Given {
  readonly service: number;
  readonly status: string;
  readonly flags?: string;
  readonly verifiedBy?: readonly string[];
}

function analysis(n: number, { service, status, flags, verifiedBy = [] }: Given): string {
  const result = `INSERT INTO result (id, organization_id, analysis_id, sequence, value, flags, qualifiers, entered_by, entered_at)
    VALUES (${id(200 + n)}, '${ORGANIZATION}', ${id(100 + n)}, 1, '1', '${flags}', '{}', 'ana', now());`;
  const verifications = verifiedBy.map(
    (by) =>
      `INSERT INTO verification VALUES (gen_random_uuid(), '${ORGANIZATION}', ${id(100 + n)}, ${id(200 + n)}, '${by}', now());`,
  );
  return `INSERT INTO analysis VALUES (${id(100 + n)}, '${ORGANIZATION}', ${id(2)}, ${id(service)}, ${n}, '${status}', 1);
    ${flags === undefined ? '' : result} ${verifications.join('')}`;
}

test('samples of before are found by the same parts of their text as new ones', async () => {
  const urls = await databaseBefore('20261126000400_text_parts');
  const barcodes = ['W-2021-0001', 'aaaaaaa', 'abc', '', 'Ünï-\u{1F9EA}\u{1F9EA}-Ä7'];
  const texts = barcodes.map((barcode, n) => searchText({ accessionNumber: `2026-00000${n}`, barcode }));
  const rows = texts.map(
    (
      text,
      n,
    ) => `(${id(100 + n)}, '${ORGANIZATION}', '${n}', '${text}', '{1,2}', 'RECEIVED', 'ROUTINE', 'ROUTINE', now(),
      ${id(1)}, 1, 1, 0)`,
  );
  await query(
    urls,
    `INSERT INTO sample_type VALUES (${id(1)}, '${ORGANIZATION}', 'WATER', 'Water', 1);
    INSERT INTO sample (id, organization_id, accession_number, search_text, search_grams, status, priority,
      category, registered_at, sample_type_id, version, facts_version, workflow_version) VALUES ${rows.join(', ')}`,
  );
  await upgrade(urls);
  const stored = await query<{ grams: number[] }>(urls, 'SELECT search_grams AS grams FROM sample ORDER BY id');
  const sorted = (grams: number[]) => grams.toSorted((a, b) => a - b);
  expect(stored.map(({ grams }) => sorted(grams))).toEqual(texts.map((text) => sorted(gramsOf(ORGANIZATION, text))));
});

test('withdrawn analyses of before learn from their events who withdrew them; those without an event do not', async () => {
  const urls = await databaseBefore('20261126000200_retraction');
  const columns = '(id, organization_id, sample_id, service_id, position, status, version, required_verifications)';
  const withdrawn = (n: number, status: string) =>
    `INSERT INTO analysis ${columns} VALUES (${id(n)}, '${ORGANIZATION}', ${id(2)}, ${id(11)}, ${n}, '${status}', 2, 1);`;
  const event = (table: string, n: number, more: string, value: string) =>
    `INSERT INTO ${table} (id, organization_id, topic, sequence, epoch, type, subject_type, subject_id, reason, payload,
      actor_id, at${more}) VALUES (gen_random_uuid(), '${ORGANIZATION}', 'sample', ${n}, gen_random_uuid(),
      'analysis.retracted', 'Analysis', ${id(n)}, 'vial ${n}', '{}', 'mia', '2026-03-0${n}T08:00:00Z'${value});`;
  await query(
    urls,
    LABORATORY +
      [withdrawn(3, 'RETRACTED'), withdrawn(4, 'CANCELLED'), withdrawn(5, 'RETRACTED'), withdrawn(6, 'VERIFIED')].join(
        '',
      ) +
      event('outbox_event', 3, '', '') +
      event('event_archive', 4, ', position, sent_at', ', 1, now()'),
  );
  await upgrade(urls);
  const rows = await query(
    urls,
    'SELECT retracted_by AS by, retracted_at AS at, retract_reason AS reason FROM analysis ORDER BY position',
  );
  const none = { by: null, at: null, reason: null };
  expect(rows).toEqual([
    { by: 'mia', at: new Date('2026-03-03T08:00:00Z'), reason: 'vial 3' },
    { by: 'mia', at: new Date('2026-03-04T08:00:00Z'), reason: 'vial 4' },
    none,
    none,
  ]);
});

test('analyses of before take what their service demands; what was decided by another demand stays decided', async () => {
  const urls = await databaseBefore('20261126000000_analysis_terms');
  const given: readonly (readonly [Given, number])[] = [
    [{ service: 11, status: 'REGISTERED' }, 1],
    [{ service: 11, status: 'SUBMITTED', flags: '{}' }, 1],
    [{ service: 11, status: 'VERIFIED', flags: '{}', verifiedBy: ['vera'] }, 1],
    [{ service: 12, status: 'VERIFIED', flags: '{}', verifiedBy: ['vera'] }, 1],
    [{ service: 11, status: 'SUBMITTED', flags: '{}', verifiedBy: ['vera'] }, 2],
    [{ service: 10, status: 'SUBMITTED', flags: '{}' }, 1],
    [{ service: 10, status: 'SUBMITTED', flags: '{UNIT_MISMATCH}' }, 0],
    [{ service: 10, status: 'VERIFIED', flags: '{}' }, 0],
    [{ service: 12, status: 'RETRACTED', flags: '{}' }, 2],
  ];
  await query(urls, LABORATORY + given.map(([one], index) => analysis(index + 1, one)).join(''));
  await upgrade(urls);
  const rows = await query<{ required: number }>(
    urls,
    'SELECT required_verifications AS required FROM analysis ORDER BY position',
  );
  expect(rows.map(({ required }) => required)).toEqual(given.map(([, required]) => required));
  const [first] = await query(
    urls,
    'SELECT unit, method, holding_time_hours AS hours FROM analysis WHERE position = 1',
  );
  expect(first).toEqual({ unit: 'mg/L', method: 'EPA 353.2', hours: 48 });
});
