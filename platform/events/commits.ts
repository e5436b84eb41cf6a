import type { Database } from '#platform/database/types.ts';
import type { StoredEvent } from './types.ts';

/** The same store, which also tells what each of its commits has announced, as soon as it stands. */
export function tellCommits<Tx>(
  database: Database<Tx>,
  onCommit: (events: readonly StoredEvent[]) => void,
): Database<Tx> {
  return {
    ...database,
    async write(actor, work) {
      let announced: StoredEvent[] = [];
      const answer = await database.write(actor, (unit) => {
        // A transaction that is tried again begins anew.
        announced = [];
        return work({
          ...unit,
          async announce(events) {
            const stored = await unit.announce(events);
            announced.push(...stored);
            return stored;
          },
        });
      });
      if (announced.length > 0) onCommit(announced);
      return answer;
    },
  };
}
