import type { Logger } from '#platform/logging/index.ts';
import type { ConsumerDefinition, StoredEvent } from './types.ts';

/** Enough events to share the cost of a transaction, few enough that it holds their rows for a moment only. */
export const MOST_TOGETHER = 100;

/** Events of one organization and topic; false when each has to be handled alone. */
export async function handleTogether(
  consumer: ConsumerDefinition,
  events: readonly StoredEvent[],
  logger?: Logger,
): Promise<boolean> {
  if (!consumer.handleAll || events.length < 2) return false;
  try {
    await consumer.handleAll(events);
    return true;
  } catch (error) {
    const about = { group: consumer.group, events: events.length, err: error };
    logger?.debug(about, 'events could not be handled together: each is handled alone');
    return false;
  }
}
