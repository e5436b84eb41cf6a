import type { ServerResponse } from 'node:http';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type GraphQLResult, writeResult } from '../results.ts';
import { JSON_TYPE, type RESPONSE_TYPE } from './negotiation.ts';

interface HttpHint {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** GraphQL over HTTP wants the status only with its own media type: with application/json it is 200. */
  readonly spec?: boolean;
}

export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The status and headers that the errors of a result ask for. */
export function headOf(result: GraphQLResult, type: typeof JSON_TYPE | typeof RESPONSE_TYPE): Head {
  if (!result.errors) return OK;
  let status = 200;
  const headers: Record<string, string> = {};
  for (const error of result.errors) {
    const { http, retryAfterSeconds } = hintsOf(error);
    if (http?.status !== undefined && !(http.spec && type === JSON_TYPE)) status = Math.max(status, http.status);
    Object.assign(headers, http?.headers);
    if (typeof retryAfterSeconds === 'number') headers['retry-after'] = String(Math.ceil(retryAfterSeconds));
  }
  return { status, headers };
}

const OK: Head = { status: 200, headers: {} };

function hintsOf({ extensions }: GraphQLError | GraphQLFormattedError) {
  return { http: extensions?.http as HttpHint | undefined, retryAfterSeconds: extensions?.retryAfterSeconds };
}

export function sendResult(
  response: ServerResponse,
  result: GraphQLResult,
  type: typeof JSON_TYPE | typeof RESPONSE_TYPE,
  requestId: string,
): void {
  sendText(response, headOf(result, type), type, writeResult(result, requestId));
}

export function sendText(response: ServerResponse, { status, headers }: Head, type: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'content-length': body.length,
  });
  response.end(body);
}

/** A refusal of HTTP in the shape of a GraphQL error. */
export function httpRefusal(status: number, message: string, headers?: Record<string, string>): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_INPUT', http: { status, ...(headers && { headers }) } },
  });
}
