import pg from 'pg';

/** A statement with its values: what a `Prisma.sql` template gives. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface QueryOptions {
  /**
   * True plans the statement for its very values each time. One plan for all values is cheaper, but where the best
   * plan depends on how many rows a value matches it walks a whole list for rare ones.
   */
  readonly planEach?: boolean;
  /** True for lookups that are quick whatever their values: see createSharedReads. In a unit of work it means nothing. */
  readonly together?: boolean;
}

/**
 * Runs one statement past Prisma, which would add four times what the statement itself costs this process.
 * `timestamptz` comes as Date, `int8` as bigint, `numeric` as text, JSON parsed.
 */
export type Query = <Row extends object>(sql: Sql, options?: QueryOptions) => Promise<Row[]>;

/** How many different statements each connection keeps prepared; the rest is parsed each time. */
const MOST_PREPARED = 300;

/** Names only what came before: a statement that is used once is not worth preparing. */
export function createNamer(): (text: string) => string | undefined {
  const names = new Map<string, string | undefined>();
  let count = 0;
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (count >= MOST_PREPARED) return undefined;
    if (!names.has(text)) {
      if (names.size > 10 * MOST_PREPARED) names.clear();
      names.set(text, undefined);
      return undefined;
    }
    count += 1;
    const name = `p${count}`;
    names.set(text, name);
    return name;
  };
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** `sql` as pg takes it. */
export function statementOf(sql: Sql, namer: (text: string) => string | undefined, options?: QueryOptions) {
  const { text, values } = sql;
  const name = options?.planEach ? undefined : namer(text);
  return { text, values: [...values], types, ...(name === undefined ? {} : { name }) };
}
