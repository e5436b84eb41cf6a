import type { ServerResponse } from 'node:http';

/** Why a request is turned away before GraphQL sees it. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** In the shape of a GraphQL error, so that every client can read it. */
export function sendRefusal(response: ServerResponse, refusal: HttpRefusal, requestId: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { code, status, message } = refusal;
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
  response.writeHead(status, {
    ...refusal.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
