import { NotFoundError } from '#platform/errors/index.ts';
import type { AdvanceWorkflowResultResolvers, WorkflowNotFoundResolvers } from '../schema.generated.ts';

const TYPES = {
  advanced: 'WorkflowAdvanced',
  refused: 'TransitionRefused',
  conflict: 'WorkflowConflict',
  notFound: 'WorkflowNotFound',
} as const;

export const AdvanceWorkflowResult: AdvanceWorkflowResultResolvers = {
  __resolveType: ({ kind }) => TYPES[kind],
};

export const WorkflowNotFound: WorkflowNotFoundResolvers = {
  message: ({ workflowId }) => new NotFoundError('Workflow', workflowId).message,
};
