import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLOutputType,
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
import { compileLeaf, INVALID } from './leaf.ts';

/** A value that breaks the schema; `message` says how, `path` where. */
export interface Violation {
  readonly message: string;
  readonly path: readonly PathKey[];
}

/** Writes merged data as the client asked for it. */
export interface Projection {
  /** JSON text; `null` when null reached the root. */
  write(data: DataObject, run: ProjectionRun): string;
  /** Response keys of the root fields that a subgraph has to answer. */
  fetchedKeys(variables: Variables): string[];
}

export interface ProjectionRun {
  readonly variables: Variables;
  /** `__schema` and `__type`, by response key. */
  readonly introspection: Readonly<Record<string, unknown>> | null;
  readonly violations: Violation[];
}

const NULL = 'null';
/** Stands for "null where null is not allowed": the parent becomes null. No JSON text is empty. */
const BUBBLE = '';

interface Walk extends ProjectionRun {
  /** Where the writer is: only as many keys count as the writer is deep. */
  readonly path: PathKey[];
}

type Writer = (value: unknown, walk: Walk) => string;

interface Selected {
  readonly set: SelectionSetNode;
  readonly condition: Condition;
}

interface Field {
  readonly key: string;
  /** The key as JSON, with its colon. */
  readonly label: string;
  readonly dataKey: string;
  /** Null when the field always counts. */
  readonly conditions: readonly Condition[] | null;
  readonly isFetched: boolean;
  readonly write: Writer;
}

type Source = Pick<SupergraphState, 'schema' | 'isOfType' | 'isHiddenValue'> & Pick<PreparedOperation, 'clientKeys'>;

export function compileProjection(
  source: Source,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Projection {
  const root = source.schema.getRootType(operation.operation);
  if (!root) throw new Error(`The supergraph has no ${operation.operation} type.`);
  const compiler = createCompiler(source, document);
  const fields = compileFields(compiler, root, [{ set: operation.selectionSet, condition: null }], 0);
  return {
    write: (data, run) => writeFields(fields, data, { ...run, path: [] }, 0) || NULL,
    fetchedKeys: (variables) =>
      fields.filter((field) => field.isFetched && counts(field, variables)).map(({ key }) => key),
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

function objectWriter(
  compiler: Compiler,
  type: GraphQLCompositeType,
  sets: readonly Selected[],
  depth: number,
): Writer {
  // By concrete type, compiled when the first object of the type comes.
  const byType = new Map<string, readonly Field[]>();
  const fieldsOf = (concrete: GraphQLCompositeType): readonly Field[] => {
    const known = byType.get(concrete.name);
    if (known) return known;
    const fields = compileFields(compiler, concrete, sets, depth);
    byType.set(concrete.name, fields);
    return fields;
  };
  const own = isObjectType(type) ? fieldsOf(type) : null;
  return (value, walk) => {
    if (!isObject(value)) return violation(walk, depth, `Expected an object of type ${type.name}.`);
    if (own) return writeFields(own, value, walk, depth);
    const concrete = concreteType(compiler.source, type, value.__typename);
    if (!concrete) return violation(walk, depth, `Found an unknown __typename for ${type.name}.`);
    return writeFields(fieldsOf(concrete), value, walk, depth);
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

function counts(field: Field, variables: Variables): boolean {
  return field.conditions === null || anyHolds(field.conditions, variables);
}

/** Null text when a field that may not be null is: the object around it takes the null. */
function writeFields(fields: readonly Field[], value: DataObject, walk: Walk, depth: number): string {
  let text = '';
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] as Field;
    if (!counts(field, walk.variables)) continue;
    walk.path[depth] = field.key;
    const written = field.write(value[field.dataKey], walk);
    if (written === BUBBLE) return NULL;
    text += text === '' ? field.label + written : `,${field.label}${written}`;
  }
  return `{${text}}`;
}

interface Gathered {
  readonly name: string;
  readonly conditions: Condition[];
  readonly sets: Selected[];
}

function compileFields(
  compiler: Compiler,
  type: GraphQLCompositeType,
  sets: readonly Selected[],
  depth: number,
): readonly Field[] {
  const gathered = new Map<string, Gathered>();
  for (const { set, condition } of sets) gather(compiler, type, set, condition, gathered);
  return [...gathered].map(([key, field]) => ({
    key,
    label: `${JSON.stringify(key)}:`,
    dataKey: compiler.source.clientKeys.dataKey(key),
    conditions: field.conditions.includes(null) ? null : field.conditions,
    isFetched: !field.name.startsWith('__'),
    write: compileField(compiler, type, field, depth + 1),
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

/** `depth` is that of the field's value: the path to it has so many keys. */
function compileField(compiler: Compiler, parent: GraphQLCompositeType, field: Gathered, depth: number): Writer {
  if (field.name === '__typename') {
    const name = isObjectType(parent) ? JSON.stringify(parent.name) : BUBBLE;
    return () => name;
  }
  if (field.name === '__schema' || field.name === '__type') {
    return (_value, walk) => JSON.stringify(walk.introspection?.[String(walk.path[depth - 1])] ?? null);
  }
  const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name] : undefined;
  if (!definition) return () => NULL;
  return compileType(
    compiler,
    definition.type,
    { sets: field.sets, coordinate: `${parent.name}.${field.name}` },
    depth,
  );
}

interface Selection {
  readonly sets: readonly Selected[];
  readonly coordinate: string;
}

function compileType(compiler: Compiler, type: GraphQLOutputType, selection: Selection, depth: number): Writer {
  if (isNonNullType(type)) return nonNull(compileType(compiler, type.ofType, selection, depth), selection, depth);
  if (isListType(type)) {
    return compileList(compileType(compiler, type.ofType, selection, depth + 1), selection, depth);
  }
  if (isLeafType(type)) return compileLeafField(compiler, type, selection, depth);
  const write = objectWriter(compiler, type, selection.sets, depth);
  return (value, walk) => (value === null || value === undefined ? NULL : write(value, walk));
}

function nonNull(write: Writer, { coordinate }: Selection, depth: number): Writer {
  return (value, walk) => {
    const before = walk.violations.length;
    const written = write(value, walk);
    if (written !== NULL) return written;
    // Only the deepest null is worth a message: those above follow from it.
    if (walk.violations.length === before) {
      violation(walk, depth, `Cannot return null for non-nullable ${coordinate}.`);
    }
    return BUBBLE;
  };
}

function compileList(write: Writer, { coordinate }: Selection, depth: number): Writer {
  return (value, walk) => {
    if (value === null || value === undefined) return NULL;
    if (!Array.isArray(value)) return violation(walk, depth, `Expected a list for ${coordinate}.`);
    let text = '';
    for (let index = 0; index < value.length; index++) {
      walk.path[depth] = index;
      const written = write(value[index], walk);
      if (written === BUBBLE) return NULL;
      text += index === 0 ? written : `,${written}`;
    }
    return `[${text}]`;
  };
}

function compileLeafField(compiler: Compiler, type: GraphQLLeafType, { coordinate }: Selection, depth: number): Writer {
  const write = compileLeaf(type, compiler.source.isHiddenValue);
  return (value, walk) => {
    if (value === null || value === undefined) return NULL;
    const written = write(value);
    if (written !== INVALID) return written;
    return violation(walk, depth, `Found an invalid value for ${coordinate} of type ${type.name}.`);
  };
}

function violation(walk: Walk, depth: number, message: string): string {
  walk.violations.push({ message, path: walk.path.slice(0, depth) });
  return NULL;
}
