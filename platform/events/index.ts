export { tellCommits } from './commits.ts';
export { decodeCursor, encodeCursor, type Position } from './cursor.ts';
export { createEventLog, type EventLogOptions, type LiveEventLog } from './event-log.ts';
export { filterMap } from './filter-map.ts';
export { createMemoryBus } from './memory-bus.ts';
export { UnhandledEventsError } from './publish-error.ts';
export { createRedisBus, type RedisBusOptions } from './redis-bus.ts';
export { redriveDeadLetters, redriveOutbox } from './redrive.ts';
export { type Relay, type RelayOptions, startRelay } from './relay.ts';
export type {
  Cause,
  ConsumerDefinition,
  DomainEvent,
  EventBus,
  EventLog,
  JsonObject,
  JsonValue,
  StoredEvent,
  StreamGap,
  TailRequest,
} from './types.ts';
