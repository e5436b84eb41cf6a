import { type GraphQLLeafType, isEnumType } from 'graphql';

/** A value as the client gets it; INVALID when a subgraph broke the type; HIDDEN when clients may not see it. */
export type LeafReader = (value: unknown) => unknown;

export const INVALID: unique symbol = Symbol('invalid leaf');
export const HIDDEN: unique symbol = Symbol('inaccessible enum value');

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

const BUILT_IN: Readonly<Record<string, LeafReader>> = {
  String: (value) => (typeof value === 'string' ? value : INVALID),
  Boolean: (value) => (typeof value === 'boolean' ? value : INVALID),
  Float: (value) => (typeof value === 'number' ? value : INVALID),
  Int: (value) => (Number.isInteger(value) && Number(value) <= MAX_INT && Number(value) >= MIN_INT ? value : INVALID),
  ID: (value) => {
    if (typeof value === 'string') return value;
    return Number.isInteger(value) ? String(value) : INVALID;
  },
};

export function compileLeaf(
  type: GraphQLLeafType,
  isHiddenValue: (enumName: string, value: string) => boolean,
): LeafReader {
  if (!isEnumType(type)) return BUILT_IN[type.name] ?? ((value) => value);
  const visible = new Set(type.getValues().map((value) => value.name));
  return (value) => {
    if (typeof value !== 'string') return INVALID;
    if (visible.has(value)) return value;
    return isHiddenValue(type.name, value) ? HIDDEN : INVALID;
  };
}
