import type { DomainEvent, JsonObject, StoredEvent } from '#platform/events/index.ts';
import type { AnalysisCase } from './domain/analysis.ts';
import type { CatalogueKind } from './domain/catalogue.ts';
import type { Analysis, AnalysisService, Result, Sample } from './domain/types.ts';
import type { WorkflowProgress } from './domain/workflow-progress.ts';

/** Samples and analyses share one topic, so that what happened to one sample is heard in its order. */
export const TOPIC = 'sample';
export const CATALOGUE_TOPIC = 'catalogue';

/** What neighbours keep copies of: every event of a sample or of its analyses carries it. */
function copy(sample: Sample): JsonObject {
  return {
    sampleId: sample.id,
    sampleVersion: sample.factsVersion,
    priority: sample.priority,
    dueAt: sample.dueAt?.toISOString() ?? null,
    clientId: sample.clientId,
  };
}

function audited(sample: Sample): JsonObject {
  return {
    status: sample.status,
    receivedAt: sample.receivedAt?.toISOString() ?? null,
    condition: sample.condition,
    dueAt: sample.dueAt?.toISOString() ?? null,
    version: sample.version,
  };
}

function sampleEvent(type: string, sample: Sample, payload: JsonObject, reason: string | null = null): DomainEvent {
  return {
    topic: TOPIC,
    type,
    subjectType: 'Sample',
    subjectId: sample.id,
    reason,
    payload: { ...copy(sample), ...payload },
  };
}

export function sampleRegistered(
  sample: Sample,
  details: { readonly typeCode: string; readonly analyses: readonly JsonObject[]; readonly startWorkflow: boolean },
): DomainEvent {
  return sampleEvent('sample.registered', sample, {
    ...details,
    accessionNumber: sample.accessionNumber,
    barcode: sample.barcode,
    category: sample.category,
    collectedAt: sample.collectedAt?.toISOString() ?? null,
    samplePointId: sample.samplePointId,
    parentId: sample.parentId,
    before: null,
    after: audited(sample),
  });
}

export function sampleReceived(before: Sample, after: Sample, location: string | null): DomainEvent {
  return sampleEvent('sample.received', after, { location, before: audited(before), after: audited(after) });
}

export function sampleStatusChanged(before: Sample, after: Sample, reason: string | null): DomainEvent {
  return sampleEvent('sample.status_changed', after, { before: audited(before), after: audited(after) }, reason);
}

function analysisEvent(
  type: string,
  { analysis, sample, service }: AnalysisCase,
  payload: JsonObject,
  reason: string | null = null,
): DomainEvent {
  const about = {
    analysisId: analysis.id,
    serviceCode: service.code,
    status: analysis.status,
    version: analysis.version,
  };
  return {
    topic: TOPIC,
    type,
    subjectType: 'Analysis',
    subjectId: analysis.id,
    reason,
    payload: { ...copy(sample), ...about, ...payload },
  };
}

function entered(result: Result | null): JsonObject | null {
  return (
    result && {
      resultId: result.id,
      value: result.value,
      text: result.text,
      unit: result.unit,
      detectionLimit: result.detectionLimit,
      flags: [...result.flags],
      qualifiers: [...result.qualifiers],
      measuredAt: result.measuredAt?.toISOString() ?? null,
    }
  );
}

/** `found` is the analysis as the change left it. */
export function analysisSubmitted(found: AnalysisCase, before: Result | null, after: Result): DomainEvent {
  return analysisEvent('analysis.submitted', found, { before: entered(before), after: entered(after) }, after.reason);
}

export function analysisVerified(found: AnalysisCase, resultId: string): DomainEvent {
  return analysisEvent('analysis.verified', found, {
    resultId,
    verifications: found.verifications.length,
    requiredVerifications: found.analysis.requiredVerifications,
  });
}

function held({ status, assignedTo, version }: Analysis): JsonObject {
  return { status, assignedTo, version };
}

export function analysisAssigned(found: AnalysisCase, before: Analysis, reason: string | null): DomainEvent {
  return analysisEvent('analysis.assigned', found, { before: held(before), after: held(found.analysis) }, reason);
}

export function analysisRetracted(
  found: AnalysisCase,
  before: Analysis,
  details: { readonly repeatId: string | null; readonly reason: string | null },
): DomainEvent {
  const payload = { repeatId: details.repeatId, before: held(before), after: held(found.analysis) };
  return analysisEvent('analysis.retracted', found, payload, details.reason);
}

type CatalogueRow = { readonly id: string } & Partial<AnalysisService>;

export function catalogueChanged(
  kind: CatalogueKind,
  change: { readonly before: CatalogueRow | null; readonly after: CatalogueRow; readonly reason: string | null },
): DomainEvent {
  const { before, after, reason } = change;
  return {
    topic: CATALOGUE_TOPIC,
    type: 'catalogue.changed',
    subjectType: kind,
    subjectId: after.id,
    reason,
    payload: { before: before && { ...before }, after: { ...after } },
  };
}

export interface WorkflowEvent extends WorkflowProgress {
  readonly sampleId: string;
}

/** What an event of the topic `workflow` says about a sample; null when it is about none. */
export function workflowEventOf(event: StoredEvent): WorkflowEvent | null {
  const { sampleId, to, status, version } = event.payload;
  if (typeof sampleId !== 'string' || typeof to !== 'string' || typeof status !== 'string') return null;
  return typeof version === 'number' ? { sampleId, stage: to, status, version, at: event.at } : null;
}
