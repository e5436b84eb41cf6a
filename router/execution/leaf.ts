import { type GraphQLLeafType, isEnumType } from 'graphql';

/** The JSON text of a value that is neither null nor undefined; INVALID when a subgraph broke the type. */
export type LeafWriter = (value: unknown) => string;

/** No JSON text is empty. */
export const INVALID = '';

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

// Text without quotes, backslashes, control characters and halves of surrogate pairs is its own JSON.
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const LONG = 64;

export function writeString(value: string): string {
  return value.length < LONG && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

// Numbers come out of JSON, so none is infinite and their text is JSON.
function isInt(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) <= MAX_INT && Number(value) >= MIN_INT;
}

const BUILT_IN: Readonly<Record<string, LeafWriter>> = {
  String: (value) => (typeof value === 'string' ? writeString(value) : INVALID),
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : INVALID),
  Float: (value) => (typeof value === 'number' ? String(value) : INVALID),
  Int: (value) => (isInt(value) ? String(value) : INVALID),
  ID: (value) => {
    if (typeof value === 'string') return writeString(value);
    return Number.isInteger(value) ? `"${value}"` : INVALID;
  },
};

function writeAny(value: unknown): string {
  return typeof value === 'string' ? writeString(value) : JSON.stringify(value);
}

/** A value that exists but that clients may not see is null to them. */
export function compileLeaf(
  type: GraphQLLeafType,
  isHiddenValue: (enumName: string, value: string) => boolean,
): LeafWriter {
  if (!isEnumType(type)) return BUILT_IN[type.name] ?? writeAny;
  const visible = new Map(type.getValues().map(({ name }) => [name, `"${name}"`]));
  return (value) => {
    if (typeof value !== 'string') return INVALID;
    return visible.get(value) ?? (isHiddenValue(type.name, value) ? 'null' : INVALID);
  };
}
