import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  type ParseOptions,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from '../logging/index.ts';
import type { RequestContext } from './context.ts';
import { mapResult } from './errors.ts';

/** An operation that is ready to run. */
export interface DirectCall {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: { readonly [name: string]: unknown } | null | undefined;
}

export interface DirectOptions {
  readonly schema: GraphQLSchema;
  readonly parserOptions: ParseOptions;
  readonly logger: Logger;
}

const MOST_DOCUMENTS = 1_000;
const PARAMETERS = new Set(['query', 'variables', 'operationName', 'extensions']);
/** What answers in application/json: the router's, and those of callers that do not mind. */
const ACCEPTED = new Set([
  null,
  '*/*',
  'application/json',
  'application/json, application/graphql-response+json;q=0.9',
]);

/** Whether a request may hold what can be run directly. */
export function isPlain({ method, url, headers }: Request): boolean {
  if (method !== 'POST' || !url.endsWith('/graphql') || !ACCEPTED.has(headers.get('accept'))) return false;
  const type = headers.get('content-type');
  return type === 'application/json' || type?.startsWith('application/json;') === true;
}

/**
 * Runs the queries and mutations that the router sends, past yoga's plugins: what it sends is right, and comes again
 * and again. Everything else is left to yoga, which knows how to say what is wrong.
 */
export function createDirectRoad({ schema, parserOptions, logger }: DirectOptions) {
  const documents = new LRUCache<string, DocumentNode>({ max: MOST_DOCUMENTS });

  function documentOf(query: string): DocumentNode | null {
    const known = documents.get(query);
    if (known) return known;
    const document = unlessThrown(() => parse(query, parserOptions));
    if (!document || validate(schema, document).length > 0) return null;
    documents.set(query, document);
    return document;
  }

  return {
    /** Null when something about the body is out of the ordinary. */
    read(text: string): DirectCall | null {
      const body = unlessThrown(() => JSON.parse(text) as unknown);
      if (!isObject(body) || !Object.keys(body).every((name) => PARAMETERS.has(name))) return null;
      const { query, variables, operationName, extensions } = body;
      if (typeof query !== 'string' || !isAbsentOr(isObject, variables) || !isAbsentOr(isObject, extensions))
        return null;
      if (!isAbsentOr(isString, operationName)) return null;
      const document = documentOf(query);
      const operation = document && getOperationAST(document, operationName);
      if (!operation || operation.operation === 'subscription') return null;
      return { document, operationName, variableValues: variables };
    },

    /** The answer's text. It goes on where the caller leaves: half a mutation is none. */
    async run(call: DirectCall, context: RequestContext): Promise<string> {
      const { document, operationName, variableValues } = call;
      const result: ExecutionResult = await execute({
        schema,
        document,
        operationName,
        variableValues,
        contextValue: context,
      });
      return JSON.stringify(mapResult(result, context, logger));
    },
  };
}

function unlessThrown<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

type JsonObject = { readonly [name: string]: unknown };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isAbsentOr<T>(is: (value: unknown) => value is T, value: unknown): value is T | null | undefined {
  return value === undefined || value === null || is(value);
}
