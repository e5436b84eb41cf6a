import type { CatalogueKind, CatalogueRows } from '../domain/catalogue.ts';
import { isId } from '../domain/ids.ts';
import type { AnalysisService, Client, SamplePoint, SampleType } from '../domain/types.ts';
import { type Columns, upsertRows } from './bulk.ts';
import type { SamplesTx } from './client.ts';
import type { Scope } from './sample-store.ts';

interface Query {
  readonly where: { organizationId: string; id?: string | { in: string[] }; code?: { in: string[] } | { gt: string } };
  readonly orderBy?: { code: 'asc' };
  readonly take?: number;
  readonly omit: { organizationId: true };
}

interface Table<Row> {
  readonly name: string;
  readonly columns: Columns<Row>;
  find(tx: SamplesTx, query: Query): Promise<Row[]>;
  count(tx: SamplesTx, where: Query['where']): Promise<number>;
}

const NAMED = { id: ['id', 'uuid'], code: ['code', 'text'], name: ['name', 'text'] } as const;

const TABLES: { readonly [Kind in CatalogueKind]: Table<CatalogueRows[Kind]> } = {
  SampleType: {
    name: 'sample_type',
    columns: NAMED,
    find: (tx, query): Promise<SampleType[]> => tx.sampleType.findMany(query),
    count: (tx, where) => tx.sampleType.count({ where }),
  },
  Client: {
    name: 'client',
    columns: NAMED,
    find: (tx, query): Promise<Client[]> => tx.client.findMany(query),
    count: (tx, where) => tx.client.count({ where }),
  },
  SamplePoint: {
    name: 'sample_point',
    columns: { ...NAMED, latitude: ['latitude', 'float8'], longitude: ['longitude', 'float8'] },
    find: (tx, query): Promise<SamplePoint[]> => tx.samplePoint.findMany(query),
    count: (tx, where) => tx.samplePoint.count({ where }),
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
    find: (tx, query): Promise<AnalysisService[]> => tx.analysisService.findMany(query),
    count: (tx, where) => tx.analysisService.count({ where }),
  },
};

const OMIT = { organizationId: true } as const;

/** People of a client do not learn who else is a client. */
function visible(kind: CatalogueKind, { organizationId, clientId }: Scope): Query['where'] {
  return kind === 'Client' && clientId !== null ? { organizationId, id: clientId } : { organizationId };
}

export function catalogueByIds<Kind extends CatalogueKind>(
  tx: SamplesTx,
  scope: Scope,
  kind: Kind,
  ids: readonly string[],
): Promise<CatalogueRows[Kind][]> {
  const mine = visible(kind, scope).id;
  const wanted = ids.filter((id) => isId(id) && (mine === undefined || mine === id));
  const where = { organizationId: scope.organizationId, id: { in: wanted } };
  return TABLES[kind].find(tx, { where, omit: OMIT });
}

export function catalogueByCodes<Kind extends CatalogueKind>(
  tx: SamplesTx,
  scope: Scope,
  kind: Kind,
  codes: readonly string[],
): Promise<CatalogueRows[Kind][]> {
  return TABLES[kind].find(tx, { where: { ...visible(kind, scope), code: { in: [...codes] } }, omit: OMIT });
}

export function listCatalogue<Kind extends CatalogueKind>(
  tx: SamplesTx,
  scope: Scope,
  kind: Kind,
  { after, limit }: { readonly after: string | null; readonly limit?: number },
): Promise<CatalogueRows[Kind][]> {
  return TABLES[kind].find(tx, {
    where: { ...visible(kind, scope), ...(after === null ? {} : { code: { gt: after } }) },
    orderBy: { code: 'asc' },
    ...(limit === undefined ? {} : { take: limit }),
    omit: OMIT,
  });
}

export function countCatalogue(tx: SamplesTx, scope: Scope, kind: CatalogueKind): Promise<number> {
  return TABLES[kind].count(tx, visible(kind, scope));
}

export async function lockCatalogue(tx: SamplesTx, scope: Scope, kind: CatalogueKind): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${scope.organizationId}:${kind}`}, 0))`;
}

export function saveCatalogue<Kind extends CatalogueKind>(
  tx: SamplesTx,
  { organizationId }: Scope,
  kind: Kind,
  rows: readonly CatalogueRows[Kind][],
): Promise<void> {
  const { name: table, columns } = TABLES[kind];
  return upsertRows(tx, { organizationId, table, columns, rows });
}
