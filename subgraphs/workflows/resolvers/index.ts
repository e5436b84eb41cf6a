import type { Resolvers } from '../schema.generated.ts';
import { Mutation } from './mutation.ts';
import { AdvanceWorkflowResult, WorkflowNotFound } from './outcome.ts';
import { Query } from './query.ts';
import { Subscription } from './subscription.ts';
import { Blocker, Sample, Workflow } from './workflow.ts';
import { WorkflowEvent, WorkflowUpdate } from './workflow-event.ts';

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Subscription,
  Workflow,
  Sample,
  Blocker,
  WorkflowEvent,
  WorkflowUpdate,
  AdvanceWorkflowResult,
  WorkflowNotFound,
};
