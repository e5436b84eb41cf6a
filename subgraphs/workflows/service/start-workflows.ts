import { NotFoundError } from '#platform/errors/index.ts';
import type { Cause } from '#platform/events/index.ts';
import { idOf } from '#platform/identity/index.ts';
import type { WorkflowsContext } from '../context.ts';
import type { CopiedSample, NewWorkflow, WorkflowWriter } from '../data/workflow-store.ts';
import { startChange } from '../domain/replay.ts';
import type { SampleCopy, Workflow } from '../domain/workflow.ts';
import { actorOf } from './actor.ts';
import { checkBulk } from './input.ts';
import { recordChanges } from './record-changes.ts';

export interface EnsuredSample extends CopiedSample {
  /** Who asked for the workflow, where that is not who writes. */
  readonly cause?: Cause | undefined;
}

export interface Started {
  readonly workflow: Workflow;
  /** False when it had been started before. */
  readonly started: boolean;
}

/** Starts the workflows that are missing; one answer per sample, in their order. A sample may occur more than once. */
export async function ensureStarted(
  writer: WorkflowWriter,
  samples: readonly EnsuredSample[],
  newId: () => string,
): Promise<readonly Started[]> {
  const bySample = new Map(samples.map((sample) => [sample.sampleId, sample]));
  const missing = [...bySample].map(([sampleId, sample]): NewWorkflow => ({ id: newId(), sampleId, sample }));
  const started = await writer.start(missing);
  const existing = started.length === bySample.size ? [] : await writer.bySampleIds([...bySample.keys()]);
  const recorded = await recordChanges(
    writer,
    started.map((workflow) => ({
      workflow,
      change: startChange(workflow.startedAt),
      cause: bySample.get(workflow.sampleId)?.cause,
    })),
  );
  const answers = new Map<string, Started>([
    ...existing.map((workflow): [string, Started] => [workflow.sampleId, { workflow, started: false }]),
    ...recorded.map(({ workflow }): [string, Started] => [workflow.sampleId, { workflow, started: true }]),
  ]);
  return samples.map(({ sampleId }) => answers.get(sampleId)!);
}

/**
 * @throws NotFoundError when the organization has no such sample.
 * @throws UnavailableError when samples does not answer.
 */
export async function startWorkflow(
  ctx: WorkflowsContext,
  input: { readonly sampleId: string; readonly idempotencyKey?: string | null | undefined },
): Promise<Started> {
  const { idempotencyKey } = input;
  const sampleId = idOf(input.sampleId);
  const sample = (await ctx.samples.of([sampleId])).get(sampleId);
  if (!sample) throw new NotFoundError('Sample', input.sampleId);
  return await ctx.store.write(actorOf(ctx), async (writer) => {
    const [answer] = await writer.onceEach(
      [{ operation: 'startWorkflow', key: idempotencyKey, request: { sampleId } }],
      () => ensureStarted(writer, [sample], ctx.newId),
    );
    return answer!;
  });
}

/** For samples, which has just registered them and so is believed. @throws BadInputError for more than 500. */
export async function ensureWorkflows(
  ctx: WorkflowsContext,
  inputs: readonly {
    readonly sampleId: string;
    readonly sampleVersion: number;
    readonly priority: SampleCopy['priority'];
    readonly dueAt?: Date | null | undefined;
    readonly clientId?: string | null | undefined;
  }[],
): Promise<Workflow[]> {
  checkBulk(inputs.length, 'inputs');
  const samples = inputs.map(({ sampleId, dueAt, clientId, ...input }) => ({
    ...input,
    sampleId: idOf(sampleId),
    dueAt: dueAt ?? null,
    clientId: clientId ?? null,
  }));
  const answers = await ctx.store.write(actorOf(ctx), (writer) => ensureStarted(writer, samples, ctx.newId));
  return answers.map(({ workflow }) => workflow);
}
