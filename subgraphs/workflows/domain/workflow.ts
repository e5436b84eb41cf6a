import type { DefinitionRef, Stage, Status } from './definition.ts';

export const PRIORITIES = ['STAT', 'URGENT', 'ROUTINE'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What the workflow's own events determine: `rebuild` gives exactly this. */
export interface WorkflowState {
  readonly stage: Stage;
  readonly status: Status;
  /** Number of events so far. */
  readonly version: number;
  readonly definition: DefinitionRef;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  /** When the sample arrived at the counter according to the workflow; null before. */
  readonly receivedAt: Date | null;
  /** Why it does not move; null while it does or has completed. */
  readonly statusReason: string | null;
}

/** A sample's properties that workflows keeps a copy of: their owner is samples, and `sampleVersion` says how old the copy is. */
export interface SampleCopy {
  readonly sampleVersion: number;
  readonly priority: Priority;
  readonly dueAt: Date | null;
  readonly clientId: string | null;
}

export interface Workflow extends WorkflowState, SampleCopy {
  readonly id: string;
  readonly sampleId: string;
}

export const CHANGE_TYPES = [
  'workflow.started',
  'workflow.advanced',
  'workflow.reworked',
  'workflow.held',
  'workflow.resumed',
  'workflow.failed',
  'workflow.cancelled',
  'workflow.completed',
] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** One event of a workflow. */
export interface WorkflowChange {
  readonly type: ChangeType;
  /** Stage before; null for the start. */
  readonly from: Stage | null;
  /** Stage after. */
  readonly to: Stage;
  /** Status after. */
  readonly status: Status;
  /** Version after. */
  readonly version: number;
  readonly reason: string | null;
  readonly at: Date;
}

/** One reason why a change is not allowed. */
export interface Blocker {
  readonly code: string;
  readonly message: string;
  /** Null when the stage machine itself decided. */
  readonly ruleId: string | null;
  readonly missingFacts: readonly string[];
}
