import type { Query } from '#platform/database/index.ts';
import type { Keyset, SampleFilter, SampleOrder, SampleOrderField, TimeRange } from '../domain/listing.ts';
import type { Sample } from '../domain/types.ts';
import { Prisma } from './prisma.generated/client.ts';
import { SAMPLE_COLUMNS, type SampleRow, sampleOfRow } from './rows.ts';
import type { Scope } from './sample-store.ts';
import { findByText, gramsOf } from './text-search.ts';

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
  query: Query,
  { organizationId }: Scope,
  table: 'sample_type' | 'client' | 'sample_point',
  codes: readonly string[] | null,
): Promise<string[] | null> {
  if (!codes) return null;
  const rows = await query<{ id: string }>(
    Prisma.sql`SELECT c.id FROM ${Prisma.raw(table)} c WHERE c.organization_id = ${organizationId}::uuid AND c.code = ANY(${[...codes]}::text[])`,
  );
  return rows.map(({ id }) => id);
}

/** Codes become ids first: with values instead of a join the planner knows how many rows to expect. */
async function matching(query: Query, scope: Scope, filter: SampleFilter): Promise<Condition> {
  const [types, clients, points] = await Promise.all([
    idsOf(query, scope, 'sample_type', filter.typeCode),
    idsOf(query, scope, 'client', filter.clientCode),
    idsOf(query, scope, 'sample_point', filter.samplePointCode),
  ]);
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
const FOR_THESE_VALUES = { planEach: true };

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

/**
 * A common text, or one among few rows, is found sooner by looking at each row on the way, a rare one by the index of
 * texts. That index tells rows apart by what they have of the text's parts: where most rows have them all, as numbers
 * counted upward have, it cannot.
 */
async function textCondition(
  query: Query,
  { organizationId }: Scope,
  conditions: Condition,
  text: string,
): Promise<Condition> {
  const needle = text.toLowerCase();
  const contains = Prisma.sql`strpos(s.search_text, ${needle}) > 0`;
  const grams = gramsOf(organizationId, needle);
  const [probe] = await query<{ seen: number; found: number; alike: number }>(
    Prisma.sql`SELECT count(*)::int AS seen, (count(*) FILTER (WHERE ${contains}))::int AS found,
      (count(*) FILTER (WHERE s.search_grams @> ${grams}::int[]))::int AS alike FROM (
      SELECT s.search_text, s.search_grams FROM sample s WHERE ${conditions} ORDER BY s.registered_at DESC LIMIT ${PROBED}
    ) s`,
    FOR_THESE_VALUES,
  );
  if (!probe || probe.seen < PROBED || probe.found >= COMMON || probe.alike >= COMMON) return contains;
  const ids = await findByText(query, grams, needle);
  return ids ? Prisma.sql`s.id = ANY(${ids}::uuid[])` : contains;
}

/** What the rows have to fulfil. */
async function conditionsOf(query: Query, scope: Scope, filter: SampleFilter): Promise<Condition> {
  const conditions = await matching(query, scope, filter);
  return filter.text ? and([conditions, await textCondition(query, scope, conditions, filter.text)]) : conditions;
}

export async function listSamples(query: Query, scope: Scope, filter: SampleFilter, page: Page): Promise<Sample[]> {
  return (await walk(query, await conditionsOf(query, scope, filter), page)).map(sampleOfRow);
}

/**
 * Rows with a value first, then those without, each part straight from the order's index in either direction:
 * one ORDER BY … NULLS LAST over both would need an index per direction.
 */
async function walk(query: Query, conditions: Condition, { order, after, limit }: Page): Promise<SampleRow[]> {
  const select = (part: Condition, by: Condition, take: number) =>
    query<SampleRow>(
      Prisma.sql`SELECT ${SAMPLE_COLUMNS} FROM sample s WHERE ${conditions} AND ${part} ORDER BY ${by} LIMIT ${take}`,
      FOR_THESE_VALUES,
    );
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

export async function countSamples(query: Query, scope: Scope, filter: SampleFilter): Promise<number> {
  const conditions = await conditionsOf(query, scope, filter);
  const [row] = await query<{ count: number }>(
    Prisma.sql`SELECT count(*)::int AS count FROM sample s WHERE ${conditions}`,
    FOR_THESE_VALUES,
  );
  return row?.count ?? 0;
}
