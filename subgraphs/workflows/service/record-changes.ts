import type { Cause } from '#platform/events/index.ts';
import type { WorkflowWriter } from '../data/workflow-store.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { apply, stateAfterStart } from '../domain/replay.ts';
import type { Workflow, WorkflowChange } from '../domain/workflow.ts';
import { recordedOf, workflowChanged } from '../events.ts';

/** What is about to happen to a workflow that this transaction started or claimed. */
export interface Pending {
  readonly workflow: Workflow;
  readonly change: WorkflowChange;
  /** Who caused it, where that is not who writes. */
  readonly cause?: Cause | undefined;
}

export interface Recorded {
  readonly workflow: Workflow;
  readonly event: RecordedEvent;
}

function after({ workflow, change }: Pending): Workflow {
  const start = change.type === 'workflow.started';
  return { ...workflow, ...(start ? stateAfterStart(change, workflow.definition) : apply(workflow, change)) };
}

/**
 * Announces the changes, writes the rows and adds to the history: the last step of a transaction. The outbox gives each
 * event its time and place, so the rows are written after it: row, event and history agree to the millisecond.
 */
export async function recordChanges(writer: WorkflowWriter, changes: readonly Pending[]): Promise<readonly Recorded[]> {
  if (changes.length === 0) return [];
  const stored = await writer.announce(
    changes.map((pending) => ({ ...workflowChanged(pending, after(pending)), cause: pending.cause })),
  );
  const recorded = stored.map((storedEvent, index): Recorded => {
    const { workflow, change } = changes[index]!;
    const event = recordedOf(storedEvent);
    return { workflow: after({ workflow, change: { ...change, at: event.at } }), event };
  });
  // Written in this order, and sent together.
  await Promise.all([
    writer.save(recorded.map(({ workflow }) => workflow)),
    writer.record(recorded.map(({ event }) => event)),
  ]);
  return recorded;
}
