import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { EmbeddedPostgres } from '#platform/database/index.ts';
import { startTestServer } from '#platform/database/test-fixtures/server.ts';
import { missingSql } from './schema-drift.ts';

const LEDGER = join(import.meta.dirname, '../platform/database/test-fixtures/ledger');
let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** What the ledger's migrations lack once its schema was changed. */
async function missingAfter(change: (schema: string) => string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alims-drift-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(LEDGER, folder, { recursive: true });
  const file = join(folder, 'schema.prisma');
  await writeFile(file, change(await readFile(file, 'utf8')));
  return missingSql(server, { subgraph: 'ledger', folder });
}

test('migrations that make the schema lack nothing, and the platform tables beside it do not count', async () => {
  expect(await missingAfter((schema) => schema)).toBe('');
});

test.each([
  [
    'a column',
    (schema: string) => schema.replace('  amount ', '  note String?\n  amount '),
    /ADD COLUMN\s+"note" TEXT/,
  ],
  ['a type', (schema: string) => schema.replace('Decimal', 'Int'), /"amount"/],
  ['nullability', (schema: string) => schema.replace('Decimal', 'Decimal?'), /"amount" DROP NOT NULL/],
  ['an index', (schema: string) => schema.replace('@@unique', '@@index'), /DROP INDEX/],
  [
    'a table',
    (schema: string) => `${schema}\nmodel Other {\n  id String @id\n}\n`,
    /CREATE TABLE "ledger"."Other"|CREATE TABLE "Other"/,
  ],
])('a schema that differs by %s is found out', async (_, change, expected) => {
  expect(await missingAfter(change)).toMatch(expected);
});
