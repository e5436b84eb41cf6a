import { selects } from '#platform/graphql/index.ts';
import type { QueryResolvers } from '../schema.generated.ts';
import { listWorkflowEvents } from '../service/list-events.ts';
import { countWorkflows, listWorkflows } from '../service/list-workflows.ts';

export const Query: QueryResolvers = {
  workflow: (_, { id }, ctx) => ctx.loaders.workflowById.load(id),
  validateTransition: (_, { workflowId, to, conditions = [] }, ctx, info) =>
    ctx.loaders.validations.load({ workflowId, to, conditions, proved: selects(info, 'proof') }),
  workflows: (_, page, ctx) => listWorkflows(ctx, page),
  workflowCounts: (_, __, ctx) => countWorkflows(ctx),
  workflowEvents: (_, page, ctx) => listWorkflowEvents(ctx, page),
};
