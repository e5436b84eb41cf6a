import { STAGES } from './stages.ts';
import { testModule } from './testing.ts';

testModule(STAGES, {
  'core.edges': { goal: 'edge(testing, results)', holds: '', not: [] },
  'core.can_transition': {
    goal: 'can_transition(s1, initiation, sample_reception)',
    holds: 'sample(s1). stage(s1, initiation). client(s1, acme).',
    not: [
      'sample(s1). stage(s1, initiation).',
      'sample(s1). stage(s1, registration). client(s1, acme).',
      'sample(s1). stage(s1, initiation). client(s1, acme). cancelled(s1).',
    ],
  },
  'core.on_hold': { goal: 'blocker(s1, results, on_hold(audit))', holds: 'hold(s1, audit).', not: 'hold(s2, audit).' },
  'core.cancelled': { goal: 'blocker(s1, testing, cancelled)', holds: 'cancelled(s1).', not: 'cancelled(s2).' },
  'core.no_client': {
    goal: 'blocker(s1, sample_reception, no_client)',
    holds: 'sample(s1). client(s2, acme).',
    not: 'sample(s1). client(s1, acme).',
  },
  'core.defect': {
    goal: 'blocker(s1, registration, bad_condition(leaking))',
    holds: 'sample(s1). condition(s1, leaking).',
    not: ['sample(s1). condition(s1, leaking). deviation_approved(s1).', 'sample(s1). condition(s1, intact).'],
  },
  'core.not_received': {
    goal: 'blocker(s1, registration, not_received)',
    holds: 'sample(s1).',
    not: 'sample(s1). received_at(s1, 480000).',
  },
  'core.no_analyses': {
    goal: 'blocker(s1, assignment, no_analyses)',
    holds: 'sample(s1). analysis(a2, s2, lead).',
    not: 'sample(s1). analysis(a1, s1, lead).',
  },
  'core.incompatible': {
    goal: 'blocker(s1, assignment, incompatible(lead, low_volume))',
    holds: 'analysis(a1, s1, lead). min_volume(lead, 50). volume_ml(s1, 40).',
    not: [
      'analysis(a1, s1, lead). min_volume(lead, 50). volume_ml(s1, 50).',
      'analysis(a1, s1, lead). min_volume(lead, 50). volume_ml(s1, 40). deviation_approved(s1).',
      'analysis(a1, s1, lead). min_volume(lead, 50). volume_ml(s1, 40). analysis_status(a1, cancelled).',
    ],
  },
  'core.expired': {
    goal: 'blocker(s1, testing, expired(nitrate))',
    holds:
      'analysis(a1, s1, nitrate). sample_type(s1, water). stability_h(nitrate, water, 48). collected_at(s1, 100). now(149).',
    not: [
      'analysis(a1, s1, nitrate). sample_type(s1, water). stability_h(nitrate, water, 48). collected_at(s1, 100). now(148).',
      'analysis(a1, s1, nitrate). sample_type(s1, water). stability_h(nitrate, water, 48). collected_at(s1, 100). now(149). deviation_approved(s1).',
      'analysis(a1, s1, nitrate). sample_type(s1, water). stability_h(nitrate, water, 48). collected_at(s1, 100). now(149). analysis_status(a1, cancelled).',
    ],
  },
  'core.not_submitted': {
    goal: 'blocker(s1, results, not_submitted(a1))',
    holds: 'analysis(a1, s1, lead). analysis_status(a1, assigned).',
    not: [
      'analysis(a1, s1, lead). analysis_status(a1, submitted).',
      'analysis(a1, s1, lead). analysis_status(a1, rejected).',
    ],
  },
  'core.all_detached': {
    goal: 'blocker(s1, results, all_detached)',
    holds: 'sample(s1). analysis(a1, s1, lead). analysis_status(a1, retracted).',
    not: 'sample(s1). analysis(a1, s1, lead). analysis_status(a1, submitted).',
  },
});
