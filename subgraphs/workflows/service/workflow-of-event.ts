import { NotFoundError } from '#platform/errors/index.ts';
import type { WorkflowsContext } from '../context.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { Workflow } from '../domain/workflow.ts';

/** The workflow as it is now. @throws NotFoundError when the caller may no longer see it. */
export async function workflowOf(
  ctx: WorkflowsContext,
  event: RecordedEvent & { readonly workflow?: Workflow },
): Promise<Workflow> {
  const workflow = event.workflow ?? (await ctx.loaders.workflowById.load(event.workflowId));
  if (!workflow) throw new NotFoundError('Workflow', event.workflowId);
  return workflow;
}
