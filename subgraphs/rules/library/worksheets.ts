import type { LibraryModule } from './module.ts';

/** Analyses are assigned to qualified people. */
export const WORKSHEETS: LibraryModule = {
  capability: 'worksheets',
  rules: [
    {
      id: 'worksheets.skill_valid',
      label: 'A skill counts until it runs out',
      text: 'skill_valid(U, K, N) :- has_skill(U, K, Until), Until >= N.',
    },
    {
      id: 'worksheets.missing_skill',
      label: 'A skill that the test requires and the person lacks',
      text: 'missing_skill(U, T, N) :- requires_skill(T, K), \\+ skill_valid(U, K, N).',
    },
    {
      id: 'worksheets.analyst_qualified',
      label: 'An active analyst with every required skill is qualified',
      text: 'analyst_qualified(U, T) :- user_active(U), role(U, analyst), now(N), \\+ missing_skill(U, T, N).',
    },
    {
      id: 'worksheets.unassigned',
      label: 'Every analysis is assigned before processing',
      text: 'blocker(S, processing, unassigned(A)) :- analysis(A, S, _), live(A), \\+ assigned_to(A, _).',
    },
    {
      id: 'worksheets.unqualified',
      label: 'Every analyst is qualified for the test',
      text: 'blocker(S, processing, unqualified(U, T)) :- analysis(A, S, T), live(A), assigned_to(A, U), \\+ analyst_qualified(U, T).',
    },
  ],
  reasons: {
    'unassigned/1': {
      code: 'UNASSIGNED',
      message: 'The analysis {1:test} is assigned to nobody: assign it.',
      missing: ['assigned_to({1},_)'],
    },
    'unqualified/2': {
      code: 'UNQUALIFIED',
      message: 'The assigned analyst is not qualified for {2}: assign somebody else, or record the skill.',
    },
  },
};
