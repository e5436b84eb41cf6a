import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type DataObject, isObject } from '../execution/data.ts';
import type { SupergraphState } from '../supergraph.ts';
import type { ClientKeys } from './client-keys.ts';
import { compileArgumentCost } from './cost-arguments.ts';
import { MUTATION } from './cost-estimate.ts';
import { definitionOf, type Fragments, fragmentsOf } from './selections.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The cost of an answer by the weights of the estimate, with lists as long as they came, from the merged data. */
export type ActualCost = (data: DataObject, variables: Variables) => number;

type Source = Pick<SupergraphState, 'schema' | 'costs' | 'isOfType'> & { readonly clientKeys: ClientKeys };

interface Compiler {
  readonly source: Source;
  readonly fragments: Fragments;
}

interface Counted {
  readonly dataKey: string;
  readonly weight: number;
  readonly given: number | ((variables: Variables) => number);
  readonly below: ActualCost | null;
}

/** Compiled when the first answer is measured: many never are. */
export function compileActualCost(
  source: Source,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ActualCost {
  const base = operation.operation === 'mutation' ? MUTATION : 0;
  let count: ActualCost | undefined;
  return (data, variables) => {
    const root = source.schema.getRootType(operation.operation);
    if (!root) return base;
    count ??= objectCounter({ source, fragments: fragmentsOf(document) }, root, [operation.selectionSet]);
    return base + count(data, variables);
  };
}

function objectCounter(compiler: Compiler, type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): ActualCost {
  const byType = new Map<string, readonly Counted[]>();
  return (data, variables) => {
    const concrete = typeof data.__typename === 'string' ? data.__typename : type.name;
    let fields = byType.get(concrete);
    if (!fields) {
      const known = compiler.source.schema.getType(concrete);
      fields = compileFields(compiler, isCompositeType(known) ? known : type, sets);
      byType.set(concrete, fields);
    }
    let total = 0;
    for (const { dataKey, weight, given, below } of fields) {
      const value = data[dataKey];
      // What was skipped, denied, or lost with a subgraph is not there.
      if (value === undefined) continue;
      total += typeof given === 'number' ? given : given(variables);
      total += countValue(value, weight, below, variables);
    }
    return total;
  };
}

function countValue(value: unknown, weight: number, below: ActualCost | null, variables: Variables): number {
  if (value === null) return 0;
  if (!Array.isArray(value)) return weight + (below && isObject(value) ? below(value, variables) : 0);
  if (weight === 0 && !below) return 0;
  let total = 0;
  for (const element of value) total += countValue(element, weight, below, variables);
  return total;
}

interface Gathered {
  readonly node: FieldNode;
  readonly sets: SelectionSetNode[];
}

function compileFields(
  compiler: Compiler,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): readonly Counted[] {
  const { costs, clientKeys } = compiler.source;
  const gathered = new Map<string, Gathered>();
  for (const set of sets) gather(compiler, type, set, gathered);
  return [...gathered].flatMap(([key, { node, sets: below }]) => {
    const field = definitionOf(type, node.name.value);
    if (!field) return [];
    const weight = costs.weightOf(type.name, field.name);
    const given = compileArgumentCost(costs, { parent: type.name, field, given: node.arguments ?? [] });
    const named = getNamedType(field.type);
    const counter = isCompositeType(named) ? objectCounter(compiler, named, below) : null;
    return weight === 0 && given === 0 && !counter
      ? []
      : [{ dataKey: clientKeys.dataKey(key), weight, given, below: counter }];
  });
}

function gather(
  compiler: Compiler,
  type: GraphQLCompositeType,
  set: SelectionSetNode,
  gathered: Map<string, Gathered>,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const field = gathered.get(key) ?? { node: selection, sets: [] };
      gathered.set(key, field);
      if (selection.selectionSet) field.sets.push(selection.selectionSet);
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : compiler.fragments.get(selection.name.value);
    const on = inner?.typeCondition?.name.value;
    if (!inner || (on !== undefined && !compiler.source.isOfType(type.name, on))) continue;
    gather(compiler, type, inner.selectionSet, gathered);
  }
}
