import {
  type ArgumentNode,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type ValueNode,
} from 'graphql';
import { definitionOf, fragmentsOf, visitFields } from '../operation/selections.ts';

/** What an operation uses, by schema coordinates. */
export interface OperationUsage {
  /** `Type.field` of each field that it selects. */
  readonly fields: readonly string[];
  /** Deprecated arguments, input fields and enum values in its document: `Type.field(argument:)`, `Input.field`, `Enum.VALUE`. */
  readonly inputs: readonly string[];
  /** Those fields that are deprecated. */
  readonly deprecatedFields: readonly string[];
  /** Of the same kinds as `inputs` those in its variables; null where no variable can hold any. */
  readonly inVariables: ((variables: Readonly<Record<string, unknown>>) => ReadonlySet<string>) | null;
}

/** Everything that a schema deprecates, with its reason. */
export interface Deprecations {
  readonly reasons: ReadonlyMap<string, string>;
  /** Whether a value of this type can hold a deprecated input field or enum value. */
  mayHold(type: GraphQLInputType): boolean;
}

export function readDeprecations(schema: GraphQLSchema): Deprecations {
  const reasons = new Map<string, string>();
  const note = (
    coordinate: string,
    { deprecationReason: reason }: { deprecationReason?: string | null | undefined },
  ) => {
    if (reason !== undefined && reason !== null) reasons.set(coordinate, reason);
  };
  for (const type of typesOf(schema)) {
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field);
      for (const argument of field.args) note(`${type.name}.${field.name}(${argument.name}:)`, argument);
    }
  }
  return { reasons, mayHold: compileMayHold(schema, reasons) };
}

/** The types that a schema defines, without those of introspection. */
export function typesOf(schema: GraphQLSchema) {
  return Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
}

function compileMayHold(schema: GraphQLSchema, reasons: ReadonlyMap<string, string>): Deprecations['mayHold'] {
  const holders = new Set<string>();
  for (const type of typesOf(schema)) {
    if (isEnumType(type) && type.getValues().some(({ name }) => reasons.has(`${type.name}.${name}`))) {
      holders.add(type.name);
    }
  }
  const inputs = typesOf(schema).filter(isInputObjectType);
  const holds = (type: GraphQLInputObjectType) =>
    Object.values(type.getFields()).some(
      (field) => reasons.has(`${type.name}.${field.name}`) || holders.has(getNamedType(field.type).name),
    );
  // Input types may hold each other, so it goes on until no more are found.
  for (let before = -1; before !== holders.size; ) {
    before = holders.size;
    for (const type of inputs) if (holds(type)) holders.add(type.name);
  }
  return (type) => holders.has(getNamedType(type).name);
}

/** Reads a valid operation once: what it selects, whatever @skip and @include leave of it. */
export function usageOf(
  schema: GraphQLSchema,
  deprecations: Deprecations,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationUsage {
  const fields = new Set<string>();
  const inputs = new Set<string>();
  const root = schema.getRootType(operation.operation);
  if (root) {
    const { selectionSet } = operation;
    visitFields(schema, fragmentsOf(document), { selectionSet, root }, (field, parent) => {
      const definition = definitionOf(parent, field.name.value);
      if (!definition) return;
      const coordinate = `${parent.name}.${definition.name}`;
      fields.add(coordinate);
      useArguments(deprecations, definition.args, field.arguments ?? [], coordinate, inputs);
    });
  }
  const deprecatedFields = [...fields].filter((field) => deprecations.reasons.has(field));
  return {
    fields: [...fields],
    inputs: [...inputs],
    deprecatedFields,
    inVariables: compileVariables(schema, deprecations, operation),
  };
}

function useArguments(
  deprecations: Deprecations,
  defined: readonly GraphQLArgument[],
  given: readonly ArgumentNode[],
  field: string,
  used: Set<string>,
): void {
  for (const { name, value } of given) {
    const definition = defined.find((each) => each.name === name.value);
    if (!definition) continue;
    const coordinate = `${field}(${name.value}:)`;
    if (deprecations.reasons.has(coordinate)) used.add(coordinate);
    if (deprecations.mayHold(definition.type)) useLiteral(deprecations, definition.type, value, used);
  }
}

function useLiteral(deprecations: Deprecations, type: GraphQLInputType, value: ValueNode, used: Set<string>): void {
  const named = getNamedType(type);
  if (value.kind === Kind.LIST) {
    for (const each of value.values) useLiteral(deprecations, named, each, used);
  } else if (value.kind === Kind.ENUM) {
    use(deprecations, `${named.name}.${value.value}`, used);
  } else if (value.kind === Kind.OBJECT && isInputObjectType(named)) {
    for (const { name, value: below } of value.fields) {
      const field = named.getFields()[name.value];
      if (!field) continue;
      use(deprecations, `${named.name}.${field.name}`, used);
      useLiteral(deprecations, field.type, below, used);
    }
  }
}

function use({ reasons }: Deprecations, coordinate: string, used: Set<string>): void {
  if (reasons.has(coordinate)) used.add(coordinate);
}

function compileVariables(
  schema: GraphQLSchema,
  deprecations: Deprecations,
  { variableDefinitions = [] }: OperationDefinitionNode,
): OperationUsage['inVariables'] {
  const watched = variableDefinitions.flatMap(({ variable, type }) => {
    const known = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
    return known && deprecations.mayHold(known) ? [{ name: variable.name.value, type: known }] : [];
  });
  if (watched.length === 0) return null;
  return (variables) => {
    const used = new Set<string>();
    for (const { name, type } of watched) useValue(deprecations, type, variables[name], used);
    return used;
  };
}

/** For the values that clients sent: what defaults add is nobody's use. */
function useValue(deprecations: Deprecations, given: GraphQLInputType, value: unknown, used: Set<string>): void {
  const type = getNullableType(given);
  if (value === undefined || value === null || !deprecations.mayHold(type)) return;
  if (isListType(type)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) useValue(deprecations, type.ofType, each, used);
  } else if (isEnumType(type)) {
    use(deprecations, `${type.name}.${String(value)}`, used);
  } else if (isInputObjectType(type) && typeof value === 'object') {
    const fields = type.getFields();
    for (const [name, below] of Object.entries(value)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field) continue;
      use(deprecations, `${type.name}.${name}`, used);
      useValue(deprecations, field.type, below, used);
    }
  }
}
