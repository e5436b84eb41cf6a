import type { Query } from '#platform/database/index.ts';
import type { Keyset, SampleFilter, SampleOrder, SampleOrderField, TimeRange } from '../domain/listing.ts';
import type { Sample } from '../domain/types.ts';
import { Prisma } from './prisma.generated/client.ts';
import { SAMPLE_COLUMNS, type SampleRow, sampleOfRow } from './rows.ts';
import type { Scope } from './sample-store.ts';
import { gramsOf } from './text-search.ts';

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

/** What the rows have to fulfil. */
interface Wanted {
  readonly organization: Condition;
  readonly conditions: Condition;
  readonly text: WantedText | null;
}

interface WantedText {
  readonly contains: Condition;
  /** What an index of texts knows of a row that holds the text; null when the text is too short for it. */
  readonly indexed: Condition | null;
}

async function wantedBy(query: Query, scope: Scope, filter: SampleFilter): Promise<Wanted> {
  return {
    organization: Prisma.sql`s.organization_id = ${scope.organizationId}::uuid`,
    conditions: await matching(query, scope, filter),
    text: filter.text ? wantedText(scope, filter.text.toLowerCase()) : null,
  };
}

function wantedText({ organizationId }: Scope, needle: string): WantedText {
  const contains = Prisma.sql`strpos(s.search_text, ${needle}) > 0`;
  const grams = gramsOf(organizationId, needle);
  const indexed = Prisma.sql`s.search_grams @> ${grams}::int[] AND ${contains}`;
  return { contains, indexed: grams.length > 0 ? indexed : null };
}

/** So many rows are looked at for a text before the index of texts is asked. */
const AHEAD = 1_000;

export async function listSamples(query: Query, scope: Scope, filter: SampleFilter, page: Page): Promise<Sample[]> {
  return (await walk(query, await wantedBy(query, scope, filter), page)).map(sampleOfRow);
}

/**
 * Rows with a value first, then those without, each part straight from the order's index in either direction:
 * one ORDER BY … NULLS LAST over both would need an index per direction.
 */
async function walk(query: Query, wanted: Wanted, { order, after, limit }: Page): Promise<SampleRow[]> {
  const rows: SampleRow[] = [];
  if (after?.value !== null) rows.push(...(await partOf(query, wanted, placeOf(order, after), limit)));
  if (rows.length < limit && MAY_BE_ABSENT.has(order.field)) {
    const { column, word, sign } = wordsOf(order);
    const from = after && after.value === null ? Prisma.sql`AND s.id ${sign} ${after.id}::uuid` : Prisma.empty;
    const place = { by: Prisma.sql`s.id ${word}`, behind: Prisma.sql`${column} IS NULL ${from}` };
    rows.push(...(await partOf(query, wanted, place, limit - rows.length)));
  }
  return rows;
}

/**
 * A common text fills the page from the next rows; any other is found by the index of texts, which knows no order: all
 * rows that hold it are sorted.
 */
async function partOf(query: Query, wanted: Wanted, { by, behind }: Place, take: number): Promise<SampleRow[]> {
  const { organization, conditions, text } = wanted;
  const select = (from: Condition, where: Condition) =>
    query<SampleRow>(
      Prisma.sql`SELECT ${SAMPLE_COLUMNS} FROM ${from} WHERE ${where} ORDER BY ${by} LIMIT ${take}`,
      FOR_THESE_VALUES,
    );
  const all = and([conditions, behind]);
  if (!text) return select(Prisma.sql`sample s`, all);
  if (!text.indexed) return select(Prisma.sql`sample s`, and([all, text.contains]));
  const next = Prisma.sql`(SELECT * FROM sample s WHERE ${organization} AND ${behind} ORDER BY ${by} LIMIT ${AHEAD}) s`;
  const ahead = await select(next, and([conditions, text.contains]));
  if (ahead.length === take) return ahead;
  // Without OFFSET the planner would walk the list again, for it takes the text to be spread evenly over it.
  const found = Prisma.sql`(SELECT * FROM sample_search s WHERE ${all} AND ${text.indexed} OFFSET 0) s`;
  const ids = Prisma.sql`SELECT s.id FROM ${found} ORDER BY ${by} LIMIT ${take}`;
  return select(Prisma.sql`sample s`, Prisma.sql`${organization} AND s.id IN (${ids})`);
}

const MAY_BE_ABSENT: ReadonlySet<SampleOrderField> = new Set(['RECEIVED_AT', 'COLLECTED_AT', 'DUE_AT']);

function wordsOf({ field, direction }: SampleOrder) {
  return { column: ORDER_COLUMNS[field], ...DIRECTIONS[direction] };
}

/** Where a part of the list begins, and how it goes on. */
interface Place {
  readonly by: Condition;
  readonly behind: Condition;
}

function placeOf(order: SampleOrder, after: Keyset | null): Place {
  const { column, word, sign } = wordsOf(order);
  return {
    by: Prisma.sql`${column} ${word}, s.id ${word}`,
    behind: after
      ? Prisma.sql`(${column}, s.id) ${sign} (${valueText(after)}, ${after.id}::uuid)`
      : Prisma.sql`${column} IS NOT NULL`,
  };
}

export async function countSamples(query: Query, scope: Scope, filter: SampleFilter): Promise<number> {
  const { organization, conditions, text } = await wantedBy(query, scope, filter);
  const count = async (from: Condition, where: Condition): Promise<number> => {
    const sql = Prisma.sql`SELECT count(*)::int AS count FROM ${from} WHERE ${where}`;
    const [row] = await query<{ count: number }>(sql, FOR_THESE_VALUES);
    return row?.count ?? 0;
  };
  if (!text) return count(Prisma.sql`sample s`, conditions);
  const newest = Prisma.sql`(SELECT * FROM sample s WHERE ${organization} ORDER BY s.registered_at DESC LIMIT ${AHEAD}) s`;
  // The index of texts is slower than reading every row where most rows hold the text.
  if (!text.indexed || (await count(newest, text.contains)) > AHEAD / 10)
    return count(Prisma.sql`sample s`, and([conditions, text.contains]));
  return count(Prisma.sql`sample_search s`, and([conditions, text.indexed]));
}
