import { UnavailableError } from '#platform/errors/index.ts';
import type { WorkflowsContext } from '../context.ts';
import type { SampleSnapshot } from '../data/sample-facts.ts';
import { requestFacts, workflowFacts } from '../domain/facts.ts';
import type { Question } from '../domain/machine.ts';
import type { Blocker, Workflow } from '../domain/workflow.ts';

export interface WorkflowQuestion {
  readonly workflow: Workflow;
  readonly question: Question;
}

/** The rules' answers in the order of the questions, and the version of each sample's facts on which they rest. */
export interface Verdicts {
  readonly verdicts: readonly (readonly Blocker[])[];
  readonly sampleVersions: readonly number[];
}

function snapshotOf(snapshots: ReadonlyMap<string, SampleSnapshot>, sampleId: string): SampleSnapshot {
  const snapshot = snapshots.get(sampleId);
  // The workflow exists, so its sample does: a guard without facts must not be answered at all.
  if (!snapshot) throw new UnavailableError(`The samples subgraph has no facts about sample ${sampleId}; try again.`);
  return snapshot;
}

/**
 * One snapshot of all samples, one question to the rules.
 * @throws UnavailableError when samples or rules does not answer.
 */
export async function askRules(ctx: WorkflowsContext, questions: readonly WorkflowQuestion[]): Promise<Verdicts> {
  if (questions.length === 0) return { verdicts: [], sampleVersions: [] };
  const snapshots = await ctx.samples.of(questions.map(({ workflow }) => workflow.sampleId));
  const asked = questions.map(({ workflow, question }) => {
    const snapshot = snapshotOf(snapshots, workflow.sampleId);
    const facts = [...snapshot.facts, ...workflowFacts(workflow, snapshot.facts)];
    return { sampleId: workflow.sampleId, question, facts, sampleVersion: snapshot.sampleVersion };
  });
  const verdicts = await ctx.rules.decide(asked, requestFacts(ctx.viewer, ctx.clock()));
  if (verdicts.length !== asked.length) {
    throw new UnavailableError(`The rules answered ${verdicts.length} of ${asked.length} questions; try again.`);
  }
  return { verdicts, sampleVersions: asked.map(({ sampleVersion }) => sampleVersion) };
}
