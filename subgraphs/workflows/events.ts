import type { DomainEvent, JsonObject, StoredEvent } from '#platform/events/index.ts';
import type { Stage, Status } from './domain/definition.ts';
import type { RecordedEvent } from './domain/event.ts';
import { CHANGE_TYPES, type ChangeType, type Workflow, type WorkflowChange } from './domain/workflow.ts';

export const TOPIC = 'workflow';

function audited({ stage, status, version }: Workflow): JsonObject {
  return { stage, status, version };
}

/** The announcement of a change: `workflow` before it, `after` behind it. */
export function workflowChanged(
  { workflow, change }: { readonly workflow: Workflow; readonly change: WorkflowChange },
  after: Workflow,
): DomainEvent {
  return {
    topic: TOPIC,
    type: change.type,
    subjectType: 'Workflow',
    subjectId: after.id,
    reason: change.reason,
    payload: {
      workflowId: after.id,
      sampleId: after.sampleId,
      clientId: after.clientId,
      from: change.from,
      to: after.stage,
      status: after.status,
      version: after.version,
      before: change.from === null ? null : audited(workflow),
      after: audited(after),
    },
  };
}

/** What `workflowChanged` put into the outbox: only this file writes and reads it. */
interface ChangePayload {
  readonly workflowId: string;
  readonly sampleId: string;
  readonly clientId: string | null;
  readonly from: Stage | null;
  readonly to: Stage;
  readonly status: Status;
  readonly version: number;
}

export function payloadOf(event: StoredEvent): ChangePayload {
  return event.payload as unknown as ChangePayload;
}

function isChangeType(type: string): type is ChangeType {
  return CHANGE_TYPES.some((known) => known === type);
}

/**
 * The history's row of a stored event.
 * @throws Error for an event that no change of a workflow caused.
 */
export function recordedOf(event: StoredEvent): RecordedEvent {
  if (!isChangeType(event.type)) throw new Error(`${event.type} is no change of a workflow`);
  const { workflowId, from, to, status, version } = payloadOf(event);
  return {
    id: event.id,
    workflowId,
    epoch: event.epoch,
    sequence: event.sequence,
    type: event.type,
    at: event.at,
    from,
    to,
    status,
    version,
    reason: event.reason ?? null,
    actorId: event.actorId,
  };
}
