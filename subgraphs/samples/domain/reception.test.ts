import { describe, expect, test } from 'vitest';
import { receive } from './reception.ts';
import { aSample, T0 } from './testing.ts';
import type { Sample } from './types.ts';

const arriving = aSample({ status: 'REGISTERED', receivedAt: null, dueAt: null, condition: null });

function code(sample: Sample | undefined, over: { expectedVersion?: number; receivedAt?: Date } = {}): string {
  const reception = { sampleId: 's', expectedVersion: 1, receivedAt: T0, condition: 'INTACT' as const, ...over };
  const outcome = receive(sample, reception, T0);
  return 'refusal' in outcome ? outcome.refusal.code : outcome.status;
}

describe('each cause of refusal has its code', () => {
  test('a stale version is answered before anything else', () => {
    expect(code({ ...arriving, status: 'CANCELLED' }, { expectedVersion: 2 })).toBe('VERSION_CONFLICT');
  });
  test('absent, cancelled, received, in the future, before the collection', () => {
    expect(code(undefined)).toBe('NOT_FOUND');
    expect(code({ ...arriving, status: 'CANCELLED' })).toBe('CANCELLED');
    expect(code(aSample())).toBe('ALREADY_RECEIVED');
    expect(code(arriving, { receivedAt: new Date(T0.getTime() + 1) })).toBe('RECEIVED_IN_FUTURE');
    expect(code(arriving, { receivedAt: new Date('2026-02-01T00:00:00Z') })).toBe('RECEIVED_BEFORE_COLLECTED');
  });
});

test('a received sample has a due time, a condition and the next version', () => {
  const outcome = receive(arriving, { sampleId: 's', expectedVersion: 1, receivedAt: T0, condition: 'LEAKING' }, T0);
  expect(outcome).toMatchObject({
    status: 'RECEIVED',
    condition: 'LEAKING',
    version: 2,
    factsVersion: 2,
    dueAt: new Date('2026-03-06T08:00:00Z'),
  });
});
