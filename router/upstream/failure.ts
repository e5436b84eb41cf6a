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

export function circuitOpen(service: string): SubgraphFailure {
  return new SubgraphFailure(service, 'circuit-open', 'it is not asked for now, because too many calls have failed');
}

export function overloaded(service: string): SubgraphFailure {
  return new SubgraphFailure(service, 'overloaded', 'it was not asked, because too many calls are waiting already');
}
