import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { tooWideIntrospection } from './introspection-size.ts';
import { beyondLimit, checkLimits, type OperationLimits } from './limits.ts';
import { findConflicts } from './overlapping-fields.ts';
import { fragmentsOf, visitFields } from './selections.ts';

/** Refused before anything ran: the client must change something. */
export interface RefusedOperation {
  readonly errors: readonly GraphQLFormattedError[];
}

/** How documents are judged. */
export interface CheckOptions {
  readonly limits: OperationLimits;
  /** Whether `__schema` and `__type` are answered. */
  readonly introspection: boolean;
  /** Whether messages tell names that a client may have meant, which tells the schema to those who guess. */
  readonly suggestions: boolean;
}

export interface CheckedDocument {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
}

const MAX_ERRORS = 20;

// Replaced by findConflicts, which does not compare every pair of selections.
const RULES = specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule);

/** Parses, limits and validates, in time linear in the document. Never throws for what a client sent. */
export function checkDocument(
  schema: GraphQLSchema,
  options: CheckOptions,
  text: string,
  operationName: string | null,
): CheckedDocument | RefusedOperation {
  const document = parseDocument(text, options.limits);
  if (document instanceof GraphQLError) return refuse([document]);
  const beyond = checkLimits(document, options.limits);
  if (beyond.length > 0) return refuse(beyond.slice(0, MAX_ERRORS));
  const hideSuggestions = !options.suggestions;
  const invalid = validate(schema, document, RULES, { maxErrors: MAX_ERRORS, hideSuggestions });
  if (invalid.length > 0) return refuse(invalid);
  const operation = getOperationAST(document, operationName);
  if (!operation) return refuse([noSuchOperation(document, operationName)]);
  const conflicts = findConflicts(schema, fragmentsOf(document), operation);
  if (conflicts.length > 0) return refuse(conflicts);
  if (introspects(schema, document, operation)) {
    if (!options.introspection) return refuse([noIntrospection()]);
    const wide = tooWideIntrospection(schema, document, operation);
    if (wide) return refuse([wide]);
  }
  // Positions serve error messages only; kept for each operation of the cache they would take most of its memory.
  const lean = parse(text, { noLocation: true });
  return { document: lean, definition: getOperationAST(lean, operationName) as OperationDefinitionNode };
}

function parseDocument(text: string, limits: OperationLimits): DocumentNode | GraphQLError {
  const { maxTokens, maxDepth } = limits;
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    if (error instanceof RangeError) return beyondLimit('maxDepth', maxDepth, 'levels', null);
    if (!(error instanceof GraphQLError)) throw error;
    return /more that? \d+ tokens/.test(error.message) ? beyondLimit('maxTokens', maxTokens, 'tokens', null) : error;
  }
}

function noSuchOperation(document: DocumentNode, operationName: string | null): GraphQLError {
  const names = document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => definition.name?.value ?? '(anonymous)');
  const known = `The document holds: ${names.join(', ') || 'no operation'}.`;
  return new GraphQLError(
    operationName === null
      ? `Say which operation to run with "operationName". ${known}`
      : `There is no operation named ${JSON.stringify(operationName)}. ${known}`,
  );
}

function introspects(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const root = schema.getRootType(operation.operation);
  let found = false;
  if (!root) return found;
  const { selectionSet } = operation;
  visitFields(schema, fragmentsOf(document), { selectionSet, root }, ({ name }) => {
    found ||= name.value === '__schema' || name.value === '__type';
  });
  return found;
}

function noIntrospection(): GraphQLError {
  return new GraphQLError('The schema is not told here: "__schema" and "__type" are switched off. Leave them out.');
}

export function refuse(errors: readonly GraphQLError[]): RefusedOperation {
  return { errors: errors.map(badInput) };
}

// What a client sent may be quoted, but not whole and again and again.
const MAX_MESSAGE = 1_000;

/**
 * With the code that clients act on; `spec` lets an answer of type application/json keep its status 200. Plain, because a
 * GraphQLError would keep the whole document.
 */
export function badInput({ message, locations, extensions }: GraphQLError): GraphQLFormattedError {
  return {
    message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
    ...(locations ? { locations } : {}),
    extensions: { ...extensions, code: 'BAD_INPUT', http: { spec: true, status: 400 } },
  };
}
