import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  type ValueNode,
} from 'graphql';

/** Bounds on how much an operation may answer with, estimated before it runs. */
export interface SizeLimits {
  /** Objects in the answer, each element of each list counted, nested lists multiplied. */
  readonly maxObjects: number;
  /** How often a path may enter a list of one type without saying how many of it: trees of parts, not circles. */
  readonly maxRepeatedLists: number;
}

/** `first` beyond this is refused by every list, so no page is larger; also the estimate of a page that names no size. */
export const LARGEST_PAGE = 200;
/** Estimate of a list that is not asked for in pages. */
export const PLAIN_LIST = 10;

type Variables = Readonly<Record<string, unknown>>;

/** Objects that one operation may answer with, for these coerced variables. */
export type Estimate = (variables: Variables) => number;

/** A number where the variables change nothing. */
type Count = number | Estimate;

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly maxRepeatedLists: number;
  readonly repeated: Map<string, number>;
}

/** For a valid document within the other limits. Throws a GraphQLError for an operation that no variables could mend. */
export function compileEstimate(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: SizeLimits,
): Estimate {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const walk = { schema, fragments, maxRepeatedLists: limits.maxRepeatedLists, repeated: new Map() };
  const count = countSet(walk, operation.selectionSet, root, null);
  if (typeof count !== 'number') return count;
  refuseLarge(count, limits);
  return () => count;
}

/** Throws a GraphQLError that says what was estimated, what is allowed and what to do. */
export function refuseLarge(objects: number, { maxObjects }: SizeLimits): void {
  if (objects <= maxObjects) return;
  const estimated = Number.isSafeInteger(objects) ? String(objects) : objects.toExponential(0);
  throw new GraphQLError(
    `The operation may answer with ${estimated} objects, counting "first" for each page and ${PLAIN_LIST} for each other list; ` +
      `at most ${maxObjects} are served. Ask for a smaller "first", or for fewer lists within lists.`,
  );
}

/** `page` is how many the field above was asked for: that goes for the lists right beneath it, such as edges. */
function countSet(walk: Walk, set: SelectionSetNode, type: GraphQLCompositeType, page: Count | null): Count {
  const counts = set.selections.map((selection) => {
    if (selection.kind === Kind.FIELD) return countField(walk, selection, type, page);
    const spread = selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
    if (!spread) return 0;
    const condition = spread.typeCondition && typeFromAST(walk.schema, spread.typeCondition);
    return countSet(walk, spread.selectionSet, condition && isCompositeType(condition) ? condition : type, page);
  });
  return sum(counts);
}

function countField(walk: Walk, node: FieldNode, parent: GraphQLCompositeType, page: Count | null): Count {
  // Introspection is bounded by the schema.
  if (!node.selectionSet || node.name.value.startsWith('__')) return 0;
  const field = 'getFields' in parent ? (parent as GraphQLObjectType).getFields()[node.name.value] : undefined;
  const type = field && getNamedType(field.type);
  if (!field || !isCompositeType(type)) return 0;
  const asked = pageOf(field, node.arguments ?? []);
  const lists = listDepth(field.type);
  if (lists === 0) return sum([1, countSet(walk, node.selectionSet, type, asked)]);
  const size = asked ?? page;
  const each = () => sum([1, countSet(walk, node.selectionSet as SelectionSetNode, type, null)]);
  if (size !== null) return times(size, each());
  return times(PLAIN_LIST ** lists, withinRepetition(walk, type.name, each));
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

/** How many a field is asked for: its `first` or `last`, or one for each element of a list that it is given. */
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
  return typeof value === 'number' ? Math.min(Math.max(value, 0), LARGEST_PAGE) : LARGEST_PAGE;
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
