import type { MutationResolvers } from '../schema.generated.ts';
import { advanceWorkflow, advanceWorkflows } from '../service/advance-workflows.ts';
import { changeStatus } from '../service/change-status.ts';
import { ensureWorkflows, startWorkflow } from '../service/start-workflows.ts';

export const Mutation: MutationResolvers = {
  startWorkflow: (_, { input }, ctx) => startWorkflow(ctx, input),
  ensureWorkflows: (_, { inputs }, ctx) => ensureWorkflows(ctx, inputs),
  advanceWorkflow: (_, { input }, ctx) => advanceWorkflow(ctx, input),
  advanceWorkflows: (_, { inputs }, ctx) => advanceWorkflows(ctx, inputs),
  holdWorkflow: (_, { input }, ctx) => changeStatus(ctx, 'hold', input),
  resumeWorkflow: (_, { input }, ctx) => changeStatus(ctx, 'resume', input),
  failWorkflow: (_, { input }, ctx) => changeStatus(ctx, 'fail', input),
  cancelWorkflow: (_, { input }, ctx) => changeStatus(ctx, 'cancel', input),
};
