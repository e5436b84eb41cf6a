import type { Database } from '#platform/database/types.ts';
import type { Logger } from '#platform/logging/index.ts';
import { decodeCursor } from './cursor.ts';
import { createPgHistory, type EventHistory } from './history.ts';
import { type Lease, openReader } from './reader.ts';
import { createSharedTail, type SharedTail } from './shared-tail.ts';
import type { EventBus, EventLog, StoredEvent } from './types.ts';

interface EventLogBase {
  readonly bus: EventBus;
  readonly logger: Logger;
  /** How long a tail without readers stays, for the reader that comes back. Default 30,000 ms. */
  readonly lingerMs?: number;
  /** How often the database is asked in spite of the bus, which may lose messages. Default 10,000 ms. */
  readonly pollMs?: number;
  /** Events a reader may fall behind before it reads the database again. Default 1,000. */
  readonly keptInMemory?: number;
  /** Events per read of the database. Default 1,000. */
  readonly pageSize?: number;
}

export interface EventLogOptions extends EventLogBase {
  readonly database: Database<unknown>;
  /** The subgraph whose events these are. */
  readonly source: string;
}

/** A log that need not wait for the bus to hear of what its own process has committed. */
export interface LiveEventLog extends EventLog {
  /** Events that have just been committed; the bus may tell them again, whenever its consumers let it. */
  hear(events: readonly StoredEvent[]): void;
}

export function createEventLog({ database, source, ...options }: EventLogOptions): LiveEventLog {
  return openEventLog({ ...options, history: createPgHistory(database, source) });
}

interface Topic {
  readonly listening: Promise<AsyncDisposable>;
  readonly entries: Map<string, Entry>;
}

/** One organization's tail of one topic, and how many readers it has. */
interface Entry {
  readonly opening: Promise<SharedTail>;
  tail: SharedTail | null;
  readers: number;
  linger: NodeJS.Timeout | undefined;
}

/** The log over any history. One listener per topic and one tail per organization and topic, whatever the number of readers. */
export function openEventLog(options: EventLogBase & { readonly history: EventHistory }): LiveEventLog {
  const { bus, history, logger } = options;
  const topics = new Map<string, Topic>();
  const closing = new AbortController();

  function topicOf(name: string): Topic {
    const known = topics.get(name);
    if (known !== undefined) return known;
    const topic = { listening: bus.listen([name], hear), entries: new Map<string, Entry>() };
    topics.set(name, topic);
    return topic;
  }

  function hear(events: readonly StoredEvent[]): void {
    for (const [name, ofTopic] of Map.groupBy(events, (event) => event.topic)) {
      const entries = topics.get(name)?.entries;
      if (entries === undefined) continue;
      for (const [organizationId, own] of Map.groupBy(ofTopic, (event) => event.organizationId)) {
        entries.get(organizationId)?.tail?.hear(own);
      }
    }
  }

  function entryOf(organizationId: string, name: string): Entry {
    const topic = topicOf(name);
    const known = topic.entries.get(organizationId);
    if (known !== undefined) return known;
    const open = async () => {
      // First hear, then look: what is announced in between is heard, and the rest is read.
      await topic.listening;
      const tail = createSharedTail({
        organizationId,
        topic: name,
        history,
        logger,
        pollMs: options.pollMs ?? 10_000,
        keptInMemory: options.keptInMemory ?? 1_000,
        pageSize: options.pageSize ?? 1_000,
      });
      entry.tail = tail;
      await tail.ready;
      return tail;
    };
    const entry: Entry = { opening: Promise.resolve().then(open), tail: null, readers: 0, linger: undefined };
    topic.entries.set(organizationId, entry);
    // The next reader starts afresh.
    entry.opening.catch(() => drop(organizationId, name, entry));
    return entry;
  }

  function drop(organizationId: string, name: string, entry: Entry): void {
    clearTimeout(entry.linger);
    entry.tail?.close();
    const topic = topics.get(name);
    if (topic === undefined || topic.entries.get(organizationId) !== entry) return;
    topic.entries.delete(organizationId);
    if (topic.entries.size > 0) return;
    topics.delete(name);
    topic.listening.then((listener) => listener[Symbol.asyncDispose]()).catch(() => {});
  }

  function lease(organizationId: string, name: string): Lease {
    const entry = entryOf(organizationId, name);
    clearTimeout(entry.linger);
    entry.readers += 1;
    let released = false;
    return {
      tail: entry.opening,
      release() {
        if (released) return;
        released = true;
        entry.readers -= 1;
        if (entry.readers > 0) return;
        if (closing.signal.aborted) drop(organizationId, name, entry);
        else entry.linger = setTimeout(() => drop(organizationId, name, entry), options.lingerMs ?? 30_000).unref();
      },
    };
  }

  return {
    hear,
    tail(request) {
      const from = request.after === undefined || request.after === null ? null : decodeCursor(request.after);
      return openReader({
        request,
        from,
        closing: closing.signal,
        lease: lease(request.organizationId, request.topic),
      });
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      const open = [...topics.values()];
      for (const [name, topic] of [...topics]) {
        for (const [organizationId, entry] of [...topic.entries]) drop(organizationId, name, entry);
      }
      await Promise.allSettled(open.map(async (topic) => (await topic.listening)[Symbol.asyncDispose]()));
    },
  };
}
