import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsOf } from './selections.ts';

/** How often one operation may ask for all that a tool asks for. */
const MAX_TIMES = 4;

/** The refusal of an operation that asks for much more of the schema than any tool does. */
export function tooWideIntrospection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): GraphQLError | null {
  const times = introspectionSize(schema, document, operation) / wholeSize(schema);
  if (times <= MAX_TIMES) return null;
  return new GraphQLError(
    `The operation asks for ${Math.ceil(times)} times the whole schema; at most ${MAX_TIMES} times are served. ` +
      'Ask for "__schema" once, and not for the fields of fields of fields.',
  );
}

const wholeSizes = new WeakMap<GraphQLSchema, number>();

function wholeSize(schema: GraphQLSchema): number {
  let size = wholeSizes.get(schema);
  if (size === undefined) {
    const options = {
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    };
    const document = parse(getIntrospectionQuery({ ...options, oneOf: true }), { noLocation: true });
    size = introspectionSize(schema, document, getOperationAST(document) as OperationDefinitionNode);
    wholeSizes.set(schema, size);
  }
  return size;
}

/** Objects of the answer, lists counted with the mean length that they have in this schema. */
function introspectionSize(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): number {
  const lengths = meanLengths(schema);
  const fragments = fragmentsOf(document);
  const count = (set: SelectionSetNode, type: string): number => {
    let total = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const { value: name } = selection.name;
        const below = type === '' ? ROOTS[name] : fieldType(schema, type, name);
        if (below === undefined || !selection.selectionSet) continue;
        total += (lengths[`${type}.${name}`] ?? 1) * (1 + count(selection.selectionSet, below));
      } else {
        const inner = fragmentSet(fragments, selection);
        if (inner) total += count(inner, type);
      }
    }
    return total;
  };
  return count(operation.selectionSet, '');
}

const ROOTS: Readonly<Record<string, string>> = { __schema: '__Schema', __type: '__Type' };

function fragmentSet(
  fragments: Fragments,
  selection: Exclude<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
): SelectionSetNode | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet;
  return fragments.get(selection.name.value)?.selectionSet;
}

function fieldType(schema: GraphQLSchema, type: string, field: string): string | undefined {
  const parent = schema.getType(type);
  const definition = isObjectType(parent) ? parent.getFields()[field] : undefined;
  const named = definition && getNamedType(definition.type);
  return isCompositeType(named) ? named.name : undefined;
}

function meanLengths(schema: GraphQLSchema): Readonly<Record<string, number>> {
  const types = Object.values(schema.getTypeMap());
  const withFields = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = withFields.flatMap((type) => Object.values(type.getFields()));
  const directives = schema.getDirectives();
  return {
    '__Schema.types': types.length,
    '__Schema.directives': directives.length,
    '__Directive.args': mean(directives.map(({ args }) => args.length)),
    // Most types are wrapped once or not at all, however far a tool asks.
    '__Type.ofType': 0.5,
    '__Type.fields': mean(withFields.map((type) => Object.keys(type.getFields()).length)),
    '__Field.args': mean(fields.map(({ args }) => args.length)),
    '__Type.interfaces': mean(withFields.map((type) => type.getInterfaces().length)),
    '__Type.possibleTypes': mean(types.filter(isAbstractType).map((type) => schema.getPossibleTypes(type).length)),
    '__Type.enumValues': mean(types.filter(isEnumType).map((type) => type.getValues().length)),
    '__Type.inputFields': mean(types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length)),
  };
}

/** At least 1, so that what is rare here is no way around. */
function mean(lengths: readonly number[]): number {
  return Math.max(1, lengths.reduce((total, length) => total + length, 0) / Math.max(1, lengths.length));
}
