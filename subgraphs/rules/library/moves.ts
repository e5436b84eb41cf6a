import type { LibraryModule } from './module.ts';

/** Moves back, holds and cancellations: who may, and when. */
export const MOVES: LibraryModule = {
  capability: 'core',
  rules: [
    {
      id: 'core.rework_edges',
      label: 'Work may be done again one stage back',
      text: `rework(processing, assignment). rework(testing, processing). rework(results, testing).
rework(completion, results).`,
    },
    {
      id: 'core.rework_role',
      label: 'A laboratory manager sends work back',
      text: 'rework_blocker(S, _, needs_role(lab_manager)) :- sample(S), actor(U), \\+ role(U, lab_manager).',
    },
    {
      id: 'core.rework_on_hold',
      label: 'A sample on hold is not sent back',
      text: 'rework_blocker(S, _, on_hold(R)) :- hold(S, R).',
    },
    {
      id: 'core.rework_cancelled',
      label: 'A cancelled sample is not sent back',
      text: 'rework_blocker(S, _, cancelled) :- cancelled(S).',
    },
    {
      id: 'core.may_rework',
      label: 'Work may be sent back when nothing stands in the way',
      text: 'may_rework(S, From, To) :- stage(S, From), rework(From, To), \\+ rework_blocker(S, To, _).',
    },
    {
      id: 'core.cancel_roles',
      label: 'Laboratory managers and clerks cancel samples',
      text: 'cancel_role(lab_manager). cancel_role(lab_clerk).',
    },
    {
      id: 'core.cancel_role',
      label: 'Cancelling needs the role for it',
      text: 'cancel_blocker(S, U, needs_role(lab_manager)) :- sample(S), \\+ has_cancel_role(U).',
    },
    {
      id: 'core.has_cancel_role',
      label: 'A person has a role that may cancel',
      text: 'has_cancel_role(U) :- role(U, R), cancel_role(R).',
    },
    {
      id: 'core.cancel_completed',
      label: 'A completed sample is not cancelled',
      text: 'cancel_blocker(S, _, completed) :- stage(S, completion).',
    },
    {
      id: 'core.cancel_twice',
      label: 'A cancelled sample is not cancelled again',
      text: 'cancel_blocker(S, _, cancelled) :- cancelled(S).',
    },
    {
      id: 'core.cancel_started',
      label: 'A sample with a submitted result is not cancelled',
      text: 'cancel_blocker(S, _, work_started) :- work_started(S).',
    },
    {
      id: 'core.may_cancel',
      label: 'A sample may be cancelled when nothing stands in the way',
      text: 'may_cancel(S, U) :- sample(S), actor(U), \\+ cancel_blocker(S, U, _).',
    },
    {
      id: 'core.hold_roles',
      label: 'Managers, clerks, analysts and quality officers hold samples',
      text: 'hold_role(lab_manager). hold_role(lab_clerk). hold_role(analyst). hold_role(qc_officer).',
    },
    {
      id: 'core.hold_role',
      label: 'Holding needs a role for it',
      text: 'hold_blocker(S, U, needs_role(analyst)) :- sample(S), \\+ has_hold_role(U).',
    },
    {
      id: 'core.has_hold_role',
      label: 'A person has a role that may hold',
      text: 'has_hold_role(U) :- role(U, R), hold_role(R).',
    },
    {
      id: 'core.hold_completed',
      label: 'A completed sample is not held',
      text: 'hold_blocker(S, _, completed) :- stage(S, completion).',
    },
    {
      id: 'core.hold_cancelled',
      label: 'A cancelled sample is not held',
      text: 'hold_blocker(S, _, cancelled) :- cancelled(S).',
    },
    {
      id: 'core.hold_twice',
      label: 'A sample on hold is not held again',
      text: 'hold_blocker(S, _, on_hold(R)) :- hold(S, R).',
    },
    {
      id: 'core.may_hold',
      label: 'A sample may be held when nothing stands in the way',
      text: 'may_hold(S, U) :- sample(S), actor(U), \\+ hold_blocker(S, U, _).',
    },
  ],
  reasons: {
    'needs_role/1': {
      code: 'NEEDS_ROLE',
      message: 'Your roles do not allow this: ask somebody with the role {1}.',
      missing: [],
    },
    'completed/0': { code: 'COMPLETED', message: 'The sample is completed: send it back instead.', missing: [] },
    'work_started/0': {
      code: 'WORK_STARTED',
      message: 'A result was submitted already: reject or retract the analyses first.',
      missing: [],
    },
  },
};
