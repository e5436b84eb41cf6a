import { Prisma } from './prisma.generated/client.ts';
import type { EventRow, WorkflowRow } from './rows.ts';
import type { Scope } from './workflow-store.ts';

/** The column of each field of a row. */
type Columns<Row> = Readonly<Record<keyof Row & string, string>>;

const WORKFLOW: Columns<WorkflowRow> = {
  id: 'id',
  sampleId: 'sample_id',
  stage: 'stage',
  status: 'status',
  version: 'version',
  definitionName: 'definition_name',
  definitionVersion: 'definition_version',
  startedAt: 'started_at',
  updatedAt: 'updated_at',
  receivedAt: 'received_at',
  statusReason: 'status_reason',
  sampleVersion: 'sample_version',
  priority: 'priority',
  dueAt: 'due_at',
  clientId: 'client_id',
};

const EVENT: Columns<EventRow> = {
  id: 'id',
  workflowId: 'workflow_id',
  epoch: 'epoch',
  sequence: 'sequence',
  type: 'type',
  at: 'at',
  fromStage: 'from_stage',
  toStage: 'to_stage',
  status: 'status',
  version: 'version',
  reason: 'reason',
  actorId: 'actor_id',
};

/** The columns of table `alias` under the names of the row's fields; a `hidden` text is null. */
function columnsOf<Row>(columns: Columns<Row>, alias: string, hidden: (keyof Row & string) | null): Prisma.Sql {
  const all = Object.entries<string>(columns);
  const value = (field: string, column: string) => (field === hidden ? 'NULL::text' : `${alias}.${column}`);
  return Prisma.raw(all.map(([field, column]) => `${value(field, column)} AS "${field}"`).join(', '));
}

/** Whose reasons: they are meant for the laboratory, people of a client get null. */
type Seen = Pick<Scope, 'clientId'>;

const FOR_LABORATORY = { workflow: columnsOf(WORKFLOW, 'w', null), event: columnsOf(EVENT, 'e', null) };
const FOR_CLIENT = { workflow: columnsOf(WORKFLOW, 'w', 'statusReason'), event: columnsOf(EVENT, 'e', 'reason') };

/** Of `workflow w`. */
export function workflowColumns({ clientId }: Seen): Prisma.Sql {
  return (clientId === null ? FOR_LABORATORY : FOR_CLIENT).workflow;
}

/** Of `workflow_event e`. */
export function eventColumns({ clientId }: Seen): Prisma.Sql {
  return (clientId === null ? FOR_LABORATORY : FOR_CLIENT).event;
}
