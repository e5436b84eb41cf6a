import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLLeafType,
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
import type { Denial, Denials } from '../operation/authorise.ts';
import type { PlannedOperation } from '../operation/operation.ts';
import { definitionOf, type Fragments, fragmentsOf, typeBelow } from '../operation/selections.ts';
import type { SupergraphState } from '../supergraph.ts';
import { anyHolds, type Condition, conditionOf, holds, type Variables } from './conditions.ts';
import { type DataObject, isObject, type PathKey } from './data.ts';
import { compileLeaf, INVALID } from './leaf.ts';

/** A value that breaks the schema, or that the caller may not have; `message` says how, `path` where. */
export interface Violation {
  readonly message: string;
  readonly path: readonly PathKey[];
  /** Of the error; null where the schema is broken. */
  readonly extensions: Denial['extensions'] | null;
}

/** Writes merged data as the client asked for it. */
export interface Projection {
  /** JSON text; `null` when null reached the root. */
  write(data: DataObject, run: ProjectionRun): string;
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
  /** How often each denial has been told; null where there is none. */
  readonly told: Map<Denial, number> | null;
  /** Of nulls that have been explained so far, told or not. */
  explained: number;
  /** Where the writer is: only as many keys count as the writer is deep. */
  readonly path: PathKey[];
}

type Writer = (value: unknown, walk: Walk) => string;

interface Selected {
  readonly set: SelectionSetNode;
  /** The type that the selections stand on, which decides what is denied: objects may have a narrower one. */
  readonly on: GraphQLCompositeType;
  readonly condition: Condition;
}

interface Field {
  readonly key: string;
  /** The key as JSON, with its colon. */
  readonly label: string;
  readonly dataKey: string;
  /** Null when the field always counts. */
  readonly conditions: readonly Condition[] | null;
  readonly write: Writer;
}

type Source = Pick<SupergraphState, 'schema' | 'isOfType' | 'isHiddenValue'> & Pick<PlannedOperation, 'clientKeys'>;

export function compileProjection(
  source: Source,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  denials: Denials,
): Projection {
  const root = source.schema.getRootType(operation.operation);
  if (!root) throw new Error(`The supergraph has no ${operation.operation} type.`);
  const compiler = { source, denials, fragments: fragmentsOf(document) };
  const fields = compileFields(compiler, root, [{ set: operation.selectionSet, on: root, condition: null }], 0);
  return {
    write(data, run) {
      const told = denials.size === 0 ? null : new Map<Denial, number>();
      return writeFields(fields, data, { ...run, path: [], told, explained: 0 }, 0) || NULL;
    },
  };
}

interface Compiler {
  readonly source: Source;
  readonly denials: Denials;
  readonly fragments: Fragments;
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
  /** Of the selections under this key those that are denied: one that counts makes the value null. */
  readonly denied: Denied[];
}

interface Denied {
  readonly condition: Condition;
  readonly denial: Denial;
}

function compileFields(
  compiler: Compiler,
  type: GraphQLCompositeType,
  sets: readonly Selected[],
  depth: number,
): readonly Field[] {
  const gathered = new Map<string, Gathered>();
  for (const selected of sets) gather(compiler, type, selected, gathered);
  return [...gathered].map(([key, field]) => ({
    key,
    label: `${JSON.stringify(key)}:`,
    dataKey: compiler.source.clientKeys.dataKey(key),
    conditions: field.conditions.includes(null) ? null : field.conditions,
    write: compileField(compiler, type, field, depth + 1),
  }));
}

function gather(
  compiler: Compiler,
  type: GraphQLCompositeType,
  { set, on, condition: above }: Selected,
  gathered: Map<string, Gathered>,
): void {
  for (const selection of set.selections) {
    const condition = conditionOf(selection.directives, above);
    if (condition === 'never') continue;
    if (selection.kind === Kind.FIELD) {
      gatherField(compiler, selection, { on, condition }, gathered);
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : compiler.fragments.get(selection.name.value);
    const wanted = fragment?.typeCondition?.name.value;
    if (!fragment || (wanted !== undefined && !compiler.source.isOfType(type.name, wanted))) continue;
    const below = typeBelow(compiler.source.schema, fragment.typeCondition, on);
    gather(compiler, type, { set: fragment.selectionSet, on: below, condition }, gathered);
  }
}

function gatherField(
  { denials }: Compiler,
  { name: { value: name }, alias, selectionSet }: FieldNode,
  { on, condition }: Omit<Selected, 'set'>,
  gathered: Map<string, Gathered>,
): void {
  const key = alias?.value ?? name;
  const field = gathered.get(key) ?? { name, conditions: [], sets: [], denied: [] };
  gathered.set(key, field);
  field.conditions.push(condition);
  const denial = denials.get(`${on.name}.${name}`);
  if (denial) field.denied.push({ condition, denial });
  const type = selectionSet && getNamedType(definitionOf(on, name)?.type);
  if (selectionSet && isCompositeType(type)) field.sets.push({ set: selectionSet, on: type, condition });
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
  const selection = { sets: field.sets, coordinate: `${parent.name}.${field.name}` };
  const write = compileType(compiler, definition.type, selection, depth);
  if (field.denied.length === 0) return write;
  const denied = isNonNullType(definition.type) ? BUBBLE : NULL;
  return (value, walk) => {
    const found = field.denied.find(({ condition }) => holds(condition, walk.variables));
    if (!found) return write(value, walk);
    tellDenial(walk, depth, found.denial);
    return denied;
  };
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
    const before = walk.explained;
    const written = write(value, walk);
    if (written !== NULL) return written;
    // Only the deepest null is worth a message: those above follow from it.
    if (walk.explained === before) {
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
  walk.explained += 1;
  walk.violations.push({ message, path: walk.path.slice(0, depth), extensions: null });
  return NULL;
}

// What is denied in a list of a thousand is one fact, not a thousand.
const MAX_TOLD = 50;

function tellDenial(walk: Walk, depth: number, denial: Denial): void {
  walk.explained += 1;
  const times = (walk.told?.get(denial) ?? 0) + 1;
  walk.told?.set(denial, times);
  if (times > MAX_TOLD) return;
  walk.violations.push({ message: denial.message, path: walk.path.slice(0, depth), extensions: denial.extensions });
}
