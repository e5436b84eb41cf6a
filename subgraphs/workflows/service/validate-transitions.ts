import { NotFoundError } from '#platform/errors/index.ts';
import type { WorkflowsContext } from '../context.ts';
import type { RuleVerdict } from '../data/rules.ts';
import { definitionOf, type Edge, edgeBetween, type Stage } from '../domain/definition.ts';
import { edgeBlockers, illegalMove, questionOf } from '../domain/machine.ts';
import type { Blocker, Workflow } from '../domain/workflow.ts';
import { askRulesWhy } from './ask-rules.ts';

export interface TransitionRequest {
  readonly workflowId: string;
  readonly to: Stage;
  readonly conditions: readonly string[];
  /** Whether the proof will be read. */
  readonly proved: boolean;
}

export interface TransitionValidation {
  readonly from: Stage;
  readonly to: Stage;
  readonly allowed: boolean;
  readonly blockers: readonly Blocker[];
  readonly proof: NonNullable<RuleVerdict['proof']> | null;
  readonly ruleSetVersion: RuleVerdict['ruleSetVersion'] | null;
}

interface Candidate {
  readonly request: TransitionRequest;
  readonly workflow: Workflow;
  readonly edge: Edge | null;
  /** What the stage machine itself has against it; the rules are asked about the others only. */
  readonly blockers: readonly Blocker[];
}

function candidateOf(ctx: WorkflowsContext, request: TransitionRequest, workflow: Workflow): Candidate {
  const edge = edgeBetween(definitionOf(workflow.definition), workflow.stage, request.to);
  const blockers = edge === null ? [illegalMove(workflow, request.to)] : edgeBlockers(workflow, edge, ctx.viewer);
  return { request, workflow, edge, blockers };
}

function validationOf({ request, workflow, blockers }: Candidate, verdict: RuleVerdict | undefined) {
  const found = verdict?.blockers ?? blockers;
  return {
    from: workflow.stage,
    to: request.to,
    allowed: found.length === 0,
    blockers: found,
    proof: verdict?.proof ?? null,
    ruleSetVersion: verdict?.ruleSetVersion ?? null,
  };
}

/** What `advanceWorkflow` would be answered; the rules are asked once for all requests. */
export async function validateTransitions(
  ctx: WorkflowsContext,
  requests: readonly TransitionRequest[],
): Promise<(TransitionValidation | NotFoundError)[]> {
  const workflows = await Promise.all(requests.map(({ workflowId }) => ctx.loaders.workflowById.load(workflowId)));
  const candidates = requests.map((request, at) => {
    const workflow = workflows[at] ?? null;
    return workflow === null ? new NotFoundError('Workflow', request.workflowId) : candidateOf(ctx, request, workflow);
  });
  const open = candidates.flatMap((candidate) =>
    candidate instanceof NotFoundError || candidate.edge === null || candidate.blockers.length > 0
      ? []
      : [{ candidate, question: questionOf(candidate.edge) }],
  );
  const verdicts = await askRulesWhy(
    ctx,
    open.map(({ candidate: { workflow, request }, question }) => ({
      workflow,
      question,
      conditions: request.conditions,
    })),
    requests.some(({ proved }) => proved),
  );
  const verdictOf = new Map(open.map(({ candidate }, at) => [candidate, verdicts[at]]));
  return candidates.map((candidate) =>
    candidate instanceof NotFoundError ? candidate : validationOf(candidate, verdictOf.get(candidate)),
  );
}
