import type { LibraryModule } from './module.ts';

/** The eight stages, the moves between them, and what stands in the way of each move. */
export const STAGES: LibraryModule = {
  capability: 'core',
  rules: [
    {
      id: 'core.edges',
      label: 'A sample moves on stage by stage',
      text: `edge(initiation, sample_reception). edge(sample_reception, registration). edge(registration, assignment).
edge(assignment, processing). edge(processing, testing). edge(testing, results). edge(results, completion).`,
    },
    {
      id: 'core.can_transition',
      label: 'A move is allowed when nothing stands in its way',
      text: 'can_transition(S, From, To) :- stage(S, From), edge(From, To), \\+ blocker(S, To, _).',
    },
    {
      id: 'core.on_hold',
      label: 'A sample on hold stays where it is',
      text: 'blocker(S, _, on_hold(R)) :- hold(S, R).',
    },
    {
      id: 'core.cancelled',
      label: 'A cancelled sample stays where it is',
      text: 'blocker(S, _, cancelled) :- cancelled(S).',
    },
    {
      id: 'core.no_client',
      label: 'The client is known before reception',
      text: 'blocker(S, sample_reception, no_client) :- sample(S), \\+ client(S, _).',
    },
    {
      id: 'core.defect',
      label: 'A sample with a defect is not registered unless the deviation is approved',
      text: 'blocker(S, registration, D) :- sample_defect(S, D), \\+ deviation_approved(S).',
      delegate: 'sample_defect/2',
    },
    {
      id: 'core.not_received',
      label: 'A sample is received before it is registered',
      text: 'blocker(S, registration, not_received) :- sample(S), \\+ received_at(S, _).',
    },
    {
      id: 'core.no_analyses',
      label: 'A sample has analyses before they are assigned',
      text: 'blocker(S, assignment, no_analyses) :- sample(S), \\+ analysis(_, S, _).',
    },
    {
      id: 'core.incompatible',
      label: 'The sample suits each of its tests unless the deviation is approved',
      text: 'blocker(S, assignment, incompatible(T, W)) :- analysis(A, S, T), live(A), incompatible(S, T, W), \\+ deviation_approved(S).',
      delegate: 'incompatible/3',
    },
    {
      id: 'core.expired',
      label: 'Testing begins within the holding time unless the deviation is approved',
      text: 'blocker(S, testing, expired(T)) :- analysis(A, S, T), live(A), expired_for(S, T), \\+ deviation_approved(S).',
    },
    {
      id: 'core.not_submitted',
      label: 'Every analysis has a submitted result',
      text: 'blocker(S, results, not_submitted(A)) :- analysis(A, S, _), live(A), \\+ reached(A, submitted).',
    },
    {
      id: 'core.all_detached',
      label: 'At least one analysis counts',
      text: 'blocker(S, results, all_detached) :- sample(S), \\+ live_analysis(S).',
    },
  ],
  reasons: {
    'on_hold/1': { code: 'ON_HOLD', message: 'The sample is on hold ({1}): resume its workflow first.', missing: [] },
    'cancelled/0': { code: 'CANCELLED', message: 'The sample is cancelled: it moves no more.', missing: [] },
    'no_client/0': {
      code: 'NO_CLIENT',
      message: 'The sample names no client: enter the client it belongs to.',
      missing: ['client({sample},_)'],
    },
    'not_received/0': {
      code: 'NOT_RECEIVED',
      message: 'The sample has not been received: record when it arrived.',
      missing: ['received_at({sample},_)'],
    },
    'no_analyses/0': {
      code: 'NO_ANALYSES',
      message: 'The sample has no analysis: add at least one.',
      missing: ['analysis(_,{sample},_)'],
    },
    'not_submitted/1': {
      code: 'NOT_SUBMITTED',
      message: 'The analysis {1:test} has no submitted result: enter it, or cancel the analysis.',
      missing: ['analysis_status({1},submitted)'],
    },
    'all_detached/0': {
      code: 'ALL_DETACHED',
      message: 'Every analysis was cancelled, rejected or retracted: add one, or cancel the sample.',
      missing: ['analysis(_,{sample},_)'],
    },
  },
};
