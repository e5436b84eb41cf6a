import type { Query, UnitOfWork } from '#platform/database/index.ts';
import { ConflictError } from '#platform/errors/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { Sample } from '../domain/types.ts';
import { type Columns, insertRows } from './bulk.ts';
import type { SamplesTx } from './client.ts';
import { Prisma } from './prisma.generated/client.ts';
import { lockCatalogue, saveCatalogue } from './prisma-catalogue.ts';
import { createReader } from './prisma-reader.ts';
import {
  ANALYSIS,
  CUSTODY,
  RESULT,
  SAMPLE_COLUMNS,
  type SampleRow,
  STORED_SAMPLE,
  sampleOfRow,
  VERIFICATION,
} from './rows.ts';
import type { SampleWriter } from './sample-store.ts';
import { gramsOf, searchText } from './text-search.ts';

export function createWriter(unit: UnitOfWork<SamplesTx>, clientId: string | null): SampleWriter {
  const scope = { organizationId: unit.actor.organizationId, clientId, deciding: true };
  return {
    ...createReader(unit, scope),
    ...locks(unit.query, scope),
    ...numbers(unit.query, scope.organizationId),
    ...inserts(unit.execute, scope.organizationId),
    ...changes(unit.execute, scope.organizationId),
    lockCatalogue: (kind) => lockCatalogue(unit, scope, kind),
    saveCatalogue: (kind, rows) => saveCatalogue(unit, scope, kind, rows),
    announce: (events) => unit.announce(events),
    once: (call, work) => unit.once(call, work),
    firstTime: (consumer, eventIds) => unit.firstTime(consumer, eventIds),
  };
}

type Part<Names extends keyof SampleWriter> = Pick<SampleWriter, Names>;

function locks(
  query: Query,
  { organizationId, clientId }: { organizationId: string; clientId: string | null },
): Part<'lockSamples' | 'lockSamplesOfAnalyses'> {
  const ofClient = clientId === null ? Prisma.empty : Prisma.sql`AND s.client_id = ${clientId}::uuid`;
  const lock = async (which: Prisma.Sql) => {
    const rows = await query<SampleRow>(Prisma.sql`
      SELECT ${SAMPLE_COLUMNS} FROM sample s
      WHERE s.organization_id = ${organizationId}::uuid ${ofClient} AND s.id = ANY(${which})
      ORDER BY s.id FOR NO KEY UPDATE`);
    return rows.map(sampleOfRow);
  };
  return {
    lockSamples: (ids) => lock(Prisma.sql`${ids.filter(isId)}::uuid[]`),
    lockSamplesOfAnalyses: (analysisIds) =>
      lock(Prisma.sql`ARRAY(SELECT DISTINCT a.sample_id FROM analysis a
        WHERE a.organization_id = ${organizationId}::uuid AND a.id = ANY(${analysisIds.filter(isId)}::uuid[]))`),
  };
}

function numbers(
  query: Query,
  organizationId: string,
): Part<'takeAccessionNumbers' | 'takenBarcodes' | 'countAliquots'> {
  return {
    async takeAccessionNumbers(year, count) {
      const [row] = await query<{ last: number }>(Prisma.sql`
        INSERT INTO accession_counter (organization_id, year, last) VALUES (${organizationId}::uuid, ${year}, ${count})
        ON CONFLICT (organization_id, year) DO UPDATE SET last = accession_counter.last + excluded.last
        RETURNING last`);
      return (row?.last ?? count) - count + 1;
    },
    async takenBarcodes(barcodes) {
      const rows = await query<{ barcode: string }>(Prisma.sql`
        SELECT s.barcode FROM sample s
        WHERE s.organization_id = ${organizationId}::uuid AND s.barcode = ANY(${[...barcodes]}::text[])`);
      return new Set(rows.map(({ barcode }) => barcode));
    },
    async countAliquots(parentIds) {
      const rows = await query<{ id: string; count: number }>(Prisma.sql`
        SELECT s.parent_id AS id, count(*)::int AS count FROM sample s
        WHERE s.organization_id = ${organizationId}::uuid AND s.parent_id = ANY(${parentIds.filter(isId)}::uuid[])
        GROUP BY s.parent_id`);
      return new Map(rows.map(({ id, count }) => [id, count]));
    },
  };
}

function inserts(
  execute: UnitOfWork<SamplesTx>['execute'],
  organizationId: string,
): Part<'insertSamples' | 'insertAnalyses' | 'insertCustody' | 'insertResults' | 'insertVerifications'> {
  const insert = <Row extends object>(table: string, columns: Columns<Row>, rows: readonly Row[]) =>
    insertRows(execute, { organizationId, table, columns, rows });
  return {
    insertSamples: (samples) =>
      insert(
        'sample',
        STORED_SAMPLE,
        samples.map((sample) => withSearch(organizationId, sample)),
      ),
    insertAnalyses: (analyses) => insert('analysis', ANALYSIS, analyses),
    insertCustody: (entries) => insert('custody_entry', CUSTODY, entries),
    insertResults: (results) => insert('result', RESULT, results),
    insertVerifications: (verifications) => insert('verification', VERIFICATION, verifications),
  };
}

function withSearch(organizationId: string, sample: Sample) {
  const text = searchText(sample);
  return { ...sample, searchText: text, searchGrams: gramsOf(organizationId, text) };
}

function changes(
  execute: UnitOfWork<SamplesTx>['execute'],
  organizationId: string,
): Part<'changeSamples' | 'changeAnalyses'> {
  return {
    async changeSamples(samples) {
      const rows = samples.map(({ before, after }) => ({
        ...after,
        seen: before.version,
        seenFacts: before.factsVersion,
      }));
      const written = await execute(Prisma.sql`
        UPDATE sample s SET status = r.status, received_at = r."receivedAt", due_at = r."dueAt", condition = r.condition,
          version = r.version, facts_version = r."factsVersion", workflow_version = r."workflowVersion"
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, status text, "receivedAt" timestamptz,
          "dueAt" timestamptz, condition text, version int, "factsVersion" int, "workflowVersion" int, seen int,
          "seenFacts" int)
        WHERE s.organization_id = ${organizationId}::uuid AND s.id = r.id AND s.version = r.seen
          AND s.facts_version = r."seenFacts"`);
      assertAll(written, samples.length);
    },
    async changeAnalyses(analyses) {
      const rows = analyses.map(({ before, after }) => ({ ...after, seen: before.version }));
      const written = await execute(Prisma.sql`
        UPDATE analysis a SET status = r.status, assigned_to = r."assignedTo", version = r.version,
          retracted_by = r."retractedBy", retracted_at = r."retractedAt", retract_reason = r."retractReason"
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, status text, "assignedTo" text,
          version int, "retractedBy" text, "retractedAt" timestamptz, "retractReason" text, seen int)
        WHERE a.organization_id = ${organizationId}::uuid AND a.id = r.id AND a.version = r.seen`);
      assertAll(written, analyses.length);
    },
  };
}

/** Locks make this impossible for our own writers: it guards against those who come without them. */
function assertAll(written: number, expected: number): void {
  if (written === expected) return;
  throw new ConflictError(`Somebody changed ${expected - written} of ${expected} rows meanwhile: read them again.`);
}
