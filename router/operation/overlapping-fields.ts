import {
  type FieldNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type ValueNode,
} from 'graphql';
import { definitionOf, type Fragments, typeBelow } from './selections.ts';

interface Selected {
  readonly node: FieldNode;
  readonly parent: GraphQLCompositeType;
  readonly definition: GraphQLField<unknown, unknown>;
}

const META_FIELDS = new Map(
  [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef].map((definition) => [definition.name, definition]),
);

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: Fragments;
  readonly conflicts: GraphQLError[];
  /** How many selections may still be looked at. */
  left: number;
}

// A document within its other limits has 5,000 selections, looked at twice; only selections on interfaces beside
// selections on their types are looked at more often.
const MAX_STEPS = 50_000;
const MAX_CONFLICTS = 20;

/**
 * The conflicts between selections that share a response key, of one operation that is valid otherwise. graphql-js
 * compares every pair of them; here each joins the others under its key, so that the time grows with the document.
 */
export function findConflicts(
  schema: GraphQLSchema,
  fragments: Fragments,
  operation: OperationDefinitionNode,
): readonly GraphQLError[] {
  const root = schema.getRootType(operation.operation);
  if (!root) return [];
  const walk: Walk = { schema, fragments, conflicts: [], left: MAX_STEPS };
  const selected = collect(walk, operation.selectionSet, root);
  checkShapes(walk, selected);
  if (walk.conflicts.length === 0) checkFields(walk, selected);
  if (walk.left <= 0) return [new GraphQLError(TOO_ENTANGLED)];
  return walk.conflicts.slice(0, MAX_CONFLICTS);
}

const TOO_ENTANGLED =
  'The operation selects the same fields on too many combinations of interfaces and types. ' +
  'Select them once, or send several operations.';

/** Whatever objects come, one key has values of one shape: lists of lists, leaves of leaves. */
function checkShapes(walk: Walk, selected: readonly Selected[]): void {
  for (const [key, group] of byKey(selected)) {
    const [first, ...others] = group as [Selected, ...Selected[]];
    const other = others.find(({ definition }) => !isSameShape(first.definition.type, definition.type));
    if (other) conflict(walk, key, [first, other], `one is ${typeOf(first)} and the other is ${typeOf(other)}`);
    else checkShapes(walk, collectBelow(walk, group));
  }
}

/** For one object, one key is one field with one set of arguments. */
function checkFields(walk: Walk, selected: readonly Selected[]): void {
  for (const [key, group] of byKey(selected)) {
    for (const together of meetings(group)) {
      const [first, ...others] = together as [Selected, ...Selected[]];
      const other = others.find((each) => !isSameField(first.node, each.node));
      if (other) conflict(walk, key, [first, other], `${described(first.node)} and ${described(other.node)} differ`);
      else checkFields(walk, collectBelow(walk, together));
    }
  }
}

/** The selections that can meet in one object: those on its type, and those on interfaces. */
function meetings(group: readonly Selected[]): readonly (readonly Selected[])[] {
  const objects = Map.groupBy(
    group.filter(({ parent }) => isObjectType(parent)),
    ({ parent }) => parent.name,
  );
  if (objects.size === 0) return [group];
  const onAbstract = group.filter(({ parent }) => !isObjectType(parent));
  return [...objects.values()].map((onObject) => [...onObject, ...onAbstract]);
}

function byKey(selected: readonly Selected[]): Map<string, Selected[]> {
  return Map.groupBy(selected, ({ node }) => node.alias?.value ?? node.name.value);
}

function collectBelow(walk: Walk, group: readonly Selected[]): readonly Selected[] {
  const found: Selected[] = [];
  for (const { node, definition } of group) {
    const type = getNamedType(definition.type);
    if (node.selectionSet && isCompositeType(type)) found.push(...collect(walk, node.selectionSet, type));
  }
  return found;
}

function collect(walk: Walk, selectionSet: SelectionSetNode, root: GraphQLCompositeType): readonly Selected[] {
  const found: Selected[] = [];
  const spread = new Set<string>();
  const visit = (set: SelectionSetNode, parent: GraphQLCompositeType): void => {
    for (const selection of set.selections) {
      walk.left -= 1;
      if (walk.left <= 0) return;
      if (selection.kind === Kind.FIELD) {
        const { value: name } = selection.name;
        const definition = META_FIELDS.get(name) ?? definitionOf(parent, name);
        if (definition) found.push({ node: selection, parent, definition });
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : walk.fragments.get(selection.name.value);
      if (inner) visit(inner.selectionSet, typeBelow(walk.schema, inner.typeCondition, parent));
    }
  };
  visit(selectionSet, root);
  return found;
}

function isSameShape(a: GraphQLOutputType, b: GraphQLOutputType): boolean {
  if (isNonNullType(a) || isNonNullType(b))
    return isNonNullType(a) && isNonNullType(b) && isSameShape(a.ofType, b.ofType);
  if (isListType(a) || isListType(b)) return isListType(a) && isListType(b) && isSameShape(a.ofType, b.ofType);
  return isLeafType(a) || isLeafType(b) ? a === b : true;
}

function isSameField(a: FieldNode, b: FieldNode): boolean {
  return a.name.value === b.name.value && argumentsText(a) === argumentsText(b);
}

function argumentsText({ arguments: given = [] }: FieldNode): string {
  if (given.length === 0) return '';
  return given
    .map(({ name, value }) => `${name.value}: ${print(sorted(value))}`)
    .sort()
    .join(', ');
}

/** Members of input objects have no order. */
function sorted(value: ValueNode): ValueNode {
  if (value.kind === Kind.LIST) return { ...value, values: value.values.map(sorted) };
  if (value.kind !== Kind.OBJECT) return value;
  const fields = value.fields.map((field) => ({ ...field, value: sorted(field.value) }));
  return { ...value, fields: fields.sort((a, b) => (a.name.value < b.name.value ? -1 : 1)) };
}

function conflict(walk: Walk, key: string, [a, b]: readonly [Selected, Selected], why: string): void {
  const message = `Two selections share the key "${key}", but ${why}. Give one of them an alias of its own.`;
  walk.conflicts.push(new GraphQLError(message, { nodes: [a.node, b.node] }));
}

function typeOf({ node, definition }: Selected): string {
  return `${node.name.value} of type ${definition.type}`;
}

const MAX_DESCRIBED = 200;

function described(node: FieldNode): string {
  const given = argumentsText(node);
  return (given === '' ? node.name.value : `${node.name.value}(${given})`).slice(0, MAX_DESCRIBED);
}
