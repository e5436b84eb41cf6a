import { type IncomingMessage, request } from 'node:http';
import type { HostileRequest } from './hostile-requests.ts';

export interface HostileAnswer {
  /** 0 when the connection was cut instead. */
  readonly status: number;
  readonly body: string;
}

/** Sends it over a connection of its own, with a path that nothing tidies up. Never throws: to be cut off is an answer. */
export function sendHostile(endpoint: string, hostile: HostileRequest): Promise<HostileAnswer> {
  const { method, path = '/graphql', headers, body } = hostile;
  const { promise, resolve } = Promise.withResolvers<HostileAnswer>();
  const call = request(new URL(endpoint).origin, {
    method,
    path,
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    agent: false,
    timeout: 30_000,
  });
  call.on('timeout', () => call.destroy(new Error('no answer within 30 s')));
  call.on('error', (error) => resolve({ status: 0, body: error.message }));
  call.on('response', (response: IncomingMessage) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('close', () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  call.end(body);
  return promise;
}
