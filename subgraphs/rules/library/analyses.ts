import type { LibraryModule } from './module.ts';

/** Analyses: which still count, and whether the sample suits them. */
export const ANALYSES: LibraryModule = {
  capability: 'core',
  rules: [
    {
      id: 'core.live',
      label: 'An analysis counts unless it was detached',
      text: 'live(A) :- analysis(A, _, _), \\+ detached(A).',
    },
    {
      id: 'core.detached',
      label: 'Cancelled, rejected and retracted analyses are detached',
      text: 'detached(A) :- analysis_status(A, cancelled). detached(A) :- analysis_status(A, rejected). detached(A) :- analysis_status(A, retracted).',
    },
    {
      id: 'core.live_analysis',
      label: 'The sample has an analysis that counts',
      text: 'live_analysis(S) :- analysis(A, S, _), live(A).',
    },
    {
      id: 'core.reached',
      label: 'A verified or published analysis was submitted too',
      text: 'reached(A, submitted) :- analysis_status(A, submitted). reached(A, submitted) :- analysis_status(A, verified). reached(A, submitted) :- analysis_status(A, published).',
    },
    {
      id: 'core.work_started',
      label: 'Work has started once a result is submitted',
      text: 'work_started(S) :- analysis(A, S, _), reached(A, submitted).',
    },
    {
      id: 'core.age',
      label: 'The age of a sample in hours',
      text: 'age_h(S, H) :- collected_at(S, C), now(N), H is N - C.',
    },
    {
      id: 'core.expired_for',
      label: 'A sample expires when the holding time of the test has passed',
      text: 'expired_for(S, Test) :- sample_type(S, T), stability_h(Test, T, Max), age_h(S, H), H > Max.',
    },
    {
      id: 'core.wrong_matrix',
      label: 'A test is made on the sample types it accepts',
      text: 'incompatible(S, Test, wrong_matrix) :- sample_type(S, T), accepts_type(Test, _), \\+ accepts_type(Test, T).',
    },
    {
      id: 'core.low_volume',
      label: 'A test needs its minimum volume',
      text: 'incompatible(S, Test, low_volume) :- min_volume(Test, V), volume_ml(S, X), X < V.',
    },
    {
      id: 'core.wrong_container',
      label: 'A test is made from the containers it accepts',
      text: 'incompatible(S, Test, wrong_container) :- container(S, C), accepts_container(Test, _), \\+ accepts_container(Test, C).',
    },
    {
      id: 'core.holding_time',
      label: 'A test is made within its holding time',
      text: 'incompatible(S, Test, holding_time) :- expired_for(S, Test).',
    },
  ],
  reasons: {
    'incompatible/2': {
      code: 'INCOMPATIBLE',
      message:
        'The sample does not suit the test {1} ({2}): cancel that analysis, or let a laboratory manager approve the deviation.',
      missing: ['deviation_approved({sample})'],
    },
    'expired/1': {
      code: 'EXPIRED',
      message:
        'The holding time of the test {1} has passed: cancel that analysis, or let a laboratory manager approve the deviation.',
      missing: ['deviation_approved({sample})'],
    },
  },
};
