import { idOf } from '#platform/identity/index.ts';
import { type CatalogueEntry, DEFAULT_VERIFICATIONS } from '../domain/catalogue.ts';
import type { SampleFilter, SampleOrder, TimeRange } from '../domain/listing.ts';
import type { SampleRequest } from '../domain/registration.ts';
import type { ResultEntry } from '../domain/result-entry.ts';
import type {
  AnalysisServiceInput,
  ChangeAnalysisInput,
  DateTimeRange,
  ReceiveSampleInput,
  RegisterSampleInput,
  SampleFilter as SampleFilterInput,
  SampleOrder as SampleOrderInput,
  SubmitResultInput,
} from '../schema.generated.ts';
import type { AssignmentRequest, RetractionRequest } from '../service/analyses.ts';
import type { ReceptionRequest } from '../service/receive-samples.ts';

type Given<T> = T | null | undefined;
type ServiceEntry = CatalogueEntry<'AnalysisService'>;

// GraphQL has applied the schema's defaults; the generated types do not know, so they are named once more here.
const DEFAULTS = { priority: 'ROUTINE', category: 'ROUTINE', analyses: [], startWorkflow: false } as const;

function idOrNull(id: Given<string>): string | null {
  return id === null || id === undefined ? null : idOf(id);
}

/** Absent and null mean the same: in the domain both are null, so that a retry that leaves a field out is the same request. */
export function toSampleRequest(input: RegisterSampleInput): SampleRequest {
  return {
    typeCode: input.typeCode,
    clientCode: input.clientCode ?? null,
    samplePointCode: input.samplePointCode ?? null,
    barcode: input.barcode ?? null,
    priority: input.priority ?? DEFAULTS.priority,
    category: input.category ?? DEFAULTS.category,
    collectedAt: input.collectedAt ?? null,
    receivedAt: input.receivedAt ?? null,
    condition: input.condition ?? null,
    parentId: idOrNull(input.parentId),
    analyses: input.analyses ?? DEFAULTS.analyses,
    remarks: input.remarks ?? null,
    startWorkflow: input.startWorkflow ?? DEFAULTS.startWorkflow,
  };
}

export function toReception(input: ReceiveSampleInput): ReceptionRequest {
  return {
    sampleId: input.sampleId,
    expectedVersion: input.expectedVersion,
    receivedAt: input.receivedAt ?? null,
    condition: input.condition ?? 'INTACT',
    location: input.location ?? null,
  };
}

export function toResultEntry(input: SubmitResultInput): ResultEntry {
  return {
    analysisId: input.analysisId,
    expectedVersion: input.expectedVersion,
    value: input.value ?? null,
    text: input.text ?? null,
    unit: input.unit ?? null,
    detectionLimit: input.detectionLimit ?? null,
    qualifiers: input.qualifiers ?? [],
    measuredAt: input.measuredAt ?? null,
    reason: input.reason ?? null,
  };
}

export function toAssignment({
  analysisId,
  expectedVersion,
  analystId,
  reason,
}: ChangeAnalysisInput): AssignmentRequest {
  return { analysisId, expectedVersion, analystId: idOrNull(analystId), reason: reason ?? null };
}

export function toRetraction({ analysisId, expectedVersion, reason, repeat }: ChangeAnalysisInput): RetractionRequest {
  return { analysisId, expectedVersion, reason: reason ?? null, repeat: repeat ?? false };
}

/** What is absent stays absent: it leaves the stored row as it is. Null asks for the number of a new service. */
export function toAnalysisService({ requiredVerifications, ...input }: AnalysisServiceInput): ServiceEntry {
  if (requiredVerifications === undefined) return input;
  return { ...input, requiredVerifications: requiredVerifications ?? DEFAULT_VERIFICATIONS };
}

function toRange(range: Given<DateTimeRange>): TimeRange | null {
  return range ? { from: range.from ?? null, to: range.to ?? null } : null;
}

export function toFilter(filter: Given<SampleFilterInput>): SampleFilter {
  return {
    status: filter?.status ?? null,
    typeCode: filter?.typeCode ?? null,
    clientCode: filter?.clientCode ?? null,
    samplePointCode: filter?.samplePointCode ?? null,
    priority: filter?.priority ?? null,
    category: filter?.category ?? null,
    text: filter?.text ?? null,
    collectedAt: toRange(filter?.collectedAt),
    receivedAt: toRange(filter?.receivedAt),
    dueAt: toRange(filter?.dueAt),
  };
}

export function toOrder(order: Given<SampleOrderInput>): SampleOrder | null {
  return order ? { field: order.field, direction: order.direction ?? 'DESC' } : null;
}
