import {
  type ConstDirectiveNode,
  type DocumentNode,
  isTypeDefinitionNode,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql';

/** One `@key` of an entity, or of an interface that it implements. */
export interface EntityKey {
  /** Equal for equal keys only: `Sample(id)`. */
  readonly name: string;
  /** What the key is made of. */
  readonly fields: readonly string[];
  /** The key as text; null where one of its fields is missing or null. Fields are asked of `read` by their own names. */
  valueIn(read: (field: string) => unknown): string | null;
}

/** By type. Objects have the keys of their interfaces as well: some subgraphs know them by those only. */
export type EntityKeys = ReadonlyMap<string, readonly EntityKey[]>;

export function readEntityKeys(supergraph: DocumentNode): EntityKeys {
  const own = new Map<string, Map<string, EntityKey>>();
  const interfaces = new Map<string, readonly string[]>();
  for (const type of supergraph.definitions) {
    if (!isTypeDefinitionNode(type)) continue;
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    interfaces.set(
      type.name.value,
      (type.interfaces ?? []).map(({ name }) => name.value),
    );
    const keys = new Map<string, EntityKey>();
    for (const directive of type.directives ?? []) {
      const text = keyOf(directive);
      if (text === null) continue;
      const key = compileKey(type.name.value, text);
      keys.set(key.name, key);
    }
    if (keys.size > 0) own.set(type.name.value, keys);
  }
  const all = new Map<string, readonly EntityKey[]>();
  for (const [type, above] of interfaces) {
    const keys = [type, ...above].flatMap((name) => [...(own.get(name)?.values() ?? [])]);
    if (keys.length > 0) all.set(type, keys);
  }
  return all;
}

function keyOf({ name, arguments: given }: ConstDirectiveNode): string | null {
  if (name.value !== 'join__type') return null;
  const value = given?.find((argument) => argument.name.value === 'key')?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}

function compileKey(type: string, text: string): EntityKey {
  const [definition] = parse(`{${text}}`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`Expected a selection of fields, got ${text}.`);
  const { selectionSet } = definition;
  const fields = selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : []));
  return {
    name: `${type}(${stripIgnoredCharacters(print(selectionSet)).slice(1, -1)})`,
    fields,
    valueIn(read) {
      const value = readFields(selectionSet, read);
      return value && JSON.stringify(value);
    },
  };
}

function readFields(set: SelectionSetNode, read: (field: string) => unknown): unknown[] | null {
  const values: unknown[] = [];
  for (const selection of set.selections) {
    if (selection.kind !== Kind.FIELD) return null;
    const value = readValue(read(selection.name.value), selection.selectionSet);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

// 1 and "1" are one ID.
function readValue(value: unknown, set: SelectionSetNode | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) {
    const values = value.map((each) => readValue(each, set));
    return values.includes(null) ? null : values;
  }
  if (typeof value !== 'object') return String(value);
  return set ? readFields(set, (field) => (value as Record<string, unknown>)[field]) : JSON.stringify(value);
}
