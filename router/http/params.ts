import { isObject } from '../execution/data.ts';
import type { GraphQLRequest } from '../pipeline.ts';
import { httpRefusal } from './answer.ts';

/** A request as its client sent it, before anything about it is certain. */
export type Params = Readonly<Record<string, unknown>>;

/**
 * @param query the text of the document, which the request may have named in another way.
 * @throws GraphQLError that says what was expected and what came.
 */
export function checkParams({ variables, operationName, extensions }: Params, query: string): GraphQLRequest {
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    throw httpRefusal(400, `"operationName" must be a string, got ${shown(operationName)}.`);
  }
  if (!isAbsent(variables) && !isObject(variables)) {
    throw httpRefusal(400, `"variables" must be a JSON object like {"id": "…"}, got ${shown(variables)}.`);
  }
  if (!isAbsent(extensions) && !isObject(extensions)) {
    throw httpRefusal(400, `"extensions" must be a JSON object, got ${shown(extensions)}.`);
  }
  return { query, operationName: operationName || null, variables: variables ?? {} };
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
