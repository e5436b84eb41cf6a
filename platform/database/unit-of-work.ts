import { createHash } from 'node:crypto';
import superjson from 'superjson';
import { v7 as uuidv7 } from 'uuid';
import { BadInputError, ConflictError } from '#platform/errors/index.ts';
import type { StoredEvent } from '../events/types.ts';
import { type createNamer, type QueryOptions, type Sql, statementOf } from './query.ts';
import type { TransactionQuery } from './tenant.ts';
import type { Actor, Announcement, OnceCall, UnitOfWork } from './types.ts';

// One statement takes the numbers and stores the events. Topics are locked in the order of their names, so that two
// transactions never wait for each other.
const ANNOUNCE = `
with given as (
  select * from jsonb_to_recordset($2::jsonb) as g(place int, id uuid, topic text, type text, "subjectType" text,
    "subjectId" text, reason text, payload jsonb, "actorId" text, "requestId" text)
), counted as (
  insert into event_counter as c (organization_id, topic, sequence)
  select $1::uuid, topic, count(*) from given group by topic order by topic
  on conflict (organization_id, topic) do update set sequence = c.sequence + excluded.sequence
  returning topic, epoch, sequence
)
insert into outbox_event (id, organization_id, topic, sequence, epoch, type, subject_type, subject_id, reason, payload,
  actor_id, request_id)
select g.id, $1::uuid, g.topic,
  c.sequence - count(*) over (partition by g.topic) + row_number() over (partition by g.topic order by g.place),
  c.epoch, g.type, g."subjectType", g."subjectId", g.reason, g.payload, g."actorId", g."requestId"
from given g join counted c on c.topic = g.topic
order by g.place
returning id, sequence, epoch, at`;

const CLAIM_KEY = `
insert into idempotency_record (organization_id, actor_id, operation, key, request_hash)
values ($1, $2, $3, $4, $5) on conflict do nothing`;
const STORED_ANSWER = `
select request_hash, answer from idempotency_record
where organization_id = $1 and actor_id = $2 and operation = $3 and key = $4`;
const STORE_ANSWER = `
update idempotency_record set answer = $5
where organization_id = $1 and actor_id = $2 and operation = $3 and key = $4`;
const FIRST_TIME = `
insert into handled_event (organization_id, consumer, event_id) select $1, $2, unnest($3::uuid[])
on conflict do nothing returning event_id`;

const LONGEST_KEY = 200;

export interface UnitOptions<Tx> {
  readonly tx: Tx;
  readonly actor: Actor;
  readonly subgraph: string;
  readonly namer: ReturnType<typeof createNamer>;
  readonly query: TransactionQuery;
}

export function createUnitOfWork<Tx>(options: UnitOptions<Tx>): UnitOfWork<Tx> & { readonly announced: () => boolean } {
  const { tx, actor, query, namer } = options;
  let announced = false;
  return {
    tx,
    actor,
    query: async <Row extends object>(sql: Sql, planning?: QueryOptions) =>
      (await query<Row>(statementOf(sql, namer, planning))).rows,
    execute: async (sql) => (await query(statementOf(sql, namer))).rowCount ?? 0,
    announced: () => announced,
    async announce(events) {
      if (events.length === 0) return [];
      announced = true;
      return announce(options, events);
    },
    async once(call, work) {
      return call.key === null || call.key === undefined ? work() : once(options, { ...call, key: call.key }, work);
    },
    async firstTime(consumer, eventIds) {
      const values = [actor.organizationId, consumer, eventIds];
      const { rows } = await query<{ event_id: string }>({ name: 'alims_first_time', text: FIRST_TIME, values });
      return new Set(rows.map((row) => row.event_id));
    },
  };
}

async function announce<Tx>(options: UnitOptions<Tx>, events: readonly Announcement[]): Promise<StoredEvent[]> {
  const { actor, query, subgraph } = options;
  const own = { actorId: actor.userId, requestId: actor.requestId ?? null };
  const given = events.map(({ cause: { actorId, requestId } = own, ...event }, place) => ({
    ...event,
    reason: event.reason ?? null,
    actorId,
    requestId,
    place,
    id: uuidv7(),
  }));
  const { rows } = await query<{ id: string; sequence: string; epoch: string; at: Date }>({
    name: 'alims_announce',
    text: ANNOUNCE,
    values: [actor.organizationId, JSON.stringify(given)],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return given.map(({ place: _, ...event }) => {
    const row = byId.get(event.id);
    if (!row) throw new Error(`The outbox did not return event ${event.id}.`);
    return {
      ...event,
      organizationId: actor.organizationId,
      epoch: row.epoch,
      sequence: Number(row.sequence),
      at: row.at,
      source: subgraph,
    };
  });
}

/** The row of the key is inserted first: whoever comes second waits on it until the first has committed or failed. */
async function once<Tx, T>(
  { actor, query }: UnitOptions<Tx>,
  call: OnceCall & { readonly key: string },
  work: () => Promise<T>,
): Promise<T> {
  if (call.key.length === 0 || call.key.length > LONGEST_KEY) {
    throw new BadInputError(`Expected an idempotency key of 1 to ${LONGEST_KEY} characters, got ${call.key.length}.`);
  }
  const id = [actor.organizationId, actor.userId, call.operation, call.key];
  const requestHash = hashOf(call.request);
  const claimed = await query({ name: 'alims_once_claim', text: CLAIM_KEY, values: [...id, requestHash] });
  if (claimed.rowCount === 1) {
    const answer = await work();
    await query({
      name: 'alims_once_store',
      text: STORE_ANSWER,
      values: [...id, superjson.stringify(answer)],
    });
    return answer;
  }
  const { rows } = await query<{ request_hash: string; answer: string | null }>({
    name: 'alims_once_stored',
    text: STORED_ANSWER,
    values: id,
  });
  const stored = rows[0];
  if (!stored?.answer)
    throw new ConflictError(`The first request with key ${JSON.stringify(call.key)} is still under way.`);
  if (stored.request_hash !== requestHash) {
    throw new ConflictError(
      `The idempotency key ${JSON.stringify(call.key)} was used for another request of ${call.operation}. Take a new key for a new request.`,
    );
  }
  return superjson.parse<T>(stored.answer);
}

/** Equal for requests that are equal as data, in whatever order their fields stand. */
function hashOf(request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(superjson.serialize(request))))
    .digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  );
}
