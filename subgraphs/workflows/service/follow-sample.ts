import { z } from 'zod';
import type { StoredEvent } from '#platform/events/index.ts';
import type { WorkflowsDeps } from '../context.ts';
import { PRIORITIES } from '../domain/workflow.ts';
import { ensureStarted } from './start-workflows.ts';

const CONSUMER = 'workflows.samples';

/** What samples says with each of its events about the sample concerned. */
const SamplePayload = z.object({
  sampleId: z.uuid(),
  sampleVersion: z.int(),
  priority: z.enum(PRIORITIES),
  dueAt: z.iso.datetime({ offset: true }).nullable(),
  clientId: z.uuid().nullable(),
  startWorkflow: z.boolean().optional(),
});

/**
 * Keeps the copies of a sample's properties, and starts the workflow that a registration asked for and did not get.
 * An event that says nothing about a sample is passed over.
 */
export async function followSample(
  { store, newId }: Pick<WorkflowsDeps, 'store' | 'newId'>,
  event: StoredEvent,
): Promise<void> {
  const parsed = SamplePayload.safeParse(event.payload);
  if (!parsed.success) return;
  const { startWorkflow, sampleId, dueAt, ...payload } = parsed.data;
  const sample = { ...payload, dueAt: dueAt === null ? null : new Date(dueAt) };
  const actor = {
    organizationId: event.organizationId,
    userId: event.actorId,
    requestId: event.requestId ?? undefined,
  };
  await store.write(actor, async (writer) => {
    if (!(await writer.firstTime(CONSUMER, event.id))) return;
    await writer.copySample(sampleId, sample);
    if (event.type === 'sample.registered' && startWorkflow) {
      await ensureStarted(writer, [{ sampleId, ...sample }], newId);
    }
  });
}
