import { BadInputError } from '../errors/index.ts';
import { isId } from '../identity/index.ts';
import { isText } from './text.ts';

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

interface KeyValues {
  readonly uuid: string;
  /** What PostgreSQL keeps: no NUL, no half of a surrogate pair. */
  readonly text: string;
  /** What a column of 32 bits holds. */
  readonly integer: number;
  /** Written as ISO 8601, of the years 1 to 9999. */
  readonly date: Date;
}

/** What a part of a cursor is; with `?` it may be null. */
export type KeyKind = keyof KeyValues | `${keyof KeyValues}?`;

type KeyPart<Kind extends KeyKind> = Kind extends keyof KeyValues
  ? KeyValues[Kind]
  : Kind extends `${infer Some extends keyof KeyValues}?`
    ? KeyValues[Some] | null
    : never;

/** Opaque text of what a keyset cursor carries. */
export function encodeKeyset(key: readonly (string | number | Date | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The parts of a cursor, each checked to be of its kind: a cursor comes from the client, who may have written it.
 * @throws BadInputError when encodeKeyset could not have made `cursor` of parts of these kinds.
 */
export function decodeKeyset<const Kinds extends readonly KeyKind[]>(
  cursor: string,
  kinds: Kinds,
): { readonly [Place in keyof Kinds]: KeyPart<Kinds[Place]> } {
  const key = parsed(cursor);
  if (Array.isArray(key) && key.length === kinds.length) {
    const parts = kinds.map((kind, place) => partOf(kind, key[place]));
    // Each part is of the kind at its place: NOT_ONE would have said so.
    if (!parts.includes(NOT_ONE)) return parts as { readonly [Place in keyof Kinds]: KeyPart<Kinds[Place]> };
  }
  const shown = JSON.stringify(cursor.slice(0, MOST_SHOWN));
  throw new BadInputError(`"after" must be a cursor that this list gave (pageInfo.endCursor), got ${shown}.`);
}

const MOST_SHOWN = 100;
const NOT_ONE = Symbol('not of its kind');

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

function partOf(kind: KeyKind, part: unknown): string | number | Date | null | typeof NOT_ONE {
  if (part === null) return kind.endsWith('?') ? null : NOT_ONE;
  switch (kind) {
    case 'uuid':
    case 'uuid?':
      return typeof part === 'string' && isId(part) ? part : NOT_ONE;
    case 'text':
    case 'text?':
      return typeof part === 'string' && isText(part) ? part : NOT_ONE;
    case 'integer':
    case 'integer?':
      return typeof part === 'number' && Number.isInteger(part) && part === (part | 0) ? part : NOT_ONE;
    case 'date':
    case 'date?':
      return dateOf(part) ?? NOT_ONE;
  }
}

function dateOf(part: unknown): Date | null {
  const at = typeof part === 'string' ? new Date(part) : null;
  if (!at || Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1) return null;
  return at.toISOString() === part && part.length === 24 ? at : null;
}
