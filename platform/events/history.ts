import type { Database } from '#platform/database/types.ts';
import type { Position } from './cursor.ts';
import { type EventRow, eventOfRow } from './row.ts';
import type { StoredEvent } from './types.ts';

/** Where a log begins and ends. */
export interface Bounds {
  /** Null before the first event. */
  readonly epoch: string | null;
  /** Sequence of the newest event; 0 when there is none. */
  readonly newest: number;
  /** Sequence of the oldest event that is still kept; `newest + 1` when none is. */
  readonly oldest: number;
}

/** The retained events of every organization and topic of one subgraph, in the order of their sequence. */
export interface EventHistory {
  bounds(organizationId: string, topic: string): Promise<Bounds>;
  after(organizationId: string, topic: string, position: Position, limit: number): Promise<readonly StoredEvent[]>;
}

interface BoundsRow {
  readonly epoch: string;
  readonly newest: string | bigint | number;
  readonly oldest: string | bigint | number | null;
}

const BOUNDS = `
select c.epoch::text as epoch, c.sequence as newest,
  (select e.sequence from outbox_event e
    where e.organization_id = c.organization_id and e.topic = c.topic and e.epoch = c.epoch
    order by e.sequence limit 1) as oldest
from event_counter c where c.organization_id = $1::uuid and c.topic = $2`;

const AFTER = `
select id, organization_id, topic, sequence, epoch::text as epoch, type, subject_type, subject_id, reason, payload,
  actor_id, request_id, at
from outbox_event
where organization_id = $1::uuid and topic = $2 and epoch = $3::uuid and sequence > $4::bigint
order by sequence limit $5::int`;

/** Reads under the tenant's row-level security: another organization's log is empty, whatever is asked. */
export function createPgHistory(database: Database<unknown>, source: string): EventHistory {
  return {
    async bounds(organizationId, topic) {
      const rows = await database.read({ organizationId }, (_, query) =>
        query<BoundsRow>({ text: BOUNDS, values: [organizationId, topic] }),
      );
      const row = rows[0];
      if (row === undefined) return { epoch: null, newest: 0, oldest: 1 };
      const newest = Number(row.newest);
      return { epoch: row.epoch, newest, oldest: row.oldest === null ? newest + 1 : Number(row.oldest) };
    },
    async after(organizationId, topic, position, limit) {
      const values = [organizationId, topic, position.epoch, position.sequence, limit];
      const rows = await database.read({ organizationId }, (_, query) => query<EventRow>({ text: AFTER, values }));
      return rows.map((row) => eventOfRow(row, source));
    },
  };
}
