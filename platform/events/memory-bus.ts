import { UnavailableError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { handleTogether, MOST_TOGETHER } from './handle-together.ts';
import { UnhandledEventsError } from './publish-error.ts';
import type { ConsumerDefinition, EventBus, StoredEvent } from './types.ts';

interface Listener {
  readonly topics: ReadonlySet<string>;
  readonly onEvents: (events: readonly StoredEvent[]) => void;
}

interface Group {
  readonly members: ConsumerDefinition[];
  /** Deliveries of one group happen one after the other, whoever publishes. */
  turn: Promise<unknown>;
  next: number;
}

/** By event, why groups have not handled it. */
type Failures = Map<string, unknown[]>;

interface Stop {
  readonly at: number;
  readonly reason: unknown;
}

// Events that were published in vain once; what is forgotten is only handled again, which consumers must bear anyway.
const REMEMBERED_FAILURES = 10_000;

/**
 * The bus of one process. `publish` resolves when every group has handled every event and rejects with
 * UnhandledEventsError otherwise; published again, an event goes only to the groups that have not handled it.
 * A group stops at its first failure within an organization and topic, so that it sees events in order.
 * Register consumers before anything publishes: nothing is kept for those that come later.
 */
export function createMemoryBus(options: { readonly logger?: Logger } = {}): EventBus {
  const listeners = new Set<Listener>();
  const groups = new Map<string, Group>();
  const handledBy = new Map<string, Set<string>>();

  function tellListeners(events: readonly StoredEvent[]): void {
    for (const listener of [...listeners]) {
      const wanted = events.filter((event) => listener.topics.has(event.topic));
      if (wanted.length === 0) continue;
      try {
        listener.onEvents(wanted);
      } catch (error) {
        options.logger?.error({ err: error }, 'a listener of the event bus threw');
      }
    }
  }

  function rememberHandled(event: StoredEvent, group: string): void {
    const known = handledBy.get(event.id) ?? new Set<string>();
    handledBy.set(event.id, known.add(group));
    const oldest = handledBy.size > REMEMBERED_FAILURES ? handledBy.keys().next().value : undefined;
    if (oldest !== undefined) handledBy.delete(oldest);
  }

  async function deliver(name: string, group: Group, events: readonly StoredEvent[], failures: Failures) {
    const unhandled = events.filter((event) => handledBy.get(event.id)?.has(name) !== true);
    const lanes = Map.groupBy(unhandled, (event) => `${event.organizationId} ${event.topic}`);
    for (const lane of lanes.values()) {
      const stopped = await deliverLane(name, group, lane);
      if (stopped === null) continue;
      for (const event of lane.slice(stopped.at)) {
        failures.set(event.id, [...(failures.get(event.id) ?? []), stopped.reason]);
      }
    }
  }

  /** The place in the lane of the first event that was not handled, and why; null when all are. */
  async function deliverLane(name: string, group: Group, lane: readonly StoredEvent[]): Promise<Stop | null> {
    for (let at = 0; at < lane.length; ) {
      const batch = lane.slice(at, at + MOST_TOGETHER);
      const [first] = batch;
      const member = first && memberFor(group, first);
      if (member === undefined) return null;
      const together = await handleTogether(member, batch, options.logger);
      for (const event of batch) {
        try {
          if (!together) await memberFor(group, event)?.handle(event);
        } catch (error) {
          return { at, reason: error ?? new Error('the consumer failed without a reason') };
        }
        rememberHandled(event, name);
        at += 1;
      }
    }
    return null;
  }

  return {
    async publish(events) {
      tellListeners(events);
      const failures: Failures = new Map();
      await Promise.all(
        [...groups].map(([name, group]) => {
          const turn = group.turn.then(() => deliver(name, group, events, failures));
          group.turn = turn;
          return turn;
        }),
      );
      for (const event of events) if (!failures.has(event.id)) handledBy.delete(event.id);
      if (failures.size > 0) {
        const unhandled = events.filter((event) => failures.has(event.id)).map((event) => event.id);
        const away = unhandled.filter((id) => failures.get(id)?.some((reason) => reason instanceof UnavailableError));
        throw new UnhandledEventsError(unhandled, [...failures.values()].flat(), away);
      }
    },
    async consume(consumer) {
      const group = groups.get(consumer.group) ?? { members: [], turn: Promise.resolve(), next: 0 };
      groups.set(consumer.group, group);
      group.members.push(consumer);
      return {
        async [Symbol.asyncDispose]() {
          const index = group.members.indexOf(consumer);
          if (index >= 0) group.members.splice(index, 1);
          if (group.members.length === 0) groups.delete(consumer.group);
          await group.turn;
        },
      };
    },
    async listen(topics, onEvents) {
      const listener: Listener = { topics: new Set(topics), onEvents };
      listeners.add(listener);
      return {
        async [Symbol.asyncDispose]() {
          listeners.delete(listener);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const turns = [...groups.values()].map((group) => group.turn);
      listeners.clear();
      groups.clear();
      await Promise.all(turns);
    },
  };
}

function memberFor(group: Group, event: StoredEvent): ConsumerDefinition | undefined {
  const members = group.members.filter((member) => member.topics.includes(event.topic));
  group.next += 1;
  return members[group.next % Math.max(members.length, 1)];
}
