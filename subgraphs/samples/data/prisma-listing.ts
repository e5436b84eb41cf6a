import type { Keyset, SampleFilter, SampleOrder, SampleOrderField, TimeRange } from '../domain/listing.ts';
import type { Sample } from '../domain/types.ts';
import type { SamplesTx } from './client.ts';
import { Prisma } from './prisma.generated/client.ts';
import { SAMPLE_COLUMNS, type SampleRow, sampleOfRow } from './rows.ts';
import type { Scope } from './sample-store.ts';

type Condition = Prisma.Sql;

const ORDER_COLUMNS: Readonly<Record<SampleOrderField, Condition>> = {
  RECEIVED_AT: Prisma.sql`s.received_at`,
  COLLECTED_AT: Prisma.sql`s.collected_at`,
  DUE_AT: Prisma.sql`s.due_at`,
  REGISTERED_AT: Prisma.sql`s.registered_at`,
  ACCESSION_NUMBER: Prisma.sql`s.accession_number`,
};

const DIRECTIONS = {
  ASC: { word: Prisma.raw('ASC'), behind: Prisma.raw('>') },
  DESC: { word: Prisma.raw('DESC'), behind: Prisma.raw('<') },
} as const;

/** The organization is named beside row-level security: the planner estimates with a value it knows. */
function visible({ organizationId, clientId }: Scope): Condition[] {
  return [
    Prisma.sql`s.organization_id = ${organizationId}::uuid`,
    ...(clientId === null ? [] : [Prisma.sql`s.client_id = ${clientId}::uuid`]),
  ];
}

function anyOf(column: Condition, values: readonly string[] | null, type: 'text' | 'uuid' = 'text'): Condition[] {
  return values ? [Prisma.sql`${column} = ANY(${[...values]}::${Prisma.raw(type)}[])`] : [];
}

function within(column: Condition, range: TimeRange | null): Condition[] {
  return [
    ...(range?.from ? [Prisma.sql`${column} >= ${range.from}`] : []),
    ...(range?.to ? [Prisma.sql`${column} < ${range.to}`] : []),
  ];
}

async function idsOf(
  codes: readonly string[] | null,
  find: (code: { in: string[] }) => Promise<readonly { readonly id: string }[]>,
): Promise<string[] | null> {
  return codes && (await find({ in: [...codes] })).map(({ id }) => id);
}

/** Codes become ids first: with values instead of a join the planner knows how many rows to expect. */
async function matching(tx: SamplesTx, scope: Scope, filter: SampleFilter): Promise<Condition> {
  const { organizationId } = scope;
  const select = { id: true };
  const types = await idsOf(filter.typeCode, (code) =>
    tx.sampleType.findMany({ where: { organizationId, code }, select }),
  );
  const clients = await idsOf(filter.clientCode, (code) =>
    tx.client.findMany({ where: { organizationId, code }, select }),
  );
  const points = await idsOf(filter.samplePointCode, (code) =>
    tx.samplePoint.findMany({ where: { organizationId, code }, select }),
  );
  return and([
    ...visible(scope),
    ...anyOf(Prisma.sql`s.status`, filter.status),
    ...anyOf(Prisma.sql`s.sample_type_id`, types, 'uuid'),
    ...anyOf(Prisma.sql`s.client_id`, clients, 'uuid'),
    ...anyOf(Prisma.sql`s.sample_point_id`, points, 'uuid'),
    ...anyOf(Prisma.sql`s.priority`, filter.priority),
    ...anyOf(Prisma.sql`s.category`, filter.category),
    ...(filter.text === null ? [] : [Prisma.sql`strpos(s.search_text, ${filter.text.toLowerCase()}) > 0`]),
    ...within(Prisma.sql`s.collected_at`, filter.collectedAt),
    ...within(Prisma.sql`s.received_at`, filter.receivedAt),
    ...within(Prisma.sql`s.due_at`, filter.dueAt),
  ]);
}

function and(conditions: readonly Condition[]): Condition {
  return Prisma.join([...conditions], ' AND ');
}

function valueText(keyset: Keyset): Condition {
  return keyset.value instanceof Date ? Prisma.sql`${keyset.value}` : Prisma.sql`${keyset.value}::text`;
}

/**
 * Rows with a value first, then those without, each part straight from the order's index in either direction:
 * one ORDER BY … NULLS LAST over both would need an index per direction.
 */
export async function listSamples(
  tx: SamplesTx,
  scope: Scope,
  filter: SampleFilter,
  page: { readonly order: SampleOrder; readonly after: Keyset | null; readonly limit: number },
): Promise<Sample[]> {
  const { order, after, limit } = page;
  const conditions = await matching(tx, scope, filter);
  const column = ORDER_COLUMNS[order.field];
  const { word, behind } = DIRECTIONS[order.direction];
  const select = (part: Condition, by: Condition, take: number) =>
    tx.$queryRaw<
      SampleRow[]
    >`SELECT ${SAMPLE_COLUMNS} FROM sample s WHERE ${conditions} AND ${part} ORDER BY ${by} LIMIT ${take}`;
  const rows: SampleRow[] = [];
  if (!after || after.value !== null) {
    const part = after
      ? Prisma.sql`(${column}, s.id) ${behind} (${valueText(after)}, ${after.id}::uuid)`
      : Prisma.sql`${column} IS NOT NULL`;
    rows.push(...(await select(part, Prisma.sql`${column} ${word}, s.id ${word}`, limit)));
  }
  if (rows.length < limit && hasGaps(order.field)) {
    const part = after && after.value === null ? Prisma.sql`AND s.id ${behind} ${after.id}::uuid` : Prisma.empty;
    const withoutValue = Prisma.sql`${column} IS NULL ${part}`;
    rows.push(...(await select(withoutValue, Prisma.sql`s.id ${word}`, limit - rows.length)));
  }
  return rows.map(sampleOfRow);
}

function hasGaps(field: SampleOrderField): boolean {
  return field !== 'REGISTERED_AT' && field !== 'ACCESSION_NUMBER';
}

export async function countSamples(tx: SamplesTx, scope: Scope, filter: SampleFilter): Promise<number> {
  const conditions = await matching(tx, scope, filter);
  const [row] = await tx.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM sample s WHERE ${conditions}`;
  return row?.count ?? 0;
}
