import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Answers `__schema` and `__type` from the schema that clients see: no subgraph is asked. */
export type Introspection = (rawVariables: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** Undefined when the operation does not introspect. Without variables the answer is made once. */
export function compileIntrospection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Introspection | undefined {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const selectionSet = onlyIntrospection(operation.selectionSet, fragments);
  if (!selectionSet) return undefined;
  const own: OperationDefinitionNode = { ...operation, selectionSet };
  const introspection: DocumentNode = { kind: Kind.DOCUMENT, definitions: [own, ...fragments] };
  const run: Introspection = (variableValues) =>
    executeSync({ schema, document: introspection, variableValues }).data ?? {};
  if (usesVariables(own, fragments)) return run;
  let answer: Readonly<Record<string, unknown>> | undefined;
  return (variableValues) => {
    answer ??= run(variableValues);
    return answer;
  };
}

function onlyIntrospection(
  set: SelectionSetNode,
  fragments: readonly FragmentDefinitionNode[],
): SelectionSetNode | undefined {
  const selections: SelectionNode[] = [];
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value === '__schema' || selection.name.value === '__type') selections.push(selection);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : fragments.find((each) => each.name.value === selection.name.value);
    const inner = fragment && onlyIntrospection(fragment.selectionSet, fragments);
    if (!inner) continue;
    const { directives = [] } = selection;
    selections.push({ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: inner });
  }
  return selections.length === 0 ? undefined : { kind: Kind.SELECTION_SET, selections };
}

function usesVariables(operation: OperationDefinitionNode, fragments: readonly FragmentDefinitionNode[]): boolean {
  let found = false;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, variableDefinitions: [] }, ...fragments],
  };
  visit(document, {
    Variable: () => {
      found = true;
    },
  });
  return found || (operation.variableDefinitions?.length ?? 0) > 0;
}
