import type { Query, Reading } from '#platform/database/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { Analysis, CustodyEntry, Result, Verification } from '../domain/types.ts';
import { type Columns, columnsOf } from './bulk.ts';
import type { SamplesTx } from './client.ts';
import { Prisma } from './prisma.generated/client.ts';
import { catalogueByCodes, catalogueByIds, countCatalogue, listCatalogue } from './prisma-catalogue.ts';
import { factSourcesOf } from './prisma-facts.ts';
import { countSamples, listSamples } from './prisma-listing.ts';
import { ANALYSIS, CUSTODY, RESULT, SAMPLE_COLUMNS, type SampleRow, sampleOfRow, VERIFICATION } from './rows.ts';
import type { SampleReader, Scope } from './sample-store.ts';

type Condition = Prisma.Sql;

/** Ids as one array parameter: the statement is the same for 1 and for 500, so it stays prepared. */
function anyId(column: string, ids: readonly string[]): Condition {
  return Prisma.sql`${Prisma.raw(column)} = ANY(${idsOf(ids)}::uuid[])`;
}

function idsOf(ids: readonly string[]): string[] {
  return [...new Set(ids.filter(isId))];
}

/** Rows of a sample's own tables; people of a client see those of its samples only. */
function ofSample({ organizationId, clientId }: Scope, sampleId: string): Condition {
  const mine = Prisma.sql`r.organization_id = ${organizationId}::uuid`;
  if (clientId === null) return mine;
  return Prisma.sql`${mine} AND EXISTS (
    SELECT FROM sample s WHERE s.id = r.${Prisma.raw(sampleId)} AND s.client_id = ${clientId}::uuid)`;
}

/** Rows of an analysis's own tables; people of a client see those of its samples only, once the analysis is verified. */
function ofAnalysis(scope: Scope): Condition {
  const { organizationId, clientId } = scope;
  const mine = Prisma.sql`r.organization_id = ${organizationId}::uuid`;
  if (clientId === null) return mine;
  const released = reads(scope) === 'RELEASED' ? Prisma.sql`AND a.status = 'VERIFIED'` : Prisma.empty;
  return Prisma.sql`${mine} AND EXISTS (
    SELECT FROM analysis a JOIN sample s ON s.id = a.sample_id
    WHERE a.id = r.analysis_id AND s.client_id = ${clientId}::uuid ${released})`;
}

/** Only the result that stands has been verified: those that it corrected are the laboratory's. */
function ofResult(scope: Scope): Condition {
  if (reads(scope) === 'ALL') return ofAnalysis(scope);
  return Prisma.sql`${ofAnalysis(scope)} AND NOT EXISTS (
    SELECT FROM result l
    WHERE l.organization_id = r.organization_id AND l.analysis_id = r.analysis_id AND l.sequence > r.sequence)`;
}

function reads({ clientId, deciding }: Scope): 'ALL' | 'RELEASED' {
  return clientId === null || deciding ? 'ALL' : 'RELEASED';
}

/** Reasons are meant for the laboratory. */
function reasonOf(scope: Scope): readonly 'reason'[] {
  return reads(scope) === 'ALL' ? [] : ['reason'];
}

export function createReader(reading: Reading<SamplesTx>, scope: Scope): SampleReader {
  const { query } = reading;
  return {
    ...readSamples(reading, scope),
    ...readCustody(query, scope),
    ...readAnalyses(query, scope),
    ...readResults(query, scope),
    factSourcesOf: (ids) => factSourcesOf(query, scope, idsOf(ids)),
    catalogueByIds: (kind, ids) => catalogueByIds(query, scope, kind, ids),
    catalogueByCodes: (kind, codes) => catalogueByCodes(query, scope, kind, codes),
    listCatalogue: (kind, page) => listCatalogue(query, scope, kind, page),
    countCatalogue: (kind) => countCatalogue(query, scope, kind),
  };
}

type Results = Pick<SampleReader, 'resultsOf' | 'verificationsOf'>;

function readResults(query: Query, scope: Scope): Results {
  const results = (which: Condition) =>
    selectRows<Result>(query, {
      table: 'result',
      columns: RESULT,
      hidden: reasonOf(scope),
      where: Prisma.sql`${ofResult(scope)} AND ${which}`,
      orderBy: 'r.sequence',
    });
  const verifications = (which: Condition) =>
    selectRows<Verification>(query, {
      table: 'verification',
      columns: VERIFICATION,
      where: Prisma.sql`${ofAnalysis(scope)} AND ${which}`,
      orderBy: 'r.at, r.id',
    });
  return {
    resultsOf: (ids) => results(anyId('r.analysis_id', ids)),
    verificationsOf: (ids) => verifications(anyId('r.analysis_id', ids)),
  };
}

interface Selection<Row> {
  readonly table: string;
  readonly columns: Columns<Row>;
  readonly hidden?: readonly (keyof Row & string)[];
  readonly where: Condition;
  readonly orderBy?: string;
  readonly limit?: number;
}

/** Rows of table `r`. Words are bound to the domain's by constraints and by us, the only writers. */
function selectRows<Row extends object>(query: Query, selection: Selection<Row>): Promise<Row[]> {
  const { table, columns, hidden, where, orderBy, limit } = selection;
  const order = orderBy ? Prisma.raw(`ORDER BY ${orderBy}`) : Prisma.empty;
  const most = limit === undefined ? Prisma.empty : Prisma.sql`LIMIT ${limit}`;
  return query<Row>(
    Prisma.sql`SELECT ${columnsOf(columns, 'r', hidden)} FROM ${Prisma.raw(table)} r WHERE ${where} ${order} ${most}`,
    { together: true },
  );
}

type Samples = Pick<SampleReader, 'samplesByIds' | 'childrenOf' | 'listSamples' | 'countSamples'>;

function readSamples(reading: Reading<SamplesTx>, scope: Scope): Samples {
  const { organizationId, clientId } = scope;
  const ofClient = clientId === null ? Prisma.empty : Prisma.sql`AND s.client_id = ${clientId}::uuid`;
  const find = async (which: Condition) => {
    const rows = await reading.query<SampleRow>(
      Prisma.sql`SELECT ${SAMPLE_COLUMNS} FROM sample s WHERE s.organization_id = ${organizationId}::uuid ${ofClient} AND ${which}`,
      { together: true },
    );
    return rows.map(sampleOfRow);
  };
  return {
    samplesByIds: (ids) => find(anyId('s.id', ids)),
    childrenOf: (parentIds) => find(Prisma.sql`${anyId('s.parent_id', parentIds)} ORDER BY s.registered_at, s.id`),
    listSamples: (filter, page) => listSamples(reading.query, scope, filter, page),
    countSamples: (filter) => countSamples(reading.query, scope, filter),
  };
}

function readCustody(query: Query, scope: Scope): Pick<SampleReader, 'custodyOf' | 'countCustody'> {
  const mine = ofSample(scope, 'sample_id');
  return {
    // One page per sample, each straight from the index: how long the samples' histories are does not matter.
    custodyOf: (sampleIds, { after, limit }) => {
      const behind = after ? Prisma.sql`AND (r.at, r.id) > (${after.at}, ${after.id}::uuid)` : Prisma.empty;
      return query<CustodyEntry>(
        Prisma.sql`SELECT ${columnsOf(CUSTODY, 'r', reasonOf(scope))}
          FROM unnest(${idsOf(sampleIds)}::uuid[]) AS g(sample_id) CROSS JOIN LATERAL (
            SELECT * FROM custody_entry r WHERE ${mine} AND r.sample_id = g.sample_id ${behind}
            ORDER BY r.at, r.id LIMIT ${limit}
          ) r ORDER BY r.at, r.id`,
        { together: true },
      );
    },
    async countCustody(sampleIds) {
      const rows = await query<{ id: string; count: number }>(
        Prisma.sql`SELECT r.sample_id AS id, count(*)::int AS count FROM custody_entry r
          WHERE ${mine} AND ${anyId('r.sample_id', sampleIds)} GROUP BY r.sample_id`,
        { together: true },
      );
      return new Map(rows.map(({ id, count }) => [id, count]));
    },
  };
}

type Analyses = Pick<SampleReader, 'analysesByIds' | 'analysesOf' | 'repeatsOf'>;

function readAnalyses(query: Query, scope: Scope): Analyses {
  const find = (which: Condition, orderBy?: string) =>
    selectRows<Analysis>(query, {
      table: 'analysis',
      columns: ANALYSIS,
      hidden: reads(scope) === 'ALL' ? [] : ['retractReason'],
      where: Prisma.sql`${ofSample(scope, 'sample_id')} AND ${which}`,
      ...(orderBy === undefined ? {} : { orderBy }),
    });
  return {
    analysesByIds: (ids) => find(anyId('r.id', ids)),
    analysesOf: (sampleIds) => find(anyId('r.sample_id', sampleIds), 'r.position'),
    repeatsOf: (analysisIds) => find(anyId('r.replaces_id', analysisIds)),
  };
}
