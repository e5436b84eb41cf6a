import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type DataObject, isObject } from '../execution/data.ts';
import type { ClientKeys } from '../operation/client-keys.ts';
import { definitionOf, type Fragments, fragmentsOf, visitFields } from '../operation/selections.ts';
import type { EntityKey, EntityKeys } from './entity-keys.ts';

/** One entity of an answer, with as much of its keys as the answer holds. */
export interface FoundEntity {
  readonly typename: string;
  /** Names of keys to their values as text. */
  readonly keys: ReadonlyMap<string, string>;
}

/** Finds every entity in the merged data of an execution: what the client selected and what the plan added. */
export type FindEntities = (root: DataObject) => FoundEntity[];

interface Source {
  readonly schema: GraphQLSchema;
  isOfType(typename: string, condition: string): boolean;
  readonly entityKeys: EntityKeys;
}

/** The names of all types that an answer can hold. */
export function typesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Set<string> {
  const types = new Set<string>();
  const root = schema.getRootType(operation.operation);
  if (!root) return types;
  const { selectionSet } = operation;
  visitFields(schema, fragmentsOf(document), { selectionSet, root }, ({ name }, parent) => {
    const type = getNamedType(definitionOf(parent, name.value)?.type);
    if (!isCompositeType(type)) return;
    types.add(type.name);
    if (isAbstractType(type)) for (const possible of schema.getPossibleTypes(type)) types.add(possible.name);
  });
  return types;
}

/** What is selected on one object, by its concrete type. */
interface Shape {
  readonly sets: readonly SelectionSetNode[];
  readonly byType: Map<string, Fields>;
}

interface Fields {
  /** By the key in the data. */
  readonly byKey: ReadonlyMap<string, { readonly type: GraphQLCompositeType | null; readonly shape: Shape }>;
  /** Under which key the data of a selected field is found. */
  readonly keyOf: ReadonlyMap<string, string>;
}

const NOTHING: Shape = { sets: [], byType: new Map() };

export function compileFindEntities(
  source: Source,
  clientKeys: ClientKeys,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): FindEntities {
  const { schema, entityKeys } = source;
  const root = schema.getRootType(operation.operation) ?? null;
  const shape: Shape = { sets: [operation.selectionSet], byType: new Map() };
  const compiler = { source, clientKeys, fragments: fragmentsOf(document) };
  return (data) => {
    const found: FoundEntity[] = [];
    visit(data, root, shape);
    return found;

    function visit(value: unknown, declared: GraphQLCompositeType | null, around: Shape): void {
      if (Array.isArray(value)) {
        for (const each of value) visit(each, declared, around);
        return;
      }
      if (!isObject(value)) return;
      const type = typeOf(value) ?? declared;
      const fields = type && fieldsOf(compiler, type, around);
      for (const key in value) {
        const below = value[key];
        if (typeof below !== 'object' || below === null) continue;
        const field = fields?.byKey.get(key);
        if (field) visit(below, field.type, field.shape);
        else visit(below, type && compositeOf(type, key), NOTHING);
      }
      const keys = type && entityKeys.get(type.name);
      if (keys && fields) found.push({ typename: type.name, keys: valuesOf(keys, fields, value) });
    }
  };

  function typeOf({ __typename }: DataObject): GraphQLCompositeType | null {
    const type = typeof __typename === 'string' ? schema.getType(__typename) : null;
    return isCompositeType(type) ? type : null;
  }
}

// The planner adds keys under their own names, and nothing else has such a name; a client may have its own for them.
function valuesOf(keys: readonly EntityKey[], { keyOf }: Fields, value: DataObject): Map<string, string> {
  const values = new Map<string, string>();
  for (const key of keys) {
    const text = key.valueIn((field) => value[field] ?? value[keyOf.get(field) ?? field]);
    if (text !== null) values.set(key.name, text);
  }
  return values;
}

function compositeOf(type: GraphQLCompositeType, field: string): GraphQLCompositeType | null {
  const below = getNamedType(definitionOf(type, field)?.type);
  return isCompositeType(below) ? below : null;
}

interface Compiler {
  readonly source: Source;
  readonly clientKeys: ClientKeys;
  readonly fragments: Fragments;
}

function fieldsOf(compiler: Compiler, type: GraphQLCompositeType, shape: Shape): Fields {
  const known = shape.byType.get(type.name);
  if (known) return known;
  const gathered = new Map<string, { name: string; sets: SelectionSetNode[] }>();
  for (const set of shape.sets) gather(compiler, type, set, gathered);
  const fields = {
    byKey: new Map(
      [...gathered].map(([key, { name, sets }]) => [
        key,
        { type: compositeOf(type, name), shape: { sets, byType: new Map() } },
      ]),
    ),
    keyOf: new Map([...gathered].map(([key, { name }]) => [name, key])),
  };
  shape.byType.set(type.name, fields);
  return fields;
}

function gather(
  compiler: Compiler,
  type: GraphQLCompositeType,
  set: SelectionSetNode,
  gathered: Map<string, { name: string; sets: SelectionSetNode[] }>,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const key = compiler.clientKeys.dataKey(selection.alias?.value ?? selection.name.value);
      const field = gathered.get(key) ?? { name: selection.name.value, sets: [] };
      if (selection.selectionSet) field.sets.push(selection.selectionSet);
      gathered.set(key, field);
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : compiler.fragments.get(selection.name.value);
    const on = fragment?.typeCondition?.name.value;
    if (!fragment || (on !== undefined && !compiler.source.isOfType(type.name, on))) continue;
    gather(compiler, type, fragment.selectionSet, gathered);
  }
}
