import type { JsonObject, StoredEvent } from './types.ts';

/** A row of outbox_event, as pg or Prisma give it. */
export interface EventRow {
  readonly id: string;
  readonly organization_id: string;
  readonly topic: string;
  readonly sequence: string | bigint | number;
  readonly epoch: string;
  readonly type: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly reason: string | null;
  readonly payload: JsonObject;
  readonly actor_id: string;
  readonly request_id: string | null;
  readonly at: Date;
}

export function eventOfRow(row: EventRow, source: string): StoredEvent {
  return {
    id: row.id,
    organizationId: row.organization_id,
    topic: row.topic,
    sequence: Number(row.sequence),
    epoch: row.epoch,
    type: row.type,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    reason: row.reason,
    payload: row.payload,
    actorId: row.actor_id,
    requestId: row.request_id,
    at: row.at,
    source,
  };
}
