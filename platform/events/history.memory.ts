import { v7 as uuidv7 } from 'uuid';
import type { EventHistory } from './history.ts';
import { ORGANIZATION, storedEvent } from './testing.ts';
import type { StoredEvent } from './types.ts';

interface Log {
  epoch: string;
  newest: number;
  events: StoredEvent[];
}

/** The outbox of tests: commit() is the transaction, purge() the retention, restart() a database that was restored. */
export function createMemoryHistory() {
  const logs = new Map<string, Log>();
  const logOf = (organizationId: string, topic: string) => logs.get(`${organizationId} ${topic}`);
  const reads = { bounds: 0, after: 0 };
  let failures = 0;
  const answer = async <T>(what: 'bounds' | 'after', work: () => T): Promise<T> => {
    reads[what] += 1;
    // What the database saw is what was committed when the query arrived.
    const result = work();
    await new Promise((resolve) => setImmediate(resolve));
    if (failures > 0) {
      failures -= 1;
      throw new Error('the database is away');
    }
    return result;
  };

  const history: EventHistory = {
    bounds: (organizationId, topic) =>
      answer('bounds', () => {
        const log = logOf(organizationId, topic);
        if (log === undefined) return { epoch: null, newest: 0, oldest: 1 };
        return { epoch: log.epoch, newest: log.newest, oldest: log.events[0]?.sequence ?? log.newest + 1 };
      }),
    after: (organizationId, topic, position, limit) =>
      answer('after', () => {
        const log = logOf(organizationId, topic);
        if (log?.epoch !== position.epoch) return [];
        return log.events.filter((event) => event.sequence > position.sequence).slice(0, limit);
      }),
  };

  return {
    history,
    reads,
    failNext(count: number) {
      failures = count;
    },
    commit(count: number, fields: Partial<StoredEvent> = {}): StoredEvent[] {
      const { organizationId = ORGANIZATION, topic = 'workflow' } = fields;
      const log = logOf(organizationId, topic) ?? { epoch: uuidv7(), newest: 0, events: [] };
      logs.set(`${organizationId} ${topic}`, log);
      const { epoch } = log;
      const fresh = Array.from({ length: count }, () => {
        log.newest += 1;
        return storedEvent(log.newest, { organizationId, topic, epoch, ...fields });
      });
      log.events.push(...fresh);
      return fresh;
    },
    purge(upTo: number) {
      for (const log of logs.values()) log.events = log.events.filter((event) => event.sequence > upTo);
    },
    restart() {
      for (const log of logs.values()) Object.assign(log, { epoch: uuidv7(), newest: 0, events: [] });
    },
    at(sequence: number) {
      return { epoch: logOf(ORGANIZATION, 'workflow')?.epoch ?? 'none', sequence };
    },
    end() {
      const log = logOf(ORGANIZATION, 'workflow');
      return { epoch: log?.epoch ?? 'none', sequence: log?.newest ?? 0 };
    },
  };
}
