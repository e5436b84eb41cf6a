import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';

/** What an operation gives its client. */
export interface GraphQLResult {
  /** JSON text; absent when the operation never ran. */
  readonly data?: string;
  readonly errors?: readonly (GraphQLError | GraphQLFormattedError)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** What it cost, counted when asked; absent when nothing ran for it. */
  readonly actualCost?: () => number;
  /** Absent when nobody may keep the result. */
  readonly cacheControl?: CacheControl;
}

/** How long a result may be kept, and by whom. */
export interface CacheControl {
  /** Seconds, from when it was made; more than 0. */
  readonly maxAge: number;
  /** Whether all callers get the same. */
  readonly isPublic: boolean;
  /** Seconds that the router has kept it; null when it was made for this request. */
  readonly age: number | null;
}

/** `ok`, `partial` (data and errors), `failed` (no data), `refused` (never ran). */
export type Outcome = 'ok' | 'partial' | 'failed' | 'refused';

export function outcomeOf({ data, errors }: GraphQLResult): Outcome {
  if (data === undefined) return 'refused';
  if (!errors) return 'ok';
  return data === 'null' ? 'failed' : 'partial';
}

/** The result as JSON text. Every error in it says under which id it is logged. */
export function writeResult({ data, errors, extensions }: GraphQLResult, requestId: string): string {
  const parts: string[] = [];
  if (errors) parts.push(`"errors":${JSON.stringify(errors.map((error) => formatError(error, requestId)))}`);
  if (data !== undefined) parts.push(`"data":${data}`);
  if (extensions) parts.push(`"extensions":${JSON.stringify(extensions)}`);
  return `{${parts.join(',')}}`;
}

/** What goes over a wire: without the hints for HTTP that an error may carry. */
export function formatError(error: GraphQLError | GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  const plain = error instanceof GraphQLError ? error.toJSON() : error;
  const { http: _http, ...extensions } = { ...plain.extensions };
  return { ...plain, extensions: { ...extensions, requestId } };
}

/** A refusal keeps its code and sentence; anything else is masked and logged. */
export function errorResult(error: unknown, requestId: string, logger: Logger): GraphQLResult {
  return { errors: [toGraphQLError(error, requestId, logger)] };
}

export function toGraphQLError(error: unknown, requestId: string, logger: Logger): GraphQLError {
  if (error instanceof AppError) {
    return new GraphQLError(error.message, { extensions: { ...error.extensions, code: error.code } });
  }
  if (error instanceof GraphQLError && !error.originalError) {
    const { message, source, positions, path, extensions } = error;
    return new GraphQLError(message, {
      source,
      positions,
      path,
      extensions: { ...extensions, code: extensions.code ?? 'BAD_INPUT' },
    });
  }
  logger.error({ err: error, requestId }, 'an unexpected error was masked');
  return new GraphQLError('Unexpected error. Quote the request id when you report it.', {
    extensions: { code: 'INTERNAL', http: { status: 500 } },
  });
}
