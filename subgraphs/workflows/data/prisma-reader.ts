import type { Reading } from '#platform/database/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { WorkflowsTx } from './client.ts';
import { eventColumns, workflowColumns } from './columns.ts';
import { Prisma } from './prisma.generated/client.ts';
import { type EventRow, eventOfRow, type WorkflowRow, workflowOfRow } from './rows.ts';
import type { EventCount, Scope, StageCount, WorkflowFilter, WorkflowReader } from './workflow-store.ts';

/** Ids come from clients: what is no id at all names nothing, instead of failing in the database. */
export function uuids(ids: readonly string[]): string[] {
  return ids.filter(isId);
}

type Condition = Prisma.Sql;

function anyOf(column: Condition, values: readonly string[] | null | undefined, type: 'text' | 'uuid'): Condition[] {
  return values ? [Prisma.sql`${column} = ANY(${[...values]}::${Prisma.raw(type)}[])`] : [];
}

function visible({ organizationId, clientId }: Scope): Condition[] {
  return [
    Prisma.sql`w.organization_id = ${organizationId}::uuid`,
    ...(clientId === null ? [] : [Prisma.sql`w.client_id = ${clientId}::uuid`]),
  ];
}

function matching(scope: Scope, filter: WorkflowFilter): Condition[] {
  const { from, to } = filter.dueAt ?? {};
  return [
    ...visible(scope),
    ...anyOf(Prisma.sql`w.stage`, filter.stage, 'text'),
    ...anyOf(Prisma.sql`w.status`, filter.status, 'text'),
    ...anyOf(Prisma.sql`w.priority`, filter.priority, 'text'),
    ...anyOf(Prisma.sql`w.sample_id`, filter.sampleId && uuids(filter.sampleId), 'uuid'),
    ...(from ? [Prisma.sql`w.due_at >= ${from}`] : []),
    ...(to ? [Prisma.sql`w.due_at < ${to}`] : []),
  ];
}

function and(conditions: readonly Condition[]): Condition {
  return Prisma.join([...conditions], ' AND ');
}

/**
 * The dated rows and then the undated ones, each straight from an index: one condition over both would make
 * Postgres walk the list from its beginning for every page.
 */
function listQuery(
  scope: Scope,
  filter: WorkflowFilter,
  after: { dueAt: Date | null; id: string } | null,
  limit: number,
): Prisma.Sql {
  const columns = workflowColumns(scope);
  const conditions = matching(scope, filter);
  const dated = after?.dueAt
    ? [...conditions, Prisma.sql`(w.due_at, w.id) > (${after.dueAt}, ${after.id}::uuid)`]
    : [...conditions, Prisma.sql`w.due_at IS NOT NULL`];
  const undated = [
    ...conditions,
    Prisma.sql`w.due_at IS NULL`,
    ...(after && !after.dueAt ? [Prisma.sql`w.id > ${after.id}::uuid`] : []),
  ];
  const first = Prisma.sql`(SELECT ${columns} FROM workflow w WHERE ${and(dated)} ORDER BY w.due_at, w.id LIMIT ${limit})`;
  const last = Prisma.sql`(SELECT ${columns} FROM workflow w WHERE ${and(undated)} ORDER BY w.id LIMIT ${limit})`;
  return after && !after.dueAt ? last : Prisma.sql`${first} UNION ALL ${last} LIMIT ${limit}`;
}

/** So many rows are read in next to no time. */
const FEW_ROWS = 500;

export function createReader({ tx, query }: Reading<WorkflowsTx>, scope: Scope): WorkflowReader {
  // Ids as one array parameter: the statement is the same for 1 and for 500, so it stays prepared.
  const workflowsBy = async (column: 'id' | 'sample_id', ids: readonly string[]) => {
    const wanted = Prisma.sql`w.${Prisma.raw(column)} = ANY(${uuids(ids)}::uuid[])`;
    const rows = await query<WorkflowRow>(
      Prisma.sql`SELECT ${workflowColumns(scope)} FROM workflow w WHERE ${and([...visible(scope), wanted])}`,
      { together: true },
    );
    return rows.map(workflowOfRow);
  };
  const ofVisible =
    scope.clientId === null
      ? Prisma.empty
      : Prisma.sql`AND EXISTS (SELECT FROM workflow w WHERE w.id = e.workflow_id AND ${and(visible(scope))})`;
  const inLog = Prisma.sql`e.organization_id = ${scope.organizationId}::uuid ${ofVisible}`;
  const ofWorkflow = (id: string | null) => (id === null ? Prisma.empty : Prisma.sql`AND e.workflow_id = ${id}::uuid`);

  return {
    byIds: (ids) => workflowsBy('id', ids),
    bySampleIds: (sampleIds) => workflowsBy('sample_id', sampleIds),
    async list(filter, after, limit) {
      const rows = await query<WorkflowRow>(listQuery(scope, filter, after, limit));
      return rows.map(workflowOfRow);
    },
    async count(filter) {
      const [row] = await query<{ count: number }>(
        Prisma.sql`SELECT count(*)::int AS count FROM workflow w WHERE ${and(matching(scope, filter))}`,
      );
      return row?.count ?? 0;
    },
    async counts() {
      return await query<StageCount>(
        Prisma.sql`SELECT w.stage, w.status, count(*)::int AS count FROM workflow w WHERE ${and(visible(scope))} GROUP BY 1, 2 ORDER BY 1, 2`,
      );
    },
    async events({ workflowId, afterSequence, limit }) {
      const rows = await query<EventRow>(
        Prisma.sql`SELECT ${eventColumns(scope)} FROM workflow_event e WHERE ${inLog} ${ofWorkflow(workflowId)} AND e.sequence > ${afterSequence} ORDER BY e.sequence LIMIT ${limit}`,
      );
      return rows.map(eventOfRow);
    },
    async firstEventsOf(workflowIds, limit) {
      const rows = await query<EventRow>(
        Prisma.sql`SELECT ${eventColumns(scope)} FROM unnest(${uuids(workflowIds)}::uuid[]) AS wanted(id)
          CROSS JOIN LATERAL (
            SELECT e.* FROM workflow_event e WHERE ${inLog} AND e.workflow_id = wanted.id
            ORDER BY e.sequence LIMIT ${limit}
          ) e ORDER BY e.sequence`,
        { together: workflowIds.length * limit <= FEW_ROWS },
      );
      return rows.map(eventOfRow);
    },
    async eventCountsOf(workflowIds) {
      return await query<EventCount>(
        Prisma.sql`SELECT e.workflow_id AS "workflowId", count(*)::int AS count FROM workflow_event e
          WHERE ${inLog} AND e.workflow_id = ANY(${uuids(workflowIds)}::uuid[]) GROUP BY 1`,
      );
    },
    async countEvents(workflowId) {
      const [row] = await query<{ count: number }>(
        Prisma.sql`SELECT count(*)::int AS count FROM workflow_event e WHERE ${inLog} ${ofWorkflow(workflowId)}`,
      );
      return row?.count ?? 0;
    },
    async eventsByIds(ids) {
      const rows = await query<EventRow>(
        Prisma.sql`SELECT ${eventColumns(scope)} FROM workflow_event e WHERE ${inLog} AND e.id = ANY(${uuids(ids)}::uuid[])`,
        { together: true },
      );
      return rows.map(eventOfRow);
    },
    async hasPosition(epoch, sequence) {
      const found = await tx.workflowEvent.findFirst({
        where: { organizationId: scope.organizationId, sequence: BigInt(sequence), epoch },
        select: { id: true },
      });
      return found !== null;
    },
  };
}
