import { BadInputError, NotFoundError } from '#platform/errors/index.ts';
import { decodeCursor, encodeCursor } from '#platform/events/index.ts';
import { type Connection, connectionOf, pageSize } from '#platform/graphql/index.ts';
import { scopeOf, type WorkflowsContext } from '../context.ts';
import type { WorkflowReader } from '../data/workflow-store.ts';
import type { RecordedEvent } from '../domain/event.ts';

interface EventPage {
  /** Null lists the events of all workflows. */
  readonly workflowId: string | null;
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** @throws BadInputError when the cursor belongs to no event of this log. */
async function sequenceOf(reader: WorkflowReader, after: string | null | undefined): Promise<number> {
  if (!after) return 0;
  const { epoch, sequence } = decodeCursor(after);
  if (sequence === 0 || (await reader.hasPosition(epoch, sequence))) return sequence;
  throw new BadInputError('"after" names no event of this log: leave it out to read from the beginning.');
}

/** The log, oldest first, by the same cursors as the subscription's; it never ends at a retention. */
export async function listEvents(ctx: WorkflowsContext, page: EventPage): Promise<Connection<RecordedEvent>> {
  const first = pageSize(page.first);
  const { workflowId } = page;
  const scope = scopeOf(ctx);
  return connectionOf({
    rows: await ctx.store.read(scope, async (reader) => {
      const afterSequence = await sequenceOf(reader, page.after);
      return await reader.events({ workflowId, afterSequence, limit: first + 1 });
    }),
    first,
    after: page.after,
    cursor: encodeCursor,
    node: (event) => event,
    totalCount: () => ctx.store.read(scope, (reader) => reader.countEvents(workflowId)),
  });
}

/** What happened to one of a list of workflows: the first pages of all of them are read together. */
export async function listHistory(
  ctx: WorkflowsContext,
  { workflowId, ...page }: EventPage & { readonly workflowId: string },
): Promise<Connection<RecordedEvent>> {
  if (page.after) return await listEvents(ctx, { ...page, workflowId });
  const first = pageSize(page.first);
  return connectionOf({
    rows: await ctx.loaders.firstEvents.load({ workflowId, limit: first + 1 }),
    first,
    after: null,
    cursor: encodeCursor,
    node: (event) => event,
    totalCount: () => ctx.loaders.eventCount.load(workflowId),
  });
}

/** @throws NotFoundError when the caller has no such workflow. */
export async function listWorkflowEvents(
  ctx: WorkflowsContext,
  { workflowId, ...page }: Omit<EventPage, 'workflowId'> & { readonly workflowId?: string | null | undefined },
): Promise<Connection<RecordedEvent>> {
  if (workflowId && !(await ctx.loaders.workflowById.load(workflowId))) throw new NotFoundError('Workflow', workflowId);
  return await listEvents(ctx, { ...page, workflowId: workflowId || null });
}
