import type { StoredEvent } from '#platform/events/index.ts';
import type { SamplesDeps } from '../context.ts';
import type { SampleWriter } from '../data/sample-store.ts';
import type { Sample } from '../domain/types.ts';
import { applyProgress } from '../domain/workflow-progress.ts';
import { sampleReceived, sampleStatusChanged, workflowEventOf } from '../events.ts';

export const GROUP = 'samples.workflows';

/** Keeps samples in step with their workflows; an event that comes twice or late changes nothing twice. */
export async function followWorkflow(deps: SamplesDeps, event: StoredEvent): Promise<void> {
  const progress = workflowEventOf(event);
  if (!progress) return;
  const actor = {
    organizationId: event.organizationId,
    userId: event.actorId,
    requestId: event.requestId ?? undefined,
  };
  await deps.store.write(actor, null, async (writer) => {
    if (!(await writer.firstTime(GROUP, event.id))) return;
    const [before] = await writer.lockSamples([progress.sampleId]);
    if (!before) return;
    const after = applyProgress(before, progress);
    if (after !== before) await save(deps, writer, { before, after, event });
  });
}

async function save(
  deps: SamplesDeps,
  writer: SampleWriter,
  { before, after, event }: { readonly before: Sample; readonly after: Sample; readonly event: StoredEvent },
): Promise<void> {
  await writer.changeSamples([{ before, after }]);
  if (after.version === before.version) return;
  const arrived = before.receivedAt === null && after.receivedAt !== null;
  const at = arrived ? (after.receivedAt ?? event.at) : event.at;
  const action = arrived ? 'received' : after.status.toLowerCase();
  const reason = event.reason ?? null;
  await writer.insertCustody([
    { id: deps.newId(), sampleId: after.id, at, action, location: null, by: event.actorId, reason },
  ]);
  await writer.announce([arrived ? sampleReceived(before, after, null) : sampleStatusChanged(before, after, reason)]);
}
