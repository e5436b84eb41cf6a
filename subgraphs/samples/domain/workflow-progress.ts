import { received } from './reception.ts';
import type { Sample, SampleStatus } from './types.ts';

/** What an event of the sample's workflow says; stage and status after the event. */
export interface WorkflowProgress {
  readonly stage: string;
  readonly status: string;
  /** Version of the workflow after the event. */
  readonly version: number;
  readonly at: Date;
}

const WORKING_STAGES: ReadonlySet<string> = new Set(['PROCESSING', 'TESTING', 'RESULTS', 'COMPLETION']);

/**
 * The sample after the event, or the same object when the event says nothing new.
 * Events may come late or out of order: only a later workflow version moves the status,
 * while reception is stamped by whichever event tells of it. The status is no fact for rules: factsVersion stays.
 */
export function applyProgress(sample: Sample, progress: WorkflowProgress): Sample {
  const arrived = progress.stage === 'SAMPLE_RECEPTION' && !sample.receivedAt && sample.status !== 'CANCELLED';
  const next = arrived ? received(sample, later(progress.at, sample.collectedAt), null) : sample;
  if (progress.version <= sample.workflowVersion) return next;
  const status = statusAfter(next.status, progress);
  const changed = status !== next.status;
  return {
    ...next,
    status,
    version: arrived || !changed ? next.version : next.version + 1,
    workflowVersion: progress.version,
  };
}

function later(at: Date, collectedAt: Date | null): Date {
  return collectedAt && collectedAt > at ? collectedAt : at;
}

function statusAfter(present: SampleStatus, progress: WorkflowProgress): SampleStatus {
  if (present === 'CANCELLED' || progress.status === 'CANCELLED') return 'CANCELLED';
  if (progress.status === 'COMPLETED') return 'COMPLETED';
  if (WORKING_STAGES.has(progress.stage)) return 'IN_PROGRESS';
  // Rework before processing does not undo that work has begun.
  return present === 'COMPLETED' ? 'IN_PROGRESS' : present;
}
