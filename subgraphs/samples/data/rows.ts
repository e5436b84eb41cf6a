import type {
  Analysis,
  AnalysisStatus,
  CustodyEntry,
  Priority,
  Result,
  ResultFlag,
  Sample,
  SampleCategory,
  SampleCondition,
  SampleStatus,
} from '../domain/types.ts';
import {
  type Analysis as AnalysisRow,
  type CustodyEntry as CustodyRow,
  Prisma,
  type Result as ResultRow,
  type Sample as SampleRow,
} from './prisma.generated/client.ts';

export type { SampleRow };

const COLUMNS = {
  id: 'id',
  accessionNumber: 'accession_number',
  barcode: 'barcode',
  status: 'status',
  priority: 'priority',
  category: 'category',
  collectedAt: 'collected_at',
  receivedAt: 'received_at',
  dueAt: 'due_at',
  registeredAt: 'registered_at',
  condition: 'condition',
  remarks: 'remarks',
  sampleTypeId: 'sample_type_id',
  clientId: 'client_id',
  samplePointId: 'sample_point_id',
  parentId: 'parent_id',
  version: 'version',
  factsVersion: 'facts_version',
  workflowVersion: 'workflow_version',
} as const satisfies Record<keyof Sample, string>;

/** `sample s` under the domain's names, so that raw and generated queries give the same rows. */
export const SAMPLE_COLUMNS = Prisma.raw(
  Object.entries(COLUMNS)
    .map(([name, column]) => `s.${column} AS "${name}"`)
    .join(', '),
);

/** Words are bound to the domain's by constraints and by us, the only writers. */
export function sampleOfRow(row: Omit<SampleRow, 'organizationId' | 'searchText'>): Sample {
  return {
    id: row.id,
    accessionNumber: row.accessionNumber,
    barcode: row.barcode,
    status: row.status as SampleStatus,
    priority: row.priority as Priority,
    category: row.category as SampleCategory,
    collectedAt: row.collectedAt,
    receivedAt: row.receivedAt,
    dueAt: row.dueAt,
    registeredAt: row.registeredAt,
    condition: row.condition as SampleCondition | null,
    remarks: row.remarks,
    sampleTypeId: row.sampleTypeId,
    clientId: row.clientId,
    samplePointId: row.samplePointId,
    parentId: row.parentId,
    version: row.version,
    factsVersion: row.factsVersion,
    workflowVersion: row.workflowVersion,
  };
}

export function analysisOfRow({ organizationId: _, ...row }: AnalysisRow): Analysis {
  return { ...row, status: row.status as AnalysisStatus };
}

export function resultOfRow({ organizationId: _, ...row }: ResultRow): Result {
  return { ...row, flags: row.flags as ResultFlag[] };
}

export function custodyOfRow({ organizationId: _, actorId, ...row }: CustodyRow): CustodyEntry {
  return { ...row, by: actorId };
}

/** What the text filter looks into; a line break cannot be part of what is looked for. */
export function searchText(sample: Sample): string {
  return `${sample.accessionNumber}\n${sample.barcode ?? ''}`.toLowerCase();
}
