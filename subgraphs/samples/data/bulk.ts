import type { UnitOfWork } from '#platform/database/index.ts';
import { Prisma } from './prisma.generated/client.ts';

/** Column and Postgres type of each field of a row. */
export type Columns<Row> = { readonly [Field in keyof Row]-?: readonly [column: string, type: string] };

/** Every list of columns that was asked for: there are as many as there are kinds of queries. */
const written = new WeakMap<object, Map<string, Prisma.Sql>>();

/** The columns of table `alias` under the names of the row's fields; those of `hidden` are null. */
export function columnsOf<Row>(
  columns: Columns<Row>,
  alias: string,
  hidden: readonly (keyof Row & string)[] = [],
): Prisma.Sql {
  const known = written.get(columns) ?? new Map<string, Prisma.Sql>();
  written.set(columns, known);
  const key = `${alias} ${hidden.join(' ')}`;
  const list = known.get(key) ?? writeColumns(columns, alias, hidden);
  known.set(key, list);
  return list;
}

function writeColumns<Row>(columns: Columns<Row>, alias: string, hidden: readonly (keyof Row & string)[]): Prisma.Sql {
  const all = Object.entries<readonly [string, string]>(columns);
  const hides = new Set<string>(hidden);
  const value = (field: string, column: string, type: string) =>
    hides.has(field) ? `NULL::${type}` : `${alias}.${column}`;
  return Prisma.raw(all.map(([field, [column, type]]) => `${value(field, column, type)} AS "${field}"`).join(', '));
}

type Execute = UnitOfWork<unknown>['execute'];

interface Insert<Row> {
  readonly organizationId: string;
  readonly table: string;
  readonly columns: Columns<Row>;
  readonly rows: readonly Row[];
}

/**
 * One statement for any number of rows: they travel as one JSON parameter, so that the text of the statement stays the
 * same and the driver binds one value instead of thousands. Names come from `columns`, never from a request.
 */
export async function insertRows<Row extends object>(
  execute: Execute,
  { organizationId, table, columns, rows }: Insert<Row>,
): Promise<void> {
  if (rows.length === 0) return;
  const { names, fields, record } = shapeOf(columns);
  await execute(Prisma.sql`
    INSERT INTO ${Prisma.raw(table)} (organization_id, ${names})
    SELECT ${organizationId}::uuid, ${fields} FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(${record})`);
}

/** The same, but a row whose id is stored already is changed. */
export async function upsertRows<Row extends object>(
  execute: Execute,
  { organizationId, table, columns, rows }: Insert<Row>,
): Promise<void> {
  const { names, fields, record, updates } = shapeOf(columns);
  await execute(Prisma.sql`
    INSERT INTO ${Prisma.raw(table)} (organization_id, ${names})
    SELECT ${organizationId}::uuid, ${fields} FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(${record})
    ON CONFLICT (id) DO UPDATE SET ${updates}`);
}

function shapeOf<Row>(columns: Columns<Row>) {
  const all = Object.entries<readonly [string, string]>(columns);
  const list = (text: (field: string, column: string, type: string) => string) =>
    Prisma.raw(all.map(([field, [column, type]]) => text(field, column, type)).join(', '));
  return {
    names: list((_, column) => column),
    fields: list((field) => `r."${field}"`),
    record: list((field, _, type) => `"${field}" ${type}`),
    updates: list((_, column) => `${column} = excluded.${column}`),
  };
}
