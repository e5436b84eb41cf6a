import { BadInputError } from '../errors/index.ts';

export const MAX_PAGE = 200;

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** A page as resolvers return it; `totalCount` is computed only when a client selects it. */
export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: () => Promise<number>;
}

/** @throws BadInputError unless `first` is 1 to 200. */
export function pageSize(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= MAX_PAGE) return first;
  throw new BadInputError(`"first" must be 1 to ${MAX_PAGE}, got ${first}.`);
}

/** Makes a page of rows of which one more than `first` was asked for, to learn whether another page follows. */
export function connectionOf<Row, Node = Row>(page: {
  readonly rows: readonly Row[];
  readonly first: number;
  readonly after: string | null | undefined;
  readonly cursor: (row: Row) => string;
  readonly node: (row: Row) => Node;
  readonly totalCount: () => Promise<number>;
}): Connection<Node> {
  const edges = page.rows.slice(0, page.first).map((row) => ({ cursor: page.cursor(row), node: page.node(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.rows.length > page.first,
      hasPreviousPage: Boolean(page.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.totalCount,
  };
}

/** Opaque text of what a keyset cursor carries. */
export function encodeKeyset(key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws BadInputError when `cursor` was not made by encodeKeyset with the same number of parts. */
export function decodeKeyset(cursor: string, parts: number): readonly (string | number | null)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === parts && key.every(isKeyPart)) return key;
  } catch {
    // Answered below: whatever is wrong with the text, the mend is the same.
  }
  throw new BadInputError(
    `"after" must be a cursor that this list gave (pageInfo.endCursor), got ${JSON.stringify(cursor)}.`,
  );
}

function isKeyPart(part: unknown): part is string | number | null {
  return part === null || typeof part === 'string' || typeof part === 'number';
}
