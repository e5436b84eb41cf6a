import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parseType,
  type SelectionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { SupergraphState } from '../supergraph.ts';

/**
 * How a subscription goes on after its stream was lost, by the convention that its root field takes `after`, the cursor
 * of the last event seen, and that each of its events has a `cursor`.
 */
export interface Resume {
  /** The root field's response key. */
  readonly key: string;
  /** Holds the cursor to go on from. */
  readonly variable: string;
  /** The document itself names a cursor to begin at. */
  readonly beginsAtCursor: boolean;
}

export interface Resumable extends Resume {
  /** The document to plan: it also asks for each event's cursor. */
  readonly document: DocumentNode;
}

const ARGUMENT = 'after';
const CURSOR = 'cursor';
const OWN_VARIABLE = 'alims_after';
const OWN_KEY = 'alims_cursor';

/** Null for a subscription without such a root field, and for every other operation. */
export function compileResume(
  { schema, authorization }: Pick<SupergraphState, 'schema' | 'authorization'>,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Resumable | null {
  const field = operation.selectionSet.selections[0];
  if (operation.operation !== 'subscription' || field?.kind !== Kind.FIELD || !field.selectionSet) return null;
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
  const argument = definition?.args.find(({ name }) => name === ARGUMENT);
  if (!definition || !argument || isNonNullType(argument.type)) return null;
  // A cursor that not everybody may read is no way to go on: nobody asked for it.
  const isFree = (type: string) => authorization.requirementsOf(type, CURSOR).length === 0;
  const cursors = cursorSelections(schema, getNamedType(definition.type), isFree);
  if (cursors.length === 0) return null;
  const given = field.arguments?.find(({ name }) => name.value === ARGUMENT)?.value;
  const variable = given?.kind === Kind.VARIABLE ? given.name.value : OWN_VARIABLE;
  const asked: FieldNode = {
    ...withArgument(field, variable),
    selectionSet: { ...field.selectionSet, selections: [...field.selectionSet.selections, ...cursors] },
  };
  const own = given?.kind === Kind.VARIABLE ? [] : [variableDefinition(variable, String(argument.type), given)];
  const planned: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [...(operation.variableDefinitions ?? []), ...own],
    selectionSet: { ...operation.selectionSet, selections: [asked] },
  };
  return {
    key: field.alias?.value ?? field.name.value,
    variable,
    beginsAtCursor: given !== undefined && given.kind !== Kind.VARIABLE && given.kind !== Kind.NULL,
    document: { ...document, definitions: document.definitions.map((each) => (each === operation ? planned : each)) },
  };
}

// It goes into the lines of an event stream as it is.
const PLAIN_WORD = /^[!-~]{1,512}$/;

/** The cursor of one event as its subgraph sent it. */
export function cursorIn(data: unknown, { key }: Resume): string | null {
  const event = (data as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  const cursor = (event as Readonly<Record<string, unknown>> | null | undefined)?.[OWN_KEY];
  return typeof cursor === 'string' && PLAIN_WORD.test(cursor) ? cursor : null;
}

function cursorSelections(
  schema: GraphQLSchema,
  type: GraphQLNamedOutputType,
  isFree: (type: string) => boolean,
): SelectionNode[] {
  if (!isCompositeType(type)) return [];
  const selection: FieldNode = { kind: Kind.FIELD, alias: name(OWN_KEY), name: name(CURSOR) };
  const has = (each: GraphQLNamedOutputType) =>
    (isObjectType(each) || isInterfaceType(each)) && each.getFields()[CURSOR]?.args.length === 0 && isFree(each.name);
  if (has(type)) return [selection];
  if (!isAbstractType(type)) return [];
  return schema
    .getPossibleTypes(type)
    .filter(has)
    .map((member) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: name(member.name) },
      selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
    }));
}

function withArgument(field: FieldNode, variable: string): FieldNode {
  const others = field.arguments?.filter(({ name: given }) => given.value !== ARGUMENT) ?? [];
  const value: ValueNode = { kind: Kind.VARIABLE, name: name(variable) };
  return { ...field, arguments: [...others, { kind: Kind.ARGUMENT, name: name(ARGUMENT), value }] };
}

function variableDefinition(variable: string, type: string, given: ValueNode | undefined): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: name(variable) },
    type: parseType(type, { noLocation: true }),
    // A cursor written into the document holds until an event brings a later one.
    ...(given && { defaultValue: given as VariableDefinitionNode['defaultValue'] & object }),
  };
}

function name(value: string) {
  return { kind: Kind.NAME, value } as const;
}
