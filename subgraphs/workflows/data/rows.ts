import type { Stage, Status } from '../domain/definition.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { ChangeType, Priority, Workflow } from '../domain/workflow.ts';

/** A row of `workflow`, under Prisma's names. Stage, status and priority are bound to the domain's words by constraints and by us, the only writers. */
export interface WorkflowRow {
  readonly id: string;
  readonly sampleId: string;
  readonly stage: string;
  readonly status: string;
  readonly version: number;
  readonly definitionName: string;
  readonly definitionVersion: number;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly receivedAt: Date | null;
  readonly statusReason: string | null;
  readonly sampleVersion: number;
  readonly priority: string;
  readonly dueAt: Date | null;
  readonly clientId: string | null;
}

export interface EventRow {
  readonly id: string;
  readonly workflowId: string;
  readonly epoch: string;
  readonly sequence: bigint;
  readonly type: string;
  readonly at: Date;
  readonly fromStage: string | null;
  readonly toStage: string;
  readonly status: string;
  readonly version: number;
  readonly reason: string | null;
  readonly actorId: string;
}

export function workflowOfRow(row: WorkflowRow): Workflow {
  return {
    id: row.id,
    sampleId: row.sampleId,
    stage: row.stage as Stage,
    status: row.status as Status,
    version: row.version,
    definition: { name: row.definitionName, version: row.definitionVersion },
    startedAt: row.startedAt,
    updatedAt: row.updatedAt,
    receivedAt: row.receivedAt,
    statusReason: row.statusReason,
    sampleVersion: row.sampleVersion,
    priority: row.priority as Priority,
    dueAt: row.dueAt,
    clientId: row.clientId,
  };
}

export function eventOfRow(row: EventRow): RecordedEvent {
  return {
    id: row.id,
    workflowId: row.workflowId,
    epoch: row.epoch,
    sequence: Number(row.sequence),
    type: row.type as ChangeType,
    at: row.at,
    from: row.fromStage as Stage | null,
    to: row.toStage as Stage,
    status: row.status as Status,
    version: row.version,
    reason: row.reason,
    actorId: row.actorId,
  };
}
