import type { WorkflowsContext } from '../context.ts';
import { definitionOf, type Edge, edgesFrom, type Stage } from '../domain/definition.ts';
import { edgeBlockers, questionOf } from '../domain/machine.ts';
import type { Blocker, Workflow } from '../domain/workflow.ts';
import { askRules } from './ask-rules.ts';

export interface Transition {
  readonly to: Stage;
  readonly allowed: boolean;
  readonly blockers: readonly Blocker[];
}

interface Candidate {
  readonly workflow: Workflow;
  readonly edge: Edge;
  /** What the stage machine itself has against it; the rules are asked about the others only. */
  readonly blockers: readonly Blocker[];
}

/** Every move from each workflow's present stage; the rules are asked once for all of them. */
export async function listTransitions(ctx: WorkflowsContext, workflows: readonly Workflow[]): Promise<Transition[][]> {
  const candidates = workflows.map((workflow) =>
    edgesFrom(definitionOf(workflow.definition), workflow.stage).map(
      (edge): Candidate => ({ workflow, edge, blockers: edgeBlockers(workflow, edge, ctx.viewer) }),
    ),
  );
  const open = candidates.flat().filter(({ blockers }) => blockers.length === 0);
  const { verdicts } = await askRules(
    ctx,
    open.map(({ workflow, edge }) => ({ workflow, question: questionOf(edge) })),
  );
  const verdictOf = new Map(open.map((candidate, index) => [candidate, verdicts[index] ?? []]));
  return candidates.map((ofWorkflow) =>
    ofWorkflow.map((candidate) => {
      const blockers = verdictOf.get(candidate) ?? candidate.blockers;
      return { to: candidate.edge.to, allowed: blockers.length === 0, blockers };
    }),
  );
}
