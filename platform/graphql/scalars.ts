import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { BadInputError } from '../errors/index.ts';

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;
/** RFC 3339 writes no year beyond these; PostgreSQL has none before the first. */
const [FIRST_YEAR, LAST_YEAR] = [1, 9999];
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
const MAX_DECIMAL_LENGTH = 60;

/** @throws BadInputError unless `text` is an RFC 3339 instant with an offset. */
export function parseDateTime(value: unknown): Date {
  const at = typeof value === 'string' && RFC3339.test(value) ? new Date(value) : null;
  if (at && !Number.isNaN(at.getTime()) && sameCalendarDay(String(value))) {
    if (at.getUTCFullYear() >= FIRST_YEAR && at.getUTCFullYear() <= LAST_YEAR) return at;
    throw new BadInputError(
      `Expected an instant of the years ${FIRST_YEAR} to ${LAST_YEAR} in UTC, got ${JSON.stringify(value)}.`,
    );
  }
  throw new BadInputError(
    `Expected an instant such as "2021-05-04T16:20:00Z" or "2021-05-04T10:20:00-06:00", got ${JSON.stringify(value)}.`,
  );
}

/** Date rolls 31 February over to March; an instant that does not exist must be refused instead. */
function sameCalendarDay(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** JSON numbers become 64-bit floating point: up to here that keeps every digit that was written. */
const EXACT_DIGITS = 15;

/** False when the number that was written may have been another one. */
function isExact(value: number): boolean {
  const [mantissa = ''] = String(value).split('e');
  const digits = mantissa.replace(/\D/g, '').replace(/^0+/, '');
  const significant = Number.isInteger(value) ? digits.replace(/0+$/, '') : digits;
  return significant.length <= EXACT_DIGITS && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** @throws BadInputError unless `value` is a decimal number in text, or one that a JSON number holds exactly. */
export function parseDecimal(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value) && !isExact(value)) {
    throw new BadInputError(
      `A JSON number with more digits than ${EXACT_DIGITS} arrived as ${value}, which may not be what was written: send it as text.`,
    );
  }
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof text === 'string' && text.length <= MAX_DECIMAL_LENGTH && DECIMAL.test(text.trim())) return text.trim();
  throw new BadInputError(`Expected a decimal number such as "0.034", got ${JSON.stringify(value)}.`);
}

function literalOf(node: ValueNode): unknown {
  if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT) return node.value;
  throw new BadInputError(`Expected text or a number, got ${node.kind}.`);
}

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(literalOf(node)),
});

export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize: String,
  parseValue: parseDecimal,
  parseLiteral: (node) => parseDecimal(literalOf(node)),
});

function jsonLiteral(node: ValueNode, variables: Readonly<Record<string, unknown>> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => jsonLiteral(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, jsonLiteral(field.value, variables)]));
    default:
      return node.value;
  }
}

export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: jsonLiteral,
});

/** A whole number that may exceed 32 bits but stays exact in JavaScript. */
export const ByteCount = new GraphQLScalarType<number, number>({
  name: 'ByteCount',
  serialize: Number,
  parseValue: parseByteCount,
  parseLiteral: (node) => parseByteCount(Number(literalOf(node))),
});

function parseByteCount(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new BadInputError(`Expected a whole number of bytes from 0 to 2^53-1, got ${JSON.stringify(value)}.`);
}

/** Resolvers of the scalars that subgraphs share; a subgraph takes those that its schema declares. */
export const SCALARS: Readonly<Record<string, GraphQLScalarType>> = { DateTime, Decimal, JSON: JsonScalar, ByteCount };
