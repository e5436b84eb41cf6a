import type { Logger } from '#platform/logging/index.ts';
import type { Position } from './cursor.ts';
import type { EventHistory } from './history.ts';
import { createRecentEvents, type RecentEvents } from './recent-events.ts';
import { gapBetween, NO_EPOCH, planReplay, type Start } from './replay.ts';
import { shareFreshRead } from './share-fresh-read.ts';
import type { StoredEvent, StreamGap } from './types.ts';

export interface SharedTailOptions {
  readonly organizationId: string;
  readonly topic: string;
  readonly history: EventHistory;
  readonly logger: Logger;
  /** The bus may lose the last message before a silence: so often the database is asked. */
  readonly pollMs: number;
  readonly keptInMemory: number;
  readonly pageSize: number;
}

/** Something for a reader, and where it stands afterwards. */
export interface Step {
  readonly item: StoredEvent | StreamGap;
  readonly position: Position;
}

/** One live end of one log, whatever the number of its readers. */
export interface SharedTail {
  /** Resolves when the tail stands at the end of the log. */
  readonly ready: Promise<void>;
  readonly end: Position;
  /** What the bus told: repeated, out of order and with holes, as it comes. */
  hear(events: readonly StoredEvent[]): void;
  next(position: Position): ReturnType<RecentEvents['next']>;
  start(from: Position): Promise<Start>;
  /** From the database, for a reader that is behind: readers at the same place share the answer. */
  read(position: Position): Promise<readonly Step[]>;
  /** Brings the tail up to the newest event of the database. */
  refresh(): Promise<void>;
  /** Calls back once, at the next change of the end or when the tail closes. */
  onChange(callback: () => void): void;
  forget(callback: () => void): void;
  close(): void;
}

export function createSharedTail(options: SharedTailOptions): SharedTail {
  const { organizationId, topic, history, logger } = options;
  const bounds = shareFreshRead(() => history.bounds(organizationId, topic));
  let waiters = new Set<() => void>();
  const reads = new Map<string, Promise<readonly Step[]>>();
  let recent = createRecentEvents({ epoch: NO_EPOCH, sequence: 0 }, options.keptInMemory);
  let opened = false;
  let closed = false;
  let early: StoredEvent[] = [];
  let catchingUp = false;
  let missed = false;
  let poll: NodeJS.Timeout | undefined;

  function restartAt(position: Position): void {
    recent = createRecentEvents(position, options.keptInMemory);
  }

  function wake(): void {
    const called = waiters;
    waiters = new Set();
    for (const waiter of called) waiter();
  }

  async function open(): Promise<void> {
    const { epoch, newest } = await bounds();
    restartAt({ epoch: epoch ?? NO_EPOCH, sequence: newest });
    opened = true;
    const heard = early;
    early = [];
    hear(heard);
    schedulePoll();
  }

  function hear(events: readonly StoredEvent[]): void {
    if (!opened) {
      early.push(...events);
      return;
    }
    const before = recent.end.sequence;
    // Other parts of the same burst may fill the hole: only what is still missing at its end is read.
    const inOrder = events.toSorted((a, b) => a.sequence - b.sequence);
    const hole = inOrder.filter((event) => !recent.append(event)).length > 0;
    if (recent.end.sequence !== before) wake();
    if (hole) void catchUp();
  }

  /** Brings the end up to the newest event in the database. One at a time; what is heard meanwhile asks for another round. */
  async function catchUp(): Promise<void> {
    missed = true;
    if (catchingUp || closed) return;
    catchingUp = true;
    try {
      while (missed && !closed) {
        missed = false;
        while (await readNewest()) wake();
      }
      wake();
    } catch (error) {
      // The next poll or the next message tries again, and readers' own reads report what is wrong.
      logger.warn({ topic, err: error }, 'cannot read the event log; trying again');
    } finally {
      catchingUp = false;
      schedulePoll();
    }
  }

  /** True when there may be more. */
  async function readNewest(): Promise<boolean> {
    const page =
      recent.end.epoch === NO_EPOCH ? [] : await history.after(organizationId, topic, recent.end, options.pageSize);
    if (page.length === 0) return followBounds();
    for (const event of page) {
      if (recent.append(event)) continue;
      restartAt({ epoch: event.epoch, sequence: event.sequence - 1 });
      recent.append(event);
    }
    return page.length === options.pageSize;
  }

  /** Nothing follows the end that we know: perhaps the log has its first event now, or was started anew. */
  async function followBounds(): Promise<boolean> {
    const now = await bounds();
    if (now.epoch === null || now.epoch === recent.end.epoch) return false;
    restartAt({ epoch: now.epoch, sequence: now.oldest - 1 });
    return true;
  }

  function schedulePoll(): void {
    clearTimeout(poll);
    if (!closed) poll = setTimeout(() => void catchUp(), options.pollMs).unref();
  }

  async function readAfter(position: Position): Promise<readonly Step[]> {
    const { position: start, gap } = planReplay(position, await bounds());
    const steps: Step[] = gap === null ? [] : [{ item: gap, position: start }];
    if (start.epoch === NO_EPOCH) return steps;
    let at = start;
    for (const event of await history.after(organizationId, topic, start, options.pageSize)) {
      const before = { epoch: event.epoch, sequence: event.sequence - 1 };
      if (before.sequence > at.sequence) {
        steps.push({ item: gapBetween(at, before, 'Events are missing from the log.'), position: before });
      }
      at = { epoch: event.epoch, sequence: event.sequence };
      steps.push({ item: event, position: at });
    }
    return steps;
  }

  async function start(from: Position): Promise<Start> {
    const { end } = recent;
    const known = from.epoch === end.epoch && from.sequence <= end.sequence && recent.next(from) !== 'not here';
    if (known) return { position: from, gap: null };
    const now = await bounds();
    if (now.epoch !== null && (now.epoch !== recent.end.epoch || now.newest > recent.end.sequence)) void catchUp();
    return planReplay(from, now);
  }

  const ready = open();
  // Every reader awaits it; one that leaves first must not make the failure unhandled.
  ready.catch(() => {});
  return {
    ready,
    get end() {
      return recent.end;
    },
    hear,
    next: (position) => recent.next(position),
    start,
    refresh: catchUp,
    read(position) {
      const key = `${position.epoch}:${position.sequence}`;
      const running = reads.get(key) ?? readAfter(position).finally(() => reads.delete(key));
      reads.set(key, running);
      return running;
    },
    onChange(callback) {
      waiters.add(callback);
    },
    forget(callback) {
      waiters.delete(callback);
    },
    close() {
      closed = true;
      clearTimeout(poll);
      wake();
    },
  };
}
