import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  type InputValueDefinitionNode,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isTypeDefinitionNode,
  Kind,
  valueFromASTUntyped,
} from 'graphql';

/** `@listSize`: how long a list is. */
export interface ListSize {
  readonly assumedSize: number | null;
  /** Arguments that say how long it is. */
  readonly slicingArguments: readonly string[];
  /** Fields beneath that are the list, where the field itself is none. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

/** What the supergraph's `@cost` and `@listSize` say; objects weigh 1 and leaves 0 where it says nothing. */
export interface CostModel {
  /** Of one value of a field. */
  weightOf(parent: string, field: string): number;
  /** On an interface: what it says itself, or what one of its types says. */
  listSizeOf(parent: string, field: string): ListSize | undefined;
  /** Null where the supergraph says nothing: then the type of the value counts. */
  weightOfArgument(parent: string, field: string, argument: string): number | null;
  weightOfInputField(type: string, field: string): number | null;
  /** Null where the supergraph says nothing. */
  weightOfType(type: string): number | null;
}

export interface CostNames {
  readonly cost: string | undefined;
  readonly listSize: string | undefined;
}

export function compileCostModel(supergraph: DocumentNode, schema: GraphQLSchema, names: CostNames): CostModel {
  const stated = collectStated(supergraph, names);
  const typesBelow = (parent: string): readonly string[] => {
    const type = schema.getType(parent);
    return isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
  };
  const ownWeight = (parent: string, field: string): number => {
    const stands = stated.weights.get(`${parent}.${field}`);
    if (stands !== undefined) return stands;
    const type = schema.getType(parent);
    const definition = isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
    if (!definition) return 0;
    const named = getNamedType(definition.type);
    return stated.weights.get(named.name) ?? (isLeafType(named) ? 0 : 1);
  };
  return {
    weightOf: (parent, field) =>
      Math.max(ownWeight(parent, field), ...typesBelow(parent).map((type) => ownWeight(type, field))),
    listSizeOf(parent, field) {
      const candidates = [parent, ...typesBelow(parent)].map((type) => stated.listSizes.get(`${type}.${field}`));
      return candidates.find((candidate) => candidate !== undefined);
    },
    weightOfArgument: (parent, field, argument) => stated.weights.get(`${parent}.${field}(${argument}:)`) ?? null,
    weightOfInputField: (type, field) => stated.weights.get(`${type}.${field}`) ?? null,
    weightOfType: (type) => stated.weights.get(type) ?? null,
  };
}

interface Stated {
  /** By schema coordinate. */
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

interface Element {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

function collectStated(supergraph: DocumentNode, names: CostNames): Stated {
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const collect = (coordinate: string, { directives = [] }: Element): void => {
    for (const directive of directives) {
      const given = argumentsOf(directive);
      if (directive.name.value === names.cost) weights.set(coordinate, Math.max(0, Number(given.weight)));
      if (directive.name.value === names.listSize) listSizes.set(coordinate, toListSize(given));
    }
  };
  for (const type of supergraph.definitions.filter(isTypeDefinitionNode)) {
    collect(type.name.value, type);
    if (!('fields' in type)) continue;
    for (const field of type.fields ?? []) {
      const coordinate = `${type.name.value}.${field.name.value}`;
      collect(coordinate, field);
      const argumentNodes: readonly InputValueDefinitionNode[] =
        field.kind === Kind.FIELD_DEFINITION ? (field.arguments ?? []) : [];
      for (const argument of argumentNodes) collect(`${coordinate}(${argument.name.value}:)`, argument);
    }
  }
  return { weights, listSizes };
}

function toListSize(given: Readonly<Record<string, unknown>>): ListSize {
  return {
    assumedSize: typeof given.assumedSize === 'number' ? given.assumedSize : null,
    slicingArguments: strings(given.slicingArguments),
    sizedFields: strings(given.sizedFields),
    requireOneSlicingArgument: given.requireOneSlicingArgument !== false,
  };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function argumentsOf(directive: ConstDirectiveNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}
