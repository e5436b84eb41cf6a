import { MOVES } from './moves.ts';
import { testModule } from './testing.ts';

const PERSON = 'sample(s1). actor(mia).';

testModule(MOVES, {
  'core.rework_edges': { goal: 'rework(results, testing)', holds: '', not: [] },
  'core.rework_role': {
    goal: 'rework_blocker(s1, testing, needs_role(lab_manager))',
    holds: `${PERSON} role(mia, analyst). role(ben, lab_manager).`,
    not: `${PERSON} role(mia, lab_manager).`,
  },
  'core.rework_on_hold': {
    goal: 'rework_blocker(s1, testing, on_hold(audit))',
    holds: 'hold(s1, audit).',
    not: 'hold(s2, audit).',
  },
  'core.rework_cancelled': {
    goal: 'rework_blocker(s1, testing, cancelled)',
    holds: 'cancelled(s1).',
    not: 'cancelled(s2).',
  },
  'core.may_rework': {
    goal: 'may_rework(s1, results, testing)',
    holds: `${PERSON} role(mia, lab_manager). stage(s1, results).`,
    not: [
      `${PERSON} role(mia, analyst). stage(s1, results).`,
      `${PERSON} role(mia, lab_manager). stage(s1, testing).`,
      `${PERSON} role(mia, lab_manager). stage(s1, results). cancelled(s1).`,
    ],
  },
  'core.cancel_roles': { goal: 'cancel_role(lab_clerk)', holds: '', not: [] },
  'core.cancel_role': {
    goal: 'cancel_blocker(s1, mia, needs_role(lab_manager))',
    holds: 'sample(s1). role(mia, analyst).',
    not: ['sample(s1). role(mia, lab_clerk).', 'sample(s1). role(mia, lab_manager).'],
  },
  'core.has_cancel_role': {
    goal: 'has_cancel_role(mia)',
    holds: ['role(mia, lab_manager).', 'role(mia, lab_clerk).'],
    not: ['role(mia, analyst).', 'role(ben, lab_manager).'],
  },
  'core.cancel_completed': {
    goal: 'cancel_blocker(s1, mia, completed)',
    holds: 'stage(s1, completion).',
    not: 'stage(s1, results).',
  },
  'core.cancel_twice': { goal: 'cancel_blocker(s1, mia, cancelled)', holds: 'cancelled(s1).', not: 'cancelled(s2).' },
  'core.cancel_started': {
    goal: 'cancel_blocker(s1, mia, work_started)',
    holds: 'analysis(a1, s1, lead). analysis_status(a1, verified).',
    not: 'analysis(a1, s1, lead). analysis_status(a1, assigned).',
  },
  'core.may_cancel': {
    goal: 'may_cancel(s1, mia)',
    holds: `${PERSON} role(mia, lab_clerk). stage(s1, testing).`,
    not: [
      `${PERSON} role(mia, analyst). stage(s1, testing).`,
      `${PERSON} role(mia, lab_clerk). stage(s1, completion).`,
      `${PERSON} role(mia, lab_clerk). cancelled(s1).`,
      `${PERSON} role(mia, lab_clerk). analysis(a1, s1, lead). analysis_status(a1, submitted).`,
    ],
  },
  'core.hold_roles': { goal: 'hold_role(qc_officer)', holds: '', not: [] },
  'core.hold_role': {
    goal: 'hold_blocker(s1, mia, needs_role(analyst))',
    holds: 'sample(s1). role(mia, verifier).',
    not: 'sample(s1). role(mia, analyst).',
  },
  'core.has_hold_role': {
    goal: 'has_hold_role(mia)',
    holds: ['role(mia, analyst).', 'role(mia, qc_officer).'],
    not: 'role(mia, verifier).',
  },
  'core.hold_completed': {
    goal: 'hold_blocker(s1, mia, completed)',
    holds: 'stage(s1, completion).',
    not: 'stage(s1, results).',
  },
  'core.hold_cancelled': { goal: 'hold_blocker(s1, mia, cancelled)', holds: 'cancelled(s1).', not: 'cancelled(s2).' },
  'core.hold_twice': {
    goal: 'hold_blocker(s1, mia, on_hold(audit))',
    holds: 'hold(s1, audit).',
    not: 'hold(s2, audit).',
  },
  'core.may_hold': {
    goal: 'may_hold(s1, mia)',
    holds: `${PERSON} role(mia, analyst). stage(s1, testing).`,
    not: [
      `${PERSON} role(mia, verifier). stage(s1, testing).`,
      `${PERSON} role(mia, analyst). stage(s1, completion).`,
      `${PERSON} role(mia, analyst). hold(s1, audit).`,
      `${PERSON} role(mia, analyst). cancelled(s1).`,
    ],
  },
});
