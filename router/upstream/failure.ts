import { SubgraphFailure } from '../execution/errors.ts';

export function asFailure(service: string, error: unknown): SubgraphFailure {
  if (error instanceof SubgraphFailure) return error;
  return new SubgraphFailure(service, 'unreachable', 'the request failed', error);
}

export function timedOut(service: string, timeoutMs: number): SubgraphFailure {
  return new SubgraphFailure(service, 'timeout', `no answer within ${timeoutMs} ms`);
}

export function clientLeft(service: string): SubgraphFailure {
  return new SubgraphFailure(service, 'aborted', 'the client left');
}
