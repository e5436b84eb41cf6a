import type { Actor, Announcement, OnceCall, Tenant } from '#platform/database/index.ts';
import type { StoredEvent } from '#platform/events/index.ts';
import type { Stage, Status } from '../domain/definition.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { Priority, SampleCopy, Workflow } from '../domain/workflow.ts';

/** Whose workflows: an organization's, or within it one client's, and then without the laboratory's reasons. */
export interface Scope extends Tenant {
  readonly clientId: string | null;
}

export interface WorkflowFilter {
  readonly stage?: readonly Stage[] | null | undefined;
  readonly status?: readonly Status[] | null | undefined;
  readonly priority?: readonly Priority[] | null | undefined;
  readonly sampleId?: readonly string[] | null | undefined;
  readonly dueAt?:
    | { readonly from?: Date | null | undefined; readonly to?: Date | null | undefined }
    | null
    | undefined;
}

/** Where a page begins: behind this row. */
export interface DueKey {
  readonly dueAt: Date | null;
  readonly id: string;
}

export interface StageCount {
  readonly stage: Stage;
  readonly status: Status;
  readonly count: number;
}

export interface EventCount {
  readonly workflowId: string;
  readonly count: number;
}

/** Which part of the log; null means all workflows. */
export interface EventQuery {
  readonly workflowId: string | null;
  /** Exclusive; 0 begins at the beginning. */
  readonly afterSequence: number;
  readonly limit: number;
}

export interface WorkflowReader {
  /** In no particular order; unknown and invisible ids are left out. */
  byIds(ids: readonly string[]): Promise<readonly Workflow[]>;
  bySampleIds(sampleIds: readonly string[]): Promise<readonly Workflow[]>;
  /** Soonest due first, those without a due time last. */
  list(filter: WorkflowFilter, after: DueKey | null, limit: number): Promise<readonly Workflow[]>;
  count(filter: WorkflowFilter): Promise<number>;
  counts(): Promise<StageCount[]>;
  /** Oldest first. */
  events(query: EventQuery): Promise<readonly RecordedEvent[]>;
  /** The oldest `limit` events of each of these workflows, oldest first within each. */
  firstEventsOf(workflowIds: readonly string[], limit: number): Promise<readonly RecordedEvent[]>;
  countEvents(workflowId: string | null): Promise<number>;
  /** By workflow; those without events are left out. */
  eventCountsOf(workflowIds: readonly string[]): Promise<readonly EventCount[]>;
  eventsByIds(ids: readonly string[]): Promise<readonly RecordedEvent[]>;
  /** True when the log holds an event at this position. */
  hasPosition(epoch: string, sequence: number): Promise<boolean>;
}

export interface CopiedSample extends SampleCopy {
  readonly sampleId: string;
}

export interface NewWorkflow {
  readonly id: string;
  readonly sampleId: string;
  readonly sample: SampleCopy;
}

/** A workflow that is to change, and the version of its sample's facts on which the rules allowed it; null where nothing was asked. */
export interface Claim {
  readonly workflow: Workflow;
  readonly sampleVersionSeen: number | null;
}

/** One transaction. */
export interface WorkflowWriter extends WorkflowReader {
  /** Starts those whose samples have none yet and returns what was started; at most one workflow per sample ever exists. */
  start(workflows: readonly NewWorkflow[]): Promise<readonly Workflow[]>;
  /**
   * Locks those that still have their version, and whose sample has no newer facts than were seen; returns their ids.
   * Only these may be saved.
   */
  claim(claims: readonly Claim[]): Promise<ReadonlySet<string>>;
  /** Writes the state of workflows that this transaction started or claimed. The copies of the sample stay as they are. */
  save(workflows: readonly Workflow[]): Promise<void>;
  /** Copies samples' properties, each at most once, unless the copy is as new already. */
  copySamples(samples: readonly CopiedSample[]): Promise<void>;
  /** Adds to the history. */
  record(events: readonly RecordedEvent[]): Promise<void>;
  announce(events: readonly Announcement[]): Promise<readonly StoredEvent[]>;
  /** One answer per call: the first one where its key has been used, else what `work` gives for the positions without. */
  onceEach<T>(
    calls: readonly OnceCall[],
    work: (fresh: readonly number[]) => Promise<readonly T[]>,
  ): Promise<readonly T[]>;
  /** Those of the events that `consumer` sees for the first time. */
  firstTime(consumer: string, eventIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** The only way to workflows' tables. */
export interface WorkflowStore {
  read<T>(scope: Scope, work: (reader: WorkflowReader) => Promise<T>): Promise<T>;
  /** `work` may run again after a serialization failure, so it must have no effect outside the transaction. */
  write<T>(actor: Actor, work: (writer: WorkflowWriter) => Promise<T>): Promise<T>;
}
