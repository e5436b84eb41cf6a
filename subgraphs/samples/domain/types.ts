export const PRIORITIES = ['STAT', 'URGENT', 'ROUTINE'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const SAMPLE_STATUSES = ['REGISTERED', 'RECEIVED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED'] as const;
export type SampleStatus = (typeof SAMPLE_STATUSES)[number];

export const SAMPLE_CATEGORIES = [
  'ROUTINE',
  'FIELD_BLANK',
  'EQUIPMENT_BLANK',
  'LABORATORY_BLANK',
  'FIELD_REPLICATE',
  'LABORATORY_DUPLICATE',
  'SPIKE',
  'REFERENCE_MATERIAL',
] as const;
export type SampleCategory = (typeof SAMPLE_CATEGORIES)[number];

export const SAMPLE_CONDITIONS = ['INTACT', 'DAMAGED', 'LEAKING', 'TEMPERATURE_EXCURSION'] as const;
export type SampleCondition = (typeof SAMPLE_CONDITIONS)[number];

export const ANALYSIS_STATUSES = ['REGISTERED', 'ASSIGNED', 'SUBMITTED', 'VERIFIED', 'RETRACTED', 'CANCELLED'] as const;
export type AnalysisStatus = (typeof ANALYSIS_STATUSES)[number];

/** Most serious first: the order in which a result shows them. */
export const RESULT_FLAGS = [
  'UNIT_MISMATCH',
  'MEASURED_BEFORE_COLLECTED',
  'BLANK_CONTAMINATED',
  'HOLDING_TIME_EXCEEDED',
  'CORRECTED',
  'BELOW_DETECTION_LIMIT',
  'NON_DETECT',
] as const;
export type ResultFlag = (typeof RESULT_FLAGS)[number];

export interface SampleType {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Starts at 1, grows with every change. */
  readonly version: number;
}

export interface Client {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Starts at 1, grows with every change. */
  readonly version: number;
}

export interface SamplePoint {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Starts at 1, grows with every change. */
  readonly version: number;
}

/** What decides about an analysis: each takes a copy of its service's when it is asked for. */
export interface Terms {
  readonly unit: string | null;
  readonly method: string | null;
  readonly requiredVerifications: number;
  readonly holdingTimeHours: number | null;
}

export interface AnalysisService extends Terms {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Starts at 1, grows with every change. */
  readonly version: number;
}

export interface Sample {
  readonly id: string;
  readonly accessionNumber: string;
  readonly barcode: string | null;
  readonly status: SampleStatus;
  readonly priority: Priority;
  readonly category: SampleCategory;
  readonly collectedAt: Date | null;
  readonly receivedAt: Date | null;
  readonly dueAt: Date | null;
  readonly registeredAt: Date;
  readonly condition: SampleCondition | null;
  readonly remarks: string | null;
  readonly sampleTypeId: string;
  readonly clientId: string | null;
  readonly samplePointId: string | null;
  readonly parentId: string | null;
  /** Version of the sample's own row. */
  readonly version: number;
  /** Grows with every change of what rules know about the sample and its analyses; announced as `sampleVersion`. */
  readonly factsVersion: number;
  /** Version of the workflow whose event was last applied; 0 before the first. */
  readonly workflowVersion: number;
}

export interface Analysis extends Terms {
  readonly id: string;
  readonly sampleId: string;
  readonly serviceId: string;
  /** Order in which the analyses of a sample were asked for, from 1. */
  readonly position: number;
  readonly status: AnalysisStatus;
  readonly version: number;
  readonly assignedTo: string | null;
  readonly replacesId: string | null;
  /** All null unless it was withdrawn. */
  readonly retractedBy: string | null;
  readonly retractedAt: Date | null;
  readonly retractReason: string | null;
}

export interface Result {
  readonly id: string;
  readonly analysisId: string;
  /** Order of entry within the analysis, from 1; the highest is the result as it stands. */
  readonly sequence: number;
  /** Decimal text as it was entered. */
  readonly value: string | null;
  readonly text: string | null;
  readonly unit: string | null;
  readonly detectionLimit: string | null;
  readonly flags: readonly ResultFlag[];
  readonly qualifiers: readonly string[];
  readonly measuredAt: Date | null;
  readonly enteredBy: string;
  readonly enteredAt: Date;
  readonly reason: string | null;
}

export interface Verification {
  readonly id: string;
  readonly analysisId: string;
  readonly resultId: string;
  readonly by: string;
  readonly at: Date;
}

export interface CustodyEntry {
  readonly id: string;
  readonly sampleId: string;
  readonly at: Date;
  readonly action: string;
  readonly location: string | null;
  readonly by: string;
  readonly reason: string | null;
}

/** Why one item of a request was not done. `currentVersion` is null where nothing is there or the request names no version. */
export interface Refusal<Code extends string> {
  readonly code: Code;
  readonly message: string;
  readonly currentVersion: number | null;
}

export function refuse<Code extends string>(
  code: Code,
  message: string,
  currentVersion: number | null = null,
): { readonly refusal: Refusal<Code> } {
  return { refusal: { code, message, currentVersion } };
}
