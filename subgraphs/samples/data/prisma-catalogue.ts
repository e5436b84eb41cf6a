import type { Query, QueryOptions, UnitOfWork } from '#platform/database/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { CatalogueKind, CatalogueRows } from '../domain/catalogue.ts';
import { type Columns, columnsOf, upsertRows } from './bulk.ts';
import type { SamplesTx } from './client.ts';
import { Prisma } from './prisma.generated/client.ts';
import type { Scope } from './sample-store.ts';

interface Table<Row> {
  readonly name: string;
  readonly columns: Columns<Row>;
}

const NAMED = {
  id: ['id', 'uuid'],
  code: ['code', 'text'],
  name: ['name', 'text'],
  version: ['version', 'int'],
} as const;

const TABLES: { readonly [Kind in CatalogueKind]: Table<CatalogueRows[Kind]> } = {
  SampleType: { name: 'sample_type', columns: NAMED },
  Client: { name: 'client', columns: NAMED },
  SamplePoint: {
    name: 'sample_point',
    columns: { ...NAMED, latitude: ['latitude', 'float8'], longitude: ['longitude', 'float8'] },
  },
  AnalysisService: {
    name: 'analysis_service',
    columns: {
      ...NAMED,
      unit: ['unit', 'text'],
      method: ['method', 'text'],
      requiredVerifications: ['required_verifications', 'int'],
      holdingTimeHours: ['holding_time_hours', 'int'],
    },
  },
};

/** People of a client learn neither who else is a client nor where the others' samples are taken. */
function visible(kind: CatalogueKind, { organizationId, clientId }: Scope): Prisma.Sql {
  const mine = Prisma.sql`c.organization_id = ${organizationId}::uuid`;
  if (clientId === null) return mine;
  if (kind === 'Client') return Prisma.sql`${mine} AND c.id = ${clientId}::uuid`;
  if (kind !== 'SamplePoint') return mine;
  return Prisma.sql`${mine} AND EXISTS (
    SELECT FROM sample s WHERE s.organization_id = ${organizationId}::uuid AND s.client_id = ${clientId}::uuid
      AND s.sample_point_id = c.id)`;
}

function find<Kind extends CatalogueKind>(
  query: Query,
  scope: Scope,
  kind: Kind,
  which: Prisma.Sql,
  options: QueryOptions = {},
): Promise<CatalogueRows[Kind][]> {
  const { name, columns } = TABLES[kind];
  return query<CatalogueRows[Kind]>(
    Prisma.sql`SELECT ${columnsOf(columns, 'c')} FROM ${Prisma.raw(name)} c WHERE ${visible(kind, scope)} ${which}`,
    options,
  );
}

export function catalogueByIds<Kind extends CatalogueKind>(
  query: Query,
  scope: Scope,
  kind: Kind,
  ids: readonly string[],
): Promise<CatalogueRows[Kind][]> {
  return find(query, scope, kind, Prisma.sql`AND c.id = ANY(${ids.filter(isId)}::uuid[])`, { together: true });
}

export function catalogueByCodes<Kind extends CatalogueKind>(
  query: Query,
  scope: Scope,
  kind: Kind,
  codes: readonly string[],
): Promise<CatalogueRows[Kind][]> {
  return find(query, scope, kind, Prisma.sql`AND c.code = ANY(${[...codes]}::text[])`, { together: true });
}

export function listCatalogue<Kind extends CatalogueKind>(
  query: Query,
  scope: Scope,
  kind: Kind,
  { after, limit }: { readonly after: string | null; readonly limit?: number },
): Promise<CatalogueRows[Kind][]> {
  const behind = after === null ? Prisma.empty : Prisma.sql`AND c.code > ${after}`;
  const most = limit === undefined ? Prisma.empty : Prisma.sql`LIMIT ${limit}`;
  return find(query, scope, kind, Prisma.sql`${behind} ORDER BY c.code ${most}`);
}

export async function countCatalogue(query: Query, scope: Scope, kind: CatalogueKind): Promise<number> {
  const [row] = await query<{ count: number }>(
    Prisma.sql`SELECT count(*)::int AS count FROM ${Prisma.raw(TABLES[kind].name)} c WHERE ${visible(kind, scope)}`,
  );
  return row?.count ?? 0;
}

export async function lockCatalogue(unit: UnitOfWork<SamplesTx>, scope: Scope, kind: CatalogueKind): Promise<void> {
  const lock = `${scope.organizationId}:${kind}`;
  await unit.execute(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`);
}

export function saveCatalogue<Kind extends CatalogueKind>(
  unit: UnitOfWork<SamplesTx>,
  { organizationId }: Scope,
  kind: Kind,
  rows: readonly CatalogueRows[Kind][],
): Promise<void> {
  const { name: table, columns } = TABLES[kind];
  return upsertRows(unit.execute, { organizationId, table, columns, rows });
}
