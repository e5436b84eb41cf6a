import {
  AppError,
  BadInputError,
  ConflictError,
  type ErrorCode,
  ForbiddenError,
  UnauthenticatedError,
  UnavailableError,
} from '../errors/index.ts';
import { createIdentitySigner, IDENTITY_HEADER, type Viewer } from '../identity/index.ts';

export interface Fetch {
  (request: Request): Promise<Response>;
  /** The class of requests that it reads with the least work; any other will do. */
  readonly Request?: typeof Request | undefined;
}

/**
 * Runs a document on another subgraph and gives its data.
 * @throws the AppError that the other subgraph answered, or UnavailableError when it did not answer.
 */
export type Ask = <T>(subgraph: string, document: string, variables?: object) => Promise<T>;
export type AskAs = (viewer: Viewer | null, requestId: string) => Ask;

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

const TIMEOUT_MS = 10_000;
const TIMED_OUT = `No answer came within ${TIMEOUT_MS / 1000} seconds.`;

/** `fetchers` is read at each call: the subgraphs of one process are started one after the other. */
export function createAskAs(fetchers: ReadonlyMap<string, Fetch>, identityKey: string): AskAs {
  const identityHeader = createIdentitySigner(identityKey);
  return (viewer, requestId) => async (subgraph, document, variables) => {
    const fetcher = fetchers.get(subgraph);
    if (!fetcher) throw new UnavailableError(`The ${subgraph} subgraph is not known to this process.`);
    const headers: Record<string, string> = { 'content-type': 'application/json', 'x-request-id': requestId };
    if (viewer) headers[IDENTITY_HEADER] = identityHeader(viewer, Date.now());
    const leaving = new AbortController();
    const request = new (fetcher.Request ?? Request)(`http://${subgraph}.internal/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: document, variables }),
      signal: leaving.signal,
    });
    // Cleared, where AbortSignal.timeout would keep each request for ten seconds.
    const timer = setTimeout(() => leaving.abort(new DOMException(TIMED_OUT, 'TimeoutError')), TIMEOUT_MS);
    timer.unref();
    try {
      return dataOf(subgraph, await answerOf(subgraph, fetcher, request));
    } finally {
      clearTimeout(timer);
    }
  };
}

async function answerOf<T>(subgraph: string, fetcher: Fetch, request: Request): Promise<Answer<T>> {
  try {
    const response = await fetcher(request);
    // Trusted: the other subgraph validated its answer against the schema that both share.
    return (await response.json()) as Answer<T>;
  } catch (cause) {
    throw new UnavailableError(`The ${subgraph} subgraph did not answer; try again in a moment.`, cause);
  }
}

function dataOf<T>(subgraph: string, answer: Answer<T>): T {
  const [error] = answer.errors ?? [];
  if (error) throw toAppError(subgraph, error.message, error.extensions ?? {});
  if (!answer.data) throw new UnavailableError(`The ${subgraph} subgraph answered without data.`);
  return answer.data;
}

function toAppError(subgraph: string, message: string, extensions: Readonly<Record<string, unknown>>): AppError {
  const code = extensions.code as ErrorCode | undefined;
  switch (code) {
    case 'BAD_INPUT':
      return new BadInputError(message, extensions);
    case 'CONFLICT':
      return new ConflictError(message, extensions);
    case 'FORBIDDEN':
      return new ForbiddenError(message, extensions);
    case 'UNAUTHENTICATED':
      return new UnauthenticatedError(message);
    case 'NOT_FOUND':
      return new AppError('NOT_FOUND', message, extensions);
    default:
      return new UnavailableError(
        `The ${subgraph} subgraph could not answer; try again in a moment.`,
        new Error(message),
      );
  }
}
