import { z } from 'zod';
import type { StoredEvent } from '#platform/events/index.ts';
import type { WorkflowsDeps } from '../context.ts';
import type { CopiedSample } from '../data/workflow-store.ts';
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

interface Told {
  readonly event: StoredEvent;
  readonly sample: CopiedSample;
  readonly start: boolean;
}

function toldBy(event: StoredEvent): Told[] {
  const parsed = SamplePayload.safeParse(event.payload);
  if (!parsed.success) return [];
  const { startWorkflow, dueAt, ...sample } = parsed.data;
  const start = event.type === 'sample.registered' && startWorkflow === true;
  return [{ event, start, sample: { ...sample, dueAt: dueAt === null ? null : new Date(dueAt) } }];
}

/** By sample, what the newest of the events says. */
function newest(told: readonly Told[]): ReadonlyMap<string, CopiedSample> {
  const copies = new Map<string, CopiedSample>();
  for (const { sample } of told) {
    const known = copies.get(sample.sampleId);
    if (!known || known.sampleVersion < sample.sampleVersion) copies.set(sample.sampleId, sample);
  }
  return copies;
}

/**
 * Keeps the copies of samples' properties, and starts the workflows that a registration asked for and did not get:
 * events of one organization, oldest first, all of them or none. One that says nothing about a sample is passed over.
 */
export async function followSamples(
  { store, newId }: Pick<WorkflowsDeps, 'store' | 'newId'>,
  events: readonly StoredEvent[],
): Promise<void> {
  const told = events.flatMap(toldBy);
  const [first] = told;
  if (!first) return;
  const { organizationId, actorId: userId } = first.event;
  await store.write({ organizationId, userId }, async (writer) => {
    const ids = told.map(({ event }) => event.id);
    const fresh = await writer.firstTime(CONSUMER, ids);
    if (fresh.size === 0) return;
    const news = told.filter(({ event }) => fresh.has(event.id));
    const copies = newest(news);
    await writer.copySamples([...copies.values()]);
    const starts = news.flatMap(({ event: cause, sample, start }) => {
      const copy = copies.get(sample.sampleId);
      return start && copy ? [{ ...copy, cause }] : [];
    });
    if (starts.length > 0) await ensureStarted(writer, starts, newId);
  });
}
