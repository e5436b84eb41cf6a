import type { WorkflowsContext } from '../context.ts';
import type { StatusAction } from '../domain/machine.ts';
import type { Outcome } from '../domain/outcome.ts';
import { changeWorkflows } from './change-workflows.ts';
import { checkedReason } from './input.ts';

export interface StatusInput {
  readonly workflowId: string;
  readonly expectedVersion: number;
  readonly reason: string;
  readonly idempotencyKey?: string | null | undefined;
}

/** Holds, resumes, fails or cancels; the stage stays. */
export async function changeStatus(
  ctx: WorkflowsContext,
  action: StatusAction,
  { workflowId, expectedVersion, reason, idempotencyKey }: StatusInput,
): Promise<Outcome> {
  const [outcome] = await changeWorkflows(ctx, [
    {
      workflowId,
      command: { action, expectedVersion, reason: checkedReason(reason) },
      operation: `${action}Workflow`,
      idempotencyKey,
    },
  ]);
  return outcome!;
}
