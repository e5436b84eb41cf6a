import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../errors/index.ts';
import type { Logger } from '../logging/index.ts';
import type { RequestContext } from './context.ts';

/** Where an error belongs; `left` when its caller is gone, and with it most of what could still go right. */
export interface ErrorScene {
  readonly requestId: string;
  readonly logger: Logger;
  readonly left: boolean;
}

/** The error as the client may see it: what is not ours to say is masked and logged under the request id. */
export function toClientError(error: unknown, { requestId, logger, left }: ErrorScene): GraphQLError {
  const graphQLError = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) });
  const original = rootOf(graphQLError);
  const at = { nodes: graphQLError.nodes ?? null, path: graphQLError.path ?? null };
  if (original instanceof AppError) {
    return new GraphQLError(original.message, {
      ...at,
      extensions: { ...original.extensions, code: original.code, requestId },
    });
  }
  if (!original) {
    return new GraphQLError(graphQLError.message, {
      ...at,
      extensions: { code: 'BAD_INPUT', ...graphQLError.extensions, requestId },
    });
  }
  const about = { err: original, path: graphQLError.path, requestId };
  if (left) logger.debug(about, 'a request failed after its caller had left');
  else logger.error(about, 'a request failed unexpectedly');
  return new GraphQLError(`Something failed on our side. Quote the request id ${requestId} when you report it.`, {
    ...at,
    extensions: { code: 'INTERNAL', requestId },
  });
}

/** graphql-js wraps its own errors (of a variable, say) in its own errors: what counts is what was thrown first. */
function rootOf({ originalError }: GraphQLError): Error | undefined {
  return originalError instanceof GraphQLError ? rootOf(originalError) : originalError;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function ownContextOf(args: ExecutionArgs): RequestContext {
  return (args.contextValue as { ownContext: RequestContext }).ownContext;
}

/** The result as the client may see it. */
export function mapResult(result: ExecutionResult, context: RequestContext, logger: Logger): ExecutionResult {
  if (!result.errors?.length) return result;
  const { requestId, signal } = context;
  const scene = { requestId, logger, left: signal.aborted };
  return { ...result, errors: result.errors.map((error) => toClientError(error, scene)) };
}

function isStream(result: unknown): result is AsyncIterableIterator<ExecutionResult> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

/** Not a generator: a generator's return() would wait for the next event before it reached the source. */
function mapStream(
  stream: AsyncIterableIterator<ExecutionResult>,
  context: RequestContext,
  logger: Logger,
): AsyncIterableIterator<ExecutionResult> {
  const map = (step: IteratorResult<ExecutionResult>): IteratorResult<ExecutionResult> =>
    step.done ? step : { done: false, value: mapResult(step.value, context, logger) };
  return {
    next: async () => map(await stream.next()),
    return: async () => (await stream.return?.()) ?? { done: true, value: undefined },
    throw: async (error) => (await stream.throw?.(error)) ?? Promise.reject(error),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Maps every error of execution, in answers and in streams. */
export function useErrorMapping(logger: Logger): Plugin {
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result, setResult }) {
        if (!isStream(result)) setResult(mapResult(result as ExecutionResult, ownContextOf(args), logger));
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult({ result, setResult }) {
        if (isStream(result)) setResult(mapStream(result, ownContextOf(args), logger));
        else setResult(mapResult(result as ExecutionResult, ownContextOf(args), logger));
      },
    }),
  };
}
