import { ANALYSES } from './analyses.ts';
import { testModule } from './testing.ts';

const OLD = 'sample_type(s1, water). stability_h(nitrate, water, 48). collected_at(s1, 100).';

testModule(ANALYSES, {
  'core.live': {
    goal: 'live(a1)',
    holds: 'analysis(a1, s1, lead). analysis_status(a1, submitted).',
    not: ['analysis(a1, s1, lead). analysis_status(a1, cancelled).', ''],
  },
  'core.detached': {
    goal: 'detached(a1)',
    holds: ['analysis_status(a1, cancelled).', 'analysis_status(a1, rejected).', 'analysis_status(a1, retracted).'],
    not: 'analysis_status(a1, verified).',
  },
  'core.live_analysis': {
    goal: 'live_analysis(s1)',
    holds: 'analysis(a1, s1, lead). analysis(a2, s1, ph). analysis_status(a1, cancelled).',
    not: 'analysis(a1, s1, lead). analysis_status(a1, cancelled).',
  },
  'core.reached': {
    goal: 'reached(a1, submitted)',
    holds: ['analysis_status(a1, submitted).', 'analysis_status(a1, verified).', 'analysis_status(a1, published).'],
    not: 'analysis_status(a1, assigned).',
  },
  'core.work_started': {
    goal: 'work_started(s1)',
    holds: 'analysis(a1, s1, lead). analysis_status(a1, submitted).',
    not: 'analysis(a1, s1, lead). analysis_status(a1, registered).',
  },
  'core.age': {
    goal: 'age_h(s1, 48)',
    holds: 'collected_at(s1, 100). now(148).',
    not: 'collected_at(s1, 100). now(147).',
  },
  'core.expired_for': {
    goal: 'expired_for(s1, nitrate)',
    holds: `${OLD} now(149).`,
    not: [`${OLD} now(148).`, 'sample_type(s1, soil). stability_h(nitrate, water, 48). collected_at(s1, 0). now(149).'],
  },
  'core.wrong_matrix': {
    goal: 'incompatible(s1, nitrate, wrong_matrix)',
    holds: 'sample_type(s1, soil). accepts_type(nitrate, water).',
    not: ['sample_type(s1, water). accepts_type(nitrate, water).', 'sample_type(s1, soil).'],
  },
  'core.low_volume': {
    goal: 'incompatible(s1, nitrate, low_volume)',
    holds: 'min_volume(nitrate, 50). volume_ml(s1, 49.5).',
    not: 'min_volume(nitrate, 50). volume_ml(s1, 50).',
  },
  'core.wrong_container': {
    goal: 'incompatible(s1, nitrate, wrong_container)',
    holds: 'container(s1, glass). accepts_container(nitrate, plastic).',
    not: ['container(s1, plastic). accepts_container(nitrate, plastic).', 'container(s1, glass).'],
  },
  'core.holding_time': {
    goal: 'incompatible(s1, nitrate, holding_time)',
    holds: `${OLD} now(149).`,
    not: `${OLD} now(148).`,
  },
});
