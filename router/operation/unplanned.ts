import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isCompositeType,
  isListType,
  isNonNullType,
  isUnionType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { type Condition, conditionOf } from '../execution/conditions.ts';

/** A field that the client selects and that no fetch of the plan brings. */
export interface UnplannedField {
  /** The plan path to the object that has the field. */
  readonly path: readonly string[];
  /** Its key in the data. */
  readonly key: string;
  /** The type of which the field was selected. */
  readonly parent: string;
  /** When it counts; one entry for every place of the document where it is selected. */
  readonly conditions: Condition[];
}

/** What plans fetch, by key; fragments count for every type. */
interface Fetched extends Map<string, Fetched> {}

/**
 * The planner leaves out what no subgraph can resolve from where it is, and says nothing. `document` is the one that was
 * planned: one operation, with the keys of the data. Nearly always there is nothing to find.
 */
export function findUnplanned(
  schema: GraphQLSchema,
  document: DocumentNode,
  plan: QueryPlan,
): readonly UnplannedField[] {
  const definition = getOperationAST(document);
  const root = definition && schema.getRootType(definition.operation);
  const fetched: Fetched = new Map();
  if (plan.node) addNode(plan.node, fetched, []);
  const search: Search = { schema, fragments: fragmentsOf(document), found: new Map() };
  if (root) searchSelections(search, definition.selectionSet, { type: root, path: [], condition: null, fetched });
  return [...search.found.values()];
}

interface Search {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly found: Map<string, UnplannedField>;
}

interface Place {
  readonly type: GraphQLCompositeType;
  readonly path: readonly string[];
  readonly condition: Condition;
  readonly fetched: Fetched;
}

function searchSelections(search: Search, { selections }: SelectionSetNode, place: Place): void {
  for (const selection of selections) {
    const condition = conditionOf(selection.directives, place.condition);
    if (condition === 'never') continue;
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : search.fragments.get(selection.name.value);
      const on = fragment?.typeCondition && search.schema.getType(fragment.typeCondition.name.value);
      const type = isCompositeType(on) ? on : place.type;
      if (fragment) searchSelections(search, fragment.selectionSet, { ...place, type, condition });
      continue;
    }
    const definition = isUnionType(place.type) ? undefined : place.type.getFields()[selection.name.value];
    if (!definition) continue;
    const key = selection.alias?.value ?? selection.name.value;
    const below = place.fetched.get(key);
    const type = getNamedType(definition.type);
    if (!below) {
      const field = { path: place.path, key, parent: place.type.name, conditions: [condition] };
      const id = JSON.stringify([field.path, key, field.parent]);
      const known = search.found.get(id);
      if (known) known.conditions.push(condition);
      else search.found.set(id, field);
    } else if (selection.selectionSet && isCompositeType(type)) {
      const path = [...place.path, key, ...listSteps(definition.type)];
      searchSelections(search, selection.selectionSet, { type, path, condition, fetched: below });
    }
  }
}

function listSteps(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return listSteps(type.ofType);
  return isListType(type) ? ['@', ...listSteps(type.ofType)] : [];
}

function addNode(node: PlanNode | SubscriptionNode, fetched: Fetched, path: readonly string[]): void {
  switch (node.kind) {
    case 'Fetch':
      addFetch(node, fetched, path);
      break;
    case 'Flatten':
      addNode(node.node, fetched, [...path, ...node.path.map(String).filter((step) => step !== '@')]);
      break;
    case 'Subscription':
      addFetch(node.primary, fetched, path);
      if (node.rest) addNode(node.rest, fetched, path);
      break;
    case 'Condition':
      if (node.ifClause) addNode(node.ifClause, fetched, path);
      if (node.elseClause) addNode(node.elseClause, fetched, path);
      break;
    case 'Sequence':
    case 'Parallel':
      for (const each of node.nodes) addNode(each, fetched, path);
      break;
    case 'Defer':
      break;
  }
}

function addFetch(node: FetchNode, fetched: Fetched, path: readonly string[]): void {
  const document = parse(node.operation, { noLocation: true });
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return;
  const answer: Fetched = new Map();
  addSelections(operation.selectionSet, answer, fragmentsOf(document));
  const own = node.requires ? (answer.get('_entities') ?? new Map()) : answer;
  for (const rewrite of node.outputRewrites ?? []) addRenamed(rewrite, own);
  merge(own, descend(fetched, path));
}

function addSelections(
  { selections }: SelectionSetNode,
  fetched: Fetched,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const below = descend(fetched, [selection.alias?.value ?? selection.name.value]);
      if (selection.selectionSet) addSelections(selection.selectionSet, below, fragments);
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (fragment) addSelections(fragment.selectionSet, fetched, fragments);
  }
}

function addRenamed(rewrite: FetchDataRewrite, fetched: Fetched): void {
  if (rewrite.kind !== 'KeyRenamer') return;
  const path = rewrite.path.filter((step) => !step.startsWith('... on '));
  const parent = descend(fetched, path.slice(0, -1));
  merge(descend(parent, path.slice(-1)), descend(parent, [rewrite.renameKeyTo]));
}

function merge(source: Fetched, target: Fetched): void {
  for (const [key, below] of source) merge(below, descend(target, [key]));
}

function descend(fetched: Fetched, path: readonly string[]): Fetched {
  let at = fetched;
  for (const key of path) {
    const next = at.get(key) ?? new Map();
    at.set(key, next);
    at = next;
  }
  return at;
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}
