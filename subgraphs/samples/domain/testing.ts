import type { AnalysisCase } from './analysis.ts';
import type { Analysis, AnalysisService, Result, Sample, Verification } from './types.ts';

export const T0 = new Date('2026-03-01T08:00:00Z');

export function aSample(over: Partial<Sample> = {}): Sample {
  return {
    id: '0190a000-0000-7000-8000-000000000001',
    accessionNumber: '2026-000001',
    barcode: null,
    status: 'RECEIVED',
    priority: 'ROUTINE',
    category: 'ROUTINE',
    collectedAt: new Date('2026-02-28T08:00:00Z'),
    receivedAt: new Date('2026-02-28T12:00:00Z'),
    dueAt: new Date('2026-03-05T12:00:00Z'),
    registeredAt: new Date('2026-02-28T12:00:00Z'),
    condition: 'INTACT',
    remarks: null,
    sampleTypeId: '0190a000-0000-7000-8000-0000000000a1',
    clientId: null,
    samplePointId: null,
    parentId: null,
    version: 1,
    factsVersion: 1,
    workflowVersion: 0,
    ...over,
  };
}

export function aService(over: Partial<AnalysisService> = {}): AnalysisService {
  return {
    id: '0190a000-0000-7000-8000-0000000000b1',
    code: 'NITRATE',
    name: 'Nitrate',
    unit: 'mg/L',
    method: null,
    requiredVerifications: 1,
    holdingTimeHours: null,
    version: 1,
    ...over,
  };
}

export function anAnalysis(over: Partial<Analysis> = {}): Analysis {
  return {
    id: '0190a000-0000-7000-8000-0000000000c1',
    sampleId: '0190a000-0000-7000-8000-000000000001',
    serviceId: '0190a000-0000-7000-8000-0000000000b1',
    position: 1,
    status: 'REGISTERED',
    version: 1,
    assignedTo: null,
    replacesId: null,
    retractedBy: null,
    retractedAt: null,
    retractReason: null,
    unit: 'mg/L',
    method: null,
    requiredVerifications: 1,
    holdingTimeHours: null,
    ...over,
  };
}

export function aResult(over: Partial<Result> = {}): Result {
  return {
    id: '0190a000-0000-7000-8000-0000000000d1',
    analysisId: '0190a000-0000-7000-8000-0000000000c1',
    sequence: 1,
    value: '3.40',
    text: null,
    unit: 'mg/L',
    detectionLimit: null,
    flags: [],
    qualifiers: [],
    measuredAt: null,
    enteredBy: 'analyst',
    enteredAt: T0,
    reason: null,
    ...over,
  };
}

export function aVerification(by: string): Verification {
  return { id: `v-${by}`, analysisId: anAnalysis().id, resultId: aResult().id, by, at: T0 };
}

/** Unless an analysis is given, it was asked for as the service is. */
export function aCase(over: Partial<AnalysisCase> = {}): AnalysisCase {
  const service = over.service ?? aService();
  const { unit, method, requiredVerifications, holdingTimeHours } = service;
  const analysis = anAnalysis({ unit, method, requiredVerifications, holdingTimeHours });
  return { analysis, sample: aSample(), service, results: [], verifications: [], ...over };
}
