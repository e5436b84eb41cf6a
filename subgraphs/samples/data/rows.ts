import type {
  Analysis,
  CustodyEntry,
  Priority,
  Result,
  Sample,
  SampleCategory,
  SampleCondition,
  SampleStatus,
  Verification,
} from '../domain/types.ts';
import { type Columns, columnsOf } from './bulk.ts';
import type { Sample as SampleRow } from './prisma.generated/client.ts';

export type { SampleRow };

const TIME = 'timestamptz';

export const SAMPLE: Columns<Sample> = {
  id: ['id', 'uuid'],
  accessionNumber: ['accession_number', 'text'],
  barcode: ['barcode', 'text'],
  status: ['status', 'text'],
  priority: ['priority', 'text'],
  category: ['category', 'text'],
  collectedAt: ['collected_at', TIME],
  receivedAt: ['received_at', TIME],
  dueAt: ['due_at', TIME],
  registeredAt: ['registered_at', TIME],
  condition: ['condition', 'text'],
  remarks: ['remarks', 'text'],
  sampleTypeId: ['sample_type_id', 'uuid'],
  clientId: ['client_id', 'uuid'],
  samplePointId: ['sample_point_id', 'uuid'],
  parentId: ['parent_id', 'uuid'],
  version: ['version', 'int'],
  factsVersion: ['facts_version', 'int'],
  workflowVersion: ['workflow_version', 'int'],
};

export const STORED_SAMPLE: Columns<Sample & { readonly searchText: string; readonly searchGrams: number[] }> = {
  ...SAMPLE,
  searchText: ['search_text', 'text'],
  searchGrams: ['search_grams', 'int[]'],
};

export const ANALYSIS: Columns<Analysis> = {
  id: ['id', 'uuid'],
  sampleId: ['sample_id', 'uuid'],
  serviceId: ['service_id', 'uuid'],
  position: ['position', 'int'],
  status: ['status', 'text'],
  version: ['version', 'int'],
  assignedTo: ['assigned_to', 'text'],
  replacesId: ['replaces_id', 'uuid'],
  retractedBy: ['retracted_by', 'text'],
  retractedAt: ['retracted_at', TIME],
  retractReason: ['retract_reason', 'text'],
  unit: ['unit', 'text'],
  method: ['method', 'text'],
  requiredVerifications: ['required_verifications', 'int'],
  holdingTimeHours: ['holding_time_hours', 'int'],
};

export const RESULT: Columns<Result> = {
  id: ['id', 'uuid'],
  analysisId: ['analysis_id', 'uuid'],
  sequence: ['sequence', 'int'],
  value: ['value', 'text'],
  text: ['text', 'text'],
  unit: ['unit', 'text'],
  detectionLimit: ['detection_limit', 'text'],
  flags: ['flags', 'text[]'],
  qualifiers: ['qualifiers', 'text[]'],
  measuredAt: ['measured_at', TIME],
  enteredBy: ['entered_by', 'text'],
  enteredAt: ['entered_at', TIME],
  reason: ['reason', 'text'],
};

export const VERIFICATION: Columns<Verification> = {
  id: ['id', 'uuid'],
  analysisId: ['analysis_id', 'uuid'],
  resultId: ['result_id', 'uuid'],
  by: ['verified_by', 'text'],
  at: ['at', TIME],
};

export const CUSTODY: Columns<CustodyEntry> = {
  id: ['id', 'uuid'],
  sampleId: ['sample_id', 'uuid'],
  at: ['at', TIME],
  action: ['action', 'text'],
  location: ['location', 'text'],
  by: ['actor_id', 'text'],
  reason: ['reason', 'text'],
};

/** `sample s` under the domain's names. */
export const SAMPLE_COLUMNS = columnsOf(SAMPLE, 's');

/** Words are bound to the domain's by constraints and by us, the only writers. */
export function sampleOfRow(row: Omit<SampleRow, 'organizationId' | 'searchText' | 'searchGrams'>): Sample {
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
