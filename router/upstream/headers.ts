import type { Caller } from '../execution/execution.ts';
import type { Headers } from './transport.ts';

/** Who asks, as subgraphs are told. */
export function identityHeaders({ forwarded, identityHeader }: Caller): Headers {
  return identityHeader === null ? forwarded : { ...forwarded, 'x-alims-identity': identityHeader };
}

/** Who asks, and to which request and trace the question belongs. */
export function callerHeaders(caller: Caller): Record<string, string> {
  const headers: Record<string, string> = { ...identityHeaders(caller), 'x-request-id': caller.requestId };
  if (caller.traceparent !== null) {
    headers.traceparent = caller.traceparent;
    if (caller.tracestate) headers.tracestate = caller.tracestate;
  }
  return headers;
}

export function questionHeaders(caller: Caller, accept: string): Headers {
  const headers = callerHeaders(caller);
  headers['content-type'] = 'application/json';
  headers.accept = accept;
  return headers;
}
