import type { AdvanceWorkflowResultResolvers } from '../schema.generated.ts';

const TYPES = { advanced: 'WorkflowAdvanced', refused: 'TransitionRefused', conflict: 'WorkflowConflict' } as const;

export const AdvanceWorkflowResult: AdvanceWorkflowResultResolvers = {
  __resolveType: ({ kind }) => TYPES[kind],
};
