import { LRUCache } from 'lru-cache';
import { NotFoundError } from '#platform/errors/index.ts';
import { filterMap, type StoredEvent, type StreamGap } from '#platform/events/index.ts';
import { idOf } from '#platform/identity/index.ts';
import { scopeOf, type WorkflowsContext } from '../context.ts';
import type { WorkflowStore } from '../data/workflow-store.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { Workflow } from '../domain/workflow.ts';
import { payloadOf, recordedOf, TOPIC } from '../events.ts';

const LATEST_ENTRIES = 1_000;
const LATEST_MS = 1_000;

/** An event with the workflow as it was when the event reached this process. */
export interface DeliveredEvent extends RecordedEvent {
  readonly workflow: Workflow;
}

/** The present row for an event: a burst of subscribers to one event costs one read, not one each. */
export interface LatestWorkflows {
  of(event: StoredEvent): Promise<Workflow | null>;
}

export function createLatestWorkflows(store: WorkflowStore): LatestWorkflows {
  const cache = new LRUCache<string, Promise<Workflow | null>>({ max: LATEST_ENTRIES, ttl: LATEST_MS });

  async function read({ organizationId, payload }: StoredEvent): Promise<Workflow | null> {
    const ids = [String(payload.workflowId)];
    const [workflow] = await store.read({ organizationId, clientId: null }, (reader) => reader.byIds(ids));
    return workflow ?? null;
  }

  return {
    of(event) {
      const known = cache.get(event.id);
      if (known) return known;
      const reading = read(event);
      cache.set(event.id, reading);
      // A failed read must not be what the next subscriber hears.
      reading.catch(() => cache.delete(event.id));
      return reading;
    },
  };
}

/** Neither the event nor `latest` was read for a client: what the reader leaves out for it, this takes away. */
function withoutReasons({ workflow, ...event }: DeliveredEvent): DeliveredEvent {
  return { ...event, reason: null, workflow: { ...workflow, statusReason: null } };
}

export interface WatchRequest {
  readonly workflowId?: string | null | undefined;
  readonly sampleId?: string | null | undefined;
  readonly after?: string | null | undefined;
}

/**
 * Events as they happen; with `after`, first those since that cursor.
 * @throws NotFoundError when the caller has no such workflow.
 * @throws BadInputError when `after` is no cursor.
 */
export async function watchWorkflows(
  ctx: WorkflowsContext,
  { after, ...request }: WatchRequest,
): Promise<AsyncIterableIterator<DeliveredEvent | StreamGap>> {
  const { organizationId, clientId } = scopeOf(ctx);
  const [workflowId, sampleId] = [idOf(request.workflowId ?? ''), idOf(request.sampleId ?? '')];
  if (workflowId && !(await ctx.loaders.workflowById.load(workflowId))) throw new NotFoundError('Workflow', workflowId);
  const events = ctx.log.tail({
    organizationId,
    topic: TOPIC,
    after: after ?? null,
    signal: ctx.signal,
    accept: (event) => {
      const payload = payloadOf(event);
      return (
        (!workflowId || payload.workflowId === workflowId) &&
        (!sampleId || payload.sampleId === sampleId) &&
        (clientId === null || payload.clientId === clientId)
      );
    },
  });
  return filterMap(events, async (item) => {
    if ('kind' in item) return item;
    const workflow = await ctx.latest.of(item);
    // The sample may have been given to another client since.
    const visible = workflow !== null && (clientId === null || workflow.clientId === clientId);
    if (!visible) return null;
    const delivered = { ...recordedOf(item), workflow };
    return clientId === null ? delivered : withoutReasons(delivered);
  });
}
