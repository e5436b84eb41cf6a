import { definitionOf, type Edge, edgeBetween, type Stage, type Status } from './definition.ts';
import type { Blocker, ChangeType, WorkflowChange, WorkflowState } from './workflow.ts';

export type StatusAction = 'hold' | 'resume' | 'fail' | 'cancel';

/** What somebody wants to do to a workflow. */
export type Command =
  | {
      readonly action: 'move';
      readonly to: Stage;
      readonly expectedVersion: number;
      readonly reason: string | null;
    }
  | { readonly action: StatusAction; readonly expectedVersion: number; readonly reason: string };

/** What the rules have to decide before the change may be written. */
export interface Question {
  readonly kind: 'ADVANCE' | 'REWORK' | 'CANCEL' | 'HOLD';
  readonly from: Stage;
  readonly to: Stage;
}

export interface Conflict {
  readonly kind: 'conflict';
  readonly currentStage: Stage;
  readonly currentVersion: number;
}

export interface Refused {
  readonly kind: 'refused';
  readonly from: Stage;
  readonly to: Stage;
  readonly blockers: readonly Blocker[];
}

/** The stage machine has no objection; with a `question`, only `conclude` with the rules' answer makes it a change. */
export interface Proposed {
  readonly kind: 'proposed';
  readonly question: Question | null;
  readonly proposal: Proposal;
}

export interface Proposal {
  readonly type: ChangeType;
  readonly from: Stage;
  readonly to: Stage;
  readonly status: Status;
  readonly version: number;
  readonly reason: string | null;
}

export interface Accepted {
  readonly kind: 'accepted';
  readonly change: WorkflowChange;
}

/** What the machine looks at besides the workflow. */
export interface MachineActor {
  readonly roles: readonly string[];
}

/** What is put to the rules; failing and resuming are not, so that a stop is possible while nobody answers. */
const STATUS_QUESTIONS: Readonly<Partial<Record<StatusAction, Question['kind']>>> = { hold: 'HOLD', cancel: 'CANCEL' };

const STATUS_CHANGES: Readonly<
  Record<StatusAction, { type: ChangeType; from: readonly Status[]; status: Status; code: string }>
> = {
  hold: { type: 'workflow.held', from: ['ACTIVE'], status: 'ON_HOLD', code: 'NOT_ACTIVE' },
  fail: { type: 'workflow.failed', from: ['ACTIVE'], status: 'FAILED', code: 'NOT_ACTIVE' },
  resume: { type: 'workflow.resumed', from: ['ON_HOLD', 'FAILED'], status: 'ACTIVE', code: 'NOT_STOPPED' },
  cancel: { type: 'workflow.cancelled', from: ['ACTIVE', 'ON_HOLD', 'FAILED'], status: 'CANCELLED', code: 'ENDED' },
};

function blocker(code: string, message: string): Blocker {
  return { code, message, ruleId: null, missingFacts: [] };
}

function statusInWords(state: WorkflowState): string {
  const because = state.statusReason === null ? '' : ` (${state.statusReason})`;
  switch (state.status) {
    case 'ACTIVE':
      return 'The workflow is active';
    case 'ON_HOLD':
      return `The workflow is on hold${because}: resume it first`;
    case 'FAILED':
      return `The workflow has failed${because}: resume it first`;
    case 'CANCELLED':
      return `The workflow was cancelled${because}`;
    case 'COMPLETED':
      return 'The workflow is completed';
  }
}

/** What is answered to a move that the definition does not know. */
export function illegalMove(state: WorkflowState, to: Stage): Blocker {
  const targets = definitionOf(state.definition).edges.filter(({ from }) => from === state.stage);
  const open = targets.map((edge) => (edge.kind === 'rework' ? `${edge.to} (rework)` : edge.to)).join(' or ');
  return blocker('ILLEGAL_MOVE', `From ${state.stage} the workflow can move to ${open}, not to ${to}.`);
}

/** What the stage machine itself has against taking `edge`; a reason is looked at when the move is made, not when it is listed. */
export function edgeBlockers(state: WorkflowState, edge: Edge, actor: MachineActor): readonly Blocker[] {
  const needed: Status = edge.from === definitionOf(state.definition).final ? 'COMPLETED' : 'ACTIVE';
  const roles = edge.roles;
  return [
    ...(state.status === needed ? [] : [blocker('NOT_ACTIVE', `${statusInWords(state)}.`)]),
    ...(roles === null || actor.roles.some((role) => roles.includes(role))
      ? []
      : [blocker('ROLE_REQUIRED', `Moving back to ${edge.to} needs the role ${roles.join(' or ')}.`)]),
  ];
}

export function questionOf(edge: Edge): Question {
  return { kind: edge.kind === 'rework' ? 'REWORK' : 'ADVANCE', from: edge.from, to: edge.to };
}

function decideMove(
  state: WorkflowState,
  command: Extract<Command, { action: 'move' }>,
  actor: MachineActor,
): Refused | Proposed {
  const { to, reason } = command;
  const definition = definitionOf(state.definition);
  const edge = edgeBetween(definition, state.stage, to);
  if (!edge) return { kind: 'refused', from: state.stage, to, blockers: [illegalMove(state, to)] };
  const blockers = [
    ...edgeBlockers(state, edge, actor),
    ...(edge.kind === 'rework' && reason === null
      ? [blocker('REASON_REQUIRED', `Moving back to ${to} needs a reason: send \`reason\`, 1 to 500 characters.`)]
      : []),
  ];
  if (blockers.length > 0) return { kind: 'refused', from: state.stage, to, blockers };
  const completes = to === definition.final;
  const type = edge.kind === 'rework' ? 'workflow.reworked' : completes ? 'workflow.completed' : 'workflow.advanced';
  const status = completes ? 'COMPLETED' : 'ACTIVE';
  return {
    kind: 'proposed',
    question: questionOf(edge),
    proposal: { type, from: state.stage, to, status, version: state.version + 1, reason },
  };
}

function decideStatus(state: WorkflowState, action: StatusAction, reason: string): Refused | Proposed {
  const { type, from, status, code } = STATUS_CHANGES[action];
  const { stage } = state;
  if (!from.includes(state.status)) {
    const blockers = [blocker(code, `${statusInWords(state)}; ${action} needs ${from.join(', ')}.`)];
    return { kind: 'refused', from: stage, to: stage, blockers };
  }
  const kind = STATUS_QUESTIONS[action];
  return {
    kind: 'proposed',
    question: kind ? { kind, from: stage, to: stage } : null,
    proposal: { type, from: stage, to: stage, status, version: state.version + 1, reason },
  };
}

/** A stale version is answered before anything else: the caller's picture is wrong, so no other answer would help. */
export function decide(state: WorkflowState, command: Command, actor: MachineActor): Conflict | Refused | Proposed {
  if (command.expectedVersion !== state.version) return conflictOf(state);
  return command.action === 'move'
    ? decideMove(state, command, actor)
    : decideStatus(state, command.action, command.reason);
}

export function conflictOf(state: Pick<WorkflowState, 'stage' | 'version'>): Conflict {
  return { kind: 'conflict', currentStage: state.stage, currentVersion: state.version };
}

/**
 * Turns a proposal into the change to write, or into a refusal.
 * `verdict` holds the rules' blockers (empty: allowed), null only where nothing was asked.
 * @throws Error when the rules should have been asked and were not: nothing passes unguarded.
 */
export function conclude(proposed: Proposed, verdict: readonly Blocker[] | null, at: Date): Accepted | Refused {
  const { question, proposal } = proposed;
  if (question !== null && verdict === null) throw new Error(`${question.kind} was not put to the rules`);
  if (verdict !== null && verdict.length > 0) {
    return { kind: 'refused', from: proposal.from, to: proposal.to, blockers: verdict };
  }
  return { kind: 'accepted', change: { ...proposal, at } };
}
