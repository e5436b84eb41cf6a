import type { GraphQLFormattedError } from 'graphql';
import type { PathKey } from './data.ts';

/** An error as a subgraph wrote it: nothing about it is certain. */
export interface SubgraphError {
  readonly message?: unknown;
  readonly path?: unknown;
  readonly extensions?: unknown;
}

export type SubgraphFailureReason =
  | 'unreachable'
  | 'timeout'
  | 'invalid-answer'
  | 'unknown-service'
  /** It has failed so often that it is left alone for a while. */
  | 'circuit-open'
  /** More callers wait for it than the router keeps waiting. */
  | 'overloaded'
  | 'aborted';

/** A subgraph gave no usable answer. The cause is for the log; the client gets `clientMessage`. */
export class SubgraphFailure extends Error {
  readonly service: string;
  readonly reason: SubgraphFailureReason;

  constructor(service: string, reason: SubgraphFailureReason, message: string, cause?: unknown) {
    super(`Subgraph ${service}: ${message}`, { cause });
    this.name = 'SubgraphFailure';
    this.service = service;
    this.reason = reason;
  }
}

const CLIENT_MESSAGES: Record<SubgraphFailureReason, string> = {
  unreachable: 'could not be reached; what it holds is missing here. Try again in a moment.',
  timeout: 'did not answer in time; what it holds is missing here. Try again in a moment.',
  'invalid-answer': 'gave an answer that could not be used; what it holds is missing here.',
  'unknown-service': 'is not served by this router; what it holds is missing here.',
  'circuit-open': 'was not asked because it has been failing; what it holds is missing here. Try again in a moment.',
  overloaded: 'was not asked because too many wait for it; what it holds is missing here. Try again in a moment.',
  aborted: 'was not asked to the end because the client left.',
};

export function failureError(failure: SubgraphFailure, path: readonly PathKey[]): GraphQLFormattedError {
  return {
    message: `Service ${JSON.stringify(failure.service)} ${CLIENT_MESSAGES[failure.reason]}`,
    path,
    extensions: { code: 'UNAVAILABLE', service: failure.service },
  };
}

// What servers add for themselves: stack traces, HTTP hints, causes.
const INTERNAL_EXTENSIONS = new Set(['stacktrace', 'exception', 'http', 'originalError', 'unexpected', 'serviceName']);

/** Keeps the subgraph's message and code. Its locations refer to a document the client never saw: dropped. */
export function passOn(error: SubgraphError, service: string, path: readonly PathKey[]): GraphQLFormattedError {
  const extensions: Record<string, unknown> = { code: 'DOWNSTREAM_SERVICE_ERROR' };
  if (typeof error.extensions === 'object' && error.extensions !== null) {
    for (const [key, value] of Object.entries(error.extensions)) {
      if (!INTERNAL_EXTENSIONS.has(key)) extensions[key] = value;
    }
  }
  extensions.service = service;
  const message = typeof error.message === 'string' && error.message !== '' ? error.message : 'Unexpected error.';
  return { message, path, extensions };
}
