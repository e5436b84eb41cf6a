import { CURRENT_DEFINITION, type DefinitionRef } from './definition.ts';
import type { WorkflowChange, WorkflowState } from './workflow.ts';

/** The first event of every workflow. */
export function startChange(at: Date, definition = CURRENT_DEFINITION): WorkflowChange {
  return {
    type: 'workflow.started',
    from: null,
    to: definition.initial,
    status: 'ACTIVE',
    version: 1,
    reason: null,
    at,
  };
}

export function stateAfterStart(change: WorkflowChange, { name, version }: DefinitionRef): WorkflowState {
  return {
    stage: change.to,
    status: change.status,
    version: change.version,
    definition: { name, version },
    startedAt: change.at,
    updatedAt: change.at,
    receivedAt: null,
    statusReason: null,
  };
}

function isStopped(change: WorkflowChange): boolean {
  return change.status === 'ON_HOLD' || change.status === 'FAILED' || change.status === 'CANCELLED';
}

/** The state after one more event. */
export function apply(state: WorkflowState, change: WorkflowChange): WorkflowState {
  const arrives = change.to === 'SAMPLE_RECEPTION' && change.from === 'INITIATION';
  return {
    ...state,
    stage: change.to,
    status: change.status,
    version: change.version,
    updatedAt: change.at,
    receivedAt: arrives ? change.at : state.receivedAt,
    statusReason: isStopped(change) ? change.reason : null,
  };
}

/**
 * The state that a history leads to: what the row must equal.
 * @throws Error when the history does not begin with a start, or a version is missing or repeated.
 */
export function rebuild(history: readonly WorkflowChange[], definition: DefinitionRef): WorkflowState {
  const [first, ...rest] = history;
  if (first?.type !== 'workflow.started' || first.version !== 1) {
    throw new Error('A history begins with workflow.started at version 1');
  }
  return rest.reduce(
    (state, change) => {
      if (change.version !== state.version + 1 || change.from !== state.stage) {
        throw new Error(
          `Version ${change.version} from ${change.from} does not follow ${state.version} at ${state.stage}`,
        );
      }
      return apply(state, change);
    },
    stateAfterStart(first, definition),
  );
}
