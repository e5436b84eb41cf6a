import type { Announcement } from '#platform/database/index.ts';
import type { StoredEvent } from '#platform/events/index.ts';
import type { SamplesDeps } from '../context.ts';
import type { CustodyEntry, Sample } from '../domain/types.ts';
import { applyProgress } from '../domain/workflow-progress.ts';
import { sampleReceived, sampleStatusChanged, type WorkflowEvent, workflowEventOf } from '../events.ts';

export const GROUP = 'samples.workflows';

interface Told {
  readonly event: StoredEvent;
  readonly progress: WorkflowEvent;
}

/**
 * Keeps samples in step with their workflows: events of one organization, oldest first, all of them or none. An event
 * that comes twice or late changes nothing twice.
 */
export async function followWorkflows(deps: SamplesDeps, events: readonly StoredEvent[]): Promise<void> {
  const told = events.flatMap((event): Told[] => {
    const progress = workflowEventOf(event);
    return progress ? [{ event, progress }] : [];
  });
  const [first] = told;
  if (!first) return;
  const { organizationId, actorId: userId } = first.event;
  await deps.store.write({ organizationId, userId }, null, async (writer) => {
    const ids = told.map(({ event }) => event.id);
    const fresh = await writer.firstTime(GROUP, ids);
    if (fresh.size === 0) return;
    const news = told.filter(({ event }) => fresh.has(event.id));
    const samples = await writer.lockSamples(news.map(({ progress }) => progress.sampleId));
    const { changes, custody, announcements } = follow(deps, samples, news);
    if (changes.length > 0) await writer.changeSamples(changes);
    await writer.insertCustody(custody);
    await writer.announce(announcements);
  });
}

/** What the events make of the samples; each event sees them as those before it have left them. */
function follow({ newId }: SamplesDeps, samples: readonly Sample[], news: readonly Told[]) {
  const present = new Map(samples.map((sample) => [sample.id, sample]));
  const custody: CustodyEntry[] = [];
  const announcements: Announcement[] = [];
  for (const { event, progress } of news) {
    const before = present.get(progress.sampleId);
    if (!before) continue;
    const after = applyProgress(before, progress);
    present.set(after.id, after);
    if (after.version === before.version) continue;
    const reason = event.reason ?? null;
    const arrived = before.receivedAt === null ? after.receivedAt : null;
    const action = arrived ? 'received' : after.status.toLowerCase();
    const at = arrived ?? event.at;
    custody.push({ id: newId(), sampleId: after.id, at, action, location: null, by: event.actorId, reason });
    const what = arrived ? sampleReceived(before, after, null) : sampleStatusChanged(before, after, reason);
    announcements.push({ ...what, cause: event });
  }
  const changes = samples.map((before) => ({ before, after: present.get(before.id) ?? before }));
  return { changes: changes.filter(({ before, after }) => after !== before), custody, announcements };
}
