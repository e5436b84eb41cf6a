import type { WorkflowsContext } from '../context.ts';
import type { StatusAction } from '../domain/machine.ts';
import type { Settled } from '../domain/outcome.ts';
import { changeWorkflow } from './change-workflows.ts';
import { checkedReason } from './input.ts';

export interface StatusInput {
  readonly workflowId: string;
  readonly expectedVersion: number;
  readonly reason: string;
  readonly idempotencyKey?: string | null | undefined;
}

/** Holds, resumes, fails or cancels; the stage stays. @throws NotFoundError when the workflow does not exist for the caller. */
export function changeStatus(
  ctx: WorkflowsContext,
  action: StatusAction,
  { workflowId, expectedVersion, reason, idempotencyKey }: StatusInput,
): Promise<Settled> {
  return changeWorkflow(ctx, {
    workflowId,
    command: { action, expectedVersion, reason: checkedReason(reason) },
    operation: `${action}Workflow`,
    idempotencyKey,
  });
}
