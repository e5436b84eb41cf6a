import type { BlockerResolvers, SampleResolvers, WorkflowResolvers } from '../schema.generated.ts';
import { listHistory } from '../service/list-events.ts';

export const Workflow: WorkflowResolvers = {
  __resolveReference: ({ id }, ctx) => ctx.loaders.workflowById.load(id),
  sample: ({ sampleId }) => ({ id: sampleId }),
  transitions: (workflow, _, ctx) => ctx.loaders.transitionsOf.load(workflow),
  history: ({ id }, page, ctx) => listHistory(ctx, { ...page, workflowId: id }),
};

export const Sample: SampleResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  workflow: ({ id }, _, ctx) => ctx.loaders.workflowBySample.load(id),
};

export const Blocker: BlockerResolvers = {
  rule: ({ ruleId }) => (ruleId === null ? null : { id: ruleId }),
};
