import type { ServerResponse } from 'node:http';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type GraphQLResult, writeResult } from '../results.ts';
import { chooseEncoding, compress } from './compression.ts';
import { etagOf, isNamedBy } from './etag.ts';
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

/** Who may keep an answer, and how long. Whatever belongs to a caller depends on who that is. */
function cachingOf({ cacheControl, errors }: GraphQLResult, forwarded: string | null): Head['headers'] {
  if (!cacheControl || errors) return NOT_KEPT;
  const { maxAge, isPublic, age } = cacheControl;
  return {
    'cache-control': `max-age=${maxAge}, ${isPublic ? 'public' : 'private'}`,
    vary: [...(isPublic ? [] : ['authorization']), ...(forwarded === null ? [] : [forwarded])].join(', '),
    ...(age !== null && { age: String(age) }),
  };
}

const NOT_KEPT: Head['headers'] = { 'cache-control': 'no-store' };

function hintsOf({ extensions }: GraphQLError | GraphQLFormattedError) {
  return { http: extensions?.http as HttpHint | undefined, retryAfterSeconds: extensions?.retryAfterSeconds };
}

/**
 * An answer without errors carries a tag when it was asked for with GET: who has it already gets 304. `vary` names the
 * headers of clients that subgraphs get, on which it depends.
 */
export async function sendResult(
  response: ServerResponse,
  result: GraphQLResult,
  type: typeof JSON_TYPE | typeof RESPONSE_TYPE,
  requestId: string,
  vary: string | null = null,
): Promise<void> {
  const { status, headers } = headOf(result, type);
  const body = Buffer.from(writeResult(result, requestId));
  const head = { status, headers: { ...cachingOf(result, vary), ...headers } };
  await sendBody(response, head, type, { body, tagged: !result.errors && response.req.method !== 'POST' });
}

/** Compressed as the client accepts it. */
export async function sendText(
  response: ServerResponse,
  { status, headers }: Head,
  type: string,
  text: string,
): Promise<void> {
  const head = { status, headers: { 'cache-control': 'no-store', ...headers } };
  await sendBody(response, head, type, { body: Buffer.from(text), tagged: false });
}

interface Body {
  readonly body: Buffer;
  readonly tagged: boolean;
}

async function sendBody(
  response: ServerResponse,
  { status, headers }: Head,
  type: string,
  { body, tagged }: Body,
): Promise<void> {
  const { 'accept-encoding': accepted, 'if-none-match': known } = response.req.headers;
  const encoding = chooseEncoding(accepted, body.length);
  const all: Record<string, string | number> = { ...headers, vary: varyOf(response, headers) };
  if (tagged) {
    const etag = etagOf(body, encoding);
    all.etag = etag;
    if (isNamedBy(known, etag)) {
      response.writeHead(304, all).end();
      return;
    }
  }
  const sent = encoding === null ? body : await compress(body, encoding);
  if (encoding !== null) all['content-encoding'] = encoding;
  response.writeHead(status, { ...all, 'content-type': `${type}; charset=utf-8`, 'content-length': sent.length });
  response.end(sent);
}

function varyOf(response: ServerResponse, { vary }: Head['headers']): string {
  const names = [response.getHeader('vary'), vary, 'accept, accept-encoding'];
  return names.filter((name) => name !== undefined && name !== '').join(', ');
}

/** A refusal of HTTP in the shape of a GraphQL error. */
export function httpRefusal(status: number, message: string, headers?: Record<string, string>): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_INPUT', http: { status, ...(headers && { headers }) } },
  });
}
