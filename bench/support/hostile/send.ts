import { type IncomingMessage, request } from 'node:http';
import type { Hostile } from '../../../router/tests/hostile/requests.ts';

export interface HostileAnswer {
  /** 0 when the connection was cut instead. */
  readonly status: number;
  readonly body: string;
}

/** Never throws: to be cut off is an answer. With another `turn`, its document is another one and no cache helps. */
export function sendHostile(endpoint: string, hostile: Hostile, turn: number): Promise<HostileAnswer> {
  const { method = 'POST', search, contentType = 'application/json', body } = hostile;
  const { promise, resolve } = Promise.withResolvers<HostileAnswer>();
  const call = request(search === undefined ? endpoint : `${endpoint}?${search}`, {
    method,
    headers: { accept: 'application/json', ...(method === 'POST' && { 'content-type': contentType }) },
    agent: false,
    timeout: 30_000,
  });
  call.on('timeout', () => call.destroy(new Error('no answer within 30 s')));
  call.on('error', (error) => resolve({ status: 0, body: error.message }));
  call.on('response', (response: IncomingMessage) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('close', () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  call.end(body === undefined ? undefined : renewed(body, turn));
  return promise;
}

// A comment at the end of the document; what is no document stays as it is.
function renewed(body: string, turn: number): string {
  return body.replace(/^(\{"query":"(?:[^"\\]|\\.)*)"/, `$1 #${turn}"`);
}
