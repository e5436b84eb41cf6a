import { UnavailableError } from '#platform/errors/index.ts';
import type { WorkflowsContext } from '../context.ts';
import type { RuleQuestion, RuleVerdict } from '../data/rules.ts';
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

interface QuestionWithFacts extends RuleQuestion {
  readonly sampleVersion: number;
}

/** One snapshot of all samples. */
async function withFacts<Asked extends WorkflowQuestion>(
  ctx: WorkflowsContext,
  questions: readonly Asked[],
): Promise<(Omit<Asked, 'workflow'> & QuestionWithFacts)[]> {
  const snapshots = await ctx.samples.of(questions.map(({ workflow }) => workflow.sampleId));
  return questions.map(({ workflow, ...asked }) => {
    const snapshot = snapshotOf(snapshots, workflow.sampleId);
    const facts = [...snapshot.facts, ...workflowFacts(workflow, snapshot.facts)];
    return { ...asked, sampleId: workflow.sampleId, facts, sampleVersion: snapshot.sampleVersion };
  });
}

function checkAllAnswered(answered: number, asked: number): void {
  if (answered === asked) return;
  throw new UnavailableError(`The rules answered ${answered} of ${asked} questions; try again.`);
}

/**
 * One snapshot of all samples, one question to the rules.
 * @throws UnavailableError when samples or rules does not answer.
 */
export async function askRules(ctx: WorkflowsContext, questions: readonly WorkflowQuestion[]): Promise<Verdicts> {
  if (questions.length === 0) return { verdicts: [], sampleVersions: [] };
  const asked = await withFacts(ctx, questions);
  const verdicts = await ctx.rules.decide(asked, requestFacts(ctx.viewer, ctx.clock()));
  checkAllAnswered(verdicts.length, asked.length);
  return { verdicts, sampleVersions: asked.map(({ sampleVersion }) => sampleVersion) };
}

/**
 * The same question with the reasons of each answer, under conditions.
 * @throws BadInputError for a condition that is no fact, UnavailableError when samples or rules does not answer.
 */
export async function askRulesWhy(
  ctx: WorkflowsContext,
  questions: readonly (WorkflowQuestion & { readonly conditions: readonly string[] })[],
  proved: boolean,
): Promise<readonly RuleVerdict[]> {
  if (questions.length === 0) return [];
  const asked = await withFacts(ctx, questions);
  const verdicts = await ctx.rules.explain(asked, requestFacts(ctx.viewer, ctx.clock()), proved);
  checkAllAnswered(verdicts.length, asked.length);
  return verdicts;
}
