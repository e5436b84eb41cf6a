import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '#platform/database/types.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { Metrics } from '#platform/metrics/index.ts';
import { type ClaimedEvent, createPgOutbox, type Outbox } from './outbox.ts';
import { createPatience } from './patience.ts';
import { UnhandledEventsError } from './publish-error.ts';
import type { EventBus } from './types.ts';
import { createBell } from './wake.ts';

export interface Relay extends AsyncDisposable {
  /** There is something new: call it after a commit that announced events. */
  wake(): void;
}

interface RelayBase {
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long nobody's call is trusted: after so many milliseconds the outbox is looked at anyway. Default 5,000. */
  readonly intervalMs?: number;
  /** First and longest pause after a failure, doubled in between. Default 100 and 5,000 ms. */
  readonly pauseMs?: { readonly first: number; readonly longest: number };
  /** Tells for how long a lane has stood. */
  readonly clock?: () => Date;
}

export interface RelayOptions extends RelayBase {
  readonly database: Pick<Database<unknown>, 'pool' | 'subgraph'>;
}

/** After so many deliveries in vain an event is given up, so that those behind it get their turn. */
export const MOST_ATTEMPTS = 10;
/** So long an event can be replayed; after that it is in the archive alone. */
const RETENTION_MS = 7 * 86_400_000;
const PURGE_EVERY_MS = 3_600_000;
const CLAIMED_AT_ONCE = 500;
/** Events of lanes that go on. */
const HELD_AT_MOST = 2_000;
/** Of a lane that stands because a consumer's dependency is away: listeners and other consumers get these at each try. */
const TRIED_WHILE_AWAY = 100;

/** Carries one subgraph's events from its outbox to the bus until it is disposed of; several processes may run one each. */
export function startRelay({ database, ...options }: RelayOptions): Relay {
  const outbox = createPgOutbox({ pool: database.pool, subgraph: database.subgraph, logger: options.logger });
  return runRelay({ ...options, outbox, subgraph: database.subgraph });
}

interface Lane {
  readonly key: string;
  /**
   * Everything that was claimed: the lease of an event that is let go would go on and hold back the topic. A lane that
   * stands grows no further than one claim, which gives a topic's oldest events again when their lease has run out.
   */
  readonly waiting: ClaimedEvent[];
  /** Something that a consumer needs is away: the lane stands, and must not take the others' room. */
  away: boolean;
}

/**
 * Events of one organization and topic form a lane: within it order is kept, and a lane that fails holds up no other.
 * While the bus, or what a consumer needs, is away nothing is counted against an event; only a consumer's refusal is.
 */
export function runRelay(options: RelayBase & { readonly outbox: Outbox; readonly subgraph: string }): Relay {
  const { outbox, bus, subgraph } = options;
  const logger = options.logger.child({ relay: subgraph });
  const pause = options.pauseMs ?? { first: 100, longest: 5_000 };
  const instruments = declareInstruments(options.metrics);
  const patience = createPatience(options.clock);
  const bell = createBell();
  const stop = new AbortController();
  const held = new Set<string>();
  const lanes = new Map<string, Lane>();
  const working = new Set<Promise<void>>();

  const rest = (failures: number) =>
    delay(Math.min(pause.first * 2 ** Math.min(failures - 1, 20), pause.longest), undefined, {
      signal: stop.signal,
    }).catch(() => {});

  function enqueue(claimed: ClaimedEvent): void {
    const { organizationId, topic, id } = claimed.event;
    held.add(id);
    const key = `${organizationId} ${topic}`;
    const lane = lanes.get(key);
    if (lane !== undefined) {
      lane.waiting.push(claimed);
      return;
    }
    const fresh: Lane = { key, waiting: [claimed], away: false };
    lanes.set(key, fresh);
    // Starts after the whole claim is queued, so that a lane's events leave in one batch.
    const work = Promise.resolve()
      .then(() => drain(fresh))
      .finally(() => working.delete(work));
    working.add(work);
  }

  async function drain(lane: Lane): Promise<void> {
    for (let failures = 0; lane.waiting.length > 0 && !stop.signal.aborted; ) {
      const batch = lane.waiting.slice(0, lane.away ? TRIED_WHILE_AWAY : CLAIMED_AT_ONCE);
      const error = await bus.publish(batch.map(({ event }) => event)).then(
        () => null,
        (caught: unknown) => caught,
      );
      const unhandled = unhandledOf(error, batch);
      await settle(
        lane,
        batch.filter(({ event }) => !unhandled.has(event.id)),
      );
      lane.away = false;
      if (error === null) {
        failures = 0;
        continue;
      }
      failures += 1;
      await explain(lane, error, { failures, first: batch.find(({ event }) => unhandled.has(event.id)) });
      await rest(failures);
    }
    // In the same turn as the last look at `waiting`: nothing can be queued in between.
    lanes.delete(lane.key);
    patience.over(lane.key);
    bell.ring();
  }

  async function explain(
    lane: Lane,
    error: unknown,
    { failures, first }: { readonly failures: number; readonly first: ClaimedEvent | undefined },
  ): Promise<void> {
    if (!(error instanceof UnhandledEventsError) || first === undefined) {
      if (failures === 1) logger.warn({ err: error }, 'the event bus takes nothing; trying again until it does');
      tellLongWait(lane, error);
      return;
    }
    if (!error.awayIds.has(first.event.id)) {
      patience.over(lane.key);
      return countFailure(lane, first, error);
    }
    lane.away = true;
    tellLongWait(lane, error);
    const { id: eventId, type, organizationId } = first.event;
    if (failures > 1) return;
    logger.warn(
      { eventId, type, organizationId, err: error },
      'what a consumer needs is away; trying until it is back',
    );
  }

  /** Nothing is lost while a lane stands, but nothing ends it either unless somebody acts. */
  function tellLongWait({ key, waiting: [first] }: Lane, error: unknown): void {
    const minutes = patience.wait(key);
    if (minutes === null || first === undefined) return;
    const { id: eventId, type, organizationId, topic } = first.event;
    const about = { eventId, type, organizationId, topic, minutes, err: error };
    logger.error(about, 'events have waited long for what is away: bring it back, or mend what calls itself away');
  }

  async function settle(lane: Lane, published: readonly ClaimedEvent[]): Promise<void> {
    if (published.length === 0) return;
    patience.over(lane.key);
    const now = Date.now();
    for (const { event } of published)
      instruments.delay.observe({ subgraph }, Math.max(0, now - event.at.getTime()) / 1_000);
    instruments.published.inc({ subgraph }, published.length);
    await insist('confirm published events', () => outbox.done(published.map(({ event }) => event.id)));
    release(lane, published);
  }

  async function countFailure(lane: Lane, refused: ClaimedEvent, error: unknown): Promise<void> {
    const { event } = refused;
    const attempts = refused.attempts + 1;
    const about = { eventId: event.id, type: event.type, organizationId: event.organizationId, attempts, err: error };
    const reason = error instanceof Error ? error.message : String(error);
    await insist('record a failed delivery', () => outbox.failed(event.id, reason));
    if (attempts < MOST_ATTEMPTS) {
      lane.waiting[lane.waiting.indexOf(refused)] = { event, attempts };
      logger.warn(about, 'an event was not handled and will be published again');
      return;
    }
    release(lane, [refused]);
    instruments.deadLetters.inc({ where: subgraph });
    logger.error(about, 'an event was given up: its row stays in outbox_event with the last error');
  }

  function release(lane: Lane, gone: readonly ClaimedEvent[]): void {
    const ids = new Set(gone.map(({ event }) => event.id));
    const left = lane.waiting.filter(({ event }) => !ids.has(event.id));
    lane.waiting.splice(0, lane.waiting.length, ...left);
    for (const id of ids) held.delete(id);
  }

  /** Until it works or the relay stops: what is published and not confirmed would be published again. */
  async function insist(what: string, work: () => Promise<void>): Promise<void> {
    for (let failures = 0; ; ) {
      try {
        return await work();
      } catch (error) {
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, `cannot ${what}; trying again`);
        if (stop.signal.aborted) return;
        await rest(failures);
      }
    }
  }

  function moving(): number {
    let events = 0;
    for (const lane of lanes.values()) if (!lane.away) events += lane.waiting.length;
    return events;
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted; ) {
      try {
        const claimed = moving() < HELD_AT_MOST ? await outbox.claim(CLAIMED_AT_ONCE) : [];
        const fresh = claimed.filter(({ event }) => !held.has(event.id));
        for (const each of fresh) enqueue(each);
        failures = 0;
        if (fresh.length === CLAIMED_AT_ONCE) continue;
        await bell.wait(options.intervalMs ?? 5_000, stop.signal);
      } catch (error) {
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, 'cannot read the outbox; trying again');
        await rest(failures);
      }
    }
  }

  const purge = () =>
    outbox.purge(new Date(Date.now() - RETENTION_MS)).catch((error: unknown) => {
      logger.warn({ err: error }, 'cannot archive old events; trying again in an hour');
    });
  const purging = setInterval(() => void purge(), PURGE_EVERY_MS).unref();
  void purge();
  const watch = outbox.watch(bell.ring);
  const running = run();
  return {
    wake: bell.ring,
    async [Symbol.asyncDispose]() {
      stop.abort();
      clearInterval(purging);
      await Promise.all([watch[Symbol.asyncDispose](), running]);
      await Promise.all(working);
    },
  };
}

/** A bus that says nothing about single events has taken none. */
function unhandledOf(error: unknown, batch: readonly ClaimedEvent[]): ReadonlySet<string> {
  if (error === null) return new Set();
  if (error instanceof UnhandledEventsError) return new Set(error.eventIds);
  return new Set(batch.map(({ event }) => event.id));
}

function declareInstruments(metrics: Metrics) {
  return {
    published: metrics.counter({
      name: 'alims_outbox_published_total',
      help: 'Events carried from the outbox to the bus.',
      labels: ['subgraph'],
    }),
    delay: metrics.histogram({
      name: 'alims_outbox_delay_seconds',
      help: 'From the announcement of an event to its being safe on the bus.',
      labels: ['subgraph'],
    }),
    deadLetters: metrics.counter({
      name: 'alims_events_dead_letters_total',
      help: 'Events given up after too many deliveries in vain.',
      labels: ['where'],
    }),
  };
}
