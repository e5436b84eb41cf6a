import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { GraphQLResult } from './pipeline.ts';

/** Every error says under which id it is logged. Errors of refused documents are cached and shared, so they are copied. */
export function withRequestId(result: GraphQLResult, requestId: string): GraphQLResult {
  if (!result.errors) return result;
  return { ...result, errors: result.errors.map((error) => identified(error, requestId)) };
}

function identified(
  error: GraphQLError | GraphQLFormattedError,
  requestId: string,
): GraphQLError | GraphQLFormattedError {
  const extensions = { ...error.extensions, requestId };
  if (!(error instanceof GraphQLError)) return { ...error, extensions };
  const { source, positions, path } = error;
  return new GraphQLError(error.message, { source, positions, path, extensions });
}

/** A refusal keeps its code and sentence; anything else is masked and logged. */
export function errorResult(error: unknown, requestId: string, logger: Logger): GraphQLResult {
  return { errors: [toGraphQLError(error, requestId, logger)] };
}

export function toGraphQLError(error: unknown, requestId: string, logger: Logger): GraphQLError {
  if (error instanceof AppError) {
    return new GraphQLError(error.message, { extensions: { ...error.extensions, code: error.code, requestId } });
  }
  if (error instanceof GraphQLError && !error.originalError) {
    return new GraphQLError(error.message, {
      source: error.source,
      positions: error.positions,
      path: error.path,
      // Yoga's own refusals have its code for what is BAD_INPUT everywhere here.
      extensions: { ...error.extensions, code: codeOf(error), requestId },
    });
  }
  logger.error({ err: error, requestId }, 'an unexpected error was masked');
  return new GraphQLError('Unexpected error. Quote the request id when you report it.', {
    extensions: { code: 'INTERNAL', requestId, http: { status: 500 } },
  });
}

export interface FormattedResult {
  readonly data?: GraphQLResult['data'];
  readonly errors?: readonly GraphQLFormattedError[];
}

/** What goes over a wire: without the hints for HTTP that an error may carry. */
export function formatResult(result: GraphQLResult): FormattedResult {
  const { errors, ...rest } = result;
  return errors ? { ...rest, errors: errors.map(formatError) } : rest;
}

export function formatError(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  const plain = error instanceof GraphQLError ? error.toJSON() : error;
  const { http: _http, ...extensions } = { ...plain.extensions };
  return { ...plain, extensions };
}

function codeOf({ extensions: { code } }: GraphQLError): unknown {
  return code === undefined || code === 'BAD_REQUEST' ? 'BAD_INPUT' : code;
}
