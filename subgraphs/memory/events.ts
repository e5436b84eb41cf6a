import { z } from 'zod';
import type { DomainEvent, StoredEvent } from '#platform/events/index.ts';
import type { Erased } from './data/erasure.ts';
import { COLLECTIONS, type Collection } from './data/memory-index.ts';
import type { Receipt } from './domain/memory.ts';

export const TOPIC = 'memory';
/** An event names at most so many ids: outbox rows stay small however much is erased. */
const IDS_PER_EVENT = 500;

/*
 * Events outlive what they are about, in the outbox and with whoever consumes them: they carry ids, never words.
 */

export function contextStored(id: string, conversationId: string): DomainEvent {
  const payload = { collection: 'conversation_context', ids: [id], conversationId } as const;
  return { topic: TOPIC, type: 'memory.context_stored', subjectType: 'ConversationContext', subjectId: id, payload };
}

export function patternStored(id: string): DomainEvent {
  const payload = { collection: 'workflow_patterns', ids: [id] } as const;
  return { topic: TOPIC, type: 'memory.pattern_stored', subjectType: 'WorkflowPattern', subjectId: id, payload };
}

export function interactionRecorded(id: string): DomainEvent {
  const payload = { collection: 'user_interactions', ids: [id] } as const;
  return { topic: TOPIC, type: 'memory.interaction_recorded', subjectType: 'UserInteraction', subjectId: id, payload };
}

/** What the index must lose in one collection. */
export interface Removal {
  readonly collection: Collection;
  readonly ids: readonly string[];
  /** Entries that remain and must be built anew. */
  readonly neighbours: readonly string[];
}

export function removalsOf(erased: Erased): Removal[] {
  const lists = {
    conversation_context: erased.contexts,
    workflow_patterns: erased.patterns,
    user_interactions: erased.interactions,
  };
  return COLLECTIONS.flatMap((collection) => {
    const neighbours = collection === 'conversation_context' ? erased.neighbours : [];
    const parts = Math.ceil(Math.max(lists[collection].length, neighbours.length) / IDS_PER_EVENT);
    return Array.from({ length: parts }, (_, part) => ({
      collection,
      ids: lists[collection].slice(part * IDS_PER_EVENT, (part + 1) * IDS_PER_EVENT),
      neighbours: neighbours.slice(part * IDS_PER_EVENT, (part + 1) * IDS_PER_EVENT),
    }));
  });
}

function erasedRows(removal: Removal, subjectType: string, subjectId: string, reason: string | null): DomainEvent {
  return { topic: TOPIC, type: 'memory.erased', subjectType, subjectId, reason, payload: { ...removal } };
}

/** One event for those who want to know of the erasure, then what the index must lose. */
export function forgotten(receipt: Receipt, erased: Erased): DomainEvent[] {
  const { id, userId, reason, contexts, conversations, patterns, interactions } = receipt;
  const payload = { userId, contexts, conversations, patterns, interactions };
  return [
    { topic: TOPIC, type: 'memory.forgotten', subjectType: 'ErasureReceipt', subjectId: id, reason, payload },
    ...removalsOf(erased).map((removal) => erasedRows(removal, 'ErasureReceipt', id, reason)),
  ];
}

export function expired(erased: Erased): DomainEvent[] {
  const [first = ''] = erased.contexts;
  return removalsOf(erased).map((removal) => erasedRows(removal, 'ConversationContext', first, 'expired'));
}

const Payload = z.object({
  collection: z.enum(COLLECTIONS),
  ids: z.array(z.string()),
  neighbours: z.array(z.string()).optional(),
});

export type IndexChange =
  | { readonly kind: 'stored'; readonly collection: Collection; readonly ids: readonly string[] }
  | ({ readonly kind: 'removed' } & Removal);

/** What an event of this topic means for the index; null when nothing. */
export function indexChange(event: StoredEvent): IndexChange | null {
  if (event.type === 'memory.forgotten') return null;
  const { collection, ids, neighbours } = Payload.parse(event.payload);
  return neighbours ? { kind: 'removed', collection, ids, neighbours } : { kind: 'stored', collection, ids };
}
