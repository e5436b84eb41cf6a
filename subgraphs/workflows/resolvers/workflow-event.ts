import { encodeCursor } from '#platform/events/index.ts';
import type { WorkflowEventResolvers, WorkflowUpdateResolvers } from '../schema.generated.ts';
import { workflowOf } from '../service/workflow-of-event.ts';

export const WorkflowEvent: WorkflowEventResolvers = {
  __resolveReference: ({ id }, ctx) => ctx.loaders.eventById.load(id),
  cursor: (event) => encodeCursor(event),
  actor: ({ actorId }) => ({ id: actorId }),
  workflow: (event, _, ctx) => workflowOf(ctx, event),
};

export const WorkflowUpdate: WorkflowUpdateResolvers = {
  __resolveType: (update) => ('kind' in update ? 'StreamGap' : 'WorkflowEvent'),
};
