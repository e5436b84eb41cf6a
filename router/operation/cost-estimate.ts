import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { type Condition, conditionOf, holds } from '../execution/conditions.ts';
import type { SupergraphState } from '../supergraph.ts';
import { compileArgumentCost } from './cost-arguments.ts';
import type { CostModel, ListSize } from './cost-model.ts';
import { definitionOf, type Fragments, fragmentsOf, hasVariable, typeBelow } from './selections.ts';

/** Bounds on what an operation may cost, estimated before it runs. */
export interface CostLimits {
  /**
   * Weights of everything in the answer and of the arguments: where the supergraph says nothing an object counts 1, each
   * element of each list, nested lists multiplied; leaves count nothing.
   */
  readonly maxCost: number;
  /** How often a path may enter a list of one type without saying how many of it: trees of parts, not circles. */
  readonly maxRepeatedLists: number;
}

/** Estimate of a page that names no size. */
export const UNSIZED_PAGE = 200;
/** Estimate of a list that is not asked for in pages. */
export const PLAIN_LIST = 10;
/** What a mutation costs besides its fields. */
export const MUTATION = 10;

type Variables = Readonly<Record<string, unknown>>;

/**
 * The cost of one operation for these coerced variables. Throws a GraphQLError where a list has to be told its size by
 * one argument, and is not.
 */
export type Estimate = (variables: Variables) => number;

/** A number where the variables change nothing. */
type Count = number | Estimate;

interface Walk {
  readonly schema: GraphQLSchema;
  readonly costs: CostModel;
  readonly fragments: Fragments;
  readonly maxRepeatedLists: number;
  readonly repeated: Map<string, number>;
}

/** What the field above says about the lists beneath it. */
interface Above {
  /** How many it was asked for: that goes for the lists right beneath it, such as edges. */
  readonly page: Count | null;
  /** The fields that its `@listSize` is about; null where it has none, and all are meant. */
  readonly sizedFields: readonly string[] | null;
}

const NOTHING_ABOVE: Above = { page: null, sizedFields: null };

/** For a valid document within the other limits. Throws a GraphQLError for an operation that no variables could mend. */
export function compileEstimate(
  { schema, costs }: Pick<SupergraphState, 'schema' | 'costs'>,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: CostLimits,
): Estimate {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 0;
  const fragments = fragmentsOf(document);
  const walk = { schema, costs, fragments, maxRepeatedLists: limits.maxRepeatedLists, repeated: new Map() };
  const base = operation.operation === 'mutation' ? MUTATION : 0;
  const count = sum([base, countSet(walk, operation.selectionSet, root, NOTHING_ABOVE)]);
  if (typeof count !== 'number') return count;
  refuseCostly(count, limits);
  return () => count;
}

/** Throws a GraphQLError that says what was estimated, what is allowed and what to do. */
export function refuseCostly(estimated: number, { maxCost }: Pick<CostLimits, 'maxCost'>): void {
  if (estimated <= maxCost) return;
  const shown = Number.isSafeInteger(estimated) ? String(estimated) : estimated.toExponential(0);
  throw new GraphQLError(
    `The operation may cost ${shown}, counting the size of each page and ${PLAIN_LIST} for each other list; ` +
      `at most ${maxCost} is served. Ask for smaller pages (a smaller "first"), or for fewer lists within lists.`,
    { extensions: { cost: { estimated, max: maxCost } } },
  );
}

function countSet(walk: Walk, set: SelectionSetNode, type: GraphQLCompositeType, above: Above): Count {
  const counts = set.selections.map((selection) => {
    const condition = conditionOf(selection.directives, null);
    if (condition === 'never') return 0;
    if (selection.kind === Kind.FIELD) return when(condition, countField(walk, selection, type, above));
    const spread = selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
    if (!spread) return 0;
    const on = typeBelow(walk.schema, spread.typeCondition, type);
    return when(condition, countSet(walk, spread.selectionSet, on, above));
  });
  return sum(counts);
}

function countField(walk: Walk, node: FieldNode, parent: GraphQLCompositeType, above: Above): Count {
  const field = definitionOf(parent, node.name.value);
  // Introspection is bounded by the schema.
  if (!field) return 0;
  const given = compileArgumentCost(walk.costs, { parent: parent.name, field, given: node.arguments ?? [] });
  const weight = walk.costs.weightOf(parent.name, field.name);
  return sum([given, countValues(walk, { node, field, parent, above, weight })]);
}

interface Counted {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly parent: GraphQLCompositeType;
  readonly above: Above;
  readonly weight: number;
}

function countValues(walk: Walk, { node, field, parent, above, weight }: Counted): Count {
  const type = getNamedType(field.type);
  const lists = listDepth(field.type);
  const stated = walk.costs.listSizeOf(parent.name, field.name);
  const asked = stated ? statedSize(stated, field, parent, node) : pageOf(field, node.arguments ?? []);
  const { selectionSet } = node;
  const each = (below: Above): Count =>
    sum([weight, selectionSet && isCompositeType(type) ? countSet(walk, selectionSet, type, below) : 0]);
  if (lists === 0) return each({ page: asked, sizedFields: stated?.sizedFields.length ? stated.sizedFields : null });
  const isSized = above.sizedFields === null || above.sizedFields.includes(field.name);
  const size = asked ?? (isSized ? above.page : null);
  if (size !== null) return times(size, each(NOTHING_ABOVE));
  const plain = PLAIN_LIST ** lists;
  if (!isCompositeType(type)) return times(plain, each(NOTHING_ABOVE));
  return times(
    plain,
    withinRepetition(walk, type.name, () => each(NOTHING_ABOVE)),
  );
}

function withinRepetition(walk: Walk, type: string, work: () => Count): Count {
  const times = (walk.repeated.get(type) ?? 0) + 1;
  if (times > walk.maxRepeatedLists) {
    throw new GraphQLError(
      `The operation goes through lists of ${type} within lists of ${type} more than ${walk.maxRepeatedLists} times; ` +
        'at most so many are served. Ask for what is further in with an operation of its own.',
    );
  }
  walk.repeated.set(type, times);
  const count = work();
  walk.repeated.set(type, times - 1);
  return count;
}

/** By `@listSize`. Its defaults count where no slicing argument is given. */
function statedSize(
  { assumedSize, slicingArguments, requireOneSlicingArgument }: ListSize,
  field: GraphQLField<unknown, unknown>,
  parent: GraphQLCompositeType,
  { arguments: given = [] }: FieldNode,
): Count | null {
  if (slicingArguments.length === 0) return assumedSize;
  const readers = slicingArguments.map((name) => slicingReader(name, field, given));
  const sizeFor = (variables: Variables): number => {
    const found = readers.map((read) => read(variables));
    const asked = found.flatMap(({ asked }) => asked ?? []);
    const sizes = asked.length > 0 ? asked : found.flatMap(({ fallback }) => fallback ?? []);
    if (requireOneSlicingArgument && sizes.length !== 1) {
      throw notOneSlicingArgument(`${parent.name}.${field.name}`, slicingArguments, sizes.length);
    }
    if (sizes.length > 0) return Math.max(0, ...sizes);
    return assumedSize ?? PLAIN_LIST;
  };
  const isFixed = given.every(({ value }) => !hasVariable(value));
  return isFixed ? sizeFor({}) : sizeFor;
}

function notOneSlicingArgument(coordinate: string, names: readonly string[], found: number): GraphQLError {
  const one = names.map((name) => JSON.stringify(name)).join(' or ');
  const told = found === 0 ? 'is told by none' : `is told by ${found}`;
  return new GraphQLError(`${coordinate} has to be told how many to give by exactly one of ${one}, and ${told}.`, {
    extensions: { coordinate },
  });
}

interface Size {
  readonly asked: number | undefined;
  readonly fallback: number | undefined;
}

function slicingReader(
  name: string,
  field: GraphQLField<unknown, unknown>,
  given: readonly ArgumentNode[],
): (variables: Variables) => Size {
  const node = given.find((argument) => argument.name.value === name)?.value;
  const fallback = numberOf(field.args.find((argument) => argument.name === name)?.defaultValue);
  if (node?.kind === Kind.VARIABLE) {
    return (variables) => ({ asked: numberOf(variables[node.name.value]), fallback });
  }
  const size = { asked: node?.kind === Kind.INT ? Number(node.value) : undefined, fallback };
  return () => size;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Without `@listSize`: how many a field is asked for by `first` or `last`, or one for each element of a list it is given. */
function pageOf(field: GraphQLField<unknown, unknown>, given: readonly ArgumentNode[]): Count | null {
  const argumentOf = (name: string) => given.find((argument) => argument.name.value === name)?.value;
  const paged = field.args.filter(({ name }) => name === 'first' || name === 'last');
  if (paged.length > 0) {
    const { name, defaultValue } = paged.find((argument) => argumentOf(argument.name)) ?? (paged[0] as GraphQLArgument);
    const value = argumentOf(name);
    return value ? sizeOf(value, (size) => pageSize(size ?? defaultValue)) : pageSize(defaultValue);
  }
  const counts = field.args
    .filter((argument) => isList(argument.type))
    .flatMap(({ name }) => {
      const value = argumentOf(name);
      return value ? [sizeOf(value, (list) => (Array.isArray(list) ? list.length : 1))] : [];
    });
  return counts.length === 0 ? null : largest([PLAIN_LIST, ...counts]);
}

function pageSize(value: unknown): number {
  return typeof value === 'number' ? Math.max(value, 0) : UNSIZED_PAGE;
}

function sizeOf(node: ValueNode, measure: (value: unknown) => number): Count {
  if (node.kind === Kind.VARIABLE) return (variables) => measure(variables[node.name.value]);
  if (node.kind === Kind.LIST) return measure(node.values);
  return measure(node.kind === Kind.INT ? Number(node.value) : undefined);
}

function isList(type: unknown): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function listDepth(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepth(type.ofType);
  return isListType(type) ? 1 + listDepth(type.ofType) : 0;
}

function valueFor(count: Count, variables: Variables): number {
  return typeof count === 'number' ? count : count(variables);
}

function when(condition: Condition, count: Count): Count {
  if (condition === null || count === 0) return count;
  return (variables) => (holds(condition, variables) ? valueFor(count, variables) : 0);
}

function sum(counts: readonly Count[]): Count {
  const fixed = counts.reduce<number>((total, count) => (typeof count === 'number' ? total + count : total), 0);
  const varying = counts.filter((count) => typeof count !== 'number');
  if (varying.length === 0) return fixed;
  return (variables) => varying.reduce((total, count) => total + count(variables), fixed);
}

function times(a: Count, b: Count): Count {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  return (variables) => valueFor(a, variables) * valueFor(b, variables);
}

function largest(counts: readonly Count[]): Count {
  if (counts.every((count) => typeof count === 'number')) return Math.max(...counts);
  return (variables) => Math.max(...counts.map((count) => valueFor(count, variables)));
}
