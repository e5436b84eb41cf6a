import type { WorkflowChange } from './workflow.ts';

/** A change as it was recorded: with its identity and its place in the organization's log. */
export interface RecordedEvent extends WorkflowChange {
  readonly id: string;
  readonly workflowId: string;
  /** Names the incarnation of the log in which `sequence` counts. */
  readonly epoch: string;
  readonly sequence: number;
  readonly actorId: string;
}
