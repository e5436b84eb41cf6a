import type { LibraryModule } from './module.ts';

/** Critical results are told before release. */
export const CRITICAL_RESULTS: LibraryModule = {
  capability: 'critical_results',
  rules: [
    {
      id: 'critical_results.critical',
      label: 'A result outside the critical limits is critical',
      text: `critical_result(A) :- analysis(A, _, T), critical(T, Lo, _), number(Lo), result(A, V, _), V < Lo.
critical_result(A) :- analysis(A, _, T), critical(T, _, Hi), number(Hi), result(A, V, _), V > Hi.`,
    },
    {
      id: 'critical_results.not_called',
      label: 'Somebody was told of every critical result',
      text: 'blocker(S, completion, critical_not_called(A)) :- analysis(A, S, _), live(A), critical_result(A), \\+ critical_notified(A).',
    },
  ],
  reasons: {
    'critical_not_called/1': {
      code: 'CRITICAL_NOT_CALLED',
      message: 'The critical result of {1:test} was told to nobody: call the client and record it.',
      missing: ['critical_notified({1})'],
    },
  },
};

/** Reports are signed before release. */
export const REPORTS: LibraryModule = {
  capability: 'reports',
  rules: [
    {
      id: 'reports.signed',
      label: 'A report is signed by a verifier',
      text: 'signed_report(S) :- report(R, S), report_signed(R, U), role(U, verifier).',
    },
    {
      id: 'reports.unsigned',
      label: 'A sample is completed with a signed report',
      text: 'blocker(S, completion, report_unsigned) :- sample(S), \\+ signed_report(S).',
    },
  ],
  reasons: {
    'report_unsigned/0': {
      code: 'REPORT_UNSIGNED',
      message: 'The report is not signed: let a verifier sign it.',
      missing: ['report_signed(_,_)'],
    },
  },
};
