import type { UnitOfWork } from '#platform/database/index.ts';
import { CURRENT_DEFINITION } from '../domain/definition.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { startChange } from '../domain/replay.ts';
import type { SampleCopy, Workflow } from '../domain/workflow.ts';
import type { WorkflowsTx } from './client.ts';
import { workflowColumns } from './columns.ts';
import { onceEach } from './once-each.ts';
import { Prisma } from './prisma.generated/client.ts';
import { createReader } from './prisma-reader.ts';
import { type WorkflowRow, workflowOfRow } from './rows.ts';
import type { NewWorkflow, WorkflowWriter } from './workflow-store.ts';

/** Rows travel as one JSON parameter: the statement, and so its plan, is the same for 1 and for 500. */
function json(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

function startRows(workflows: readonly NewWorkflow[], organizationId: string): readonly object[] {
  const { to, status, version } = startChange(new Date(0));
  return workflows.map(({ id, sampleId, sample }) => ({
    id,
    organization_id: organizationId,
    sample_id: sampleId,
    stage: to,
    status,
    version,
    definition_name: CURRENT_DEFINITION.name,
    definition_version: CURRENT_DEFINITION.version,
    ...copyRow(sample),
  }));
}

function copyRow(sample: SampleCopy): object {
  return {
    sample_version: sample.sampleVersion,
    priority: sample.priority,
    due_at: sample.dueAt,
    client_id: sample.clientId,
  };
}

/** The times are set anew once the start is announced: the event's time is the row's. */
function startQuery(rows: string): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO workflow AS w (id, organization_id, sample_id, stage, status, version, definition_name, definition_version,
      started_at, updated_at, sample_version, priority, due_at, client_id)
    SELECT n.id, n.organization_id, n.sample_id, n.stage, n.status, n.version, n.definition_name, n.definition_version,
      now(), now(), n.sample_version, n.priority, n.due_at, n.client_id
    FROM jsonb_to_recordset(${rows}::jsonb) AS n(id uuid, organization_id uuid, sample_id uuid, stage text, status text,
      version int, definition_name text, definition_version int, sample_version int, priority text, due_at timestamptz,
      client_id uuid)
    ORDER BY n.sample_id
    ON CONFLICT (organization_id, sample_id) DO NOTHING
    RETURNING ${workflowColumns({ clientId: null })}`;
}

/** Rows are locked in the order of their ids: two bulks that overlap wait for each other instead of deadlocking. */
function claimQuery(rows: string, organizationId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT w.id FROM workflow w
    JOIN jsonb_to_recordset(${rows}::jsonb) AS n(id uuid, version int, seen int) ON w.id = n.id
    WHERE w.organization_id = ${organizationId}::uuid AND w.version = n.version
      AND (n.seen IS NULL OR w.sample_version <= n.seen)
    ORDER BY w.id FOR UPDATE OF w`;
}

/** Locks as `claimQuery` does. */
function copyQuery(rows: string, organizationId: string): Prisma.Sql {
  return Prisma.sql`
    UPDATE workflow w SET sample_version = n.sample_version, priority = n.priority, due_at = n.due_at,
      client_id = n.client_id
    FROM (
      SELECT o.id, c.* FROM workflow o
      JOIN jsonb_to_recordset(${rows}::jsonb) AS c(sample_id uuid, sample_version int, priority text,
        due_at timestamptz, client_id uuid) ON c.sample_id = o.sample_id
      WHERE o.organization_id = ${organizationId}::uuid AND o.sample_version < c.sample_version
      ORDER BY o.id FOR UPDATE OF o
    ) n
    WHERE w.organization_id = ${organizationId}::uuid AND w.id = n.id`;
}

function stateRow(workflow: Workflow): object {
  return {
    id: workflow.id,
    stage: workflow.stage,
    status: workflow.status,
    version: workflow.version,
    status_reason: workflow.statusReason,
    received_at: workflow.receivedAt,
    started_at: workflow.startedAt,
    updated_at: workflow.updatedAt,
  };
}

function saveQuery(rows: string, organizationId: string): Prisma.Sql {
  return Prisma.sql`
    UPDATE workflow w SET stage = n.stage, status = n.status, version = n.version, status_reason = n.status_reason,
      received_at = n.received_at, started_at = n.started_at, updated_at = n.updated_at
    FROM jsonb_to_recordset(${rows}::jsonb) AS n(id uuid, stage text, status text, version int, status_reason text,
      received_at timestamptz, started_at timestamptz, updated_at timestamptz)
    WHERE w.id = n.id AND w.organization_id = ${organizationId}::uuid AND w.version IN (n.version - 1, 1)`;
}

function eventRow({ workflowId, from, to, actorId, ...event }: RecordedEvent): object {
  return { ...event, workflow_id: workflowId, from_stage: from, to_stage: to, actor_id: actorId };
}

function recordQuery(rows: string, organizationId: string): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO workflow_event (id, organization_id, workflow_id, epoch, sequence, type, at, from_stage, to_stage, status,
      version, reason, actor_id)
    SELECT n.id, ${organizationId}::uuid, n.workflow_id, n.epoch, n.sequence, n.type, n.at, n.from_stage, n.to_stage,
      n.status, n.version, n.reason, n.actor_id
    FROM jsonb_to_recordset(${rows}::jsonb) AS n(id uuid, workflow_id uuid, epoch text, sequence bigint, type text,
      at timestamptz, from_stage text, to_stage text, status text, version int, reason text, actor_id text)`;
}

export function createWriter(unit: UnitOfWork<WorkflowsTx>): WorkflowWriter {
  const { organizationId } = unit.actor;
  return {
    ...createReader(unit, { organizationId, clientId: null }),
    async start(workflows) {
      const rows = await unit.query<WorkflowRow>(startQuery(json(startRows(workflows, organizationId))));
      return rows.map(workflowOfRow);
    },
    async claim(claims) {
      const rows = json(
        claims.map(({ workflow: { id, version }, sampleVersionSeen: seen }) => ({ id, version, seen })),
      );
      const claimed = await unit.query<{ id: string }>(claimQuery(rows, organizationId));
      return new Set(claimed.map(({ id }) => id));
    },
    async save(workflows) {
      const saved = await unit.execute(saveQuery(json(workflows.map(stateRow)), organizationId));
      if (saved !== workflows.length)
        throw new Error(`Saved ${saved} of ${workflows.length} workflows that were locked`);
    },
    async copySamples(samples) {
      const rows = samples.map((sample) => ({ sample_id: sample.sampleId, ...copyRow(sample) }));
      await unit.execute(copyQuery(json(rows), organizationId));
    },
    async record(events) {
      await unit.execute(recordQuery(json(events.map(eventRow)), organizationId));
    },
    announce: (events) => unit.announce(events),
    onceEach: (calls, work) => onceEach((call, run) => unit.once(call, run), calls, work),
    firstTime: (consumer, eventIds) => unit.firstTime(consumer, eventIds),
  };
}
