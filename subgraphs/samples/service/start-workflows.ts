import type { SamplesContext } from '../context.ts';

const ENSURE = `mutation EnsureWorkflows($inputs: [EnsureWorkflowInput!]!) {
  ensureWorkflows(inputs: $inputs) { id }
}`;

/**
 * Waits until workflows has started one for each sample. When it cannot, the samples stand all the same:
 * the event `sample.registered` tells workflows to start them as soon as it can.
 */
export async function startWorkflows(ctx: SamplesContext, sampleIds: readonly string[]): Promise<void> {
  if (sampleIds.length === 0) return;
  const samples = (await Promise.all(sampleIds.map((id) => ctx.loaders.sampleById.load(id)))).filter(
    (row) => row !== null,
  );
  const inputs = samples.map(({ id, factsVersion, priority, dueAt, clientId }) => ({
    sampleId: id,
    sampleVersion: factsVersion,
    priority,
    dueAt: dueAt?.toISOString() ?? null,
    clientId,
  }));
  try {
    await ctx.ask('workflows', ENSURE, { inputs });
  } catch (error) {
    ctx.logger.warn({ err: error, samples: inputs.length }, 'workflows were not started yet; the event starts them');
  }
}
