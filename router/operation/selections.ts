import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** The type that a fragment's selections stand on: its condition, or what surrounds it. */
export function typeBelow(
  schema: GraphQLSchema,
  condition: { readonly name: { readonly value: string } } | undefined,
  parent: GraphQLCompositeType,
): GraphQLCompositeType {
  const type = condition && schema.getType(condition.name.value);
  return isCompositeType(type) ? type : parent;
}

/** Undefined for `__typename`, `__schema` and `__type`. */
export function definitionOf(parent: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/**
 * Visits each selection of fields once, with the type that it stands on: a fragment once however often it is spread, so
 * the time is linear in the document. For valid documents.
 */
export function visitFields(
  schema: GraphQLSchema,
  fragments: Fragments,
  { selectionSet, root }: { readonly selectionSet: SelectionSetNode; readonly root: GraphQLCompositeType },
  visit: (field: FieldNode, parent: GraphQLCompositeType) => void,
): void {
  const spread = new Set<string>();
  const walk = (set: SelectionSetNode, parent: GraphQLCompositeType): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        visit(selection, parent);
        const below = selection.selectionSet && getNamedType(definitionOf(parent, selection.name.value)?.type);
        if (selection.selectionSet && isCompositeType(below)) walk(selection.selectionSet, below);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, typeBelow(schema, selection.typeCondition, parent));
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) walk(fragment.selectionSet, typeBelow(schema, fragment.typeCondition, parent));
      }
    }
  };
  walk(selectionSet, root);
}

export function hasVariable(node: ValueNode): boolean {
  if (node.kind === Kind.LIST) return node.values.some(hasVariable);
  if (node.kind === Kind.OBJECT) return node.fields.some(({ value }) => hasVariable(value));
  return node.kind === Kind.VARIABLE;
}
