import type { WorkflowsContext } from '../context.ts';
import type { Stage } from '../domain/definition.ts';
import type { Outcome, Settled } from '../domain/outcome.ts';
import { type ChangeRequest, changeWorkflow, changeWorkflows } from './change-workflows.ts';
import { checkBulk, checkedReason } from './input.ts';

export interface AdvanceInput {
  readonly workflowId: string;
  readonly to: Stage;
  readonly expectedVersion: number;
  readonly reason?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

function requestOf({ workflowId, to, expectedVersion, reason, idempotencyKey }: AdvanceInput): ChangeRequest {
  return {
    workflowId,
    command: {
      action: 'move',
      to,
      expectedVersion,
      reason: reason === null || reason === undefined ? null : checkedReason(reason),
    },
    // One name for one and for many: a retry may be sent either way.
    operation: 'advanceWorkflow',
    idempotencyKey,
  };
}

/** @throws NotFoundError when the workflow does not exist for the caller. */
export function advanceWorkflow(ctx: WorkflowsContext, input: AdvanceInput): Promise<Settled> {
  return changeWorkflow(ctx, requestOf(input));
}

/** @throws BadInputError for more than 500 moves, or two of one workflow. */
export async function advanceWorkflows(
  ctx: WorkflowsContext,
  inputs: readonly AdvanceInput[],
): Promise<{ readonly results: Outcome[] }> {
  checkBulk(inputs.length, 'inputs');
  return { results: await changeWorkflows(ctx, inputs.map(requestOf)) };
}
