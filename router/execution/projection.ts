import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PreparedOperation } from '../operation/operation.ts';
import type { SupergraphState } from '../supergraph.ts';
import { anyHolds, type Condition, conditionOf, type Variables } from './conditions.ts';
import { type DataObject, isObject, type PathKey } from './data.ts';
import { compileLeaf, HIDDEN, INVALID } from './leaf.ts';

/** A value that breaks the schema; `message` says how, `path` where. */
export interface Violation {
  readonly message: string;
  readonly path: readonly PathKey[];
}

/** Shapes merged data as the client asked for it. Null when null reached the root. */
export type Projection = (data: DataObject, run: ProjectionRun) => DataObject | null;

export interface ProjectionRun {
  readonly variables: Variables;
  /** `__schema` and `__type`, by response key. */
  readonly introspection: Readonly<Record<string, unknown>> | null;
  readonly violations: Violation[];
}

/** Stands for "null where null is not allowed": the parent becomes null. */
const BUBBLE: unique symbol = Symbol('null in a non-null place');

interface Walk extends ProjectionRun {
  readonly path: PathKey[];
}

type Reader = (value: unknown, walk: Walk) => unknown;

interface Selected {
  readonly set: SelectionSetNode;
  readonly condition: Condition;
}

interface Field {
  readonly key: string;
  readonly dataKey: string;
  /** Null when the field always counts. */
  readonly conditions: readonly Condition[] | null;
  readonly read: Reader;
}

type Source = Pick<SupergraphState, 'schema' | 'isOfType' | 'isHiddenValue'> & Pick<PreparedOperation, 'clientKeys'>;

export function compileProjection(
  source: Source,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Projection {
  const root = source.schema.getRootType(operation.operation);
  if (!root) throw new Error(`The supergraph has no ${operation.operation} type.`);
  const readObject = objectReader(createCompiler(source, document), root, [
    { set: operation.selectionSet, condition: null },
  ]);
  return (data, run) => {
    const shaped = readObject(data, { ...run, path: [] });
    return isObject(shaped) ? shaped : null;
  };
}

interface Compiler {
  readonly source: Source;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function createCompiler(source: Source, document: DocumentNode): Compiler {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return { source, fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])) };
}

function objectReader(compiler: Compiler, type: GraphQLCompositeType, sets: readonly Selected[]): Reader {
  // By concrete type, compiled when the first object of the type comes.
  const byType = new Map<string, readonly Field[]>();
  const fieldsOf = (concrete: GraphQLCompositeType): readonly Field[] => {
    const known = byType.get(concrete.name);
    if (known) return known;
    const fields = compileFields(compiler, concrete, sets);
    byType.set(concrete.name, fields);
    return fields;
  };
  const own = isObjectType(type) ? fieldsOf(type) : null;
  return (value, walk) => {
    if (!isObject(value)) return violation(walk, `Expected an object of type ${type.name}.`);
    if (own) return readFields(own, value, walk);
    const concrete = concreteType(compiler.source, type, value.__typename);
    if (!concrete) return violation(walk, `Found an unknown __typename for ${type.name}.`);
    return readFields(fieldsOf(concrete), value, walk);
  };
}

// A subgraph's @interfaceObject answers with the interface's own name, which is then all that is known.
function concreteType(source: Source, declared: GraphQLCompositeType, typename: unknown): GraphQLCompositeType | null {
  if (typename === undefined) return declared;
  if (typeof typename !== 'string') return null;
  const type = source.schema.getType(typename);
  if (!type || !isCompositeType(type)) return null;
  return source.isOfType(type.name, declared.name) ? type : null;
}

function readFields(fields: readonly Field[], value: DataObject, walk: Walk): unknown {
  const shaped: DataObject = {};
  for (const field of fields) {
    if (field.conditions && !anyHolds(field.conditions, walk.variables)) continue;
    walk.path.push(field.key);
    const result = field.read(value[field.dataKey], walk);
    walk.path.pop();
    if (result === BUBBLE) return null;
    shaped[field.key] = result;
  }
  return shaped;
}

interface Gathered {
  readonly name: string;
  readonly conditions: Condition[];
  readonly sets: Selected[];
}

function compileFields(compiler: Compiler, type: GraphQLCompositeType, sets: readonly Selected[]): readonly Field[] {
  const gathered = new Map<string, Gathered>();
  for (const { set, condition } of sets) gather(compiler, type, set, condition, gathered);
  return [...gathered].map(([key, field]) => ({
    key,
    dataKey: compiler.source.clientKeys.dataKey(key),
    conditions: field.conditions.includes(null) ? null : field.conditions,
    read: compileField(compiler, type, field),
  }));
}

function gather(
  compiler: Compiler,
  type: GraphQLCompositeType,
  set: SelectionSetNode,
  above: Condition,
  gathered: Map<string, Gathered>,
): void {
  for (const selection of set.selections) {
    const condition = conditionOf(selection.directives, above);
    if (condition === 'never') continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const field = gathered.get(key) ?? { name: selection.name.value, conditions: [], sets: [] };
      gathered.set(key, field);
      field.conditions.push(condition);
      if (selection.selectionSet) field.sets.push({ set: selection.selectionSet, condition });
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : compiler.fragments.get(selection.name.value);
    const on = fragment?.typeCondition?.name.value;
    if (!fragment || (on !== undefined && !compiler.source.isOfType(type.name, on))) continue;
    gather(compiler, type, fragment.selectionSet, condition, gathered);
  }
}

function compileField(compiler: Compiler, parent: GraphQLCompositeType, field: Gathered): Reader {
  if (field.name === '__typename') return () => (isObjectType(parent) ? parent.name : BUBBLE);
  if (field.name === '__schema' || field.name === '__type') {
    return (_value, walk) => walk.introspection?.[String(walk.path.at(-1))] ?? null;
  }
  const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name] : undefined;
  if (!definition) return () => null;
  return compileType(compiler, definition.type, field.sets, `${parent.name}.${field.name}`);
}

function compileType(
  compiler: Compiler,
  type: GraphQLOutputType,
  sets: readonly Selected[],
  coordinate: string,
): Reader {
  if (isNonNullType(type)) {
    const read = compileType(compiler, type.ofType, sets, coordinate);
    return (value, walk) => {
      const before = walk.violations.length;
      const result = read(value, walk);
      if (result !== null && result !== undefined) return result;
      // Only the deepest null is worth a message: those above follow from it.
      if (walk.violations.length === before) violation(walk, `Cannot return null for non-nullable ${coordinate}.`);
      return BUBBLE;
    };
  }
  if (isListType(type)) return compileList(compileType(compiler, type.ofType, sets, coordinate), coordinate);
  if (isLeafType(type)) return compileLeafField(compiler, type, coordinate);
  const read = objectReader(compiler, type, sets);
  return (value, walk) => (value === null || value === undefined ? null : read(value, walk));
}

function compileList(read: Reader, coordinate: string): Reader {
  return (value, walk) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return violation(walk, `Expected a list for ${coordinate}.`);
    const shaped: unknown[] = new Array(value.length);
    for (let index = 0; index < value.length; index++) {
      walk.path.push(index);
      const result = read(value[index], walk);
      walk.path.pop();
      if (result === BUBBLE) return null;
      shaped[index] = result;
    }
    return shaped;
  };
}

function compileLeafField(compiler: Compiler, type: GraphQLOutputType, coordinate: string): Reader {
  const named = getNamedType(type);
  if (!isLeafType(named)) throw new Error(`${coordinate} is not a leaf.`);
  const read = compileLeaf(named, compiler.source.isHiddenValue);
  return (value, walk) => {
    if (value === null || value === undefined) return null;
    const result = read(value);
    if (result === HIDDEN) return null;
    return result === INVALID ? violation(walk, `Found an invalid value for ${coordinate} of type ${named}.`) : result;
  };
}

function violation(walk: Walk, message: string): null {
  walk.violations.push({ message, path: [...walk.path] });
  return null;
}
