import { v7 as uuidv7 } from 'uuid';
import type { StoredEvent } from './types.ts';

export const ORGANIZATION = '01990000-0000-7000-8000-000000000001';
export const OTHER_ORGANIZATION = '01990000-0000-7000-8000-000000000002';
export const EPOCH = '01990000-0000-7000-8000-0000000000ee';

/** An event as the outbox would give it; `fields` say what the test is about. */
export function storedEvent(sequence: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: uuidv7(),
    organizationId: ORGANIZATION,
    epoch: EPOCH,
    sequence,
    topic: 'workflow',
    type: 'workflow.advanced',
    subjectType: 'Workflow',
    subjectId: '01990000-0000-7000-8000-00000000aaaa',
    reason: null,
    payload: { sequence },
    at: new Date(Date.UTC(2026, 10, 22) + sequence),
    actorId: '01990000-0000-7000-8000-00000000bbbb',
    requestId: null,
    source: 'workflows',
    ...fields,
  };
}

/** A promise settled from outside, to wait for an event instead of for time to pass. */
export function signalOnce<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  return Promise.withResolvers<T>();
}

/** Collects what comes and lets a test wait until a number of them is there. */
export function collector<T>() {
  const items: T[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    items,
    add(...more: readonly T[]) {
      items.push(...more);
      for (const waiter of waiting) if (items.length >= waiter.count) waiter.resolve();
      waiting = waiting.filter((waiter) => items.length < waiter.count);
    },
    reached(count: number): Promise<void> {
      if (items.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
}
