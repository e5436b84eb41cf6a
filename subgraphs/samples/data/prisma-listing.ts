import type { Keyset, SampleFilter, SampleOrder, SampleOrderField, TimeRange } from '../domain/listing.ts';
import type { Sample } from '../domain/types.ts';
import type { SamplesTx } from './client.ts';
import { Prisma } from './prisma.generated/client.ts';
import { SAMPLE_COLUMNS, type SampleRow, sampleOfRow } from './rows.ts';
import type { Scope } from './sample-store.ts';
import { findByText } from './text-search.ts';

type Condition = Prisma.Sql;

const ORDER_COLUMNS: Readonly<Record<SampleOrderField, Condition>> = {
  RECEIVED_AT: Prisma.sql`s.received_at`,
  COLLECTED_AT: Prisma.sql`s.collected_at`,
  DUE_AT: Prisma.sql`s.due_at`,
  REGISTERED_AT: Prisma.sql`s.registered_at`,
  ACCESSION_NUMBER: Prisma.sql`s.accession_number`,
};

const DIRECTIONS = {
  ASC: { word: Prisma.raw('ASC'), sign: Prisma.raw('>') },
  DESC: { word: Prisma.raw('DESC'), sign: Prisma.raw('<') },
} as const;

/** The organization is named beside row-level security: the planner estimates with a value it knows. */
function visible({ organizationId, clientId }: Scope): Condition[] {
  return [
    Prisma.sql`s.organization_id = ${organizationId}::uuid`,
    ...(clientId === null ? [] : [Prisma.sql`s.client_id = ${clientId}::uuid`]),
  ];
}

/** One value is an equality: an index that goes on with the order's column then gives the rows in order. */
function anyOf(column: Condition, values: readonly string[] | null, type: 'text' | 'uuid' = 'text'): Condition[] {
  if (!values) return [];
  const [only, ...more] = values;
  if (only !== undefined && more.length === 0) return [Prisma.sql`${column} = ${only}::${Prisma.raw(type)}`];
  return [Prisma.sql`${column} = ANY(${[...values]}::${Prisma.raw(type)}[])`];
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
    ...within(Prisma.sql`s.collected_at`, filter.collectedAt),
    ...within(Prisma.sql`s.received_at`, filter.receivedAt),
    ...within(Prisma.sql`s.due_at`, filter.dueAt),
  ]);
}

/** The best plan depends on how many rows the values match: one plan for all of them would walk the whole list for rare ones. */
async function planEach(tx: SamplesTx): Promise<void> {
  await tx.$executeRaw`SET LOCAL plan_cache_mode = force_custom_plan`;
}

function and(conditions: readonly Condition[]): Condition {
  return Prisma.join([...conditions], ' AND ');
}

function valueText(keyset: Keyset): Condition {
  return keyset.value instanceof Date ? Prisma.sql`${keyset.value}` : Prisma.sql`${keyset.value}::text`;
}

interface Page {
  readonly order: SampleOrder;
  readonly after: Keyset | null;
  readonly limit: number;
}

/** So many of the newest rows tell whether a text is common … */
const PROBED = 400;
/** … when so many of them hold it. */
const COMMON = 40;

/** A common text, or one among few rows, is found sooner by looking at each row on the way, a rare one by the index of texts. */
async function textCondition(
  tx: SamplesTx,
  { organizationId }: Scope,
  conditions: Condition,
  text: string,
): Promise<Condition> {
  const needle = text.toLowerCase();
  const contains = Prisma.sql`strpos(s.search_text, ${needle}) > 0`;
  const [probe] = await tx.$queryRaw<{ seen: number; found: number }[]>`
    SELECT count(*)::int AS seen, (count(*) FILTER (WHERE ${contains}))::int AS found FROM (
      SELECT s.search_text FROM sample s WHERE ${conditions} ORDER BY s.registered_at DESC LIMIT ${PROBED}
    ) s`;
  if (!probe || probe.seen < PROBED || probe.found >= COMMON) return contains;
  const ids = await findByText(tx, organizationId, needle);
  return ids ? Prisma.sql`s.id = ANY(${ids}::uuid[])` : contains;
}

/** What the rows have to fulfil, planned for these very values. */
async function conditionsOf(tx: SamplesTx, scope: Scope, filter: SampleFilter): Promise<Condition> {
  await planEach(tx);
  const conditions = await matching(tx, scope, filter);
  return filter.text ? and([conditions, await textCondition(tx, scope, conditions, filter.text)]) : conditions;
}

export async function listSamples(tx: SamplesTx, scope: Scope, filter: SampleFilter, page: Page): Promise<Sample[]> {
  return (await walk(tx, await conditionsOf(tx, scope, filter), page)).map(sampleOfRow);
}

/**
 * Rows with a value first, then those without, each part straight from the order's index in either direction:
 * one ORDER BY … NULLS LAST over both would need an index per direction.
 */
async function walk(tx: SamplesTx, conditions: Condition, { order, after, limit }: Page): Promise<SampleRow[]> {
  const select = (part: Condition, by: Condition, take: number) =>
    tx.$queryRaw<
      SampleRow[]
    >`SELECT ${SAMPLE_COLUMNS} FROM sample s WHERE ${conditions} AND ${part} ORDER BY ${by} LIMIT ${take}`;
  const rows: SampleRow[] = [];
  if (after?.value !== null) {
    const { by, behind } = placeOf(order, after);
    rows.push(...(await select(behind, by, limit)));
  }
  if (rows.length < limit && MAY_BE_ABSENT.has(order.field)) {
    const { column, word, sign } = wordsOf(order);
    const from = after && after.value === null ? Prisma.sql`AND s.id ${sign} ${after.id}::uuid` : Prisma.empty;
    rows.push(...(await select(Prisma.sql`${column} IS NULL ${from}`, Prisma.sql`s.id ${word}`, limit - rows.length)));
  }
  return rows;
}

const MAY_BE_ABSENT: ReadonlySet<SampleOrderField> = new Set(['RECEIVED_AT', 'COLLECTED_AT', 'DUE_AT']);

function wordsOf({ field, direction }: SampleOrder) {
  return { column: ORDER_COLUMNS[field], ...DIRECTIONS[direction] };
}

function placeOf(order: SampleOrder, after: Keyset | null): { readonly by: Condition; readonly behind: Condition } {
  const { column, word, sign } = wordsOf(order);
  return {
    by: Prisma.sql`${column} ${word}, s.id ${word}`,
    behind: after
      ? Prisma.sql`(${column}, s.id) ${sign} (${valueText(after)}, ${after.id}::uuid)`
      : Prisma.sql`${column} IS NOT NULL`,
  };
}

export async function countSamples(tx: SamplesTx, scope: Scope, filter: SampleFilter): Promise<number> {
  const conditions = await conditionsOf(tx, scope, filter);
  const [row] = await tx.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM sample s WHERE ${conditions}`;
  return row?.count ?? 0;
}
