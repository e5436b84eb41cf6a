import type { LibraryModule } from './module.ts';

/** Results are verified by others than those who entered them, and none is released that is held. */
export const VERIFICATION: LibraryModule = {
  capability: 'verification',
  rules: [
    {
      id: 'verification.required',
      label: 'One verification, unless the laboratory requires another number',
      text: 'verifications_required(T, N) :- required_verifications(T, N). verifications_required(T, 1) :- \\+ required_verifications(T, _).',
    },
    {
      id: 'verification.count',
      label: 'Verifications are counted by distinct person',
      text: 'verification_count(A, K) :- analysis(A, _, _), findall(U, verified_by(A, U), Us), sort(Us, D), length(D, K).',
    },
    {
      id: 'verification.left',
      label: 'How many verifications are still needed',
      text: 'verifications_left(A, N) :- analysis(A, _, T), verifications_required(T, R), verification_count(A, K), N is max(0, R - K).',
    },
    {
      id: 'verification.may_verify',
      label: 'A verifier who neither entered nor verified a result may verify it',
      text: 'may_verify(U, A) :- analysis_status(A, submitted), role(U, verifier), \\+ submitted_by(A, U), \\+ verified_by(A, U).',
    },
    {
      id: 'verification.self_verified',
      label: 'Nobody verifies a result of their own',
      text: 'self_verified(A) :- submitted_by(A, U), verified_by(A, U).',
    },
    {
      id: 'verification.unverified',
      label: 'Every result has its verifications before release',
      text: 'blocker(S, completion, unverified(A, N)) :- analysis(A, S, _), live(A), verifications_left(A, N), N > 0.',
    },
    {
      id: 'verification.not_by_oneself',
      label: 'A result verified by the person who entered it is not released',
      text: 'blocker(S, completion, self_verified(A)) :- analysis(A, S, _), live(A), self_verified(A).',
    },
    {
      id: 'verification.held',
      label: 'A held result is not released',
      text: 'blocker(S, completion, held(A, Why)) :- analysis(A, S, _), live(A), held(A, Why).',
    },
  ],
  reasons: {
    'unverified/2': {
      code: 'UNVERIFIED',
      message: 'The result of {1:test} needs {2} more verification(s) by another person than the one who entered it.',
      missing: ['verified_by({1},_)'],
    },
    'held/2': {
      code: 'RESULT_HELD',
      message: 'The result of {1:test} is held ({2}): enter it anew with a reason, or retract the analysis.',
      missing: [],
    },
    'self_verified/1': {
      code: 'SELF_VERIFIED',
      message: 'The result of {1:test} was verified by the person who entered it: retract it and enter it again.',
      missing: [],
    },
  },
};
